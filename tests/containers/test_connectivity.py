"""What a spike queue knows of the synapses, and what that takes."""

import numpy as np
import pytest

from brian2numba.containers.choices import Choices
from brian2numba.containers.connectivity import Connectivity

N = 10_000
RNG = np.random.default_rng(7)
RANDOM = RNG.integers(0, 50, N).astype(np.int32)


def delays_of(kind, sources):
    """Return delays in steps."""
    if kind == "one":
        return np.array([7], np.int32)
    if kind == "by source":
        return sources % 11
    n = {"few": 3, "many": 10_000, "long": 2**31 - 1}[kind]
    return np.random.default_rng(3).integers(0, n, N).astype(np.int32)


@pytest.mark.parametrize("is_sorted", [True, False])
@pytest.mark.parametrize("kind", ["one", "by source", "few", "many", "long"])
def test_synapses_are_in_brians_order(is_sorted, kind):
    sources = np.sort(RANDOM) if is_sorted else RANDOM
    delays = delays_of(kind, sources)
    known = Connectivity.of(sources + 100, 100, 150, delays)
    order = np.arange(N) if known.synapses is None else known.synapses
    positions, first = np.arange(N), known.first
    if known.groups is not None:
        first = known.groups[first]
        positions = np.repeat(np.arange(len(known.delays)), np.diff(known.groups))
    delays = np.resize(delays, N)
    assert sorted(order) == list(range(N))
    for neuron in range(50):
        part = slice(first[neuron], first[neuron + 1])
        own = np.flatnonzero(sources == neuron)
        if known.groups is not None:
            own = own[np.argsort(delays[own], kind="stable")]
        assert order[part].tolist() == own.tolist()
        if known.delays is not None:
            assert (known.delays[positions[part]] == delays[own]).all()
    assert known.max_delay == delays.max()


@pytest.mark.parametrize(
    ("is_sorted", "kind", "n_bytes"),
    [
        (True, "one", 0),
        (False, "one", 4),
        (True, "by source", 0),
        (False, "by source", 4),
        (True, "few", 4),
        (False, "few", 4),
        (True, "many", 4),
        (False, "many", 8),
        (True, "long", 4),
        (False, "long", 8),
    ],
)
def test_memory_for_a_synapse(is_sorted, kind, n_bytes):
    sources = np.sort(RANDOM) if is_sorted else RANDOM
    known = Connectivity.of(sources, 0, 50, delays_of(kind, sources))
    tables = (known.synapses, known.delays, known.groups)
    used = sum(table.nbytes for table in tables if table is not None)
    of_groups = 0 if known.groups is None else 8 * len(known.groups)
    assert n_bytes * N <= used <= n_bytes * N + of_groups
    assert of_groups <= 8 * (N / Choices.group_size + 1)
    assert (known.groups is not None) == (kind in {"by source", "few"})


def test_groups_that_are_large_in_a_sample_only_are_not_used():
    # more synapses than are looked at; those of every other neuron share their delay
    n = 400_000
    sources = np.repeat(np.arange(4000, dtype=np.int32), 100)
    delays = np.where(sources % 7 == 0, 3, np.arange(n) % 100).astype(np.int32)
    known = Connectivity.of(sources, 0, 4000, delays)
    assert known.groups is None
    assert known.delays.tolist() == delays.tolist()


def test_no_synapses():
    known = Connectivity.of(np.zeros(0, np.int32), 3, 6, np.zeros(0, np.int32))
    assert known.first.tolist() == [0, 0, 0, 0]
    assert known.synapses is known.delays is known.groups is None
    assert known.max_delay == 0


@pytest.mark.parametrize("kind", ["one", "few", "many"])
def test_events_mean_the_same_only_as_long_as_the_list_does(kind):
    def known(sources, delays):
        return Connectivity.of(sources, 0, 50, delays)

    delays = delays_of(kind, RANDOM)
    before = known(RANDOM, delays)
    assert known(RANDOM.copy(), delays.copy()).keeps_events_of(before)
    # numbers mean the same whatever the list
    assert known(RANDOM[::-1], delays).keeps_events_of(before) == (kind == "many")
    more = np.append(RANDOM, RANDOM[:100])
    more_delays = delays if len(delays) == 1 else np.append(delays, delays[:100])
    assert known(more, more_delays).keeps_events_of(before) == (kind == "many")
    others = [other for other in ("one", "many") if other != kind]
    for other in others:
        after = known(RANDOM, delays_of(other, RANDOM))
        assert not after.keeps_events_of(before)
