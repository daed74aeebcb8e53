"""Namespaces of unusual kinds, and what is in them in the second run."""

from collections import ChainMap, defaultdict

from brian2 import NeuronGroup

from tests.simulation.second_runs.cases import STEP, adder, attempt, case


@case
def a_namespace_with_objects_that_is_replaced():
    other = NeuronGroup(1, "x : 1")
    group, _, network = adder(namespace={"k": 1.0, "other": other})
    network.run(STEP)
    yield group.v
    group.namespace = {"k": 10.0, "other": other}
    network.run(STEP)
    yield group.v


@case
def a_namespace_that_contains_itself():
    names = {"k": 1.0}
    names["names"] = names
    group, _, network = adder(namespace=names)
    for names["k"] in (1.0, 1.0, 10.0):
        network.run(STEP)
        yield group.v


class Few:
    """What Brian asks a group's namespace for, and nothing else."""

    def __init__(self, **names):
        self.names = names

    def __contains__(self, name):
        return name in self.names

    def __getitem__(self, name):
        return self.names[name]


@case
def a_namespace_without_get():
    group, _, network = adder()
    for group.namespace in (Few(k=1.0), Few(k=1.0), Few(k=10.0)):
        network.run(STEP)
        yield group.v


class Doubled(dict):
    """A dictionary in which get() is not what is in brackets."""

    def __getitem__(self, name):
        return 2 * super().__getitem__(name)


@case
def a_namespace_with_numbers_of_its_own():
    group, _, network = adder()
    for k in (1.0, 1.0, 10.0):
        network.run(STEP, namespace=Doubled(k=k))
        yield group.v


@case
def a_namespace_of_several():
    first, second = {}, {"k": 1.0}
    group, _, network = adder()
    for second["k"] in (1.0, 10.0):
        network.run(STEP, namespace=ChainMap(first, second))
        yield group.v
    first["k"] = 100.0
    network.run(STEP, namespace=ChainMap(first, second))
    yield group.v


@case
def a_namespace_with_a_default():
    names = defaultdict(float, k=1.0)
    group, _, network = adder()
    network.run(STEP, namespace=names)
    del names["k"]
    with attempt() as outcome:
        network.run(STEP, namespace=names)
    yield outcome.error, group.v
