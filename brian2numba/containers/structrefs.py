"""
The numba types of the containers: what numba functions take as arguments.

Their fields are made of those of the records `Rows` and `Queue`.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref
from numba.np.numpy_support import from_dtype

from brian2numba.containers.allocation import Buffer
from brian2numba.containers.dynamic_array import Rows
from brian2numba.containers.queue_storage import Queue
from brian2numba.language import Item, Record
from brian2numba.language.records import EmbeddedItems, PointerTo

__all__ = ["dynamic_array", "spike_queue"]

#: The type of the containers' buffers
_BUFFER = types.Array(types.uint8, 1, "C")


class _ContainerType(types.StructRef):
    def preprocess_fields(self, fields: Any) -> Any:
        """Return the fields without literal types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class DynamicArrayType(_ContainerType):
    """The numba type of dynamic arrays."""


@structref.register
class SpikeQueueType(_ContainerType):
    """The numba type of spike queues."""


class DynamicArrayProxy(structref.StructRefProxy):
    """A dynamic array as numba functions take it."""

    __slots__ = ("__weakref__",)


class SpikeQueueProxy(structref.StructRefProxy):
    """A spike queue as numba functions take it."""

    __slots__ = ("__weakref__",)


structref.define_boxing(DynamicArrayType, DynamicArrayProxy)
structref.define_boxing(SpikeQueueType, SpikeQueueProxy)


def _fields(record: type[Record], prefix: str = "") -> list[tuple[str, types.Type]]:
    """Return numba's fields for those of a record, where the record has them.

    Addresses are integers, a buffer is an array of bytes, items are a tuple (records:
    of bytes), and the fields of another record in it have its name in front of theirs.
    """
    fields: list[tuple[str, types.Type]] = []
    end = 0
    for name, field in record.FIELDS.items():
        fields += _unused(prefix, end, field.offset)
        if isinstance(field.kind, type) and field.kind is not Buffer:
            fields += _fields(field.kind, f"{prefix}{name}_")
        else:
            fields.append((prefix + name, _type_of(field.kind)))
        end = field.offset + _size_of(field.kind)
    return fields + _unused(prefix, end, ctypes.sizeof(record))


def _unused(prefix: str, start: int, end: int) -> list[tuple[str, types.Type]]:
    """Return a field for bytes between others, which numba would leave out."""
    if start == end:
        return []
    return [(f"{prefix}unused_{start}", types.UniTuple(types.uint8, end - start))]


def _type_of(kind: Any) -> types.Type:
    if kind is Buffer:
        return _BUFFER
    if isinstance(kind, PointerTo):
        return types.int64
    if isinstance(kind, EmbeddedItems):
        if isinstance(kind.item, Item):
            return types.UniTuple(_type_of(kind.item), kind.n_items)
        return types.UniTuple(types.uint8, _size_of(kind))
    return from_dtype(np.dtype(kind.ctype))


def _size_of(kind: Any) -> int:
    if isinstance(kind, PointerTo):
        return ctypes.sizeof(ctypes.c_int64)
    if isinstance(kind, EmbeddedItems):
        return kind.n_items * _size_of(kind.item)
    return ctypes.sizeof(kind.ctype if isinstance(kind, Item) else kind)


_DYNAMIC_ARRAY = DynamicArrayType(_fields(Rows))
_SPIKE_QUEUE = SpikeQueueType(_fields(Queue))


def dynamic_array(meminfo: Any) -> Any:
    """Return the numba value of a dynamic array, which refers to its block."""
    return DynamicArrayProxy._numba_box_(_DYNAMIC_ARRAY, meminfo)


def spike_queue(meminfo: Any) -> Any:
    """Return the numba value of a spike queue, which refers to its block."""
    return SpikeQueueProxy._numba_box_(_SPIKE_QUEUE, meminfo)
