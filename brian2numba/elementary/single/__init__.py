"""Brian's functions of numbers in single precision, in arithmetic of single precision.

They are built as those of doubles are, in `brian2numba.elementary`, with shorter
polynomials. `benchmarks/coefficients.py` finds the coefficients.
"""
