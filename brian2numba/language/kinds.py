"""The types of values in kernels."""

from __future__ import annotations

from dataclasses import dataclass

from brian2numba.errors import NotInLanguageError
from brian2numba.language.items import ItemType
from brian2numba.language.records import Record

__all__ = [
    "ADDRESSES",
    "BOOL",
    "FLOAT32",
    "FLOAT64",
    "INT64",
    "ITEMS",
    "UINT64",
    "VOID",
    "Array",
    "CheckedPointer",
    "Item",
    "Kind",
    "Pointer",
    "Reference",
    "References",
    "Scalar",
    "Tuple",
    "TypeName",
    "common",
    "is_integer",
    "of_literal",
    "pointer_to",
    "unified",
]


@dataclass(frozen=True)
class Scalar:
    """A number or a truth value."""

    name: str
    llvm: str

    def __str__(self) -> str:
        return self.name


VOID = Scalar("nothing", "void")
BOOL = Scalar("bool", "i1")
INT64 = Scalar("int64", "i64")
UINT64 = Scalar("uint64", "i64")
FLOAT32 = Scalar("float32", "float")
FLOAT64 = Scalar("float64", "double")


@dataclass(frozen=True)
class Item:
    """How values are kept in memory: narrow integers are widened when they are read.

    Attributes
    ----------
    name, llvm : str
        What the type is called in kernels and by LLVM.
    value : Scalar
        The type of the values.
    is_signed : bool
        Whether a narrow integer can be negative.
    """

    name: str
    llvm: str
    value: Scalar
    n_bytes: int
    is_signed: bool = True


ITEMS = {
    item.name: item
    for item in (
        Item("float64", "double", FLOAT64, 8),
        Item("float32", "float", FLOAT32, 4),
        Item("int64", "i64", INT64, 8),
        Item("uint64", "i64", UINT64, 8, is_signed=False),
        Item("int32", "i32", INT64, 4),
        Item("uint32", "i32", INT64, 4, is_signed=False),
        Item("uint8", "i8", INT64, 1, is_signed=False),
        Item("bool", "i8", BOOL, 1, is_signed=False),
    )
}


@dataclass(frozen=True)
class Pointer:
    """The address of items."""

    item: Item
    llvm: str = "ptr"

    def __str__(self) -> str:
        return f"a pointer to {self.item.name}"


@dataclass(frozen=True)
class Reference:
    """The address of a record."""

    record: type[Record]
    llvm: str = "ptr"

    def __str__(self) -> str:
        return f"a record {self.record.__name__}"


@dataclass(frozen=True)
class References:
    """The address of records, one after the other."""

    record: type[Record]
    llvm: str = "ptr"

    def __str__(self) -> str:
        return f"a pointer to records {self.record.__name__}"


@dataclass(frozen=True)
class TypeName:
    """A type of items, which some words are given to say what there is in memory."""

    item: Item
    llvm: str = "void"

    def __str__(self) -> str:
        return f"the type {self.item.name}"


@dataclass(frozen=True)
class Tuple:
    """Several values: a tuple, or a `NamedTuple` if the fields have names."""

    kinds: tuple[Kind, ...]
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"a tuple of {len(self.kinds)}"

    @property
    def llvm(self) -> str:
        """LLVM's type."""
        return "{" + ", ".join(kind.llvm for kind in self.kinds) + "}"


@dataclass(frozen=True)
class CheckedPointer(Tuple):
    """The address of items, how many there are, and where to report other indices.

    Its components are named as the arguments of `brian2numba.language.bounded`.
    """

    def __str__(self) -> str:
        return f"a checked pointer to {self.item.name}"

    @property
    def item(self) -> Item:
        """What it points to."""
        (pointer, *_) = self.kinds
        assert isinstance(pointer, Pointer)
        return pointer.item


@dataclass(frozen=True)
class Array(Tuple):
    """A contiguous array as users see one: its data, its shape, and where to report.

    Its components are named as numpy's attributes, where there is one. The last one is
    a word of the kernel that is there if the kernel checks indices when it returns.
    """

    def __str__(self) -> str:
        return f"an array of {self.item.name}"

    @property
    def item(self) -> Item:
        """What it consists of."""
        (pointer, *_) = self.kinds
        assert isinstance(pointer, Pointer)
        return pointer.item

    @property
    def n_dimensions(self) -> int:
        """The number of its dimensions."""
        shape = self.kinds[1]
        assert isinstance(shape, Tuple)
        return len(shape.kinds)

    @property
    def is_checked_late(self) -> bool:
        """Whether the kernel checks all indices when it returns."""
        return "_furthest" in self.names


type Kind = Scalar | Pointer | Reference | References | TypeName | Tuple

#: What are single addresses
ADDRESSES = (Pointer, Reference, References)


def pointer_to(item: ItemType | type[Record]) -> Pointer | References:
    """Return the type of a pointer to items or to records."""
    if isinstance(item, ItemType):
        return Pointer(ITEMS[item.name])
    return References(item)


def is_integer(kind: Kind) -> bool:
    """Tell whether values of a type are integers of 64 bits."""
    return kind in (INT64, UINT64)


def of_literal(kind: Kind, number: object, other: Kind) -> Kind:
    """Return the type of an operand, which may be a number that is written down.

    Beside an integer without sign, a number that is not negative has none either.
    """
    is_natural = isinstance(number, int) and number >= 0
    return UINT64 if kind == INT64 and other == UINT64 and is_natural else kind


def unified(first: Kind, second: Kind) -> Kind:
    """Return the type of a variable that gets values of two types.

    Raises
    ------
    NotInLanguageError
        If there is none. A variable that is sometimes an integer and sometimes not is
        none of ours: Python would compute differently with both.
    """
    if first == second:
        return first
    pair = {first, second}
    for integers in (INT64, UINT64):
        if pair == {BOOL, integers}:
            return integers
    if pair <= {FLOAT32, FLOAT64}:
        return FLOAT64
    raise NotInLanguageError(f"a variable is {first} as well as {second}")


def common(first: Kind, second: Kind) -> Scalar:
    """Return the type in which an operation of two numbers is done.

    As in numpy, integers with and without sign meet as floats.
    """
    if not (isinstance(first, Scalar) and isinstance(second, Scalar)):
        raise NotInLanguageError(f"an operation of {first} and {second}")
    if VOID in (first, second):
        raise NotInLanguageError("an operation of nothing")
    pair = {first, second}
    if pair == {FLOAT32}:
        return FLOAT32
    if pair & {FLOAT32, FLOAT64} or pair == {INT64, UINT64}:
        return FLOAT64
    return next((kind for kind in (INT64, UINT64) if kind in pair), BOOL)
