"""Records are the same in Python, in compiled code and for numba."""

from __future__ import annotations

import ctypes
import enum
from typing import Annotated

import numpy as np
import pytest
from numba import njit

from brian2numba.containers import DynamicArray1D, SpikeQueue
from brian2numba.containers.allocation import Buffer
from brian2numba.containers.dynamic_array import Rows
from brian2numba.containers.queue_storage import Queue
from brian2numba.language import (
    Pointer,
    Record,
    address_of,
    boolean,
    float32,
    float64,
    int32,
    int64,
    pointer_to,
    same_memory,
    uint8,
    uint32,
    uint64,
)
from brian2numba.operations import operation
from brian2numba.with_numba.functions import _with_numbas_words, jitted


class Colour(enum.IntEnum):
    RED = 3
    GREEN = -4


class Inner(Record):
    """A record in another one."""

    small: uint8
    number: float64


class Base(Record):
    """What another record begins with."""

    count: int64
    flag: boolean


class Outer(Base):
    """A record with each kind of field."""

    signed: int32
    without_sign: uint32
    huge: uint64
    single: float32
    inner: Inner
    bytes: Annotated[Pointer[uint8], 5]
    several: Annotated[Pointer[Inner], 3]
    doubles: Pointer[float64]
    integers: Pointer[int32]
    others: Pointer[Inner]
    itself: Pointer[Outer]
    nothing: Pointer[int64]


FACTOR = 1000


@operation
def change(outer: Outer, n: int) -> int:
    """Read and write each field; return what has been read."""
    total = outer.count + outer.signed + outer.without_sign
    outer.count += n
    outer.flag = not outer.flag
    outer.signed, outer.without_sign = -outer.signed, 7
    outer.single = outer.single * outer.inner.number
    outer.inner.number += outer.doubles[n]
    outer.inner.small = 250 + n
    for k in range(5):
        outer.bytes[k] = outer.bytes[k] + k
    for k in range(3):
        several = outer.several[k]
        several.number = k + outer.others[1].number
    outer.others[0].small = Colour.RED
    following = outer.others + 1
    following[0].small = Colour.GREEN + 10
    outer.integers[1] = outer.integers[0] * FACTOR
    (outer.integers + 2)[0] = Colour.GREEN
    if outer.itself and not outer.nothing:
        outer.itself[0].count += 1
    outer.nothing = same_memory(outer.doubles, int64)
    return total


@operation
def use_the_stack(results: Pointer[float64], n: int) -> int:
    """Write what new records hold, and what was written to them."""
    for k in range(n):
        inner = Inner()
        results[2 * k] = inner.number + inner.small
        inner.number = k + 0.5
        inner.small = k
        results[2 * k + 1] = inner.number + inner.small
    return Colour.GREEN


class Memory:
    """A record, and all that it points to."""

    def __init__(self):
        self.outer = Outer(count=5, signed=-7, without_sign=2**32 - 1, single=0.1)
        self.outer.inner.number = 0.3
        self.doubles = np.array([1.5, 2.5, 3.5])
        self.integers = np.array([2, 0, 0], np.int32)
        self.others = (Inner * 2)()
        self.others[1].number = 8.25
        self.outer.doubles = pointer_to(self.doubles)
        self.outer.integers = pointer_to(self.integers)
        self.outer.others = pointer_to(self.others)
        self.outer.itself = Outer.array_at(address_of(self.outer))

    def contents(self):
        outer = bytearray(self.outer)
        # Addresses differ
        for name in ("doubles", "integers", "others", "itself", "nothing"):
            offset = Outer.FIELDS[name].offset
            outer[offset : offset + 8] = bytes(8)
        parts = (self.doubles.tobytes(), self.integers.tobytes(), bytes(self.others))
        return bytes(outer), *parts


def numbas(memory, n):
    change_in_numba = jitted(_with_numbas_words(change.function))
    outer_at = record_at_address()

    @njit(error_model="numpy")
    def call(address, n):
        return change_in_numba(outer_at(address), n)

    return call(address_of(memory.outer), n)


def record_at_address():
    from brian2numba.language.fields import RecordAt  # noqa: PLC0415
    from brian2numba.with_numba.words import call_of  # noqa: PLC0415

    found = RecordAt(Outer, are_several=False)
    return call_of("outer_at", 1, found.kind, found.emit)


WAYS = {
    "python": lambda memory, n: change.function(memory.outer, n),
    "address": lambda m, n: change.python_call(address_of(m.outer), n),
    "compiled": lambda m, n: change.call(address_of(m.outer), n),
    "numba": numbas,
}


@pytest.mark.parametrize("way", WAYS)
def test_each_field_is_where_the_others_see_it(way):
    memory = Memory()
    assert WAYS[way](memory, 2) == 5 - 7 + 2**32 - 1
    outer = memory.outer
    assert (outer.count, outer.flag, outer.signed, outer.without_sign) == (8, 1, 7, 7)
    assert outer.single == np.float32(np.float32(0.1) * 0.3)
    assert (outer.inner.number, outer.inner.small) == (0.3 + 3.5, 252)
    assert [outer.bytes[k] for k in range(5)] == [0, 1, 2, 3, 4]
    assert [outer.several[k].number for k in range(3)] == [8.25, 9.25, 10.25]
    assert [other.small for other in memory.others] == [3, 6]
    assert memory.integers.tolist() == [2, 2000, -4]
    assert outer.nothing.address == memory.doubles.ctypes.data
    expected = Memory()
    change.function(expected.outer, 2)
    assert memory.contents() == expected.contents()


