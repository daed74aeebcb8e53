"""Networks recorded on disk and in memory, and what their monitors show."""

import numpy as np
from brian2 import Network, defaultclock, ms, prefs, seed
from brian2.devices.device import reinit_devices
from brian2.monitors import EventMonitor, PopulationRateMonitor, StateMonitor

from brian2numba import record_to_disk

MONITORS = (StateMonitor, EventMonitor, PopulationRateMonitor)
#: So small that many blocks leave memory in a short run
FEW_BYTES = 2000


def run_twice(network):
    """Run a network in two pieces."""
    network.run(7.3 * ms, namespace={})
    network.run(4.1 * ms, namespace={})


def shown(model, path=None, run=run_twice, block_bytes=FEW_BYTES):
    """Return what the monitors of a model show, recorded in a folder or in memory."""
    target = prefs.codegen.target
    reinit_devices()
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    defaultclock.dt = 0.1 * ms
    seed(11)
    network = model()
    assert isinstance(network, Network)
    if path is not None:
        record_to_disk(network, path, block_bytes=block_bytes)
    run(network)
    monitors = [obj for obj in network.sorted_objects if isinstance(obj, MONITORS)]
    return [values_of(monitor) for monitor in monitors]


def values_of(monitor):
    """Return all rows of a monitor, and what it counts."""
    names = [name for name in monitor.variables if not name.startswith("_")]
    found = {
        name: np.array(monitor.variables[name].get_value())
        for name in names
        if monitor.variables[name].array
        and not monitor.variables[name].constant
        and monitor.variables[name].owner is not None
        and monitor.variables[name].owner.name == monitor.name
    }
    return {f"{monitor.name}.{name}": values for name, values in found.items()}


def assert_same(found, expected):
    """Check that all is equal bit by bit."""
    assert len(found) == len(expected) > 0
    for some, others in zip(found, expected, strict=True):
        names = [name.split(".")[1] for name in some]
        assert names == [name.split(".")[1] for name in others]
        for name, values, other in zip(
            names, some.values(), others.values(), strict=True
        ):
            assert values.dtype == other.dtype, name
            assert values.shape == other.shape, name
            assert values.tobytes() == other.tobytes(), name


def assert_recorded_alike(model, path, **options):
    """Check that a model's monitors show on disk what they show in memory."""
    expected = shown(model, **{k: v for k, v in options.items() if k != "block_bytes"})
    assert_same(shown(model, path, **options), expected)
