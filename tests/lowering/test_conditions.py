"""Conditions of pointers and numbers, and what is only computed if it is needed."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from brian2numba.errors import NotInLanguageError
from brian2numba.language import (
    Pointer,
    Record,
    address_of,
    call,
    float64,
    int64,
    pointer_to,
)
from brian2numba.operations import Operation, operation


class Pair(Record):
    """Two addresses and a number."""

    first: Pointer[float64]
    second: Pointer[float64]
    others: Pointer[Pair]
    number: int64


@operation
def count_call(calls: Pointer[int64]) -> int:
    """Count the calls."""
    calls[0] += 1
    return 5


@operation
def compare_three(calls: Pointer[int64], n: int, function: int) -> int:
    """Compare numbers, the last of which is asked for if it is needed."""
    return 3 < n < call(function, (calls,))


@operation
def compare_four(calls: Pointer[int64], n: int, function: int) -> int:
    """As above, with one more."""
    total = 0
    if 0 <= n < call(function, (calls,)) <= call(function, (calls,)):
        total += 10
    return total + (not 1 < n < 3)


@pytest.mark.parametrize("chain", [compare_three, compare_four])
@pytest.mark.parametrize("n", [-1, 2, 4, 7])
def test_chains_of_comparisons_end_where_one_is_false(chain, n):
    outcomes = []
    for function in (chain.call, chain.python_call):
        calls = np.zeros(1, np.int64)
        if function == chain.call:
            address = count_call.address
        else:
            address = _python_address(count_call)
        outcomes.append((function(calls.ctypes.data, n, address), calls[0]))
    assert outcomes[0] == outcomes[1]


def _python_address(of):
    from brian2numba.language import PYTHON_FUNCTIONS  # noqa: PLC0415

    PYTHON_FUNCTIONS[1] = of.python_call
    return 1


@operation
def conditions(pair: Pair, n: int) -> int:
    """Mix addresses and numbers where only truth counts."""
    total = 0
    if pair.first and n:
        total += 1
    if pair.second or n:
        total += 2
    if not (pair.first and n) or (pair.others[0].first and n - 2):
        total += 4
    while n and pair.first:
        n -= 1
        total += 8
    return total + 1000 if pair.second or pair.number else total


@operation
def choose(pair: Pair, n: int) -> int:
    """Choose between addresses."""
    chosen = pair.first if n > 1 else pair.others[0].first
    record = pair.others[0] if n else pair
    record.number = n
    chosen[n] = record.number + 0.5
    return 0


class Memory:
    """A record and what it points to."""

    def __init__(self):
        self.pairs = (Pair * 2)()
        self.numbers = np.arange(4.0), np.arange(5.0)
        for pair, numbers in zip(self.pairs, self.numbers, strict=True):
            pair.first = pointer_to(numbers)
        self.pairs[0].others = pointer_to(self.pairs) + 1

    def changed(self):
        return [array.tolist() for array in self.numbers], [
            pair.number for pair in self.pairs
        ]


@pytest.mark.parametrize("of", [conditions, choose])
@pytest.mark.parametrize("n", [0, 1, 2])
def test_addresses_are_conditions_and_alternatives(of, n):
    outcomes = []
    for function in (of.call, of.python_call):
        memory = Memory()
        result = function(address_of(memory.pairs[0]), n)
        outcomes.append((result, memory.changed()))
    assert outcomes[0] == outcomes[1]


@operation
def number_or_address(pair: Pair, n: int) -> int:
    """Be a number or not."""
    return pair.first and n


@operation
def moved_back(pair: Pair) -> int:
    """Move a pointer in a way that there is not."""
    pair.first -= 1
    return 0


@operation
def multiplied(pair: Pair) -> int:
    """Multiply a pointer."""
    return 1 if pair.first * 2 else 0


@operation
def attribute_of_number(n: int) -> int:
    """Ask a number for something."""
    if n.real > 0:
        n.imag += 1
    return n


@operation
def attribute_of_pointer(pair: Pair) -> int:
    """Ask a pointer for something."""
    pair.first.x += 1
    return 0


@operation
def item_of_number(n: int) -> int:
    """Take an item of a number."""
    return 1 if n[0] > 0 else 2


@operation
def item_outside(n: int) -> int:
    """Take an item that is not there."""
    pair = (n, n)
    return 1 if pair[2] > 0 else 2


@operation
def item_of_variables(n: int) -> int:
    """Take an item of values that are not known."""
    return (n, n)[n]


@operation
def unpack_three(n: int) -> int:
    """Take three for two."""
    a, b = (n, n, n)
    return a + b


@operation
def argument_alone(n: int) -> int:
    """Call with what is no tuple."""
    return call(n, n)


@operation
def half(n: int) -> int:
    """Return what is no integer."""
    return n / 2


@operation
def nothing(n: int) -> int:
    """Return nothing."""
    n += 1


BEYOND = {
    number_or_address: "pair.first and n, which may be a number",
    moved_back: r"an operation of Pointer\[float64\] and int64",
    multiplied: r"an operation of Pointer\[float64\] and int64",
    attribute_of_number: "the attribute real of int64",
    attribute_of_pointer: r"the attribute x of Pointer\[float64\]",
    item_of_number: "an item of int64",
    item_outside: r"an item of tuple\[int64, int64\]",
    item_of_variables: r"an item of tuple\[int64, int64\]",
    unpack_three: r"= tuple\[int64, int64, int64\]",
    argument_alone: "int64 where a tuple of arguments has to be",
    half: "half, whose result is float64",
    nothing: "nothing, whose result is nothing",
}


@pytest.mark.parametrize("of", BEYOND, ids=lambda of: of.function.__name__)
def test_what_is_beyond_the_language_is_said(of):
    with pytest.raises(NotInLanguageError, match=BEYOND[of]):
        _ = of.address


def test_a_function_outlives_its_operation():
    called = Operation(compare_three.function).call
    gc.collect()
    assert called(0, 3, 0) == 0
