"""
Records: memory whose parts have names.

A record is declared once, as a class with annotated fields::

    class Clock(Record):
        timestep: Pointer[int64]
        t: Pointer[float64]
        is_due: boolean

That serves compiled code, where ``clock.is_due`` is a load at a known offset; Python,
where an object of the class is a view of the same memory; and numba, whose types of the
containers are made of it. A field is one of

- a number: ``int64``, ``int32``, ``uint8``, ``uint16``, ``uint32``, ``uint64``,
  ``float64``, ``float32`` or ``boolean``;
- the address of items or of records, ``Pointer[int32]`` or ``Pointer[Clock]``: no
  record owns what it points to;
- a record, which is embedded;
- items or records that are embedded, ``Annotated[Pointer[int32], 60]``.

Fields are where a C compiler would put them.
"""

from __future__ import annotations

import ctypes
import inspect
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Self,
    get_args,
    get_origin,
    get_type_hints,
)

from brian2numba.language.items import ITEM_TYPES, Item
from brian2numba.language.pointers import Pointer, address_of

__all__ = ["EmbeddedItems", "Field", "PointerTo", "Record", "declared"]


@dataclass(frozen=True)
class PointerTo:
    """What a field is that holds the address of items."""

    item: Item | type[Record]


@dataclass(frozen=True)
class EmbeddedItems:
    """What a field is that consists of items."""

    item: Item | type[Record]
    n_items: int


@dataclass(frozen=True)
class Field:
    """A field of a record.

    Attributes
    ----------
    offset : int
        Where it begins, in bytes from the start of the record.
    kind : Item, PointerTo, EmbeddedItems or type of record
        What it is.
    """

    offset: int
    kind: Item | PointerTo | EmbeddedItems | type[Record]


class _PointerField:
    """The attribute of a record that holds an address."""

    def __init__(self, name: str, item: Any) -> None:
        self._name = name
        self._item = item

    def __get__(self, record: Any, owner: Any) -> Any:
        if record is None:
            return self
        return Pointer(getattr(record, self._name), self._item, record)

    def __set__(self, record: Any, value: Any) -> None:
        is_other = isinstance(value, Pointer) and value.item is not self._item
        # A null pointer is one to anything
        if is_other and value:
            raise TypeError(
                f"{self._name[1:]} of {type(record).__name__} points to "
                f"{_name_of(self._item)}, not to {_name_of(value.item)}."
            )
        setattr(record, self._name, address_of(value))


class _ItemsField:
    """The attribute of a record that is items in it."""

    def __init__(self, name: str, kind: EmbeddedItems) -> None:
        self._name = name
        self._kind = kind

    def __get__(self, record: Any, owner: Any) -> Any:
        if record is None:
            return self
        items = getattr(record, self._name)
        return Pointer(ctypes.addressof(items), self._kind.item, record)

    def __set__(self, record: Any, value: Any) -> None:
        raise AttributeError(
            f"{self._name[1:]} of {type(record).__name__} is in the record and can't "
            "be replaced: write its items."
        )


_StructureType: Any = type(ctypes.Structure)


class _RecordType(_StructureType):
    """Makes the fields of a record of its annotations."""

    def __new__(cls, name: str, bases: Any, namespace: Any) -> Any:
        # Without slots, Python would keep what is written to a misspelled field
        return super().__new__(cls, name, bases, {"__slots__": (), **namespace})

    def __init__(cls, name: str, bases: Any, namespace: Any) -> None:
        super().__init__(name, bases, namespace)
        known = getattr(cls, "FIELDS", {})
        hints = get_type_hints(cls, localns={name: cls}, include_extras=True)
        kinds = {
            n: _kind_of_field(cls, n, hint)
            for n, hint in hints.items()
            if n not in known and get_origin(hint) is not ClassVar
        }
        # Python sees a pointer where ctypes would see an integer, under another name
        hidden = {
            n: n if _is_ctypes_own(kind) else f"_{n}" for n, kind in kinds.items()
        }
        cls._fields_ = [(hidden[n], _ctype(kind)) for n, kind in kinds.items()]
        new = {n: Field(getattr(cls, hidden[n]).offset, k) for n, k in kinds.items()}
        cls.FIELDS = {**known, **new}
        for n, kind in kinds.items():
            if isinstance(kind, PointerTo):
                setattr(cls, n, _PointerField(hidden[n], kind.item))
            elif isinstance(kind, EmbeddedItems):
                setattr(cls, n, _ItemsField(hidden[n], kind))

    def from_address(cls, address: int) -> Any:
        """Return the record at an address, which may be an integer of numpy's."""
        return super().from_address(int(address))


