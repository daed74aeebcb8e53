"""
The main path: from the draft of a kernel to machine code bound to a model's arrays.

    KernelDraft --kernel_source--> KernelSource --compiled_kernel--> CompiledKernel
                --bound_kernel--> BoundKernel

Brian's abstract code becomes a draft before, in `brian2numba.generation`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from brian2.core.variables import (
    ArrayVariable,
    AuxiliaryVariable,
    Constant,
    DynamicArrayVariable,
)
from brian2.utils.stringtools import get_identifiers

from brian2numba.behaviours import Offer
from brian2numba.binding import BoundKernel, Place
from brian2numba.compilation.compiler import CompiledKernel, compile_kernel
from brian2numba.compilation.source_files import keep_source
from brian2numba.device.arrays import owner_name
from brian2numba.errors import KernelCompilationError, UserFunctionError
from brian2numba.generation import library, slots
from brian2numba.generation.checking import checked_slot, is_checked
from brian2numba.generation.counter_draws import RANDOM_KEY
from brian2numba.generation.diagnosis import compilation_error
from brian2numba.generation.followed import followed
from brian2numba.generation.functions import KernelFunctions
from brian2numba.generation.source import KernelDraft, KernelSource, assemble

__all__ = ["bound_kernel", "compiled_kernel", "kernel_source", "runs_once"]

#: The templates of what users do between runs
_RUN_ONCE = (
    "group_get_indices",
    "group_variable_get",
    "group_variable_get_conditional",
    "group_variable_set",
    "group_variable_set_conditional",
)


def kernel_source(
    codeobj: Any, draft: KernelDraft, offers: Mapping[str, Offer]
) -> KernelSource:
    """Declare what the draft of a kernel uses.

    Parameters
    ----------
    codeobj : NumbaCodeObject
        The code object.
    draft : KernelDraft
        What its template made.
    offers : mapping
        Numbers and addresses that the kernel may use, besides variables.
    """
    functions: KernelFunctions = draft.keywords["kernel_functions"]
    of_model = {slot.name: slot for slot in _variable_slots(draft.keywords)}
    arrays = [s for s in of_model.values() if isinstance(s, slots.ArrayData)]
    candidates: dict[str, slots.Slot] = {
        **of_model,
        **{slot.name: slot for slot in _value_slots(functions.values, arrays)},
        **{slot.name: slot for slot in _given_slots(functions.given)},
        **{n: followed(n, r, arrays) for n, r in functions.references.items()},
        **_number_slots(offers, codeobj.behaviour.slots()),
        **_random_slots(bool(draft.keywords["counter_based"])),
    }
    if is_checked():
        candidates = {name: checked_slot(slot) for name, slot in candidates.items()}
    source = assemble(draft.body, candidates, functions.sources, functions.objects)
    return replace(
        source,
        text=_without_owners(source.text, codeobj.variables),
        runs_once=runs_once(codeobj.template_name),
        model_code=_model_code(draft),
        user_functions=functions.described,
        translations=functions.translations,
        implicit=frozenset(functions.implicit),
        takes_numbers=frozenset(functions.takes_numbers),
        called=tuple(functions.called),
    )


def runs_once(template_name: str) -> bool:
    """Tell whether code objects with a template are for what users do between runs."""
    return template_name in _RUN_ONCE


def _model_code(draft: KernelDraft) -> str:
    """Return the abstract code that Brian made of the user's equations."""
    blocks = draft.keywords["abstract_code"].values()
    return "\n".join(block.strip("\n") for block in blocks if block.strip())


def _without_owners(text: str, variables: Mapping[str, Any]) -> str:
    """Take names of objects out of the source.

    What a subexpression of another object refers to has, in Brian, a name that contains
    that object's: ``_half_post_neurongroup_1_v``.
    """
    owners = {name for v in variables.values() if (name := owner_name(v))}
    taken = variables.keys() | get_identifiers(text)
    # A variable of the user's may have the name of a group in its own by chance
    brians = [name for name in variables if name.startswith("_")]
    for name in sorted(brians, key=len, reverse=True):
        short = name
        for owner in sorted(owners, key=len, reverse=True):
            if short.find(f"_{owner}_") > 0:
                short = short.replace(f"_{owner}_", "_of_")
        # With groups called "pre" and "post", _raw_pre_idx stays _raw_pre_idx
        if short not in taken and not isinstance(variables[name], AuxiliaryVariable):
            taken.add(short)
            # Names of arrays end with those of the variables
            text = re.sub(rf"{re.escape(name)}\b", short, text)
    return text


