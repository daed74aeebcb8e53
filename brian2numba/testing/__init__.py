"""Brian's own test suite, run under the numba target."""

from brian2numba.testing.brian_suite import test

__all__ = ["test"]