if TYPE_CHECKING:
    # All that a structure has but attributes of any name: a field has to be declared
    class _Structure(ctypes._SimpleCData[Any]):
        def __init__(self, **fields: Any) -> None: ...

else:

    class _Structure(ctypes.Structure, metaclass=_RecordType):
        """A structure whose fields are annotations."""


class Record(_Structure):
    """Memory whose parts have names, see `brian2numba.language.records`.

    ``Clock()`` is a new record, all of which is 0: in compiled code, it is on the stack
    of the function. ``Clock.from_address(address)`` is the record at an address,
    ``Clock.array_at(address)`` a pointer to those from there on. ``(Clock * n)()``
    makes several, in Python, and ``ctypes.sizeof(Clock)`` is the number of its bytes. A
    record at the address 0 is false. Integer fields take Python's own integers.
    """

    #: The fields by name
    FIELDS: ClassVar[Mapping[str, Field]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _check_names(cls)

    def __bool__(self) -> bool:
        return ctypes.addressof(self) != 0

    @classmethod
    def array_at(cls, address: int) -> Pointer[Self]:
        """Return a pointer to the records that are at an address."""
        return Pointer(address, cls)


def _name_of(item: Any) -> str:
    return str(item.name if isinstance(item, Item) else item.__name__)


def _check_names(cls: type[Record]) -> None:
    """Refuse fields whose names mean something else, or whose value would be lost."""
    names = inspect.get_annotations(cls)
    for name in names:
        where = f"The field {name} of {cls.__name__}"
        if name in cls.FIELDS:
            raise TypeError(f"{where} is one of a class above it already.")
        if name in vars(cls):
            raise TypeError(f"{where} has a value, but a new record is all 0.")
        if hasattr(Record, name):
            raise TypeError(f"{where} is called like something that all records have.")
        if name.startswith("_") and name[1:] in {*names, *cls.FIELDS}:
            raise TypeError(f"{where} is called like {name[1:]}, but for a line.")


def _kind_of_field(cls: Any, name: str, hint: Any) -> Any:
    """Return what a field is, given its annotation."""
    kind = declared(hint)
    if kind is None:
        known = ", ".join(item.name for item in ITEM_TYPES.values())
        raise TypeError(
            f"The field {name} of {cls.__name__} is annotated with {hint!r}. A field "
            f"is a number ({known}), a record, Pointer[...] of one of these, or "
            "Annotated[Pointer[...], 3] for three of them in the record."
        )
    if kind is cls:
        raise TypeError(
            f"The field {name} of {cls.__name__} would have the record in itself; "
            f"Pointer[{cls.__name__}] is the address of one."
        )
    return kind


def declared(hint: Any) -> Any:
    """Return what an annotation says that there is in memory; None if it is unknown.

    That is an `Item`, a `PointerTo`, `EmbeddedItems` or a type of record.
    """
    if get_origin(hint) is Annotated:
        pointer, n_items = get_args(hint)
        kind = declared(pointer)
        is_known = isinstance(kind, PointerTo) and isinstance(n_items, int)
        return EmbeddedItems(kind.item, n_items) if is_known and n_items >= 0 else None
    if get_origin(hint) is Pointer:
        (item,) = get_args(hint)
        kind = declared(item)
        return PointerTo(kind) if isinstance(kind, Item | type) else None
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint
    return ITEM_TYPES.get(hint) if isinstance(hint, Hashable) else None


def _is_ctypes_own(kind: Any) -> bool:
    return not isinstance(kind, PointerTo | EmbeddedItems)


def _ctype(kind: Any) -> Any:
    if isinstance(kind, PointerTo):
        return ctypes.c_int64
    if isinstance(kind, EmbeddedItems):
        return _ctype(kind.item) * kind.n_items
    return kind.ctype if isinstance(kind, Item) else kind
