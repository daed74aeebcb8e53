"""
Functions that users wrote in Python, from what they are to what kernels call.

A function is read from its source (`definition`); what it refers to outside of itself
is looked up where it is (`references`); calls of libraries become what kernels know
(`calls`); and a function that means something else for all neurons at once than for
one of them is left to Python (`elementwise`). `translation` puts this together.

Where a function is given as text for Brian's Cython target, that is read instead, if it
is simple (`of_cython`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["PlainFunction"]


@dataclass(frozen=True)
class PlainFunction:
    """Stands for the Python function itself where no implementation was given."""

    function: Callable[..., Any]
