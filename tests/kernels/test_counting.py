"""Counts by 16 bits are those of doubles, and so is the state that numpy has then."""

from __future__ import annotations

import numpy as np
import pytest
from brian2 import (
    BinomialFunction,
    Network,
    NetworkOperation,
    NeuronGroup,
    defaultclock,
    prefs,
    seed,
    start_scope,
)

from brian2numba.device.random_state import RandomStreams
from brian2numba.kernels.binomial_numbers import take_binomial_by_table
from brian2numba.kernels.counting import MOST_LIMITS, fill_limits
from brian2numba.kernels.random_numbers import Streams, close_streams, open_words
from brian2numba.language import (
    Pointer,
    Record,
    address_of,
    float64,
    int64,
    items_on_stack,
    pointer_to,
    uint16,
)
from brian2numba.operations import operation

SIZE = 1000
#: How many numbers are drawn: several buffers
N = 5000


class Table(Record):
    """What the function under test is given."""

    streams: int64
    cuts: Pointer[float64]
    limits: Pointer[float64]
    n_limits: int64
    base: int64
    most: int64


@operation
def draw_counts(table: Table, result: Pointer[int64], n: int) -> int:
    """Draw in blocks of odd sizes."""
    counts = items_on_stack(uint16, 576)
    streams = Streams()
    open_words(streams, table.streams)
    done = 0
    size = 1
    while done < n:
        n_now = min(size, n - done)
        take_binomial_by_table(
            counts,
            n_now,
            table.cuts,
            table.limits,
            table.n_limits,
            table.base,
            table.most,
            0,
            streams,
        )
        for k in range(n_now):
            result[done + k] = counts[k]
        done += n_now
        size = size % 512 + 37
        size = min(size, 512)
    close_streams(streams)
    return 0


def drawn(
    streams: RandomStreams,
    cuts: np.ndarray,
    usual: tuple[int, int],
    most: int = 10_000,
    n: int = N,
) -> np.ndarray:
    cuts = np.append(cuts, np.inf)
    limits = np.zeros(MOST_LIMITS, np.uint16)
    table = Table(streams=streams.address, most=most)
    table.n_limits, table.base = fill_limits(
        pointer_to(limits), pointer_to(cuts), *usual
    )
    limits = limits.view(np.float64)
    table.cuts, table.limits = pointer_to(cuts), pointer_to(limits)
    result = np.zeros(n, np.int64)
    streams.enter()
    draw_counts.call(address_of(table), result.ctypes.data, n)
    streams.leave()
    return result


def expected(cuts: np.ndarray, most: int) -> np.ndarray:
    """Count in doubles of numpy's, filled into the same buffers."""
    uniform = np.random.rand(10 * N)
    counts = np.searchsorted(cuts, uniform, side="right")
    return counts[counts <= most][:N]


def with_neighbours(numbers: np.ndarray) -> np.ndarray:
    """Return numbers that will be drawn, and those next to them."""
    near = [numbers, np.nextafter(numbers, 0), np.nextafter(numbers, 1)]
    return np.unique(np.concatenate(near))


@pytest.mark.parametrize("n_words_before", [0, 1, 3])
@pytest.mark.parametrize("n_cuts", [0, 1, 3, 7, 8, 9, 12, 60])
def test_numbers_that_meet_a_cut(n_cuts, n_words_before):
    # Cuts are at numbers that are drawn and right beside them: no 16 bits decide
    np.random.seed(n_cuts)
    np.random.bytes(4 * n_words_before)
    state = np.random.get_state()
    chosen = np.random.rand(N)[:: max(N // (n_cuts + 1), 1)][1 : n_cuts // 3 + 1]
    cuts = with_neighbours(chosen)[:n_cuts]
    np.random.set_state(state)
    found = drawn(RandomStreams.with_own_buffers(SIZE), cuts, (0, len(cuts)))
    np.random.set_state(state)
    np.testing.assert_array_equal(found, expected(cuts, 10_000))


@pytest.mark.parametrize(
    ("first", "n_usual"), [(0, 3), (2, 5), (9, 4), (0, 0), (12, 1)]
)
@pytest.mark.parametrize("most", [5, 9, 30])
def test_numbers_beyond_the_usual_cuts(first, n_usual, most):
    cuts = np.sort(np.random.RandomState(1).rand(13))
    n_usual = max(min(n_usual, most - first), 0)
    first = min(first, most)
    np.random.seed(2)
    found = drawn(RandomStreams.with_own_buffers(SIZE), cuts, (first, n_usual), most)
    np.random.seed(2)
    np.testing.assert_array_equal(found, expected(cuts, most))


@pytest.mark.parametrize("n_words_before", [0, 1, 623])
@pytest.mark.parametrize("n", [1, 155, 312, 313, 999, 1000, 1001, 4321])
def test_numpy_goes_on_as_if_a_buffer_had_been_filled(n, n_words_before):
    streams = RandomStreams.with_own_buffers(SIZE)
    np.random.seed(3)
    for _ in range(n_words_before):
        np.random.bytes(4)
    before = np.random.get_state()
    drawn(streams, np.array([0.5]), (0, 1), n=n)
    after = np.random.get_state()
    np.random.set_state(before)
    uniform = np.random.rand(-(-n // SIZE) * SIZE)
    np.testing.assert_array_equal(after[1], np.random.get_state()[1])
    assert after[2:] == np.random.get_state()[2:]
    position = n % SIZE
    assert streams.arrays["rand_buffer_index"][0] == position
    if position:
        rest = streams.arrays["rand_buffer"][position:]
        np.testing.assert_array_equal(rest, uniform[-SIZE:][position:])


@pytest.mark.compiler
def test_counts_and_other_numbers_draw_one_sequence():
    def numbers(target: str) -> tuple[list[np.ndarray], np.ndarray]:
        prefs.codegen.target = target
        start_scope()
        found = []
        function = BinomialFunction(100, 0.1, approximate=False)
        group = NeuronGroup(
            700, "x : 1\ny : 1\nz : 1", namespace={"f": function}, name="group"
        )
        for k, code in enumerate(("x = f()", "y = rand()", "x += f()", "z = randn()")):
            group.run_regularly(code, order=k, name=f"operation_{k}")
        looks = NetworkOperation(lambda: found.append(np.random.rand(2)), dt=7 * dt)
        network = Network(group, looks)
        seed(4)
        for _ in range(9):
            network.run(5 * dt)
            found += [group.x[:].copy(), group.y[:].copy(), group.z[:].copy()]
        return found, np.random.get_state()[1]

    dt = defaultclock.dt
    (ours, state), (cython, other) = numbers("numba"), numbers("cython")
    assert all((a == b).all() for a, b in zip(ours, cython, strict=True))
    assert (state == other).all()
