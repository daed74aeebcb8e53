"""numba, with structrefs for what has fields."""

from __future__ import annotations

from typing import Any

from numba import njit, types
from numba.experimental import structref

from benchmarks.tools_compared.numba_tool import FIELDS, NumbaTool

__all__ = ["StructRef"]


class _Type(types.StructRef):
    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class GroupType(_Type):
    pass


@structref.register
class NumbersType(_Type):
    pass


@structref.register
class QueueType(_Type):
    pass


class Group(structref.StructRefProxy):
    def __new__(cls, *values: Any) -> Any:
        return structref.StructRefProxy.__new__(cls, *values)


class Numbers(structref.StructRefProxy):
    def __new__(cls, *values: Any) -> Any:
        return structref.StructRefProxy.__new__(cls, *values)

    @property
    def data(self) -> Any:
        return _data(self)

    @property
    def size(self) -> Any:
        return _size(self)


class Queue(structref.StructRefProxy):
    def __new__(cls, *values: Any) -> Any:
        return structref.StructRefProxy.__new__(cls, *values)


_CLASSES = {"Group": Group, "Numbers": Numbers, "Queue": Queue}
for _kind in ((GroupType, Group), (NumbersType, Numbers), (QueueType, Queue)):
    structref.define_proxy(_kind[1], _kind[0], list(FIELDS[_kind[1].__name__]))


@njit(cache=True)
def _data(array):
    return array.data


@njit(cache=True)
def _size(array):
    return array.size


class StructRef(NumbaTool):
    """numba stores functions that take structrefs."""

    stores = True

    def instance(self, name: str, *values: Any) -> Any:
        """Return a structref; numba compiles what makes one in each process."""
        return _CLASSES[name](*values)


TOOL = StructRef
