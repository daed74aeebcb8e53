"""Items of pointers, and fields of records, in functions that numba compiles."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from numba import extending, types
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
    signature,
)

from brian2numba.language.access import load_item, store_item
from brian2numba.language.fields import (
    field_kind,
    moved,
    read_field,
    record_at,
    write_field,
)
from brian2numba.language.values import NOTHING, Code, Value, truth
from brian2numba.with_numba.types import PointerType, RecordsType, RecordType, type_of
from brian2numba.with_numba.words import linked_call

__all__: list[str] = []

_POINTERS = (PointerType, RecordsType)
_ADDRESSES = (PointerType, RecordsType, RecordType)


@infer_global(operator.getitem)
class _Item(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        pointer, index = args
        if isinstance(pointer, _POINTERS) and isinstance(index, types.Integer):
            return signature(_item_type(pointer), pointer, types.int64)
        return None


def _item_type(pointer: Any) -> types.Type:
    if isinstance(pointer, PointerType):
        return type_of(pointer.item.value)
    return RecordType(pointer.record)


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        pointer, index, _ = args
        if isinstance(pointer, PointerType) and isinstance(index, types.Integer):
            item = _item_type(pointer)
            return signature(types.none, pointer, types.int64, item)
        return None


@infer_global(operator.add)
class _Moved(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        pointer, n_items = args
        if isinstance(pointer, _POINTERS) and isinstance(n_items, types.Integer):
            return signature(pointer, pointer, types.int64)
        return None


@infer_global(bool)
@infer_global(operator.truth)
@infer_global(operator.not_)
class _Truth(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        (address,) = args
        if isinstance(address, _ADDRESSES):
            return signature(types.boolean, address)
        return None


@infer_getattr
class _Fields(AttributeTemplate):
    key = RecordType

    def generic_resolve(self, record: RecordType, name: str) -> types.Type | None:
        """Return the type of a field."""
        if name not in record.record.FIELDS:
            return None
        return type_of(field_kind(record.record, name))


def _by_instructions(name: str, emit: Any) -> Any:
    """Return what numba asks for code, given what writes the instructions."""

    def lowered(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return linked_call(context, builder, name, emit, signature, args)

    return lowered


def _load(code: Code, args: Sequence[Value]) -> Value:
    return load_item(code, *args)


def _record_at(code: Code, args: Sequence[Value]) -> Value:
    return record_at(code, *args)


def _store(code: Code, args: Sequence[Value]) -> Value:
    return store_item(code, *args)


def _moved(code: Code, args: Sequence[Value]) -> Value:
    return moved(code, *args)


def _truth(code: Code, args: Sequence[Value]) -> Value:
    return truth(code, args[0])


def _opposite(code: Code, args: Sequence[Value]) -> Value:
    is_some = truth(code, args[0])
    return Value(code.emit(f"xor i1 {is_some.ref}, true"), is_some.kind)


_DECLARED = (
    (operator.getitem, "item", _load, (PointerType, types.Integer)),
    (operator.getitem, "record", _record_at, (RecordsType, types.Integer)),
    (operator.setitem, "set_item", _store, (PointerType, types.Integer, types.Any)),
    (operator.add, "moved", _moved, (PointerType, types.Integer)),
    (operator.add, "moved", _moved, (RecordsType, types.Integer)),
    *(
        (function, name, emit, (of,))
        for function, name, emit in (
            (bool, "truth", _truth),
            (operator.truth, "truth", _truth),
            (operator.not_, "opposite", _opposite),
        )
        for of in _ADDRESSES
    ),
)
for _function, _name, _emit, _of in _DECLARED:
    extending.lower_builtin(_function, *_of)(_by_instructions(_name, _emit))


@extending.lower_getattr_generic(RecordType)
def _read(context: Any, builder: Any, of: RecordType, value: Any, name: str) -> Any:
    def emit(code: Code, args: Sequence[Value]) -> Value:
        return read_field(code, args[0], name)

    result = type_of(field_kind(of.record, name))
    return linked_call(context, builder, name, emit, signature(result, of), [value])


@extending.lower_setattr_generic(RecordType)
def _write(context: Any, builder: Any, given: Any, args: Any, name: str) -> Any:
    def emit(code: Code, values: Sequence[Value]) -> Value:
        write_field(code, values[0], name, values[1])
        return NOTHING

    return linked_call(context, builder, f"set_{name}", emit, given, args)
