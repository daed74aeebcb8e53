"""Machine code from the store; made and put there if it is not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.compilation.keys import kernel_key
from brian2numba.compilation.locks import COMPILING
from brian2numba.compilation.machine_code import (
    LoadedCode,
    load_object,
    object_code,
    processor,
)
from brian2numba.compilation.work import WORK
from brian2numba.lowering import lower_function
from brian2numba.operations import Operation
from brian2numba.store import current_store

__all__ = ["LEVEL_OF_LOOPS", "LEVEL_OF_SINGLE_RUNS", "Units", "stored_code"]

logger = get_logger("brian2.codegen.runtime.numba")

#: How much to optimise what runs at each time step, and what runs once: without
#: optimisation, a kernel compiles in 2 ms instead of 12, and needs 3 ms more for a
#: million elements.
LEVEL_OF_LOOPS, LEVEL_OF_SINGLE_RUNS = 3, 0


@dataclass(frozen=True)
class Units:
    """The functions of users that become part of machine code.

    Attributes
    ----------
    are_possible : bool
        Whether there may be any.
    texts : callable
        Returns those that there are, in LLVM's language.
    is_portable : callable
        Tells whether other processes can use the code, as far as is known.
    """

    are_possible: bool = False
    texts: Callable[[], Sequence[str]] = tuple
    is_portable: Callable[[], bool] = lambda: True


_NO_UNITS = Units()


def stored_code(
    name: str,
    source: str,
    lowered: Callable[[], str],
    level: int = LEVEL_OF_LOOPS,
    units: Units = _NO_UNITS,
) -> LoadedCode:
    """Return the machine code of a source.

    Parameters
    ----------
    name : str
        The name of the function in it.
    source : str
        All that the code depends on besides this package and the processor.
    lowered : callable
        Translates the source to LLVM's language, if that is needed.
    level : int, optional
        How much to optimise it, from 0 to 3; 3 unless given.
    units : Units, optional
        The functions of users that become part of it; none unless given.
    """
    target, store = processor(prefs["codegen.runtime.numba.cpu"]), current_store()
    key = kernel_key(source, target, level)
    if units.is_portable():
        code = _found(store.get(key), name, units.are_possible)
        if code is not None:
            return code
    with WORK.compiling():
        # What the texts are is known when the source is translated
        machine_code = object_code(lowered(), target, level, units.texts())
        code = load_object(machine_code, name, units.are_possible)
    WORK.compiled += 1
    if units.is_portable():
        store.put(key, machine_code)
    return code


def _found(
    machine_code: bytes | None, name: str, calls_users: bool
) -> LoadedCode | None:
    """Load what was in the store; None if it is not code that can be used here."""
    if machine_code is None:
        return None
    with WORK.loading():
        try:
            code = load_object(machine_code, name, calls_users)
        except RuntimeError as reason:
            logger.debug(f"Stored code of {name} is compiled anew: {reason}")
            return None
    WORK.loaded += 1
    return code


def _compiled_operation(function: Callable[..., int]) -> tuple[int, Any]:
    """Compile a function of the library, see `Operation`."""
    source = f"{function.__module__}.{function.__qualname__}"
    name = source.replace(".", "_")
    with COMPILING:
        code = stored_code(name, source, lambda: lower_function(function, name))
    return code.address, code


Operation.compiler = staticmethod(_compiled_operation)
