"""Long runs that try to break brian2numba, and the figures that come out."""
