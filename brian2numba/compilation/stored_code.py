"""Machine code from the store; made and put there if it is not there."""

from __future__ import annotations

from collections.abc import Callable
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

__all__ = ["LEVEL_OF_LOOPS", "LEVEL_OF_SINGLE_RUNS", "stored_code"]

logger = get_logger("brian2.codegen.runtime.numba")

#: How much to optimise what runs at each time step, and what runs once: without
#: optimisation, a kernel compiles in 2 ms instead of 12, and needs 3 ms more for a
#: million elements.
LEVEL_OF_LOOPS, LEVEL_OF_SINGLE_RUNS = 3, 0


def stored_code(
    name: str, source: str, lowered: Callable[[], str], level: int = LEVEL_OF_LOOPS
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
    """
    target, store = processor(prefs["codegen.runtime.numba.cpu"]), current_store()
    key = kernel_key(source, target, level)
    code = _found(store.get(key), name)
    if code is not None:
        return code
    with WORK.compiling():
        machine_code = object_code(lowered(), target, level)
        code = load_object(machine_code, name)
    WORK.compiled += 1
    store.put(key, machine_code)
    return code


def _found(machine_code: bytes | None, name: str) -> LoadedCode | None:
    """Load what was in the store; None if it is not code that can be used here."""
    if machine_code is None:
        return None
    with WORK.loading():
        try:
            code = load_object(machine_code, name)
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
