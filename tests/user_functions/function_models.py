"""Running a form of functions in a small model, and telling which way it went."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from brian2 import (
    Function,
    Network,
    NetworkOperation,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    Unit,
    defaultclock,
    ms,
    prefs,
)
from brian2.devices.device import reinit_devices
from brian2.utils.logger import BrianLogger, catch_logs

from reliability.functions.execution import as_array, way_of
from reliability.functions.one_by_one import one_by_one
from reliability.random_models.execution import causes
from reliability.values import Values, values_of
from tests.user_functions.function_forms import Form, load

__all__ = ["PLACES", "Outcome", "run_form"]

N = 6
STEPS_OF_A_RUN = 3

#: What `Form.call` may use
VARIABLES = """
x : 1
z : second
v : volt
k : integer
b : boolean
"""


@dataclass
class Outcome:
    """What came out of a form's model.

    Attributes
    ----------
    values : dict of array
        All variables of the network, and what the function left elsewhere.
    printed : str
        What was printed.
    error : BaseException, optional
        The exception that ended the second run, or the first one: where it began.
    time : float
        The network's time at the end.
    messages : list of str
        What Brian's log said.
    way : str
        ``"compiled"`` or ``"Python"``, by the code objects of the model.
    """

    values: Values = field(default_factory=dict)
    printed: str = ""
    error: BaseException | None = None
    time: float = 0.0
    messages: list[str] = field(default_factory=list)
    way: str = ""


def _group(function: Any, equations: str = "y : 1", **keywords: Any) -> NeuronGroup:
    group = NeuronGroup(
        N,
        f"{VARIABLES}{equations}",
        method="euler",
        name="cells",
        namespace={"f": function},
        **keywords,
    )
    group.x = (np.arange(N) - 2) * 0.75
    group.z = np.arange(N) * 0.25 * ms
    group.v = (np.arange(N) - 2) * 8 * brian2.mV
    group.k = np.arange(N)
    group.b = np.arange(N) % 2 == 0
    group.run_regularly("x += 0.25; v -= 2*mV", when="end", name="changes")
    return group


def _run_regularly(function: Any, call: str) -> list[Any]:
    group = _group(function)
    description = function if isinstance(function, Function) else Function(function)
    if isinstance(description._return_unit, Unit):
        group.namespace["unit"] = description._return_unit
        call += "/unit"
    group.run_regularly(f"y = {call}", name="calls")
    return [group]


def _equation(function: Any, call: str) -> list[Any]:
    return [_group(function, f"dy/dt = ({call} - y)/(8*dt) : 1")]


def _subexpression(function: Any, call: str) -> list[Any]:
    return [_group(function, f"y = {call} : 1 (constant over dt)")]


def _threshold(function: Any, call: str) -> list[Any]:
    return [_group(function, threshold=call, reset="y += 1")]


def _reset(function: Any, call: str) -> list[Any]:
    reset = f"y = {call}"
    return [_group(function, threshold="(k + int(x > 1)) % 2 == 0", reset=reset)]


def _synapses(group: NeuronGroup, equations: str = "w : 1", **keywords: Any) -> Any:
    namespace = group.namespace
    synapses = Synapses(
        group, group, equations, namespace=namespace, name="links", **keywords
    )
    synapses.connect(i=[0, 0, 1, 2, 3, 3, 5], j=[1, 2, 0, 5, 3, 4, 1])
    synapses.w = "(i - j)*0.5"
    return synapses


def _synapse(function: Any, call: str) -> list[Any]:
    group = _group(function, threshold="(k + int(x > 1)) % 2 == 0")
    names = "x", "z", "v", "k"
    for name in names:
        call = call.replace(f"{name},", f"{name}_pre,").replace(
            f"{name})", f"{name}_post)"
        )
    return [group, _synapses(group, on_pre=f"y_post += {call}")]


def _connection(function: Any, call: str) -> list[Any]:
    group = _group(function)
    synapses = Synapses(group, group, namespace={"f": function}, name="links")
    synapses.connect(call)
    return [group, synapses]


def _summed(function: Any, call: str) -> list[Any]:
    group = _group(function)
    call = call.replace("x", "x_pre")
    return [group, _synapses(group, f"w : 1\ny_post = {call} + w : 1 (summed)")]


def _initial(function: Any, call: str) -> list[Any]:
    group = _group(function)
    group.y = call
    return [group]


#: Where a model calls a function, by what makes the model's objects
PLACES: dict[str, Callable[[Any, str], list[Any]]] = {
    "run_regularly": _run_regularly,
    "equation": _equation,
    "subexpression": _subexpression,
    "threshold": _threshold,
    "reset": _reset,
    "synapse": _synapse,
    "connection": _connection,
    "summed": _summed,
    "initial": _initial,
}


def run_form(form: Form, target: str) -> Outcome:
    """
    Run the model of a form, as if in a process of its own.

    Parameters
    ----------
    form : Form
        The form.
    target : str
        The code generation target.
    """
    form = load(form.section)[form.name]
    function = form.function
    if form.one_number and target == "numpy":
        function = one_by_one(function)
    BrianLogger._log_messages.clear()
    outcome, printed = Outcome(), io.StringIO()
    with (
        _logged(outcome),
        contextlib.redirect_stdout(printed),
        np.errstate(all="ignore"),
    ):
        reinit_devices()
        prefs.codegen.target = prefs.codegen.string_expression_target = target
        defaultclock.dt = 0.1 * ms
        brian2.seed(20)
        _run_model(form, function, outcome)
    outcome.printed = printed.getvalue()
    return outcome


@contextlib.contextmanager
def _logged(outcome: Outcome) -> Iterator[None]:
    with catch_logs(log_level=logging.INFO) as logs:
        yield
    # Level, name and text
    outcome.messages = [str(entry[2]) for entry in logs]


def _run_model(form: Form, function: Any, outcome: Outcome) -> None:
    try:
        objects = PLACES[form.place](function, form.call)
    except Exception as error:
        outcome.error = causes(error)[0]
        return
    group = objects[0]
    network = Network(*objects, StateMonitor(group, "y", record=True, name="record"))
    if group.thresholder:
        network.add(SpikeMonitor(group, name="spikes"))
    if form.within:
        network.add(NetworkOperation(lambda: form.within() and None, when="start"))
    try:
        network.run(STEPS_OF_A_RUN * defaultclock.dt)
        if form.between:
            form.between()
        network.run(STEPS_OF_A_RUN * defaultclock.dt)
    except Exception as error:
        outcome.error = causes(error)[0]
    outcome.time = float(network.t)
    outcome.way = way_of(network)
    outcome.values = values_of(network)
    if form.seen:
        outcome.values["seen", form.name] = as_array(form.seen())
