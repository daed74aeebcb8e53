"""Machine code from the store; made and put there if it is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.compilation.keys import kernel_key
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

__all__ = ["stored_code"]

logger = get_logger("brian2.codegen.runtime.numba")

_LEVEL = 3


def stored_code(name: str, source: str, lowered: Callable[[], str]) -> LoadedCode:
    """Return the machine code of a source.

    Parameters
    ----------
    name : str
        The name of the function in it.
    source : str
        All that the code depends on besides this package and the processor.
    lowered : callable
        Translates the source to LLVM's language, if that is needed.
    """
    target, store = processor(prefs["codegen.runtime.numba.cpu"]), current_store()
    key = kernel_key(source, target, _LEVEL)
    code = _found(store.get(key), name)
    if code is not None:
        return code
    with WORK.compiling():
        machine_code = object_code(lowered(), target, _LEVEL)
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
    code = stored_code(name, source, lambda: lower_function(function, name))
    return code.address, code


Operation.compiler = staticmethod(_compiled_operation)
