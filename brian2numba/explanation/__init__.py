"""Telling users what becomes of their networks."""

from brian2numba.explanation.explaining import explain
from brian2numba.explanation.table import Explanation, Row

__all__ = ["Explanation", "Row", "explain"]
