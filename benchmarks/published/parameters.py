"""
The cortical microcircuit's parameters, as published, and how they are scaled.

Potjans TC, Diesmann M (2014). The cell-type specific cortical microcircuit: relating
structure and activity in a full-scale spiking network model. Cereb Cortex
24(3):785-806 (tables 4 and 5). <https://doi.org/10.1093/cercor/bhs358>

van Albada SJ, Helias M, Diesmann M (2015). Scalability of asynchronous networks is
limited by one-to-one mapping between effective connectivity and correlations. PLoS
Comput Biol 11(9):e1004490. <https://doi.org/10.1371/journal.pcbi.1004490>

There is nothing but numpy here: NEST's process reads this file as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["POPULATIONS", "Microcircuit", "scaled"]

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

POPULATIONS = ("L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
#: That a pair of neurons has at least one synapse; targets are rows, sources columns
PROBABILITIES = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
#: Synapses that a neuron has from outside, and the rate of each in Hz
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
EXTERNAL_RATE = 8.0
#: Rates of the network at full size, in Hz, for the mean input that scaling takes away:
#: those of the PyNEST version (NEST 3), of a run of the network itself
FULL_RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])

#: What a constant input has to have more, in pA, for the rates of random input, in a
#: network of a tenth of the size. It was searched for, by running both. As published, a
#: constant input keeps a network of full size active, but one of a tenth falls silent:
#: the constant current stands in for inhibition there, also while nobody fires
AGAINST_SILENCE = np.array([18.0, 42.0, 40.0, 43.0, 41.0, 37.0, 54.0, 37.0])

WEIGHT = 87.8  # pA, for a potential of 0.15 mV
INHIBITION = -4.0  # how many times as strong as excitation
WEIGHT_DEVIATION = 0.1  # of the mean
DELAYS = (1.5, 0.75)  # ms, of excitatory and inhibitory synapses
DELAY_DEVIATION = 0.5  # of the mean

TAU_M, TAU_SYN = 10.0, 0.5  # ms
CAPACITY = 250.0  # pF
REST, RESET, THRESHOLD = -65.0, -65.0, -50.0  # mV
REFRACTORY = 2.0  # ms
#: Of the potentials at the beginning, near those that the populations have later, so
#: that there is no volley of all neurons (the PyNEST version's "optimized" ones), in mV
START_MEAN = np.array([-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43])
START_DEVIATION = np.array([5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48])


@dataclass(frozen=True)
class Microcircuit:
    """A network of some size. Targets are rows of matrices, sources columns.

    Attributes
    ----------
    sizes : array of int, shape (8,)
        Neurons of each population.
    n_synapses : array of int, shape (8, 8)
        Synapses from each population to each other. Two neurons can have several.
    weights : array of float, shape (8, 8)
        Mean weights in pA.
    n_external : array of int, shape (8,)
        Synapses that a neuron has from outside.
    external_weight : float
        The weight of these in pA.
    current : array of float, shape (8,)
        Constant current in pA.
    drive : str
        ``"poisson"``, or ``"dc"``: the external synapses are part of the current.
    """

    sizes: Integers
    n_synapses: Integers
    weights: Floats
    n_external: Integers
    external_weight: float
    current: Floats
    drive: str

    @property
    def borders(self) -> Integers:
        """Where populations begin and, one more number, the last one ends."""
        return np.concatenate(([0], np.cumsum(self.sizes)))

    def delays(self) -> Floats:
        """Return the mean delay of each population's synapses in ms."""
        return np.array(DELAYS * (len(POPULATIONS) // 2))


def scaled(scale: float, drive: str = "poisson") -> Microcircuit:
    """
    Return the network with a share of its neurons and of the synapses of each.

    With fewer synapses weights are larger, by the square root, so that the variance of
    the input stays; its mean would grow and is lowered by a constant current (van
    Albada et al. 2015). Correlations do grow when a network becomes smaller, so rates
    are lower. Below a tenth of the size, constant drive leaves most neurons silent.

    Parameters
    ----------
    scale : float
        The share, 1 for the published network. The synapses in all are its square.
    drive : str
        ``"poisson"`` or ``"dc"``, for input from outside that is random or constant.
    """
    if not 0 < scale <= 1:
        raise ValueError(
            f"The microcircuit is scaled by a number above 0 and up to 1, not by "
            f"{scale}."
        )
    if drive not in ("poisson", "dc"):
        raise ValueError(
            f"The microcircuit's drive is 'poisson' or 'dc', not {drive!r}."
        )
    pairs = np.outer(SIZES, SIZES).astype(float)
    n_full = np.log1p(-PROBABILITIES) / np.log1p(-1 / pairs)
    weights = mean_weights()
    # In pA: a spike's current decays with TAU_SYN (ms); rates are in Hz
    recurrent = TAU_SYN * 1e-3 * (weights * n_full / SIZES[:, None]) @ FULL_RATES
    external = TAU_SYN * 1e-3 * WEIGHT * EXTERNAL * EXTERNAL_RATE
    taken_away = 1 - np.sqrt(scale)
    if drive == "poisson":
        current = taken_away * (recurrent + external)
    else:
        current = taken_away * recurrent + external
        current += AGAINST_SILENCE * (1 / scale - 1) / 9
    return Microcircuit(
        sizes=np.rint(SIZES * scale).astype(int),
        n_synapses=np.rint(n_full * scale**2).astype(int),
        weights=weights / np.sqrt(scale),
        n_external=np.rint(EXTERNAL * scale).astype(int),
        external_weight=WEIGHT / np.sqrt(scale),
        current=current,
        drive=drive,
    )


def mean_weights() -> Floats:
    """Return the mean weights at full size in pA."""
    weights = np.full((8, 8), WEIGHT)
    weights[:, 1::2] *= INHIBITION
    weights[POPULATIONS.index("L2/3e"), POPULATIONS.index("L4e")] *= 2
    return weights
