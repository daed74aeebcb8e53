"""Algorithms that kernels call, as plain jitted functions."""
