"""Words for integers that threads share mean in Python what they mean compiled."""

import threading

import numpy as np
import pytest

from brian2numba.language import (
    Pointer,
    add_shared,
    exchange_shared,
    int64,
    load_shared,
    pause,
    publish_shared,
    replace_shared,
    store_shared,
)
from brian2numba.operations import operation


@operation
def use_all(numbers: Pointer[int64], results: Pointer[int64]):
    """Use each word once."""
    store_shared(numbers + 1, 7)
    results[0] = load_shared(numbers + 1)
    results[1] = exchange_shared(numbers, 5)
    results[2] = add_shared(numbers, -2)
    results[3] = 1 if replace_shared(numbers, 4, 9) else 0
    results[4] = 1 if replace_shared(numbers, 3, 9) else 0
    pause()
    publish_shared(results + 5, results[0] + 1)
    return load_shared(numbers)


@pytest.mark.parametrize("way", ["call", "python_call"])
def test_words(way):
    numbers, results = np.array([2, 0]), np.zeros(6, np.int64)
    assert getattr(use_all, way)(numbers.ctypes.data, results.ctypes.data) == 9
    assert results.tolist() == [7, 2, 5, 0, 1, 8]
    assert numbers.tolist() == [9, 7]


@operation
def count(numbers: Pointer[int64], n: int):
    """Count in two ways."""
    for _ in range(n):
        add_shared(numbers, 1)
        before = load_shared(numbers + 1)
        while not replace_shared(numbers + 1, before, before + 1):
            before = load_shared(numbers + 1)
    return 0


def test_nothing_is_lost_between_threads():
    numbers, n, n_threads = np.zeros(2, np.int64), 200_000, 4
    arguments = (numbers.ctypes.data, n)
    threads = [
        threading.Thread(target=count.call, args=arguments) for _ in range(n_threads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers.tolist() == [n * n_threads] * 2
