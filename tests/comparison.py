"""Running a model on a target and comparing what comes out."""

import re

import brian2
import numpy as np
from brian2 import defaultclock, ms, prefs
from brian2.core.variables import ArrayVariable
from brian2.devices.device import reinit_devices

#: What solvers of the cable equation use, each in its own way
_WORKING_SPACE = (
    "_P_children",
    "_P_diag",
    "_P_parent",
    "_ab_star1",
    "_c",
    "_gtot_all",
    "_u_minus",
    "_u_plus",
    "_v_star",
)


def simulate(model, target, duration=5 * ms, seed=11):
    """Return the values of all array variables after a run on a target.

    The keys are pairs of the name of an object and that of its variable.
    """
    reinit_devices()
    prefs.codegen.target = target
    prefs.codegen.string_expression_target = target
    defaultclock.dt = 0.1 * ms
    brian2.seed(seed)
    network = model()
    network.run(duration, namespace={})
    return {
        (owner_number, name): np.array(variable.get_value())
        for owner_number, owner in enumerate(_owners(network))
        for name, variable in owner.variables.items()
        if isinstance(variable, ArrayVariable)
        and variable.owner.name == owner.name
        and name not in _WORKING_SPACE
    }


def _owners(network):
    """Return the objects with variables, in the order in which they were made."""
    owners = [o for o in network.sorted_objects if hasattr(o, "variables")]
    return sorted(set(owners), key=lambda owner: _by_number(owner.name))


def _by_number(name):
    """Split a name like 'synapses_10' so that it comes after 'synapses_2'."""
    return [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", name)]


def assert_same(result, reference, rtol):
    """Check that two results have the same variables with the same values."""
    assert result.keys() == reference.keys()
    assert reference, "There is nothing to compare."
    for key, expected in reference.items():
        scale = np.max(np.abs(expected), initial=0) if expected.dtype.kind == "f" else 0
        np.testing.assert_allclose(
            result[key],
            expected,
            rtol=rtol,
            atol=rtol * scale,
            err_msg=str(key),
        )
