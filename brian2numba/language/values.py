"""Values in LLVM's code, and conversions between their types.

`Code` is what writes the instructions, a function of `brian2numba.lowering`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from brian2numba.errors import NotInLanguageError
from brian2numba.language.kinds import (
    ADDRESSES,
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    UINT64,
    VOID,
    Kind,
    Scalar,
    is_integer,
)

__all__ = ["NOTHING", "Code", "Value", "constant", "convert", "truth"]

type Number = bool | int | float


class Code(Protocol):
    """The function whose instructions are being written."""

    #: The label of the present block
    block: str

    def emit(self, instruction: str) -> str:
        """Append an instruction; return the name of its result."""

    def effect(self, instruction: str) -> None:
        """Append an instruction that has no result."""

    def declare(self, name: str, result: str, arguments: str) -> None:
        """Say that a function is called that is defined elsewhere."""

    def local(self, kind: str) -> str:
        """Return the address of memory of the function's own."""

    def scopes(self, scope: str) -> str:
        """Return what tells LLVM that an array shares no memory with others."""

    def label(self) -> str:
        """Return a new label."""

    def begin(self, label: str) -> None:
        """Begin the block of a label."""

    def jump(self, label: str) -> None:
        """Go on at a label."""

    def branch(self, condition: Value, if_true: str, if_false: str) -> None:
        """Go on at one of two labels."""


@dataclass(frozen=True)
class Value:
    """The result of an instruction, a constant, or the components of a record.

    Attributes
    ----------
    ref : str
        How LLVM's code refers to it.
    kind : Kind
        Its type.
    number : number, optional
        What it is, if that is known.
    parts : tuple of Value
        The components of a record.
    scope : str
        The array that a pointer points into, if that is known.
    """

    ref: str
    kind: Kind
    number: Number | None = None
    parts: tuple[Value, ...] = ()
    scope: str = ""


NOTHING = Value("", VOID)


def constant(number: Number, kind: Scalar | None = None) -> Value:
    """Return a constant; of the type that Python's number has, if none is given."""
    if kind is None:
        kind = _kind_of(number)
    if kind == BOOL:
        return Value("true" if number else "false", BOOL, bool(number))
    if is_integer(kind):
        number = int(number)
        least, end = (-(2**63), 2**63) if kind == INT64 else (0, 2**64)
        if not least <= number < end:
            raise NotInLanguageError(f"the integer {number}")
        # LLVM's integers have no sign of their own
        bits = number - 2**64 if number >= 2**63 else number
        return Value(str(bits), kind, number)
    number = float(number)
    if kind == FLOAT32:
        # LLVM writes them as the double of the same value
        number = struct.unpack("<f", struct.pack("<f", number))[0]
    (bits,) = struct.unpack("<Q", struct.pack("<d", number))
    return Value(f"0x{bits:016X}", kind, number)


def _kind_of(number: Number) -> Scalar:
    if isinstance(number, bool):
        return BOOL
    if isinstance(number, np.float32):
        return FLOAT32
    if isinstance(number, float):
        return FLOAT64
    return UINT64 if number >= 2**63 else INT64


_CONVERSIONS = {
    (BOOL, INT64): "zext",
    (BOOL, UINT64): "zext",
    (BOOL, FLOAT32): "uitofp",
    (BOOL, FLOAT64): "uitofp",
    (INT64, FLOAT32): "sitofp",
    (INT64, FLOAT64): "sitofp",
    (UINT64, FLOAT32): "uitofp",
    (UINT64, FLOAT64): "uitofp",
    (FLOAT32, INT64): "fptosi",
    (FLOAT64, INT64): "fptosi",
    (FLOAT32, FLOAT64): "fpext",
    (FLOAT64, FLOAT32): "fptrunc",
}


def convert(code: Code, value: Value, kind: Kind) -> Value:
    """Return a value as one of another type, as a C cast does it."""
    if value.kind == kind:
        return value
    if kind == BOOL:
        return truth(code, value)
    if not (isinstance(kind, Scalar) and isinstance(value.kind, Scalar)):
        return _convert_address(code, value, kind)
    return _convert_number(code, value, kind)


def _convert_number(code: Code, value: Value, kind: Scalar) -> Value:
    known, of = value.number, value.kind
    assert isinstance(of, Scalar)
    if is_integer(kind) and is_integer(value.kind):
        # The same 64 bits; some numbers are others then
        is_same = known is not None and 0 <= known < 2**63
        return Value(value.ref, kind, known if is_same else None)
    if known is not None and _is_held(known, kind):
        return constant(known, kind)
    if kind == UINT64 and value.kind in (FLOAT32, FLOAT64):
        return _without_sign(code, value)
    conversion = _CONVERSIONS.get((of, kind))
    if conversion is None:
        raise NotInLanguageError(f"a conversion of {of} to {kind}")
    ref = code.emit(f"{conversion} {of.llvm} {value.ref} to {kind.llvm}")
    return Value(ref, kind)


def _convert_address(code: Code, value: Value, kind: Kind) -> Value:
    """Return an address as an integer, or an integer as one."""
    if kind == INT64 and isinstance(value.kind, ADDRESSES):
        return Value(code.emit(f"ptrtoint ptr {value.ref} to i64"), INT64)
    if value.kind == INT64 and isinstance(kind, ADDRESSES):
        ref = code.emit(f"inttoptr i64 {value.ref} to ptr")
        return Value(ref, kind, scope=value.scope)
    raise NotInLanguageError(f"a conversion of {value.kind} to {kind}")


def _is_held(number: Number, kind: Scalar) -> bool:
    """Tell whether a number, without its fraction, surely is one of a type."""
    if not is_integer(kind):
        return True
    return abs(number) < 2**62 and (kind == INT64 or number >= 0)


def _without_sign(code: Code, value: Value) -> Value:
    """Return a float as an integer without sign; a negative one modulo 2**64."""
    of, bound = value.kind.llvm, constant(2.0**63).ref
    is_large = code.emit(f"fcmp oge {of} {value.ref}, {bound}")
    large = code.emit(f"fptoui {of} {value.ref} to i64")
    other = code.emit(f"fptosi {of} {value.ref} to i64")
    ref = code.emit(f"select i1 {is_large}, i64 {large}, i64 {other}")
    return Value(ref, UINT64)


def truth(code: Code, value: Value) -> Value:
    """Return whether a value is not zero."""
    kind = value.kind
    if kind == BOOL:
        return value
    if value.number is not None:
        return constant(bool(value.number))
    if is_integer(kind):
        return Value(code.emit(f"icmp ne i64 {value.ref}, 0"), BOOL)
    if kind in (FLOAT32, FLOAT64):
        zero = constant(0.0, FLOAT64).ref
        return Value(code.emit(f"fcmp une {kind.llvm} {value.ref}, {zero}"), BOOL)
    if isinstance(kind, ADDRESSES):
        return Value(code.emit(f"icmp ne ptr {value.ref}, null"), BOOL)
    raise NotInLanguageError(f"the truth of {kind}")
