"""Which classes of users' have objects that are not prepared for each run."""

import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, ms

from brian2numba.preparing.classes import methods_are_brians


class WithMore(NeuronGroup):
    """A group with a name for what it is about."""

    about = "cells"

    def __init__(self, n):
        super().__init__(n, "dv/dt = 1/ms : 1", threshold="v > 2", method="euler")

    def number(self):
        return len(self)


class OfAMonitor(SpikeMonitor):
    pass


class WithItsOwnPreparation(WithMore):
    def before_run(self, run_namespace):
        self.v = 0
        super().before_run(run_namespace)


class WithOtherNames(WithMore):
    def resolve_all(self, *args, **kwds):
        return super().resolve_all(*args, **kwds)


class WithAProperty(WithMore):
    @property
    def method_choice(self):
        return "euler"

    @method_choice.setter
    def method_choice(self, value):
        pass


class WithOtherAttributes(WithMore):
    def __getattr__(self, name):
        return super().__getattr__(name)


@pytest.mark.parametrize("cls", [NeuronGroup, SpikeMonitor, WithMore, OfAMonitor])
def test_what_only_adds_is_known(cls):
    assert methods_are_brians(cls)


@pytest.mark.parametrize(
    "cls", [WithItsOwnPreparation, WithOtherNames, WithAProperty, WithOtherAttributes]
)
def test_what_changes_something_is_not(cls):
    assert not methods_are_brians(cls)


def test_a_class_that_adds_is_kept_and_one_that_changes_is_asked():
    for cls, value in ((WithMore, 2), (WithItsOwnPreparation, 1)):
        group = cls(3)
        monitor = OfAMonitor(group)
        network = Network(group, monitor)
        network.run(1 * ms)
        code = monitor.codeobj, group.state_updater.codeobj
        network.run(1 * ms)
        assert group.v[:] == pytest.approx([value] * 3)
        assert monitor.codeobj is code[0]
        # A state update belongs to its group
        assert (group.state_updater.codeobj is code[1]) == (cls is WithMore)
