"""Records with more fields: where numba has them, and what chunks of a queue hold."""

from __future__ import annotations

import ctypes
import inspect
import sys
import types
from typing import Annotated

import numpy as np
import pytest
from numba import njit
from numba.core import registry

from brian2numba.containers import DynamicArray1D, SpikeQueue, queue_storage, structrefs
from brian2numba.containers.allocation import Buffer
from brian2numba.language import (
    Pointer,
    Record,
    boolean,
    float32,
    float64,
    int32,
    int64,
    uint8,
)


class Small(Record):
    """A record that ends with bytes that nothing uses."""

    number: int64
    byte: uint8


class Mixed(Record):
    """A record with fields of each size."""

    flag: boolean
    small: Small
    byte: uint8
    single: float32
    byte_again: uint8
    double: float64
    items: Annotated[Pointer[int32], 3]
    address: Pointer[float64]
    buffer: Buffer
    last: uint8


def offsets_of(record, prefix="", start=0):
    for name, field in record.FIELDS.items():
        if isinstance(field.kind, type) and field.kind is not Buffer:
            yield from offsets_of(field.kind, f"{prefix}{name}_", start + field.offset)
        else:
            yield prefix + name, start + field.offset


def test_numba_has_all_fields_where_c_has_them():
    kind = structrefs.DynamicArrayType(structrefs._fields(Mixed)).get_data_type()
    context = registry.cpu_target.target_context
    data, target = context.get_data_type(kind), context.target_data
    names = context.data_model_manager[kind]._fields
    offsets = {name: data.get_element_offset(target, k) for k, name in enumerate(names)}
    assert dict(offsets_of(Mixed)).items() <= offsets.items()
    assert context.get_abi_sizeof(data) == ctypes.sizeof(Mixed)


def test_numba_functions_read_each_field_of_a_container():
    array = DynamicArray1D(7, np.float32)
    queue = SpikeQueue(2, 5)
    queue.prepare(np.array([7e-4]), 1e-4, np.array([2, 3, 3], np.int32))
    queue.push(np.array([3], np.int32))
    for container, record in ((array, array._rows), (queue, queue._queue)):
        for name, of in numbers_of(record):
            source = f"def read(container):\n    return container.{name}"
            namespace: dict[str, object] = {}
            exec(source, namespace)
            assert njit(namespace["read"])(container.structref) == of, name


def numbers_of(record, prefix=""):
    for name, field in type(record).FIELDS.items():
        value = getattr(record, name)
        if isinstance(value, Pointer):
            yield prefix + name, value.address
        elif isinstance(value, Record):
            if field.kind is not Buffer:
                yield from numbers_of(value, f"{prefix}{name}_")
        else:
            yield prefix + name, value


@pytest.mark.parametrize("more", ["", "uint8", "int32", "int64"])
def test_chunks_hold_whole_ranges_whatever_their_header_has(more, monkeypatch):
    storage = types.ModuleType("storage_with_more")
    monkeypatch.setitem(sys.modules, storage.__name__, storage)
    field = f"    kind: int32\n    more: {more}\n" if more else "    kind: int32\n"
    source = inspect.getsource(queue_storage).replace("    kind: int32\n", field)
    exec(source.replace("    int32s,\n", "    int32s,\n    uint8,\n"), vars(storage))
    header, chunk = storage.ChunkHeader.FIELDS, storage.Chunk
    assert ("more" in header) == bool(more)
    # Pools link free records by their first items
    assert header["following"].offset == 0
    assert ctypes.sizeof(chunk) == storage.CHUNK_ITEMS * storage.ITEM
    assert storage.EVENT_ITEMS % storage.RANGE_ITEMS == 0
    assert chunk.FIELDS["items"].offset == storage.HEADER_ITEMS * storage.ITEM
