"""numba's types for the kinds of values that kernels have and numba has not."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core.datamodel import models

from brian2numba.language import ITEM_TYPES, Record, kinds
from brian2numba.language.kinds import Kind

__all__ = [
    "CONVERSIONS",
    "PointerType",
    "RecordType",
    "RecordsType",
    "kind_of",
    "type_of",
]


class PointerType(types.Type):
    """The address of items; see `brian2numba.language.Pointer`."""

    def __init__(self, item: kinds.Item) -> None:
        self.item = item
        super().__init__(f"pointer to {item.name}")


class RecordType(types.Type):
    """The address of a record."""

    def __init__(self, record: type[Record]) -> None:
        self.record = record
        super().__init__(f"record {record.__module__}.{record.__qualname__}")

    @property
    def key(self) -> Any:
        """What two types have in common that are the same."""
        return self.record


class RecordsType(types.Type):
    """The address of records, one after the other."""

    def __init__(self, record: type[Record]) -> None:
        self.record = record
        super().__init__(f"records {record.__module__}.{record.__qualname__}")

    @property
    def key(self) -> Any:
        """What two types have in common that are the same."""
        return self.record


@extending.register_model(PointerType)
@extending.register_model(RecordType)
@extending.register_model(RecordsType)
class _AddressModel(models.PrimitiveModel):
    """An address, in LLVM's language."""

    def __init__(self, manager: Any, of_type: types.Type) -> None:
        super().__init__(manager, of_type, ir.IntType(8).as_pointer())


_NUMBERS = {
    kinds.BOOL: types.boolean,
    kinds.INT64: types.int64,
    kinds.UINT64: types.uint64,
    kinds.FLOAT32: types.float32,
    kinds.FLOAT64: types.float64,
    kinds.VOID: types.none,
}
_OF_NUMBERS = {kind: scalar for scalar, kind in _NUMBERS.items()}


def type_of(kind: Kind) -> types.Type:
    """Return numba's type for a kind of values."""
    match kind:
        case kinds.Pointer(item=item):
            return PointerType(item)
        case kinds.Reference(record=record):
            return RecordType(record)
        case kinds.References(record=record):
            return RecordsType(record)
        case kinds.Tuple(kinds=parts):
            return types.Tuple([type_of(part) for part in parts])
    assert isinstance(kind, kinds.Scalar), kind
    return _NUMBERS[kind]


def kind_of(numbas: types.Type) -> Kind:  # noqa: PLR0911 (one for each)
    """Return the kind of values that a type of numba's is.

    Raises
    ------
    KeyError
        If kernels have no such values.
    """
    numbas = types.unliteral(numbas)
    match numbas:
        case PointerType(item=item):
            return kinds.Pointer(item)
        case RecordType(record=record):
            return kinds.Reference(record)
        case RecordsType(record=record):
            return kinds.References(record)
        case types.BaseTuple():
            return kinds.Tuple(tuple(kind_of(part) for part in numbas.types))
        case types.Function():
            return kinds.TypeName(_item_of(numbas.typing_key))
    if isinstance(numbas, types.Integer) and numbas != types.uint64:
        return kinds.INT64
    return _OF_NUMBERS[numbas]


#: The words that are types of items, by what stands for them
CONVERSIONS: dict[Any, Any] = {}


def _item_of(conversion: Any) -> kinds.Item:
    return ITEM_TYPES[CONVERSIONS[conversion]]
