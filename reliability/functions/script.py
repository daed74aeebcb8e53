"""Cases written out as Brian scripts."""

from __future__ import annotations

from collections.abc import Iterator

from reliability.functions.description import Case

__all__ = ["write"]

_HEAD = """\
import functools
import io
import itertools
import math
import types

import brian2 as b2
import numpy as np
from brian2 import (
    Network, NetworkOperation, NeuronGroup, StateMonitor, Synapses, check_units,
    declare_types, defaultclock, exp, exprel, ms, mV, prefs, second, seed, volt,
)
from scipy import special
import brian2numba
"""

_FOR_ONE = "# Its author wrote it for one number"

_ONE_BY_ONE = """\
from reliability.functions.one_by_one import one_by_one
f = one_by_one(f)"""

_VARIABLES = """\
    x : 1
    k : integer
    b : boolean
    v : volt
    y : 1"""

_VALUES = """\
cells.x = [-1.5, -0.25, 0, 0.5, 2.25]
cells.k = [0, 1, 2, 3, 4]
cells.b = [True, False, True, True, False]
cells.v = [-20, -5, 0, 10, 12]*mV
cells.run_regularly("x = (x + 2.625) % 4.25 - 1.75", when="end")"""

_SYNAPSES = """\
links = Synapses(cells, cells, on_pre="y_post += {call}", name="links")
links.connect(i=[0, 0, 1, 2, 3, 4, 4], j=[1, 2, 0, 4, 3, 1, 2])"""

#: The group's arguments, and what else there is, by the place of the call
_GROUPS = {
    "run_regularly": "",
    "equation": "",
    "twice": "",
    "reset": ', threshold="x > 0", reset="y = {call}"',
    "threshold": ', threshold="{call} > 0.5", reset="y += 1"',
    "synapse": ', threshold="x > 0"',
}


def write(case: Case, target: str, nudge: float = 0.0) -> str:
    """Return the script of a case.

    Parameters
    ----------
    case : Case
        The case.
    target : str
        The code generation target.
    nudge : float, optional
        By how much the function's first argument is changed, relative to its value:
        what this changes about the results tells how well-conditioned the function is.

    Returns
    -------
    str
        The source. Once it has run, ``net`` is the network, and ``seen`` a dictionary
        of what the function left elsewhere.
    """
    lines = [
        _HEAD,
        f'prefs.codegen.target = prefs.codegen.string_expression_target = "{target}"',
        *_loop(case, target),
        "defaultclock.dt = 0.125*ms",
        "seed(4321)\n",
        *case.definitions,
        "",
        *([_FOR_ONE] if case.one_number else []),
        *case.function,
        "",
        *([_ONE_BY_ONE] if case.one_number and target == "numpy" else []),
        *_model(case, nudge),
        *_within(case),
        *_runs(case),
    ]
    return "\n".join(lines) + "\n"


def _loop(case: Case, target: str) -> Iterator[str]:
    if target == "numba" and not case.native_loop:
        yield "prefs.codegen.runtime.numba.native_loop = False"


def _call(case: Case, nudge: float) -> str:
    """Return how the model calls the function: for a number without unit."""
    names = list(case.arguments)
    if case.place == "synapse":
        sides = dict(zip(names, ("_pre", "_post", "_pre", "_post"), strict=False))
        names = [n if n == "t" else n + sides[n] for n in names]
    if nudge:
        names[0] += f"*{1 + nudge!r}"
    has_unit = any("result=volt" in line for line in case.function)
    return f"f({', '.join(names)})" + "/mV" * has_unit


def _model(case: Case, nudge: float) -> Iterator[str]:
    call = _call(case, nudge)
    equations = _VARIABLES
    if case.place in ("equation", "twice"):
        equations = equations.replace("y : 1", f"dy/dt = ({call} - y)/(4*ms) : 1")
    arguments = _GROUPS[case.place].format(call=call)
    yield f'cells = NeuronGroup(5, """\n{equations}\n    """,'
    yield f'    method="euler", name="cells"{arguments})'
    yield _VALUES
    yield 'record = StateMonitor(cells, "y", record=True, name="record")'
    yield "objects = [cells, record]"
    if case.place in ("run_regularly", "twice"):
        yield f'cells.run_regularly("y = {call}")'
    if case.place == "synapse":
        yield _SYNAPSES.format(call=call)
        yield "objects.append(links)"


def _within(case: Case) -> Iterator[str]:
    if not case.within:
        return
    yield "\ndef change():"
    if case.assigned:
        yield f"    global {', '.join(case.assigned)}"
    yield "    step = round(float(net.t/defaultclock.dt))"
    for step, statement in case.within:
        yield f"    if step == {step}:"
        yield f"        {statement}"
    yield '\nobjects.append(NetworkOperation(change, when="start", name="change"))'


def _runs(case: Case) -> Iterator[str]:
    yield "net = Network(*objects)"
    yield "net.run(2*defaultclock.dt)"
    for statements in case.changes:
        yield from statements
        yield "net.run(2*defaultclock.dt)"
    looked_at = ", ".join(f"{e!r}: {e}" for e in case.looked_at)
    yield f"seen = {{{looked_at}}}"
