"""Values in LLVM's code, and conversions between their types."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Protocol

from brian2numba.errors import NotInLanguageError
from brian2numba.lowering.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    VOID,
    Kind,
    Scalar,
)

__all__ = ["NOTHING", "Code", "Value", "constant", "convert", "truth"]

type Number = bool | int | float


class Code(Protocol):
    """Where instructions go."""

    def emit(self, instruction: str) -> str:
        """Append an instruction; return the name of its result."""


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
        kind = BOOL if isinstance(number, bool) else INT64
        kind = FLOAT64 if isinstance(number, float) else kind
    if kind == BOOL:
        return Value("true" if number else "false", BOOL, bool(number))
    if kind == INT64:
        number = int(number)
        if not -(2**63) <= number < 2**63:
            raise NotInLanguageError(f"the integer {number}")
        return Value(str(number), INT64, number)
    number = float(number)
    if kind == FLOAT32:
        # LLVM writes them as the double of the same value
        number = struct.unpack("<f", struct.pack("<f", number))[0]
    (bits,) = struct.unpack("<Q", struct.pack("<d", number))
    return Value(f"0x{bits:016X}", kind, number)


_CONVERSIONS = {
    (BOOL, INT64): "zext",
    (BOOL, FLOAT32): "uitofp",
    (BOOL, FLOAT64): "uitofp",
    (INT64, FLOAT32): "sitofp",
    (INT64, FLOAT64): "sitofp",
    (FLOAT32, INT64): "fptosi",
    (FLOAT64, INT64): "fptosi",
    (FLOAT32, FLOAT64): "fpext",
    (FLOAT64, FLOAT32): "fptrunc",
}


def convert(code: Code, value: Value, kind: Kind) -> Value:
    """Return a value as one of another type, as a C cast does it."""
    if value.kind == kind:
        return value
    if not (isinstance(kind, Scalar) and isinstance(value.kind, Scalar)):
        raise NotInLanguageError(f"a conversion of {value.kind} to {kind}")
    if kind == BOOL:
        return truth(code, value)
    known = value.number
    if known is not None and (kind != INT64 or abs(known) < 2**62):
        return constant(known, kind)
    conversion = _CONVERSIONS.get((value.kind, kind))
    if conversion is None:
        raise NotInLanguageError(f"a conversion of {value.kind} to {kind}")
    of = value.kind.llvm
    return Value(code.emit(f"{conversion} {of} {value.ref} to {kind.llvm}"), kind)


def truth(code: Code, value: Value) -> Value:
    """Return whether a value is not zero."""
    kind = value.kind
    if kind == BOOL:
        return value
    if value.number is not None:
        return constant(bool(value.number))
    if kind == INT64:
        return Value(code.emit(f"icmp ne i64 {value.ref}, 0"), BOOL)
    if kind in (FLOAT32, FLOAT64):
        zero = constant(0.0, FLOAT64).ref
        return Value(code.emit(f"fcmp une {kind.llvm} {value.ref}, {zero}"), BOOL)
    raise NotInLanguageError(f"the truth of {kind}")
