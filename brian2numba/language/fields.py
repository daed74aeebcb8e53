"""Fields of records, by their names: loads and stores at known offsets."""

from __future__ import annotations

import ctypes
from typing import Any

from brian2numba.errors import NotInLanguageError
from brian2numba.language.access import load_item, scopes_of, store_item
from brian2numba.language.items import Item
from brian2numba.language.kinds import (
    INT64,
    Kind,
    Pointer,
    Reference,
    References,
    pointer_kind,
)
from brian2numba.language.records import EmbeddedItems, Field, PointerTo, Record
from brian2numba.language.values import Value, constant, convert

__all__ = [
    "field_address",
    "field_kind",
    "moved",
    "of_record",
    "read_field",
    "record_at",
    "write_field",
]


def field_kind(record: type[Record], name: str) -> Kind:
    """Return the type of what reading a field gives."""
    kind = _field(record, name).kind
    if isinstance(kind, Item):
        return kind.value
    if isinstance(kind, PointerTo | EmbeddedItems):
        return pointer_kind(kind.item)
    return Reference(kind)


def _field(record: type[Record], name: str) -> Field:
    if name not in record.FIELDS:
        fields = ", ".join(record.FIELDS)
        raise NotInLanguageError(
            f"the field {name} of {record.__name__}, whose fields are {fields}"
        )
    return record.FIELDS[name]


def read_field(code: Any, owner: Value, name: str) -> Value:
    """Return the value of a field: a number, or an address."""
    address = field_address(code, owner, name)
    assert isinstance(owner.kind, Reference)
    field, kind = _field(owner.kind.record, name), field_kind(owner.kind.record, name)
    if isinstance(field.kind, Item):
        items = Value(address, Pointer(field.kind), scope=owner.scope)
        return load_item(code, items, constant(0))
    if isinstance(field.kind, PointerTo):
        address = code.emit(f"load ptr, ptr {address}{scopes_of(code, owner)}")
    # What is found in memory that belongs to an array belongs to it as well
    return Value(address, kind, scope=owner.scope)


def write_field(code: Any, owner: Value, name: str, value: Value) -> None:
    """Write a number or an address to a field."""
    address = field_address(code, owner, name)
    assert isinstance(owner.kind, Reference)
    field = _field(owner.kind.record, name)
    if isinstance(field.kind, Item):
        items = Value(address, Pointer(field.kind), scope=owner.scope)
        store_item(code, items, constant(0), value)
    elif isinstance(field.kind, PointerTo):
        value = convert(code, value, field_kind(owner.kind.record, name))
        code.effect(f"store ptr {value.ref}, ptr {address}{scopes_of(code, owner)}")
    else:
        raise NotInLanguageError(f"an assignment to {name}, which is in the record")


def field_address(code: Any, owner: Value, name: str) -> str:
    """Return where a field is."""
    if not isinstance(owner.kind, Reference):
        raise NotInLanguageError(f"the attribute {name} of {owner.kind}")
    offset = _field(owner.kind.record, name).offset
    if offset == 0:
        return owner.ref
    ref: str = code.emit(f"getelementptr inbounds i8, ptr {owner.ref}, i64 {offset}")
    return ref


def moved(code: Any, pointer: Value, n_items: Value) -> Value:
    """Return a pointer to the items, or the records, from one on."""
    if not isinstance(pointer.kind, Pointer | References):
        raise NotInLanguageError(f"a sum of {pointer.kind} and a number")
    n_items = convert(code, n_items, INT64)
    element = _element(pointer.kind)
    ref = code.emit(
        f"getelementptr inbounds {element}, ptr {pointer.ref}, i64 {n_items.ref}"
    )
    return Value(ref, pointer.kind, scope=pointer.scope)


def _element(kind: Pointer | References) -> str:
    if isinstance(kind, Pointer):
        return kind.item.llvm
    return f"[{ctypes.sizeof(kind.record)} x i8]"


def record_at(code: Any, pointer: Value, index: Value) -> Value:
    """Return one of several records."""
    assert isinstance(pointer.kind, References)
    place = moved(code, pointer, index)
    return Value(place.ref, Reference(pointer.kind.record), scope=pointer.scope)


def new_record(code: Any, record: type[Record]) -> Value:
    """Return a new record on the stack, all of which is 0."""
    new = Value(code.local(f"[{ctypes.sizeof(record)} x i8]"), Reference(record))
    # One by one: LLVM leaves out what is written before it is read
    for name, field in record.FIELDS.items():
        if not isinstance(field.kind, Item | PointerTo):
            raise NotInLanguageError(f"a new record with {name} in it")
        write_field(code, new, name, constant(0))
    return new


class RecordMaker:
    """A class of records, called for a new one."""

    def __init__(self, record: type[Record]) -> None:
        self.record = record

    def kind(self, kinds: Any) -> Kind:
        """Return the type of the record."""
        if kinds:
            raise NotInLanguageError(f"arguments of {self.record.__name__}")
        return Reference(self.record)

    def emit(self, code: Any, args: Any) -> Value:
        """Write what makes it."""
        return new_record(code, self.record)


class RecordAt:
    """``from_address`` of a class of records, or ``array_at``."""

    def __init__(self, record: type[Record], are_several: bool) -> None:
        self._kind = References(record) if are_several else Reference(record)

    def kind(self, kinds: Any) -> Kind:
        """Return the type of the record, or of the pointer to records."""
        return self._kind

    def emit(self, code: Any, args: Any) -> Value:
        """Return the record, or the pointer to records, at an address."""
        (address,) = args
        return convert(code, address, self._kind)


def of_record(thing: Any) -> RecordMaker | RecordAt | None:
    """Return what makes or finds records, if an object of Python does."""
    record = getattr(thing, "__self__", thing)
    if not (isinstance(record, type) and issubclass(record, Record)):
        return None
    if thing is record:
        return RecordMaker(record)
    are_several = {"from_address": False, "array_at": True}
    if thing.__name__ not in are_several:
        raise NotInLanguageError(f"{thing.__name__} of {record.__name__}")
    return RecordAt(record, are_several[thing.__name__])
