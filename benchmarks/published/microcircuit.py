"""The cortical microcircuit of Potjans and Diesmann (2014), as a model for Brian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import *
from numpy.typing import NDArray

from benchmarks.published import parameters
from benchmarks.published.parameters import Microcircuit, scaled

__all__ = ["Connections", "build", "connections"]

type Floats = NDArray[np.float64]
type Integers = NDArray[np.integer[Any]]

EQUATIONS = """
dv/dt = (E_L - v)/tau_m + (I + I_constant)/C : volt (unless refractory)
dI/dt = -I/tau_syn : amp
I_constant : amp (constant)
"""
NAMESPACE = {
    "tau_m": parameters.TAU_M * ms,
    "tau_syn": parameters.TAU_SYN * ms,
    "C": parameters.CAPACITY * pF,
    "E_L": parameters.REST * mV,
    "v_reset": parameters.RESET * mV,
    "v_threshold": parameters.THRESHOLD * mV,
}


@dataclass(frozen=True)
class Connections:
    """All synapses, sorted by source and then by target; weights in pA, delays in ms.

    Each array has an item for a synapse.
    """

    sources: Integers
    targets: Integers
    weights: Floats
    delays: Floats


def build(scale: float = 0.1, drive: str = "poisson", seed: int = 2014) -> Network:
    """
    Make the network: ``neurons``, ``synapses``, ``spikes``, and what drives it.

    Parameters
    ----------
    scale : float
        Share of the published network's neurons, and of the synapses of each.
    drive : str
        ``"poisson"`` or ``"dc"``.
    seed : int
        Of the numbers that connections and potentials are drawn from: these are the
        same for all targets.
    """
    circuit = scaled(scale, drive)
    random = np.random.default_rng(seed)
    neurons = build_neurons(circuit, random)
    found = connections(circuit, random, float(defaultclock.dt / ms))
    synapses = Synapses(
        neurons, neurons, "w : amp (constant)", on_pre="I_post += w", name="synapses"
    )
    synapses.connect(i=found.sources, j=found.targets)
    synapses.w = found.weights * pA
    synapses.delay = found.delays * ms
    spikes = SpikeMonitor(neurons, name="spikes")
    return Network(neurons, synapses, spikes, *inputs(circuit, neurons))


def build_neurons(circuit: Microcircuit, random: np.random.Generator) -> NeuronGroup:
    """Make the neurons of all populations, in their order."""
    neurons = NeuronGroup(
        int(circuit.sizes.sum()),
        EQUATIONS,
        threshold="v > v_threshold",
        reset="v = v_reset",
        refractory=parameters.REFRACTORY * ms,
        method="exact",
        namespace=NAMESPACE,
        name="neurons",
    )
    mean = np.repeat(parameters.START_MEAN, circuit.sizes)
    deviation = np.repeat(parameters.START_DEVIATION, circuit.sizes)
    neurons.v = random.normal(mean, deviation) * mV
    neurons.I_constant = np.repeat(circuit.current, circuit.sizes) * pA
    return neurons


def inputs(circuit: Microcircuit, neurons: NeuronGroup) -> list[PoissonInput]:
    """Make the random input of each population, if there is such."""
    if circuit.drive == "dc":
        return []
    borders = circuit.borders
    return [
        PoissonInput(
            neurons[borders[k] : borders[k + 1]],
            "I",
            N=int(n),
            rate=parameters.EXTERNAL_RATE * Hz,
            weight=circuit.external_weight * pA,
        )
        for k, n in enumerate(circuit.n_external)
    ]


def connections(
    circuit: Microcircuit, random: np.random.Generator, shortest: float
) -> Connections:
    """
    Draw the synapses.

    Each pair of populations has as many as were published, whose two neurons are any
    of theirs. Weights and delays are normally distributed. Delays below half a time
    step are drawn again, as NEST does, so that the shortest is one step.
    """
    both = _pairs(circuit, random)
    n_neurons = int(circuit.sizes.sum())
    sources = (both // n_neurons).astype(np.int32)
    targets = (both % n_neurons).astype(np.int32)
    del both  # at full size each array of doubles has 2.4 GB
    population = np.repeat(np.arange(len(circuit.sizes), dtype=np.int8), circuit.sizes)
    of_source = population[sources]
    mean = circuit.weights[population[targets], of_source]
    weights = random.standard_normal(len(mean))
    weights *= parameters.WEIGHT_DEVIATION * np.abs(mean)
    weights += mean
    del mean
    delays = _delays(circuit.delays()[of_source], random, shortest)
    return Connections(sources, targets, weights, delays)


def _pairs(circuit: Microcircuit, random: np.random.Generator) -> Integers:
    """Return source times number of neurons plus target of each synapse, sorted."""
    borders, n_neurons = circuit.borders, int(circuit.sizes.sum())
    pairs = np.concatenate(
        [
            random.integers(borders[s], borders[s + 1], n) * n_neurons
            + random.integers(borders[t], borders[t + 1], n)
            for (t, s), n in np.ndenumerate(circuit.n_synapses)
        ]
    )
    pairs.sort()
    return pairs


def _delays(mean: Floats, random: np.random.Generator, shortest: float) -> Floats:
    delays = random.standard_normal(len(mean))
    delays *= parameters.DELAY_DEVIATION * mean
    delays += mean
    while len(early := np.flatnonzero(delays < shortest / 2)):
        again = random.standard_normal(len(early))
        delays[early] = mean[early] * (1 + parameters.DELAY_DEVIATION * again)
    return np.maximum(delays, shortest, out=delays)
