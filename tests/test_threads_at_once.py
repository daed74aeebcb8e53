"""Threads that build and run networks at once don't harm one another."""

import threading
from concurrent.futures import ThreadPoolExecutor

from brian2numba.operations import Operation
from reliability.children import RIGHT
from reliability.threads_at_once import REFUSED, hammer


def test_an_operation_that_two_threads_compile_keeps_its_first_code(monkeypatch):
    both, results = threading.Barrier(2), iter([(1, "first"), (2, "second")])

    def compiler(function):
        both.wait(60)
        return next(results)

    monkeypatch.setattr(Operation, "compiler", staticmethod(compiler))
    operation = Operation(lambda x: x)
    with ThreadPoolExecutor(2) as threads:
        addresses = set(threads.map(lambda _: operation.address, range(2)))
    assert len(addresses) == 1
    assert {operation.address} == addresses


def test_threads_are_refused_while_another_one_runs():
    ends = hammer(8, 2)
    assert set(ends) <= {RIGHT, REFUSED}
    assert ends.total() == 16
    assert ends[RIGHT] >= 1
