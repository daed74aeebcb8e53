"""The small model that all cases are tried on."""

from __future__ import annotations

from typing import Any

import brian2

__all__ = ["make_model"]

MODEL = """
cells = NeuronGroup(
    5,
    '''dv/dt = -v/(10*ms) : 1
    x : 1
    k : integer
    flag : boolean
    I : amp
    tau : second
    share : 1 (shared)
    twice = 2*x : 1''',
    threshold="v > 1",
    reset="v = 0",
    method="euler",
    name="cells",
)
others = NeuronGroup(3, "dy/dt = -y/(10*ms) : 1", method="euler", name="others")
syn = Synapses(cells, cells, "w : 1", on_pre="v_post += w", name="syn")
syn.connect(j="i")
spikes = SpikeMonitor(cells, name="spikes")
network = Network(cells, others, syn, spikes, name="network")
"""


#: What loads all that cases load, once for all of them
WARM_UP = """
made = NeuronGroup(
    2, "dv/dt = -v/ms : 1", threshold="v > 1", reset="v = 0", method="euler"
)
made_synapses = Synapses(made, made, "w : 1", on_pre="v += w")
made_synapses.connect(condition="i != j", p=0.5)
made_synapses.w = "i"
Network(made, made_synapses).run(0.2*ms)
device.reinit(); device.activate()
"""


def make_model() -> dict[str, Any]:
    """Return the names that a case's script sees."""
    names = {name: getattr(brian2, name) for name in dir(brian2)}
    names["np"] = brian2.np
    exec(WARM_UP, dict(names))
    exec(MODEL, names)
    return names