def compiled_kernel(codeobj: Any, source: KernelSource) -> CompiledKernel:
    """Compile a kernel.

    Raises
    ------
    KernelCompilationError
        If numba does not compile it; says which part of the model is to blame.
    """
    file_name = keep_source(codeobj.name, source.text)
    try:
        return compile_kernel(source, library.namespace(), file_name)
    except (KernelCompilationError, UserFunctionError):
        raise
    except Exception as error:
        # not all errors of numba are a NumbaError
        raise compilation_error(codeobj, source, error) from error


def bound_kernel(
    codeobj: Any,
    source: KernelSource,
    kernel: CompiledKernel,
    offers: Mapping[str, Offer],
) -> BoundKernel:
    """Bind a kernel to the arrays of its code object's variables."""
    numbers = {s.name: offers[s.name]() for s in source.slots if s.name in offers}
    owner = codeobj.owner
    where = f"the {type_name(owner)} '{owner.name}'"
    place = Place(where, getattr(owner, "clock", None))
    return BoundKernel(kernel, source, codeobj.device, numbers, place)


def type_name(owner: Any) -> str:
    """Return the name of an object's class, also behind a weak proxy."""
    return str(owner.__class__.__name__)


def _variable_slots(keywords: Mapping[str, Any]) -> Iterator[slots.Slot]:
    """Yield a slot for each thing that a kernel can use of the variables."""
    variables = {**keywords["variables"], **keywords["extra_variables"]}
    for name, variable in variables.items():
        if isinstance(variable, Constant):
            yield slots.Constant(name, variable.value)
        elif isinstance(variable, ArrayVariable):
            yield from _array_slots(keywords["array_names"][id(variable)], variable)
    for name, value in keywords.items():
        # Numbers that Brian gives to the template, e.g. where a subgroup starts
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
            yield slots.Constant(name, value)


def _array_slots(name: str, variable: ArrayVariable) -> Iterator[slots.Slot]:
    if isinstance(variable, AuxiliaryVariable):
        return
    data = f"_array_{name}"
    if isinstance(variable, DynamicArrayVariable):
        yield slots.DynamicArrayData(data, variable)
        yield slots.DynamicArraySize(f"_num{data}", variable)
        yield slots.ContainerHandle(f"_container_{name}", variable)
    else:
        yield slots.ArrayData(data, variable)
        yield slots.ArraySize(f"_num{data}", variable)
        yield slots.ArrayAddress(f"_address{data}", variable)


def _value_slots(
    values: Mapping[str, Any], arrays: Sequence[slots.Slot]
) -> Iterator[slots.Slot]:
    """Yield a slot for each array or number of a user function's namespace."""
    for name, value in values.items():
        if value.ndim == 0:
            yield slots.Constant(name, value.item())
        else:
            is_late = not slots.shares_memory(value, arrays)
            yield slots.NamespaceArray(name, value, is_late)


def _given_slots(given: Mapping[str, Any]) -> Iterator[slots.Slot]:
    """Yield a slot for each array or number that a function of the library is given."""
    for name, value in given.items():
        if isinstance(value, np.ndarray):
            yield slots.Doubles(name, value)
        else:
            yield slots.Constant(name, value)


def _number_slots(
    offers: Mapping[str, Offer], own: list[slots.Slot]
) -> dict[str, slots.Slot]:
    """Return a slot for each offered number, unless `own` says what it is."""
    typed = {slot.name: slot for slot in [slots.ReportSlot("_report"), *own]}
    return {**{name: slots.Number(name) for name in offers}, **typed}


def _random_slots(counter_based: bool) -> dict[str, slots.Slot]:
    """Return the slots through which a kernel draws random numbers."""
    streams = slots.CountedStreams if counter_based else slots.RandomStreams
    return {
        library.RANDOM_STREAMS: streams(library.RANDOM_STREAMS),
        RANDOM_KEY: slots.RandomKey(RANDOM_KEY),
    }
