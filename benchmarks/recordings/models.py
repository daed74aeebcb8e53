"""Networks that are recorded."""

from __future__ import annotations

from brian2 import Network, NeuronGroup, StateMonitor, ms

from benchmarks.models import cuba

__all__ = ["build"]

#: How many neurons of CUBA are recorded
N_RECORDED = 500


def build(name: str, is_recorded: bool) -> Network:
    """Return one of the models, with a monitor ``recorded`` if it is recorded."""
    if name == "population":
        neurons = NeuronGroup(10_000, "dv/dt = (1.1 - v)/(10*ms) : 1", method="exact")
        neurons.v = "i/10000."
        network = Network(neurons)
        record, dt = True, None
    else:
        network = cuba.build()
        neurons = network["neurons"]
        record, dt = range(N_RECORDED), (None if name == "every step" else 1 * ms)
    if is_recorded:
        network.add(StateMonitor(neurons, "v", record, dt=dt, name="recorded"))
    return network
