"""Mistakes with records and pointers are told where they are made."""

from __future__ import annotations

import ctypes
from typing import Annotated, Any

import numpy as np
import pytest

from brian2numba.language import (
    Pointer,
    Record,
    boolean,
    float32,
    float64,
    int32,
    int64,
    pointer_to,
    uint8,
)


class Part(Record):
    """A record in another one."""

    number: float64


class Thing(Record):
    """A record with a field of each kind."""

    count: int64
    small: uint8
    flag: boolean
    single: float32
    double: float64
    part: Part
    items: Annotated[Pointer[int32], 3]
    doubles: Pointer[float64]
    parts: Pointer[Part]


NUMBERS = (np.int64(-3), np.float32(2.5), np.float64(2.5), -1, 2.7)


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_fields_take_numbers_as_pointers_do(number):
    thing = Thing()
    memory = np.zeros(1), np.zeros(1, np.float32), np.zeros(1, np.int64)
    names = ("double", "single", "count")
    is_whole = float(number).is_integer()
    for name, array in zip(names[: 3 if is_whole else 2], memory, strict=False):
        setattr(thing, name, number)
        pointer_to(array)[0] = number
        assert getattr(thing, name) == array[0]
    thing.flag = number
    assert thing.flag
    if is_whole:
        thing.small = number
        assert thing.small == int(number) % 256
    else:
        # Rather than to drop the fraction, which compiled code does
        with pytest.raises(TypeError):
            thing.count = number


def test_a_half_is_true():
    memory = np.zeros(1, np.bool_)
    pointer_to(memory)[0] = 0.5
    assert memory[0]


def test_fields_that_are_not_there_are_not_written():
    thing = Thing()
    with pytest.raises(AttributeError, match="cuont"):
        thing.cuont = 3
    assert not hasattr(thing, "cuont")
    with pytest.raises(AttributeError, match="cuont"):
        Thing(cuont=3)
    with pytest.raises(AttributeError, match="items of Thing is in the record"):
        thing.items = pointer_to(np.zeros(3, np.int32))


def test_pointers_to_something_else_are_refused():
    thing = Thing()
    with pytest.raises(TypeError, match="doubles of Thing points to float64, not to"):
        thing.doubles = pointer_to(np.zeros(3, np.int32))
    thing.doubles = pointer_to(None)
    assert not thing.doubles
    with pytest.raises(ValueError, match="Item 2 of a null pointer"):
        _ = thing.doubles[2]
    parts = (Part * 2)()
    thing.parts = pointer_to(parts)
    with pytest.raises(TypeError, match="write the fields of Part number 1"):
        thing.parts[1] = parts[0]


DECLARATIONS = {
    "x of Wrong is annotated with <class 'int'>": {"x": int},
    "x of Wrong is annotated with list": {"x": list[int]},
    "x of Wrong is annotated with .*Annotated": {"x": Annotated[int32, 5]},
    "x of Wrong is annotated with .*-1": {"x": Annotated[Pointer[int32], -1]},
    "x of Wrong is annotated with .*Pointer": {"x": Pointer[Any]},
    "x of Wrong would have the record in itself": {"x": "Wrong"},
    "array_at of Wrong is called like something": {"array_at": int64},
    "FIELDS of Wrong is called like something": {"FIELDS": int64},
    "from_address of Wrong is called like": {"from_address": int64},
    "_x of Wrong is called like x": {"x": Pointer[int64], "_x": int64},
}


@pytest.mark.parametrize("message", DECLARATIONS)
def test_declarations_that_mean_nothing_are_refused(message):
    names = {"__annotations__": DECLARATIONS[message], "__module__": __name__}
    with pytest.raises(TypeError, match=message):
        type(Record)("Wrong", (Record,), names)


def test_fields_are_declared_once_and_have_no_value():
    with pytest.raises(TypeError, match="count of Again is one of a class above"):

        class Again(Thing):
            count: float64

    with pytest.raises(TypeError, match="number of WithValue has a value"):

        class WithValue(Record):
            number: int64 = 5


def test_a_record_may_have_no_fields():
    class Empty(Record):
        pass

    assert ctypes.sizeof(Empty) == 0
    assert Empty.FIELDS == {}


@pytest.mark.parametrize("dtype", ["int8", "float16", "complex128", ">f8", "U3", "O"])
def test_pointers_point_to_known_types(dtype):
    with pytest.raises(TypeError, match="No pointer points to items of type"):
        pointer_to(np.zeros(3, dtype))


def test_pointers_point_to_items_that_follow_each_other():
    with pytest.raises(ValueError, match="not one after the other"):
        pointer_to(np.arange(6.0)[::2])
    assert pointer_to(np.arange(6.0).reshape(2, 3).T)[5] == 5
    assert pointer_to(np.zeros(0))
    with pytest.raises(TypeError, match="no array of numbers or of records"):
        pointer_to([1, 2])
