"""Objects of other classes, which may do anything when a run is prepared."""

from brian2 import BrianObject, NetworkOperation, NeuronGroup
from brian2.core.network import Network

from tests.simulation.second_runs.cases import STEP, adder, case


@case
def a_network_operation_with_a_preparation():
    seen = []

    class Noting(NetworkOperation):
        def before_run(self, run_namespace):
            seen.append(run_namespace["k"])
            super().before_run(run_namespace)

    group, _, network = adder()
    network.add(Noting(lambda: None))
    for k in (1.0, 1.0, 10.0):
        network.run(STEP)
        yield set(seen) == {1.0, k}, seen[-1], group.v


@case
def a_network_operation_with_a_method():
    seen = []
    group, _, network = adder()
    operation = NetworkOperation(lambda: None)
    operation.before_run = lambda names: seen.append(names["k"])
    network.add(operation)
    for k in (1.0, 1.0, 10.0):
        network.run(STEP)
        yield seen[-1], group.v


class Late(BrianObject):
    """Does something when everything else is prepared, in its first run."""

    add_to_magic_network = False

    def __init__(self, change):
        super().__init__(name="zz_late*", when="end", order=10)
        self.change = change

    def before_run(self, run_namespace):
        super().before_run(run_namespace)
        self.change()
        self.change = bool

    def run(self):
        """Do nothing in a time step."""


@case
def a_preparation_that_changes_a_group():
    group = NeuronGroup(1, "v : 1", threshold="v > 0", reset="v = 0")
    late = Late(lambda: group.events.update(spike="v > 5"))
    network = Network(group, late)
    for _ in range(3):
        group.v = 3
        network.run(STEP)
        yield group.v


@case
def a_preparation_that_changes_code():
    group, operation, network = adder("v += 1")

    def change():
        operation.abstract_code = "v += 10"

    network.add(Late(change))
    for _ in range(3):
        network.run(STEP)
        yield group.v


@case
def the_class_of_an_object():
    class Resetting(NeuronGroup):
        def before_run(self, run_namespace=None):
            super().before_run(run_namespace)
            self.v = 100

    group, _, network = adder("v += 1")
    for group.__class__ in (NeuronGroup, NeuronGroup, NeuronGroup, Resetting):
        network.run(STEP)
        yield group.v
    group.__class__ = NeuronGroup
    network.run(STEP)
    yield group.v


@case
def a_method_of_all_objects():
    seen = set()
    prepare = BrianObject.before_run

    def note(obj, run_namespace):
        seen.add(run_namespace["k"])
        prepare(obj, run_namespace)

    group, _, network = adder()
    k = 1.0
    network.run(STEP)
    BrianObject.before_run = note
    try:
        for k in (1.0, 1.0, 10.0):
            seen.clear()
            network.run(STEP)
            yield list(seen), group.v
    finally:
        BrianObject.before_run = prepare
    network.run(STEP)
    yield group.v


@case
def the_clock_of_an_operation():
    calls = []
    often = NetworkOperation(lambda: calls.append(1), dt=STEP)
    seldom = NetworkOperation(lambda: None, dt=2 * STEP)
    network = Network(often, seldom, NetworkOperation(lambda: None, clock=often.clock))
    group = NeuronGroup(1, "v : 1", dt=STEP)
    group.run_regularly("v += 1")
    network.add(group)
    network.run(4 * STEP)
    yield len(calls)
    often._clock = seldom.clock
    network.run(4 * STEP)
    yield len(calls)
