"""
The numba types of the containers: what numba functions take as arguments.

The fields are in the order of the words of the payloads, see
`brian2numba.containers.dynamic_array` and `brian2numba.containers.queue_storage`.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

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


def _words(names: str) -> list[tuple[str, types.Type]]:
    return [(name, types.int64) for name in names.split()]


_DYNAMIC_ARRAY = DynamicArrayType(
    [*_words("data rows capacity row_bytes advise"), ("buffer", _BUFFER)]
)

_SPIKE_QUEUE = SpikeQueueType(
    [
        *_words("source_start source_end first synapses delays groups delay"),
        *_words("n_slots offset"),
        *_words("chunk_capacity chunks_used chunks_touched free_chunk"),
        ("chunks", _BUFFER),
        *_words("page_capacity pages_used pages_touched free_page"),
        ("pages", _BUFFER),
        ("directory", _BUFFER),
    ]
)


def dynamic_array(meminfo: Any) -> Any:
    """Return the numba value of a dynamic array, which refers to its block."""
    return DynamicArrayProxy._numba_box_(_DYNAMIC_ARRAY, meminfo)


def spike_queue(meminfo: Any) -> Any:
    """Return the numba value of a spike queue, which refers to its block."""
    return SpikeQueueProxy._numba_box_(_SPIKE_QUEUE, meminfo)
