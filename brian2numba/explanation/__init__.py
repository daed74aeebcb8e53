"""Telling users what becomes of their networks."""

from brian2numba.explanation.explaining import explain
from brian2numba.explanation.row import Row
from brian2numba.explanation.table import Explanation

__all__ = ["Explanation", "Row", "explain"]
