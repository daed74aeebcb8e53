"""
A connectome of the size and with the degrees of a fly's brain.

What the synthetic one has of the published brain (FlyWire, version 783), and whence:

- the numbers of neurons and of connected pairs are those of the table that the model of
  Shiu et al. (2024) reads;
- 54.5 million synapses, 3.6 a connection, 18 % of which have five or more, 12.6 of them
  on average (Dorkenwald et al. 2024): a lognormal distribution, rounded up, has all of
  these, and gives half of the connections one synapse;
- degrees have a heavy tail: a lognormal distribution by which 30 % of the neurons have
  more connections than nine tenths of the mean, as the rich club of Lin et al. (2024);
- 78 parts, as many as there are neuropils.

What is assumed: the share of connections within a part, and that parts are equally
large; the share of excitatory neurons; that neurons with many inputs have many outputs.
With these numbers a stimulus reaches some hundred neurons, as is published. What it has
not are cell types and motifs: other neurons would answer in a fly.

Dorkenwald S, Matsliah A, Sterling AR, et al. (2024). Neuronal wiring diagram of an
adult brain. Nature 634:124-138. <https://doi.org/10.1038/s41586-024-07558-y>

Lin A, Yang R, Dorkenwald S, et al. (2024). Network statistics of the whole-brain
connectome of Drosophila. Nature 634:153-165.
<https://doi.org/10.1038/s41586-024-07968-y>
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_CONNECTIONS", "N_NEURONS", "N_SENSORY", "Connectome", "synthetic"]

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

N_NEURONS = 138_639
N_CONNECTIONS = 15_091_983

#: The first neurons, which sense sugar and excite others: those that get input
N_SENSORY = 21

EXCITATORY = 0.6
N_PARTS = 78
WITHIN = 0.7  # share of connections within a part
#: Of the lognormal distributions' normal ones
DEGREE_DEVIATION = 1.2
SHARED = 0.7  # correlation of inputs and outputs
COUNT_MEAN, COUNT_DEVIATION = 0.01, 1.5
#: How many more pairs are drawn, as some are drawn twice
SURPLUS = 1.25


@dataclass(frozen=True)
class Connectome:
    """Which neurons are connected, sorted by source and then by target.

    Attributes
    ----------
    n_neurons : int
        How many neurons.
    sources, targets : array of int
        The two neurons of each connection.
    counts : array of int
        How many synapses it has, negative if they inhibit.
    """

    n_neurons: int
    sources: Integers
    targets: Integers
    counts: Integers


def synthetic(share: float = 1.0, seed: int = 783) -> Connectome:
    """
    Draw a connectome.

    Parameters
    ----------
    share : float
        Of the neurons, and of the parts. Each neuron has as many connections as in a
        whole brain.
    seed : int
        Of all that is drawn.
    """
    random = np.random.default_rng(seed)
    n_neurons = round(share * N_NEURONS)
    n_connections = round(share * N_CONNECTIONS)
    outputs, inputs = _attractions(n_neurons, random)
    sources = _ends(outputs, round(SURPLUS * n_connections), random)
    parts = np.array_split(np.arange(n_neurons), max(1, round(share * N_PARTS)))
    targets = _targets(sources, inputs, parts, random)
    pairs = np.sort(sources * n_neurons + targets)
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    kept = random.permutation(len(pairs))[:n_connections]
    sources, targets = np.divmod(np.sort(pairs[kept]), n_neurons)
    sizes = random.lognormal(COUNT_MEAN, COUNT_DEVIATION, len(sources))
    signs = np.where(random.random(n_neurons) < EXCITATORY, 1, -1)
    signs[:N_SENSORY] = 1
    counts = np.ceil(sizes).astype(int) * signs[sources]
    return Connectome(n_neurons, sources, targets, counts)


def _attractions(n_neurons: int, random: np.random.Generator) -> list[Floats]:
    """Return how likely a connection begins, and how likely it ends, at each neuron."""
    common = np.sqrt(SHARED) * random.standard_normal(n_neurons)
    own = np.sqrt(1 - SHARED) * random.standard_normal((2, n_neurons))
    return list(np.exp(DEGREE_DEVIATION * (common + own)))


def _ends(attractions: Floats, n: int, random: np.random.Generator) -> Integers:
    """Return a neuron for each of so many ends of connections, sorted."""
    numbers = random.multinomial(n, attractions / attractions.sum())
    return np.repeat(np.arange(len(attractions)), numbers)


def _targets(
    sources: Integers,
    attractions: Floats,
    parts: Sequence[Integers],
    random: np.random.Generator,
) -> Integers:
    """Return a target for each of the sorted sources, often one of the same part."""
    targets = np.full(len(sources), -1)
    for part in parts:
        first, end = np.searchsorted(sources, (part[0], part[-1] + 1))
        within = first + np.flatnonzero(random.random(end - first) < WITHIN)
        targets[within] = part[0] + random.permutation(
            _ends(attractions[part], len(within), random)
        )
    others = np.flatnonzero(targets < 0)
    targets[others] = random.permutation(_ends(attractions, len(others), random))
    return targets
