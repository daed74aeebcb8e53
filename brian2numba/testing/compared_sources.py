"""
A pytest plug-in that compares what is found of a model with what is found out anew.

With ``-p brian2numba.testing.compared_sources``, whatever is found in the tables of
`brian2numba.reuse`, or in the store, is found out anew as well, and a test fails where
the two differ. A process that runs tests one after the other finds most of it.
"""

from __future__ import annotations

from typing import Any

from brian2numba.reuse.comparison import Comparison

__all__ = ["pytest_configure", "pytest_terminal_summary"]


def pytest_configure() -> None:
    """Compare from now on."""
    Comparison.is_on = True


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much was compared, by this process."""
    terminalreporter.write_line(f"{Comparison.n_compared} comparisons of what is known")
