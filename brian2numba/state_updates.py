"""
State updates from the store: what sympy finds out once is not computed again.

To solve the equations of a model, or to see that they can't be solved exactly, takes
sympy up to some seconds, in every process. The result is text that depends on the
equations and on what kinds of things their names stand for, and on no number.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import brian2
import sympy
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.core.preferences import prefs
from brian2.core.variables import Subexpression, Variable
from brian2.input.timedarray import TimedArray
from brian2.stateupdaters.base import StateUpdateMethod, UnsupportedEquationsException
from brian2.stateupdaters.exact import LinearStateUpdater
from brian2.stateupdaters.explicit import ExplicitStateUpdater
from brian2.stateupdaters.exponential_euler import ExponentialEulerStateUpdater

from brian2numba.hooks import is_brians
from brian2numba.store import current_store

__all__ = ["store_state_updates"]

_CLASSES = (LinearStateUpdater, ExponentialEulerStateUpdater, ExplicitStateUpdater)


def store_state_updates(is_wanted: Callable[[], bool]) -> None:
    """Let Brian's integration methods look into the store first.

    Parameters
    ----------
    is_wanted : callable
        Tells whether a model is for the numba target. Nothing changes for others.
    """
    # Methods that users register are not known to depend on nothing else
    names = {id(m): name for name, m in StateUpdateMethod.stateupdaters.items()}
    for updater in _CLASSES:
        # What others have put there may have another solution
        if is_brians(updater.__call__):
            updater.__call__ = _stored(updater.__call__, names, is_wanted)


def _stored(
    solve: Callable[..., Any], names: Mapping[int, str], is_wanted: Callable[[], bool]
) -> Callable[..., Any]:
    """Return `solve`, an integration method, with the store in front of it."""

    @functools.wraps(solve)
    def stored(
        method: Any, equations: Any, variables: Any = None, method_options: Any = None
    ) -> Any:
        key = None
        is_switched_on = prefs["codegen.runtime.numba.store_state_updates"]
        if id(method) in names and is_switched_on and is_wanted():
            key = _key(names[id(method)], equations, variables or {}, method_options)
        if key is None:
            return solve(method, equations, variables, method_options)
        found = current_store().get(key)
        if found is None:
            found = _solution(solve, method, equations, variables, method_options)
            current_store().put(key, found)
        kind, text = json.loads(found)
        if kind == "unsupported":
            raise UnsupportedEquationsException(text)
        return text

    return stored


def _solution(solve: Callable[..., Any], *arguments: Any) -> bytes:
    """Return what a method finds out, or why it does not support the equations."""
    try:
        result = ["code", solve(*arguments)]
    except UnsupportedEquationsException as error:
        result = ["unsupported", str(error)]
    return json.dumps(result).encode()


def _key(
    method: str, equations: Any, variables: Mapping[str, Any], options: Any
) -> bytes | None:
    """Return all that a solution depends on; None if that can't be written down."""
    names = sorted((equations.names | equations.identifiers) & variables.keys())
    described = {name: _description(variables[name]) for name in names}
    if None in described.values() or not _is_plain(options):
        return None
    facts = {
        "kind": "state update 2",
        "brian2": brian2.__version__,
        "sympy": sympy.__version__,
        "method": method,
        "options": options,
        "equations": [_equation(equation) for equation in equations.values()],
        # They are drawn in this order
        "noise": list(equations.stochastic_variables),
        "variables": described,
        "dt": _dt(variables) if _depends_on_dt(variables, names) else None,
    }
    return json.dumps(facts, sort_keys=True).encode()


def _equation(equation: Any) -> list[str]:
    code = "" if equation.expr is None else equation.expr.code
    flags = " ".join(sorted(equation.flags))
    kind = f"{equation.type} {equation.var_type}"
    return [equation.varname, kind, str(equation.dim), code, flags]


def _description(variable: Any) -> str | None:
    """Return what a method can know of a variable, but for its value."""
    if isinstance(variable, TimedArray):
        return f"timed array {float(variable.dt)!r} {variable.values.ndim}"
    if isinstance(variable, Function):
        is_known = any(variable is known for known in DEFAULT_FUNCTIONS.values())
        return "function" if is_known else None
    if not isinstance(variable, Variable):
        return None
    expression = variable.expr if isinstance(variable, Subexpression) else ""
    return (
        f"{type(variable).__name__} {variable.dtype} {variable.dim} {variable.scalar} "
        f"{variable.constant} {variable.read_only} {expression}"
    )


def _is_plain(options: Any) -> bool:
    """Tell whether options of a method are numbers, texts and truth values."""
    if not options:
        return True
    plain = (bool, int, float, str, type(None))
    return isinstance(options, dict) and all(
        isinstance(value, plain) for value in options.values()
    )


def _depends_on_dt(variables: Mapping[str, Any], names: list[str]) -> bool:
    """Tell whether something may be constant for a time step of one length only."""
    return any(isinstance(variables[name], TimedArray) for name in names)


def _dt(variables: Mapping[str, Any]) -> float | None:
    return float(variables["dt"].get_value()[0]) if "dt" in variables else None
