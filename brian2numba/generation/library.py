"""
What every kernel can refer to by name: Brian's functions and the memory intrinsics.

Names that begin with an underscore can't be names of a model's variables; Brian
reserves the names of its own functions.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS

from brian2numba import intrinsics
from brian2numba.elementary import functions as elementary
from brian2numba.errors import Status
from brian2numba.jit import helper
from brian2numba.kernels import cable, events, random_numbers, synapse_creation

__all__ = ["HIDDEN_ARGUMENTS", "RANDOM_STREAMS", "add_implementations", "namespace"]

#: The hidden argument of the functions that draw random numbers
RANDOM_STREAMS = "_random_streams"

#: What functions of the library take beyond the arguments that equations state
HIDDEN_ARGUMENTS = dict.fromkeys(
    (
        "_rand",
        "_randn",
        "_poisson",
        "_binomial_by_inversion",
        "_binomial_by_normal",
    ),
    (RANDOM_STREAMS,),
)

#: Brian's functions that kernels call something else
_OTHER_NAMES = {
    "rand": "_rand",
    "randn": "_randn",
    "poisson": "_poisson",
    "int": "_int",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
}


def _rand(index: int, streams: Any) -> float:
    """Draw from [0, 1); the index of the element plays no role."""
    return random_numbers.rand(streams)


def _randn(index: int, streams: Any) -> float:
    """Draw from the standard normal distribution."""
    return random_numbers.randn(streams)


def _poisson(rate: float, index: int, streams: Any) -> int:
    """Draw from the Poisson distribution with mean `rate`."""
    return random_numbers.poisson(rate, streams)


_JITTED = {
    function.__name__: helper(function) for function in (_rand, _randn, _poisson)
}

_MATH = {
    name: getattr(math, name)
    for name in (
        "acos",
        "asin",
        "atan",
        "cos",
        "cosh",
        "exp",
        "expm1",
        "log",
        "log10",
        "log1p",
        "sin",
        "sinh",
        "sqrt",
        "tan",
        "tanh",
    )
}

_INTRINSICS = {
    f"_{name}": getattr(intrinsics, name)
    for name in (
        "array_view",
        "as_bytes",
        "bools",
        "call",
        "float32s",
        "float64_from_bits",
        "float64s",
        "int32s",
        "int64s",
        "local_words",
        "mask_words",
        "uint64s",
    )
}

_TYPES = {
    "_bool": numba.boolean,
    "_float32": numba.float32,
    "_float64": numba.float64,
    "_int32": numba.int32,
    "_int64": numba.int64,
    "_uint64": numba.uint64,
    "_uint8": numba.uint8,
}


def namespace() -> dict[str, Any]:
    """Return a new namespace with all that a kernel's source may refer to."""
    return {
        **_MATH,
        **elementary.FUNCTIONS,
        **_JITTED,
        **_INTRINSICS,
        **_TYPES,
        **{f"_{status.name}": int(status) for status in Status},
        "_Matrix": cable.Matrix,
        "_Solutions": cable.Solutions,
        "_Sections": cable.Sections,
        "_Tree": cable.Tree,
        "_solve_sections": cable.solve_sections,
        "_solve_tree": cable.solve_tree,
        "_combine_solutions": cable.combine_solutions,
        "_MASK_SIZE": intrinsics.MASK_SIZE,
        "_append_events": events.append_events,
        "_first_not_below": events.first_not_below,
        "_number_of_steps": synapse_creation.number_of_steps,
        "_whole": synapse_creation.whole,
        "_mark_distinct": synapse_creation.mark_distinct,
        "_open_streams": random_numbers.open_streams,
        "_close_streams": random_numbers.close_streams,
        "_binomial_by_inversion": random_numbers.binomial_by_inversion,
        "_binomial_by_normal": random_numbers.binomial_by_normal,
        # What Brian's optimiser makes of expressions such as sqrt(-1.0)
        "inf": math.inf,
        "nan": math.nan,
        # What users expect to find in the Python source of their own functions
        "math": math,
        "np": np,
        "numpy": np,
    }


def add_implementations() -> None:
    """Tell Brian that its functions exist for the numba target."""
    for name, function in DEFAULT_FUNCTIONS.items():
        function.implementations.add_implementation(
            "numba", code=None, name=_OTHER_NAMES.get(name, name)
        )