def test_new_records_are_zero_wherever_they_are():
    made = []
    for call in (use_the_stack.call, use_the_stack.python_call):
        results = np.zeros(6)
        assert call(results.ctypes.data, 3) == -4
        made.append(results.tolist())
    assert made[0] == made[1] == [0, 0.5, 0, 2.5, 0, 4.5]


def test_fields_are_where_c_has_them():
    class _Inner(ctypes.Structure):
        _fields_ = (("small", ctypes.c_uint8), ("number", ctypes.c_double))

    class _Base(ctypes.Structure):
        _fields_ = (("count", ctypes.c_int64), ("flag", ctypes.c_bool))

    class _Outer(ctypes.Structure):
        _fields_ = (
            ("base", _Base),
            ("signed", ctypes.c_int32),
            ("without_sign", ctypes.c_uint32),
            ("huge", ctypes.c_uint64),
            ("single", ctypes.c_float),
            ("inner", _Inner),
            ("bytes", ctypes.c_uint8 * 5),
            ("several", _Inner * 3),
            ("doubles", ctypes.c_void_p),
        )

    names = [name for name, _ in _Outer._fields_[1:]]
    offsets = {name: getattr(_Outer, name).offset for name in names}
    assert offsets.items() <= {n: f.offset for n, f in Outer.FIELDS.items()}.items()


@pytest.mark.parametrize("thing", [Colour, FACTOR])
def test_names_are_used_as_they_are(thing):
    assert change.function.__globals__[getattr(thing, "__name__", "FACTOR")] is thing


def test_wrong_names_are_told():
    with pytest.raises(AttributeError, match="colour"):
        _ = Outer().colour
    with pytest.raises(AttributeError, match="colour"):
        Outer().colour = 3
    from brian2numba.errors import NotInLanguageError  # noqa: PLC0415

    with pytest.raises(NotInLanguageError, match="the field colour of Outer"):
        read_a_field_that_is_not_there.call(0)


@operation
def read_a_field_that_is_not_there(outer: Outer) -> int:
    """Read it."""
    return outer.colour


def test_a_record_at_no_address_is_false():
    assert not Outer.from_address(0)
    assert Outer()
    assert not Outer().doubles
    assert Memory().outer.doubles


def fields_of(numbas_type, record, prefix=""):
    """Yield numba's name, its offset and ours of each field."""
    for name, field in record.FIELDS.items():
        if field.kind is Buffer or not isinstance(field.kind, type):
            yield prefix + name, field.offset
        else:
            inner = fields_of(numbas_type, field.kind, f"{prefix}{name}_")
            yield from ((n, field.offset + offset) for n, offset in inner)


@pytest.mark.parametrize(
    ("container", "record"),
    [(DynamicArray1D(3), Rows), (SpikeQueue(0, 3), Queue)],
    ids=["array", "queue"],
)
def test_structrefs_have_the_fields_of_records(container, record):
    from numba import typeof  # noqa: PLC0415
    from numba.core import registry  # noqa: PLC0415

    context = registry.cpu_target.target_context
    kind = typeof(container.structref).get_data_type()
    names = context.data_model_manager[kind]._fields
    layout, target = context.get_data_type(kind), context.target_data
    offsets = {n: layout.get_element_offset(target, k) for k, n in enumerate(names)}
    assert dict(fields_of(None, record)).items() <= offsets.items()
    assert context.get_abi_sizeof(layout) == ctypes.sizeof(record)


def test_numba_functions_see_what_operations_wrote():
    array = DynamicArray1D(7, np.float32)
    array[:] = np.arange(7)
    queue = SpikeQueue(2, 5)
    queue.prepare(np.array([7e-4]), 1e-4, np.array([2, 3, 3], np.int32))
    queue.push(np.array([3], np.int32))

    @njit
    def of_both(array, queue):
        return (
            (array.data, array.n_rows, array.capacity, array.row_bytes),
            (queue.n_slots, queue.source_start, queue.source_end, queue.delay),
            (queue.chunks_used, queue.pages_used, queue.pages_touched, queue.first),
        )

    rows, record = array._rows, queue._queue
    assert of_both(array.structref, queue.structref) == (
        (rows.data, rows.n_rows, rows.capacity, rows.row_bytes),
        (record.n_slots, record.source_start, record.source_end, record.delay),
        (
            record.chunks.used,
            record.pages.used,
            record.pages.touched,
            record.first.address,
        ),
    )
    assert (rows.n_rows, rows.row_bytes, record.n_slots) == (7, 4, 8)
    assert (record.chunks.used, record.pages.used) == (1, 1)
