"""Garbage is collected before a run where Brian has something to say of it."""

import gc
import subprocess
import sys

import pytest
from brian2 import Network, NeuronGroup, ms, prefs, run
from brian2.core.base import BrianObject
from brian2.utils.logger import catch_logs


@pytest.fixture(autouse=True)
def warnings_are_on():
    prefs.logging.warn_for_unused_objects = True
    prefs._backup()


@pytest.fixture
def collections(monkeypatch):
    """Count the collections that are asked for."""
    counted = []
    collect = gc.collect
    monkeypatch.setattr(gc, "collect", lambda: counted.append(1) or collect())
    return counted


@pytest.fixture
def only_own_objects(monkeypatch):
    """Hide what other tests have left: it may be objects that were never used."""
    instances = BrianObject.__instances__
    before = frozenset(instances())
    monkeypatch.setattr(BrianObject, "__instances__", lambda: instances() - before)


def unused_warnings(network):
    """Return the names of the objects that a run warns of."""
    with catch_logs() as logs:
        network.run(0.1 * ms)
    return [
        message for _, name, message in logs if name.endswith("unused_brian_object")
    ]


def test_warns_of_what_was_made_and_dropped():
    network = Network(NeuronGroup(1, "x : 1"))
    network.run(0.1 * ms)
    group = NeuronGroup(1, "x : 1", name="forgotten_one")
    group.add_attribute("itself")
    group.itself = group
    del group
    (warning,) = unused_warnings(network)
    assert "forgotten_one" in warning


def test_warns_of_what_was_kept_for_some_runs():
    network = Network(NeuronGroup(1, "x : 1"))
    group = NeuronGroup(1, "x : 1", name="dropped_one")
    group.add_attribute("itself")
    group.itself = group
    assert not unused_warnings(network)
    assert not unused_warnings(network)
    del group
    (warning,) = unused_warnings(network)
    assert "dropped_one" in warning


def test_running_again_collects_nothing(collections, only_own_objects):
    network = Network(NeuronGroup(1, "x : 1"))
    network.run(0.1 * ms)
    del collections[:]
    for _ in range(3):
        network.run(0.1 * ms)
    assert not collections


def test_another_network_does(collections):
    Network(NeuronGroup(1, "x : 1")).run(0.1 * ms)
    network = Network(NeuronGroup(1, "x : 1"))
    del collections[:]
    network.run(0.1 * ms)
    assert collections


def test_nothing_is_collected_where_nobody_wants_to_know(collections):
    prefs.logging.warn_for_unused_objects = False
    Network(NeuronGroup(1, "x : 1")).run(0.1 * ms)
    assert not collections


def test_a_magic_run_collects_what_is_new(collections, only_own_objects):
    group = NeuronGroup(1, "x : 1")
    run(0.1 * ms)
    del collections[:]
    for _ in range(3):
        run(0.1 * ms)
    assert not collections
    group = NeuronGroup(1, "x : 1")
    run(0.1 * ms)
    assert collections
    assert group.N == 1


def test_a_magic_run_collects_without_warnings(collections, only_own_objects):
    prefs.logging.warn_for_unused_objects = False
    group = NeuronGroup(1, "x : 1")
    run(0.1 * ms)
    network = Network(NeuronGroup(1, "x : 1"))
    network.run(0.1 * ms)
    del collections[:]
    run(0.1 * ms)
    assert len(collections) == 1
    run(0.1 * ms)
    assert len(collections) == 1
    assert group.N == 1


LATE = """
import gc, sys
from brian2 import *
if "early" in sys.argv:
    group = NeuronGroup(1, "x : 1")
# Python 3.12 begins with some
before = gc.get_freeze_count()
import brian2numba
print(gc.get_freeze_count() > before)
"""


@pytest.mark.parametrize("has_objects", [True, False])
def test_libraries_are_left_out_where_no_network_can_be_among_them(has_objects):
    arguments = ["early"] * has_objects
    finished = subprocess.run(
        [sys.executable, "-c", LATE, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.stdout.split() == [str(not has_objects)], finished.stderr
