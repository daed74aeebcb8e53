"""Spikes reach the synapses that they were sent to, whatever happens on the way."""

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeGeneratorGroup,
    Synapses,
    defaultclock,
    ms,
    prefs,
)
from brian2.devices.device import reinit_devices

from brian2numba.containers import SpikeQueue

#: Pairs of neurons: from one neuron to all, in an order that is none, and few
SORTED = [(i, j) for i in range(3) for j in range(20)]
UNSORTED = [(k % 3, k % 20) for k in range(60)][::-1]
ONE_TO_ONE = [(i, i) for i in range(3)]

#: Delays in ms, as a function of the number of synapses
DELAYS = {
    "one": lambda n: 1.2,
    "few": lambda n: 0.7 + 1.1 * (np.arange(n) % 2),
    "many": lambda n: 0.3 + 0.1 * (np.arange(n) % 29),
}


def connect(synapses, pairs):
    i, j = zip(*pairs, strict=True)
    n_before = len(synapses)
    synapses.connect(i=i, j=j)
    synapses.w = np.arange(len(synapses)) % 17 + n_before


def history(target, first, then, delays, later_delays):
    """Return a variable whose value depends on the order of updates, over some runs."""
    reinit_devices()
    prefs.codegen.target = target
    defaultclock.dt = 0.1 * ms
    spikes = [(k % 3, 0.1 * k) for k in range(80) if k % 7 < 5]
    indices, times = zip(*spikes, strict=True)
    inputs = SpikeGeneratorGroup(3, indices, times * ms)
    cells = NeuronGroup(20, "x : 1")
    is_uniform = delays == later_delays == "one"
    synapses = Synapses(
        inputs,
        cells,
        "w : 1",
        on_pre="x_post = 0.5*x_post + w",
        delay=1.2 * ms if is_uniform else None,
    )
    network = Network(inputs, cells, synapses)
    values = []

    def run():
        if not is_uniform:
            key = delays if not values else later_delays
            synapses.delay = DELAYS[key](len(synapses)) * ms
        for _ in range(5):
            network.run(0.5 * ms, namespace={})
            values.append(np.array(cells.x))

    connect(synapses, first)
    run()
    connect(synapses, then)
    run()
    network.store()
    run()
    network.restore()
    run()
    return np.array(values), synapses


@pytest.mark.parametrize(
    ("first", "then"),
    [(SORTED, UNSORTED), (UNSORTED, SORTED), (ONE_TO_ONE, SORTED)],
    ids=["sorted-first", "unsorted-first", "one-to-one-first"],
)
@pytest.mark.parametrize("delays", DELAYS)
@pytest.mark.parametrize("later_delays", DELAYS)
def test_more_synapses_and_other_delays(first, then, delays, later_delays):
    values, synapses = history("numba", first, then, delays, later_delays)
    expected, _ = history("numpy", first, then, delays, later_delays)
    assert isinstance(synapses.pre.queue, SpikeQueue)
    assert len(np.unique(values)) > 100
    assert values.tolist() == expected.tolist()
