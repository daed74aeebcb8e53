"""Functions that look at all neurons or synapses at once."""

import numpy as np
from brian2 import check_units, declare_types, mV, volt
from scipy import ndimage

from tests.user_functions.function_forms import PYTHON, form

MIXING = np.array([[(k * j) % 5 for k in range(6)] for j in range(6)], dtype=float)


@form("`x.mean()`", PYTHON, place="equation")
@check_units(x=1, result=1)
def mean(x):
    return x - x.mean()


@form("`np.sum(x)`, `np.max(x)`", PYTHON)
@check_units(x=1, result=1)
def total(x):
    return np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x)))


@form("`len(x)`, `x.size`, `x.shape`", PYTHON)
@check_units(x=1, result=1)
def size(x):
    return x / len(x) + x.size + x.shape[0]


@form("reductions with units", PYTHON, call="f(v)")
@check_units(v=volt, result=volt)
def mean_with_units(v):
    return v - np.mean(v) + 1 * mV


@form("`np.cumsum`, `np.diff`", PYTHON)
@check_units(x=1, result=1)
def cumulative(x):
    return np.cumsum(x) + np.diff(x, prepend=0)


@form("`np.roll`: neighbours", PYTHON)
@check_units(x=1, result=1)
def neighbours(x):
    return np.roll(x, 1) - 2 * x + np.roll(x, -1)


@form("`x[::-1]`, `x[0]`", PYTHON)
@check_units(x=1, result=1)
def reversed_order(x):
    return x[::-1] + x[0]


@form("`np.argsort`, `np.argmax`: ranks", PYTHON)
@check_units(x=1, result=1)
def ranks(x):
    return np.argsort(np.argsort(-x)) + np.argmax(x)


@form("a product with a matrix: `matrix @ x`", PYTHON)
@check_units(x=1, result=1)
def matrix_product(x):
    return MIXING @ x


@form("`np.dot`, `np.linalg.norm`", PYTHON)
@check_units(x=1, result=1)
def norm(x):
    return np.dot(MIXING, x) / (1 + np.linalg.norm(x))


@form("`np.convolve`", PYTHON)
@check_units(x=1, result=1)
def convolved(x):
    return np.convolve(x, [0.25, 0.5, 0.25], mode="same")


@form("`np.median`, `np.percentile`, `np.std`", PYTHON)
@check_units(x=1, result=1)
def statistics(x):
    return (x - np.median(x)) / np.std(x) + np.percentile(x, 75)


@form("`if np.any(...)`", PYTHON)
@check_units(x=1, result=1)
def if_any(x):
    if np.any(x > 2):
        return np.zeros_like(x)
    return x


@form("`for` over the population", PYTHON, place="reset")
@check_units(x=1, result=1)
def loop_over_population(x):
    result = np.empty(len(x))
    for k, value in enumerate(x):
        result[k] = value + k if value > 0 else -value
    return result


@form("a list over the population", PYTHON)
@check_units(x=1, result=1)
def list_over_population(x):
    return np.array([a if a > 0 else 0 for a in x])


@form("winner takes all, in a threshold", PYTHON, place="threshold", call="f(x)")
@check_units(x=1, result=bool)
def winner(x):
    return (x == np.max(x)) & (x > 0)


@form("all synapses at once", PYTHON, place="synapse", call="f(w)")
@check_units(w=1, result=1)
def normalised(w):
    return w / np.sum(w)


@form("a summed variable of all synapses", PYTHON, place="summed", call="f(w)")
@check_units(w=1, result=1)
def rank_of_synapse(w):
    return np.argsort(w) / len(w)


@form("a condition of all pairs", PYTHON, place="connection", call="f(i, j) == 0")
@declare_types(i="integer", j="integer")
@check_units(i=1, j=1, result=1)
def pairs(i, j):
    return (i + j + np.max(j)) % 2


weights = np.array([0.5, 1.0, -1.0, 2.0, 0.25, 4.0])


def change_weights():
    weights[:] = weights[::-1]


@form(
    "an array with a number for each neuron: `weights*x`", PYTHON, within=change_weights
)
@check_units(x=1, result=1)
def number_for_each(x):
    return weights * x + np.maximum(x, weights)


@form("functions of scipy", PYTHON)
@check_units(x=1, result=1)
def with_scipy(x):
    return ndimage.uniform_filter1d(x, 3, mode="wrap")


@form("pandas", PYTHON)
@check_units(x=1, result=1)
def with_pandas(x):
    import pandas  # noqa: PLC0415

    return pandas.Series(x).rolling(2, min_periods=1).mean().to_numpy()
