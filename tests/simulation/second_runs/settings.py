"""Preferences, seeds, stored states, and methods of users around the second run."""

import numpy as np
from brian2 import BrianObject, Network, NeuronGroup, StateMonitor, prefs, seed
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.groups.group import CodeRunner

from tests.simulation.second_runs.cases import STEP, adder, attempt, case
from tests.simulation.second_runs.networks import two_operations
from tests.simulation.second_runs.synapses import pathway


@case
def the_optimisation_of_loops():
    group, _, network = adder("v = v*exp(k) + i*exp(k)", n=3)
    k = 1.0
    network.run(STEP)
    yield group.v
    prefs.codegen.loop_invariant_optimisations = False
    k = 2.0
    network.run(STEP)
    yield group.v


@case
def the_target():
    group, operation, network = adder()
    target = prefs.codegen.target
    k = 1.0
    network.run(STEP)
    yield group.v
    prefs.codegen.target = "numpy"
    k = 10.0
    network.run(STEP)
    yield group.v, operation.codeobj.class_name
    prefs.codegen.target = target
    k = 100.0
    network.run(STEP)
    yield group.v


@case
def the_target_of_one_object():
    group, operation, network = adder()
    k = 1.0
    network.run(STEP)
    yield group.v
    operation.codeobj_class = NumpyCodeObject
    network.run(STEP)
    yield group.v, operation.codeobj.class_name


@case
def the_default_precision():
    group, _, network = adder("v += 1")
    network.run(STEP)
    prefs.core.default_float_dtype = np.float32
    network.run(STEP)
    yield group.v, group.variables["v"].dtype.__name__


@case
def the_default_schedule():
    group, doubling, adding, network = two_operations()
    doubling.when, adding.when = "groups", "synapses"
    network.run(2 * STEP)
    yield group.v
    group.v = 0
    prefs.core.network.default_schedule = [
        "start",
        "synapses",
        "groups",
        "thresholds",
        "resets",
        "end",
    ]
    network.run(2 * STEP)
    yield group.v


@case
def the_seed():
    group, _, network = adder("v = rand()", n=2)
    for number in (3, 3, 4):
        seed(number)
        network.run(STEP)
        yield group.v


@case
def no_seed():
    group, _, network = adder("v = rand()", n=2)
    seed(3)
    network.run(2 * STEP)
    yield group.v
    seed(3)
    network.run(STEP)
    network.run(STEP)
    yield group.v


@case
def a_state_that_is_restored():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    network.store()
    network.run(STEP)
    yield group.v
    network.restore()
    k = 10.0
    network.run(STEP)
    yield group.v, network.t / STEP


@case
def a_state_that_is_stored():
    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    network.store()
    k = 10.0
    network.run(STEP)
    yield group.v, network.t / STEP


@case
def a_state_of_before_the_first_run():
    group, _, network = adder()
    network.store()
    k = 1.0
    network.run(2 * STEP)
    yield group.v
    network.restore()
    k = 10.0
    network.run(STEP)
    yield group.v, network.t / STEP


@case
def a_state_with_fewer_synapses():
    _, target, synapses, network = pathway()
    network.run(STEP)
    network.store()
    synapses.connect(i=[1], j=[1])
    network.run(STEP)
    yield target.w, len(synapses)
    with attempt() as outcome:
        network.restore()
        network.run(STEP)
    yield outcome.error, target.w, len(synapses)


@case
def a_state_with_less_recorded():
    group, _, network = adder("v += 1")
    monitor = StateMonitor(group, "v", record=True)
    network.add(monitor)
    network.run(STEP)
    network.store()
    network.run(2 * STEP)
    yield monitor.v
    network.restore()
    network.run(STEP)
    yield monitor.v


class Counting(BrianObject):
    """Counts how often its methods are called."""

    add_to_magic_network = False

    def __init__(self):
        super().__init__(name="counting*")
        self.calls = {"before_run": 0, "after_run": 0, "run": 0}

    def before_run(self, run_namespace):
        super().before_run(run_namespace)
        self.calls["before_run"] += 1
        self.seen = run_namespace.get("k")

    def after_run(self):
        super().after_run()
        self.calls["after_run"] += 1

    def update(self):
        """Has to be there; `run` is what is called."""

    def run(self):
        self.calls["run"] += 1


@case
def methods_of_an_object():
    _, _, network = adder()
    counting = Counting()
    network.add(counting)
    for k in (1.0, 1.0, 10.0):
        network.run(STEP)
        yield *counting.calls.values(), counting.seen


@case
def a_method_of_the_network():
    calls = []

    class Noting(Network):
        def before_run(self, run_namespace):
            calls.append(run_namespace["k"])
            super().before_run(run_namespace)

    group = NeuronGroup(1, "v : 1")
    group.run_regularly("v += k")
    network = Noting(group)
    for k in (1.0, 1.0, 10.0):
        network.run(STEP)
        yield calls, group.v


@case
def a_method_that_makes_code():
    class Adding(CodeRunner):
        number = 1

        def update_abstract_code(self, run_namespace):
            self.abstract_code = f"v += {self.number}"

    group = NeuronGroup(1, "v : 1")
    adding = Adding(group, "stateupdate", code="", name="adding*")
    network = Network(group, adding)
    for adding.number in (1, 1, 10):
        network.run(STEP)
        yield group.v
