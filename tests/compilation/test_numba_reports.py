"""What kernels that numba compiles report is in the report of the bound kernel."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from numba import njit

from brian2numba.compilation.numba_kernel import compile_with_numba
from brian2numba.errors import Status
from brian2numba.failed_calls import failed_call
from brian2numba.generation import library
from brian2numba.generation.slots import Number, ReportSlot
from brian2numba.generation.source import assemble
from brian2numba.language import Record, address_of, float64, int64
from brian2numba.reports import Report
from brian2numba.with_numba.functions import _with_numbas_words, jitted


@njit
def refuse_negative(x):
    if x < 0:
        raise ValueError("negative")
    return 2 * x


@pytest.fixture(scope="module")
def compiled():
    """Return a kernel that calls a function of a user's, and its source."""
    slots = {"_report": ReportSlot("_report"), "_x": Number("_x")}
    body = "if _f(_x * 0.5) > 100:\n    return 1"
    source = assemble(body, slots, objects={"_f": refuse_negative})
    address, code = compile_with_numba(source, library.namespace(), None)
    entry = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(address)
    yield source, entry
    del code


def bound(source, x):
    report = Report()
    values = {"_report": address_of(report), "_x": x}
    return report, np.array([values[slot.name] for slot in source.slots], np.int64)


def test_each_bound_kernel_has_its_own_report(compiled):
    source, entry = compiled
    (first, table), (second, other) = bound(source, 7), bound(source, -5)
    assert entry(table.ctypes.data) == 0
    assert bytes(second) == bytes(ctypes.sizeof(Report))
    assert entry(other.ctypes.data) == Status.USER_EXCEPTION
    for report, given in ((first, 3.5), (second, -2.5)):
        (bits,) = np.array([report.arguments[0]]).view(np.float64)
        assert bits == given
    assert failed_call(source, first) is None
    call = failed_call(source, second)
    assert (call.function_name, call.arguments) == ("_f", (-2.5,))
    assert str(call.exception) == "negative"


def test_a_call_that_succeeds_leaves_nothing_to_tell(compiled):
    source, entry = compiled
    report, table = bound(source, -5)
    assert entry(table.ctypes.data) == Status.USER_EXCEPTION
    table[[slot.name for slot in source.slots].index("_x")] = 1000
    assert entry(table.ctypes.data) == 1
    assert failed_call(source, report) is None


def two_of_one_name():
    def small():
        class Same(Record):
            a: int64

        return Same

    def large():
        class Same(Record):
            unused: int64
            more: int64
            a: float64

        return Same

    records = small(), large()
    for record in records:
        record.__qualname__ = "Same"
    return records


SMALL, LARGE = two_of_one_name()


def number_of_small(n):
    """Return what a new record has."""
    record = SMALL()
    record.a = n
    return record.a


def number_of_large(n):
    """Return what a new record of another class has, which is called the same."""
    record = LARGE()
    record.a = n + 0.5
    return record.a


def test_records_of_one_name_are_not_taken_for_each_other():
    of_small, of_large = (
        jitted(_with_numbas_words(function))
        for function in (number_of_small, number_of_large)
    )
    assert (of_small(5), of_large(5)) == (5, 5.5)
