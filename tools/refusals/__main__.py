"""Write docs/refused.md, or print what one target makes of the rows."""
