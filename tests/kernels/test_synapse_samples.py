"""Samples of positions, and the marks of those that are picked."""

import numpy as np
import pytest

from brian2numba.containers import DynamicArray1D, append_rows
from brian2numba.device.random_state import RandomStreams
from brian2numba.kernels.random_numbers import Streams, open_streams
from brian2numba.kernels.synapse_creation import first_marked_beyond, unmark_beyond
from brian2numba.kernels.synapse_samples import (
    draws_distances,
    factor_for_distances,
    mark_picked,
    marks_of_sample,
    next_of_sample,
)
from brian2numba.language import MASK_WORDS, int64, items_on_stack, same_memory, uint8

N = 40


def drawing(numbers):
    """Return streams from which these numbers are drawn, and what they belong to."""
    streams = RandomStreams.with_own_buffers(len(numbers) + 1)
    streams.arrays["rand_buffer"][1:] = numbers
    # At 0, the buffer would be filled
    streams.arrays["rand_buffer_index"][0] = 1
    words = Streams()
    open_streams(words, streams.address)
    return words, streams


@pytest.mark.parametrize("p", [0.25, 0.6, 1.0])
def test_each_position_is_decided_on(p):
    numbers = np.random.RandomState(1).rand(N)
    words, _streams = drawing(numbers)
    mask = items_on_stack(int64, MASK_WORDS)
    mark_picked(mask, N, p, words)
    picked = [k for k in range(N) if same_memory(mask, uint8)[k]]
    assert picked == np.flatnonzero(numbers < p).tolist()


@pytest.mark.parametrize("p", [1e-300, 0.01, 0.2, 0.25, 0.6, 1.0])
def test_distances_are_drawn_for_small_probabilities(p):
    assert draws_distances(p) == (p < 0.25)
    assert (factor_for_distances(p) != 0) == (p < 0.25)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 20, N])
def test_samples_of_a_size(size):
    words, _streams = drawing(np.random.RandomState(3).rand(2 * N))
    scratch = DynamicArray1D(0, np.uint8)
    for _ in range(2):
        marks = marks_of_sample(append_rows.address, scratch.handle, N, size, words)
        # Of a few positions each is drawn, of many each is decided on
        assert (marks != 0) == (size in (1, 2))
        picked, position = [], -1
        for n_left in range(size, 0, -1):
            position = next_of_sample(position, N, n_left, marks, words)
            picked.append(position)
        assert picked == sorted(set(picked))
        assert len(picked) == size
        assert all(0 <= k < N for k in picked)


@pytest.mark.parametrize("valid", [(0, N), (0, 12), (15, N), (12, 20), (0, 0), (N, N)])
def test_marks_that_are_not_valid(valid):
    first, end = valid
    start, stop, marked = 10, 22, [10, 14, 15, 19, 20, 21]
    mask = items_on_stack(int64, MASK_WORDS)
    for k in range(start, stop):
        same_memory(mask, uint8)[k - start] = k in marked
    beyond = [k for k in marked if not first <= k < end]
    found = first_marked_beyond(mask, start, stop, first, end)
    assert found == (beyond[0] if beyond else -1)
    unmark_beyond(mask, start, stop, first, end)
    left = [k for k in range(start, stop) if same_memory(mask, uint8)[k - start]]
    assert left == [k for k in marked if first <= k < end]
    assert first_marked_beyond(mask, start, stop, first, end) == -1
