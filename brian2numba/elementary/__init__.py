"""Brian's functions of numbers."""
