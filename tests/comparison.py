"""Running a model on a target and comparing what comes out."""

import re

import brian2
from brian2 import defaultclock, ms, prefs
from brian2.devices.device import reinit_devices

from reliability.values import differing, values_of


def simulate(model, target, duration=5 * ms, seed=11):
    """Return the values of all array variables after a run on a target.

    The keys are pairs of the number of an object, in the order in which they were made,
    and the name of its variable.
    """
    reinit_devices()
    prefs.codegen.target = target
    prefs.codegen.string_expression_target = target
    defaultclock.dt = 0.1 * ms
    brian2.seed(seed)
    network = model()
    network.run(duration, namespace={})
    values = values_of(network)
    owners = sorted({owner for owner, _ in values}, key=_by_number)
    return {
        (owners.index(owner), name): array for (owner, name), array in values.items()
    }


def _by_number(name):
    """Split a name like 'synapses_10' so that it comes after 'synapses_2'."""
    return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]


def assert_same(result, reference, rtol):
    """Check that two results have the same variables with the same values."""
    assert reference, "There is nothing to compare."
    assert not list(differing(result, reference, rtol))
