"""
The numba types of the containers: what numba functions take as arguments.

Their fields are made of those of the records `Rows` and `Queue`.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

from brian2numba.containers.allocation import Buffer
from brian2numba.containers.dynamic_array import Rows
from brian2numba.containers.queue_storage import Queue
from brian2numba.language import Record

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
    """Return numba's fields for those of a record.

    Addresses are integers, a buffer is an array of bytes, and the fields of another
    record in it have its name in front of theirs.
    """
    fields = []
    for name, field in record.FIELDS.items():
        if field.kind is Buffer:
            fields.append((prefix + name, _BUFFER))
        elif isinstance(field.kind, type):
            fields += _fields(field.kind, f"{prefix}{name}_")
        else:
            fields.append((prefix + name, types.int64))
    return fields


_DYNAMIC_ARRAY = DynamicArrayType(_fields(Rows))
_SPIKE_QUEUE = SpikeQueueType(_fields(Queue))


def dynamic_array(meminfo: Any) -> Any:
    """Return the numba value of a dynamic array, which refers to its block."""
    return DynamicArrayProxy._numba_box_(_DYNAMIC_ARRAY, meminfo)


def spike_queue(meminfo: Any) -> Any:
    """Return the numba value of a spike queue, which refers to its block."""
    return SpikeQueueProxy._numba_box_(_SPIKE_QUEUE, meminfo)
