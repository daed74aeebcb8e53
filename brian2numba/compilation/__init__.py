"""From the source of a kernel to machine code."""
