"""Steps that are picked with a probability, by counter-based random numbers."""

import numpy as np
import pytest
from scipy import stats

from brian2numba.device.random_counters import RandomCounters
from brian2numba.kernels.counted_steps import (
    MOST_STEPS,
    PickedSteps,
    append_steps,
    begin_steps,
    first_step_beyond,
    keep_valid_steps,
    next_step,
    next_steps,
)
from brian2numba.kernels.counter_streams import open_counted_streams, stream_of
from brian2numba.kernels.random_numbers import Streams
from brian2numba.language import float64s, int32, int64, int64s, items_on_stack
from brian2numba.operations import operation

N_TOTAL = 1000
PROBABILITIES = [0.003, 0.1, 0.3, 0.8]


@operation
def picked_at_once(address: int, out: int, n_elements: int, n_total: int, p_at: int):
    streams, picked, places = Streams(), PickedSteps(), int64s(out)
    steps = items_on_stack(int64, MOST_STEPS)
    open_counted_streams(streams, address)
    n = 0
    for element in range(n_elements):
        stream_of(element, streams, 1)
        begin_steps(picked, float64s(p_at)[0])
        while picked.last < n_total:
            n_new = next_steps(picked, steps, n_total, streams)
            for k in range(n_new):
                places[n + k] = element * n_total + steps[k]
            n += n_new
    return n


@operation
def picked_in_turn(address: int, out: int, n_elements: int, n_total: int, p_at: int):
    streams, picked, places = Streams(), PickedSteps(), int64s(out)
    steps = items_on_stack(int64, MOST_STEPS)
    open_counted_streams(streams, address)
    n = 0
    for element in range(n_elements):
        stream_of(element, streams, 1)
        begin_steps(picked, float64s(p_at)[0])
        step = next_step(picked, steps, n_total, streams)
        while step < n_total:
            places[n] = element * n_total + step
            n += 1
            step = next_step(picked, steps, n_total, streams)
    return n


@pytest.fixture
def counters():
    counters = RandomCounters()
    counters.set_state({"seed": b"a seed", "runs": {"x": 7}})
    return counters


def picked(counters, p, n_elements=1000, n_total=N_TOTAL, **how) -> np.ndarray:
    """Return which steps are picked, one row for each element."""
    pick, call = how.get("pick", picked_at_once), how.get("call", "call")
    out = np.empty(n_elements * n_total, np.int64)
    given = np.array([p])
    address = counters.address("x")
    arguments = out.ctypes.data, n_elements, n_total, given.ctypes.data
    n = getattr(pick, call)(address, *arguments)
    assert (np.diff(out[:n]) > 0).all()
    is_picked = np.zeros(n_elements * n_total, bool)
    is_picked[out[:n]] = True
    return is_picked.reshape(n_elements, n_total)


def p_value(found: np.ndarray, expected: np.ndarray) -> float:
    """Return that of a chi-square test, where some are expected."""
    is_often = expected > 20
    distances = (found - expected)[is_often] ** 2 / expected[is_often]
    return float(stats.chi2.sf(distances.sum(), is_often.sum()))


@pytest.mark.parametrize("p", PROBABILITIES)
def test_numbers_are_binomial(counters, p):
    counts = picked(counters, p, n_elements=5000).sum(axis=1)
    expected = stats.binom.pmf(np.arange(N_TOTAL + 1), N_TOTAL, p) * len(counts)
    assert p_value(np.bincount(counts, minlength=N_TOTAL + 1), expected) > 1e-4
    variance = N_TOTAL * p * (1 - p)
    assert abs(counts.mean() - N_TOTAL * p) < 4 * np.sqrt(variance / len(counts))
    assert abs(counts.var() / variance - 1) < 6 * np.sqrt(2 / len(counts))


