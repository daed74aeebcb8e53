"""Measurements of the numba target against Brian's others."""
