"""Random edits between runs: all states are those of runs that are prepared afresh."""

import random

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    ms,
    prefs,
    seed,
    volt,
)
from brian2.utils.logger import catch_logs

from brian2numba.testing.prepared_twice import prepare_twice
from tests.preparing.models import STEP
from tests.simulation.second_runs.cases import attempt

_N_RUNS = 12
_EDITS = []


def edit(function):
    """Add a function to the list of edits."""
    _EDITS.append(function)
    return function


class Edited:
    """A network, and the names that its runs find."""

    def __init__(self):
        self.names = {"a": 1.5, "b": 0.25, "tau": 5 * ms}
        self.names["values"] = TimedArray(np.array([0.1, 0.2]), dt=0.2 * ms)
        self.group = NeuronGroup(
            3,
            """dv/dt = (values(t) + a - v)/tau : 1 (unless refractory)
            w : 1
            q = v*b + w : 1""",
            threshold="v > b",
            reset="v -= b",
            refractory="a*0.1*ms",
            method="euler",
            namespace={},
            name="group",
        )
        self.group.v = "i*0.2"
        self.operation = self.group.run_regularly("w += b*q", dt=STEP)
        self.source = SpikeGeneratorGroup(2, [0, 1], [0, 1] * STEP, period=3 * STEP)
        self.synapses = Synapses(
            self.source, self.group, "x : 1", on_pre="w_post += x*a"
        )
        self.synapses.connect(i=[0, 1], j=[0, 1])
        self.synapses.x = 0.1
        self.recorded = StateMonitor(self.group, ["v", "q"], record=True)
        self.spikes = SpikeMonitor(self.group)
        objects = self.group, self.source, self.synapses, self.recorded, self.spikes
        self.network = Network(*objects)
        self.network.store()

    def states(self):
        """Return all that can be seen, as bytes."""
        shown = [
            *(self.group.v, self.group.w, self.synapses.x, self.synapses.pre.delay),
            *(self.recorded.v, self.recorded.q, self.spikes.t, self.spikes.i),
        ]
        return [np.array(values).tobytes() for values in shown]


@edit
def another_number(model, choose):
    model.names[choose("ab")] = choose([0.5, 0.25, 1.5, np.float32(0.5), 2, True])


@edit
def another_unit(model, choose):
    model.names["tau"] = choose([5 * ms, 3 * ms, 3 * ms, 1 * volt])


@edit
def a_number_of_the_group(model, choose):
    model.group.namespace[choose("ab")] = choose([0.5, 0.75, 1])


@edit
def no_number_of_the_group(model, choose):
    model.group.namespace.pop(choose("ab"), None)


@edit
def another_namespace(model, choose):
    model.group.namespace = dict(model.group.namespace)


@edit
def a_timed_array_in_place(model, choose):
    model.names["values"].values[:] = choose([0.1, 0.4])


@edit
def another_timed_array(model, choose):
    values = np.array([0.3, 0.1], dtype=choose([float, np.float32]))
    model.names["values"] = TimedArray(values, dt=choose([0.1, 0.2]) * ms)


@edit
def a_string(model, choose):
    model.group.w = choose(["0.1*i", "rand()", "w + 0.1"])
    model.group.v[choose(["w > 0.2", "i > 0"])] = choose(["w", "0.2*rand()"])
    model.synapses.x[choose(["i == j", "True"])] = "0.1*i + 0.05"


@edit
def the_code(model, choose):
    model.operation.abstract_code = choose(["w += b*q", "w = a*rand()"])


@edit
def the_condition(model, choose):
    model.group.events["spike"] = choose(["v > b", "v > b and w > 0.1"])


@edit
def the_order(model, choose):
    model.operation.when = choose(["start", "end"])
    model.operation.order = choose([0, 1])


@edit
def what_is_active(model, choose):
    obj = choose([model.operation, model.recorded, model.synapses.pre])
    obj.active = not obj.active


@edit
def the_time_step(model, choose):
    model.operation.clock.dt = choose([1, 2]) * STEP


@edit
def another_synapse(model, choose):
    model.synapses.connect(i=[choose([0, 1])], j=[choose([0, 1, 2])])


@edit
def the_delay(model, choose):
    model.synapses.delay = choose([0, 1, 2]) * STEP


@edit
def the_state(model, choose):
    model.network.restore()


@edit
def the_seed(model, choose):
    seed(choose([1, 2]))


@edit
def a_preference(model, choose):
    name = choose(["checked", "native_loop"])
    prefs[f"codegen.runtime.numba.{name}"] = choose([True, False])


@edit
def the_target(model, choose):
    prefs.codegen.string_expression_target = choose(["numba", "numpy"])


def observed(number, prepare):
    """Return the states after each of some runs, and their errors."""
    with catch_logs(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefs, "prefs", dict(prefs.prefs))
        prefs.codegen.runtime.numba.prepare = prepare
        chosen, model, seen = random.Random(number), Edited(), []
        seed(number)
        for _ in range(_N_RUNS):
            edits = chosen.choices(_EDITS, k=chosen.choice([0, 1, 1, 2]))
            for change in edits:
                change(model, chosen.choice)
            n_steps = chosen.choice([0, 1, 4])
            with attempt() as outcome:
                model.network.run(n_steps * STEP, namespace=model.names)
            if outcome.error != "no error":
                model.names["tau"] = 5 * ms
            names = [change.__name__ for change in edits]
            seen.append((names, outcome.error, model.states()))
    return seen


@pytest.mark.parametrize("number", range(6))
def test_random_edits_are_seen(number):
    afresh = observed(number, "always")
    with prepare_twice():
        assert observed(number, "changed") == afresh
    assert any(error == "no error" for _, error, _ in afresh[_N_RUNS // 2 :])
