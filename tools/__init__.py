"""What `run.py` needs before brian2numba's own environment exists."""
