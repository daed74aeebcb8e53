"""Running the script of a case, and keeping what comes out."""

from __future__ import annotations

import linecache
import sys
import types
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2 import Network
from brian2.codegen.runtime.numpy_rt.numpy_rt import NumpyCodeObject
from brian2.utils.logger import BrianLogger

from reliability.random_models.execution import as_in_a_new_process, causes
from reliability.values import Values, values_of

__all__ = ["Outcome", "as_array", "run_script", "way_of"]

_MODULE = "functions_of_a_user"


@dataclass(frozen=True)
class Outcome:
    """What a script led to.

    Attributes
    ----------
    values : dict of array
        All variables of the network, and what the function left elsewhere.
    error : str
        The type of the exception that was the first cause of its end, if there was one.
    message : str
        What that said.
    time : float
        The network's time, in seconds.
    way : str
        ``"compiled"``, or ``"Python"`` if Brian's numpy target ran a code object.
    """

    values: Values = field(default_factory=dict)
    error: str = ""
    message: str = ""
    time: float = 0.0
    way: str = ""


def run_script(script: str) -> Outcome:
    """Run a script, with all preferences as they are by default.

    Parameters
    ----------
    script : str
        Its source. It leaves a network called ``net``, and ``seen``.
    """
    module = types.ModuleType(_MODULE)
    file = f"<{_MODULE}>"
    sys.modules[_MODULE] = module
    # So that functions in it have a source
    lines = script.splitlines(keepends=True)
    linecache.cache[file] = len(script), None, lines, file
    # What is said once is said to each script
    BrianLogger._log_messages.clear()
    error: BaseException | None = None
    with as_in_a_new_process():
        try:
            exec(compile(script, file, "exec"), module.__dict__)
        except Exception as raised:  # any: the other target has to raise it as well
            error = causes(raised)[0]
        return _outcome(module, error)


def _outcome(module: types.ModuleType, error: BaseException | None) -> Outcome:
    network = getattr(module, "net", None)
    message = (type(error).__name__, str(error)) if error else ("", "")
    if network is None:
        return Outcome({}, *message)
    seen = {
        ("seen", name): as_array(value)
        for name, value in getattr(module, "seen", {}).items()
    }
    return Outcome(
        {**values_of(network), **seen}, *message, float(network.t), way_of(network)
    )


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """Return what a function left as an array of numbers: of text, its characters."""
    return np.array(list(value.encode()) if isinstance(value, str) else value)


def way_of(network: Network) -> str:
    """Tell whether Brian's numpy target runs a code object of a network."""
    objects: list[Any] = [
        code_object
        for owner in network.sorted_objects
        for code_object in owner.code_objects
    ]
    # Through a proxy, the type would be that of the proxy
    by_numpy = any(o.__class__ is NumpyCodeObject for o in objects)
    return "Python" if by_numpy else "compiled"
