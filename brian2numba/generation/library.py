"""
What every kernel can refer to by name: Brian's functions and the words of the language.

All of them begin with an underscore, see `brian2numba.generation.names`, but for what
users expect to find in the source of their functions.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS

from brian2numba import language, reports
from brian2numba.containers import extents, looking_ahead, queue_operations, target_runs
from brian2numba.elementary import functions as elementary
from brian2numba.errors import Status
from brian2numba.generation import random_library
from brian2numba.generation.counter_draws import RANDOM_STREAMS
from brian2numba.kernels import (
    adaptive_steps,
    arithmetic,
    cable,
    distances,
    events,
    recording,
    refractoriness,
    sharing,
    sleep,
    synapse_creation,
    synapse_samples,
    timed_arrays,
)

__all__ = [
    "HIDDEN_ARGUMENTS",
    "OF_SOURCES",
    "RANDOM_STREAMS",
    "LibraryCall",
    "add_implementations",
    "is_of_library",
    "namespace",
]


#: What functions of the library take beyond the arguments that equations state
HIDDEN_ARGUMENTS = dict.fromkeys(("_rand", "_randn", "_poisson"), (RANDOM_STREAMS,))

#: Brian's functions that the C library calls something else
_OTHER_NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}


@dataclass(frozen=True)
class LibraryCall:
    """How a function of Brian's is done by one of the library.

    Attributes
    ----------
    function : str
        The function, by its name in kernels.
    given : mapping
        What it is given beyond the arguments that equations state, in order: numbers,
        and arrays of doubles.
    draws : bool
        Whether it is given the random streams, too.
    """

    function: str
    given: Mapping[str, Any]
    draws: bool = False


_MATH = {
    f"_{name}": getattr(math, name)
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

_WORDS = {
    f"_{name}": getattr(language, name)
    for name in (
        "MASK_SIZE",
        "MASK_WORDS",
        "array_checked_late",
        "array_view",
        "booleans",
        "bounded",
        "call",
        "check_late",
        "float32",
        "float32_bits",
        "float32_from_bits",
        "float32s",
        "float64",
        "float64_bits",
        "float64_from_bits",
        "float64s",
        "fma",
        "int32",
        "int32s",
        "int64",
        "int64s",
        "items_on_stack",
        "same_memory",
        "uint16",
        "uint64",
        "uint64s",
        "uint8",
        "uint8s",
    )
}


#: What users expect to find in the Python source of their own functions; kernels call
#: none of it by these names, which variables may have
OF_SOURCES = {
    **{name.removeprefix("_"): function for name, function in _MATH.items()},
    **{
        name.removeprefix("_"): elementary.FUNCTIONS[name]
        for name in ("_ceil", "_clip", "_exprel", "_floor", "_sign", "_timestep")
    },
    "inf": math.inf,
    "nan": math.nan,
    "math": math,
    "np": np,
    "numpy": np,
}

#: What delivers spikes
_DELIVERY = {
    "_Ahead": looking_ahead.Ahead,
    "_due_chunk": queue_operations.due_chunk,
    "_end_of_run": target_runs.end_of_run,
    "_is_queues_list": queue_operations.is_queues_list,
    "_look_ahead": looking_ahead.look_ahead,
    "_next_range": looking_ahead.next_range,
    "_part_of_range": sharing.part_of_range,
    "_prefetch_range": looking_ahead.prefetch_range,
    "_prefetch_ranges": looking_ahead.prefetch_ranges,
    "_queue_of": queue_operations.queue_of,
    "_read_chunk": queue_operations.read_chunk,
    "_synapse_at": queue_operations.synapse_at,
}

#: The functions of `brian2numba.kernels.synapse_creation`
_CREATION = (
    "append_marked",
    "append_row",
    "data_of",
    "first_marked_beyond",
    "make_room",
    "number_of_marks",
    "number_of_steps",
    "set_size",
    "steps_before",
    "steps_until",
    "unmark_beyond",
)


#: The functions of `brian2numba.kernels.distances`
_DISTANCES = (
    "N_AHEAD",
    "KnownDistances",
    "distance",
    "forget_distances",
    "next_distance",
)

#: The functions of `brian2numba.kernels.synapse_samples`
_SAMPLES = (
    "draws_distances",
    "factor_for_distances",
    "mark_picked",
    "marks_of_sample",
    "next_of_sample",
)

_OF_EVENTS = {
    "_append_events": events.append_events,
    "_first_not_below": events.first_not_below,
    "_take_back": recording.take_back,
    **{f"_{name}": getattr(refractoriness, name) for name in refractoriness.__all__},
    "_Sleep": sleep.Sleep,
    "_begin_step": sleep.begin_step,
    "_end_of_awake": sleep.end_of_awake,
    "_end_step": sleep.end_step,
    "_next_awake": sleep.next_awake,
}


#: What integrates with steps that adapt
_INTEGRATION = {
    "_Journal": adaptive_steps.Journal,
    "_Lanes": adaptive_steps.Lanes,
    "_Limits": adaptive_steps.Limits,
    "_Doing": adaptive_steps.Doing,
    "_LANES": adaptive_steps.LANES,
    "_NO_ERROR": adaptive_steps.NO_ERROR,
    "_TOO_LARGE": adaptive_steps.TOO_LARGE,
    "_end_trial": adaptive_steps.end_trial,
    "_note_failure": adaptive_steps.note_failure,
    "_note_steps": adaptive_steps.note_steps,
    "_set_out": adaptive_steps.set_out,
}


def namespace() -> dict[str, Any]:
    """Return a new namespace with all that a kernel's source may refer to."""
    return {
        **_MATH,
        **elementary.FUNCTIONS,
        **_WORDS,
        "_bool": language.boolean,
        "_ArrayExtent": extents.ArrayExtent,
        "_Extent": extents.Extent,
        "_Report": reports.Report,
        "_Status": Status,
        "_refuse": reports.refuse,
        "_Compartments": cable.Compartments,
        "_Sections": cable.Sections,
        "_Nodes": cable.Nodes,
        "_solve_cable": cable.solve_cable,
        "_integer_power": arithmetic.integer_power,
        "_order": arithmetic.order,
        **_OF_EVENTS,
        **_INTEGRATION,
        "_NO_END": sharing.NO_END,
        **_DELIVERY,
        **{f"_{name}": getattr(synapse_creation, name) for name in _CREATION},
        **{f"_{name}": getattr(synapse_samples, name) for name in _SAMPLES},
        **{f"_{name}": getattr(distances, name) for name in _DISTANCES},
        **random_library.FUNCTIONS,
        "_timed_array": timed_arrays.timed_array,
        "_timed_array_2d": timed_arrays.timed_array_2d,
        # What Brian's optimiser makes of expressions such as sqrt(-1.0)
        "_inf": math.inf,
        "_nan": math.nan,
        **{f"_{function.__name__}": function for function in (abs, max, min, range)},
        "_math": math,
        "_np": np,
        **OF_SOURCES,
    }


def is_of_library(function: Any) -> bool:
    """Tell whether a function is this package's, the math module's or numpy's."""
    module = str(getattr(function, "__module__", ""))
    if isinstance(function, np.ufunc):
        return getattr(np, function.__name__, None) is function
    is_ours = isinstance(function, types.FunctionType)
    is_of_math = isinstance(function, types.BuiltinFunctionType) and module == "math"
    return (is_ours and module.startswith("brian2numba.")) or is_of_math


def add_implementations() -> None:
    """Tell Brian that its functions exist for the numba target."""
    for name, function in DEFAULT_FUNCTIONS.items():
        function.implementations.add_implementation(
            "numba", code=None, name=f"_{_OTHER_NAMES.get(name, name)}"
        )