@pytest.mark.parametrize("p", PROBABILITIES)
def test_distances_are_geometric(counters, p):
    # One long row: the end plays no role
    steps = np.flatnonzero(picked(counters, p, n_elements=1, n_total=2_000_000)[0])
    distances = np.diff(steps, prepend=-1)
    ends = np.unique(stats.geom.ppf(np.linspace(0, 1, 40)[1:-1], p))
    found = np.bincount(np.searchsorted(ends, distances))
    expected = np.diff(stats.geom.cdf([0, *ends, np.inf], p)) * len(distances)
    assert p_value(found, expected) > 1e-4
    # From one to the next they are independent
    correlation = np.corrcoef(distances[1:], distances[:-1])[0, 1]
    assert abs(correlation) < 4 / np.sqrt(len(distances))


@pytest.mark.parametrize("p", PROBABILITIES[1:])
def test_all_steps_are_as_probable_and_independent(counters, p):
    is_picked = picked(counters, p, n_elements=4000)
    expected = np.full(N_TOTAL, len(is_picked) * p)
    found = is_picked.sum(axis=0)
    # The numbers of columns vary less than expected numbers do
    chi_square = ((found - expected) ** 2 / (expected * (1 - p))).sum()
    assert 1e-4 < stats.chi2.sf(chi_square, N_TOTAL) < 1 - 1e-4
    for other in (is_picked[:, 1:], is_picked[:, 2:]):
        both = (is_picked[:, : other.shape[1]] & other).mean()
        assert abs(both - p * p) < 5 * np.sqrt(p * p / other.size) * 2
    rows = (is_picked[1:] & is_picked[:-1]).mean()
    assert abs(rows - p * p) < 5 * np.sqrt(p * p / is_picked.size) * 2


@pytest.mark.parametrize("p", PROBABILITIES)
def test_they_are_the_same_however_many_are_found_at_once(counters, p):
    many = picked(counters, p, n_elements=40)
    assert many.any()
    for n_total in (1, 15, 17, 300, 999):
        few = picked(counters, p, n_elements=40, n_total=n_total)
        assert (few == many[:, :n_total]).all()


@pytest.mark.parametrize("p", PROBABILITIES)
def test_they_are_the_same_in_turn_and_in_python(counters, p):
    expected = picked(counters, p, n_elements=8)
    for pick in (picked_at_once, picked_in_turn):
        for call in ("call", "python_call"):
            found = picked(counters, p, n_elements=8, pick=pick, call=call)
            assert (found == expected).all()


@pytest.mark.parametrize("pick", [picked_at_once, picked_in_turn])
def test_extreme_probabilities(counters, pick):
    for p in (1.0, 1.5, np.inf):
        assert picked(counters, p, n_elements=3, pick=pick).all()
    for p in (1e-17, 1e-300, 5e-324):
        assert not picked(counters, p, n_elements=3, pick=pick).any()
    assert not picked(counters, 0.5, n_elements=3, n_total=0, pick=pick).any()


@pytest.mark.parametrize(
    "valid", [(0, 40), (0, 12), (15, 40), (12, 20), (0, 0), (9, 4)]
)
@pytest.mark.parametrize("n", [0, 1, 6])
def test_valid_steps(valid, n):
    first, end = valid
    steps = [10, 14, 15, 19, 20, 21][:n]
    memory = items_on_stack(int64, MOST_STEPS)
    for k, step in enumerate(steps):
        memory[k] = step
    beyond = [step for step in steps if not first <= step < end]
    assert first_step_beyond(memory, n, first, end) == (beyond[0] if beyond else -1)
    n_kept = keep_valid_steps(memory, n, first, end)
    expected = [step for step in steps if first <= step < end]
    assert [memory[k] for k in range(n_kept)] == expected


def test_synapses_are_written_behind_others():
    steps = items_on_stack(int64, MOST_STEPS)
    steps[0], steps[1] = 3, 5
    outer, inner = items_on_stack(int32, 4), items_on_stack(int32, 4)
    append_steps(steps, 2, outer, inner, 1, 7, 20, -2)
    assert [outer[k] for k in range(4)] == [0, 7, 7, 0]
    assert [inner[k] for k in range(4)] == [0, 14, 10, 0]
