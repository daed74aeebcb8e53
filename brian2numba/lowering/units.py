"""
Units: functions of users that are beyond the language, each compiled by numba.

The kernel calls a unit as ``{int64, result} unit(arguments..., exception)``. If the
status is not 0, the unit has raised: `exception` is where it leaves the address of what
numba knows of it. The kernel writes what was called, and with which numbers, to the
words of the `Report`, and returns `Status.USER_EXCEPTION`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from brian2numba.errors import NotInLanguageError, Status
from brian2numba.language.access import store_item
from brian2numba.language.fields import field_address, read_field, write_field
from brian2numba.language.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    ITEMS,
    VOID,
    Array,
    CheckedPointer,
    Kind,
    Pointer,
    Reference,
    Scalar,
)
from brian2numba.language.values import Value, constant, convert
from brian2numba.lowering.calls import LibraryFunction
from brian2numba.lowering.foreign import Foreign
from brian2numba.reports import ARGUMENT_KINDS, N_ARGUMENTS

__all__ = [
    "SCALARS",
    "Unit",
    "Units",
    "UserFunction",
    "described",
]

#: The numbers that arguments and results can be, by name
SCALARS = {
    BOOL.name: BOOL,
    **{item.value.name: item.value for item in ITEMS.values()},
}
#: What is reported of an argument that is no number
_NO_NUMBER = 15


@dataclass(frozen=True)
class Unit:
    """A compiled unit.

    Attributes
    ----------
    symbol : str
        What it is called.
    result : Scalar
        What it returns.
    """

    symbol: str
    result: Scalar


class Units(Protocol):
    """What compiles the units of a kernel."""

    def unit(self, name: str, kinds: tuple[str, ...]) -> Unit:
        """Return the unit of a function for arguments of these kinds, see `described`.

        Raises
        ------
        FunctionNotCompilableError
            If numba doesn't compile it.
        """

    def number_of(self, name: str) -> int:
        """Return the number by which a `Report` refers to a function."""


def described(kind: Kind) -> str:
    """Return a kind of arguments in words.

    Raises
    ------
    NotInLanguageError
        If units have no such arguments.
    """
    if isinstance(kind, Scalar):
        return kind.name
    if isinstance(kind, Array):
        return f"array {kind.item.name} {kind.n_dimensions}"
    if isinstance(kind, Pointer | CheckedPointer):
        return f"pointer {kind.item.name}"
    if isinstance(kind, Reference):
        return f"record {kind.record.__module__} {kind.record.__qualname__}"
    raise NotInLanguageError(f"{kind} as the argument of a function")


#: What goes wrong where a function is no part of the language: besides what is said of
#: it, names and attributes that are not there, and the like
_BEYOND = (
    NotInLanguageError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class UserFunction:
    """A function of the user's, called by the kernel.

    Parameters
    ----------
    function : Definition or Foreign
        The function; what is foreign becomes a unit in any case.
    module : Module
        What it becomes part of.
    """

    def __init__(self, function: Any, module: Any) -> None:
        self.function = function
        self.module = module
        self._in_language = LibraryFunction(function, module)

    def kind(self, kinds: Sequence[Kind]) -> Kind:
        """Return the type of the result."""
        unit = self._unit(kinds)
        return self._in_language.kind(kinds) if unit is None else unit.result

    def emit(self, code: Any, args: Sequence[Value]) -> Value:
        """Write the call."""
        unit = self._unit([arg.kind for arg in args])
        if unit is None:
            return self._in_language.emit(code, args)
        return _call(code, unit, self.module.units.number_of(self.function.name), args)

    def _unit(self, kinds: Sequence[Kind]) -> Unit | None:
        """Return the unit that it is; None if it is part of the language."""
        if not isinstance(self.function, Foreign):
            try:
                result = self._in_language.kind(kinds)
                if isinstance(result, Scalar) and result != VOID:
                    return None
            except _BEYOND:
                pass
        words = tuple(described(kind) for kind in kinds)
        unit: Unit = self.module.unit(self.function.name, words)
        return unit


def _call(code: Any, unit: Unit, number: int, args: Sequence[Value]) -> Value:
    report = code.variable("_report")
    parts = [part for arg in args for part in _parts(arg)]
    exception = field_address(code, report, "exception")
    given = [f"{part.kind.llvm} {part.ref}" for part in parts] + [f"ptr {exception}"]
    memory = "i64" if unit.result == BOOL else unit.result.llvm
    result = f"{{i64, {memory}}}"
    kinds = ", ".join([part.kind.llvm for part in parts] + ["ptr"])
    code.module.declare_unit(unit.symbol, result, kinds)
    whole = code.emit(f"call {result} @{unit.symbol}({', '.join(given)})")
    status = code.emit(f"extractvalue {result} {whole}, 0")
    has_failed = code.emit(f"icmp ne i64 {status}, 0")
    failed, end = code.label(), code.label()
    code.branch(Value(has_failed, BOOL), failed, end)
    code.begin(failed)
    _report_call(code, report, number, args)
    code.fail(Status.USER_EXCEPTION)
    code.begin(end)
    ref = code.emit(f"extractvalue {result} {whole}, 1")
    if unit.result == BOOL:
        return Value(code.emit(f"icmp ne i64 {ref}, 0"), BOOL)
    return Value(ref, unit.result)


def _parts(value: Value) -> list[Value]:
    """Return what a unit is given for an argument."""
    if isinstance(value.kind, Array):
        return [value.parts[0], *value.parts[1].parts]
    if isinstance(value.kind, CheckedPointer):
        return [value.parts[0]]
    return [value]


def _report_call(code: Any, report: Value, number: int, args: Sequence[Value]) -> None:
    """Report a call that failed, so that Python can repeat it."""
    write_field(code, report, "function", constant(number))
    write_field(code, report, "line", constant(code.line))
    arguments, kinds = read_field(code, report, "arguments"), 0
    for k, arg in enumerate(args[:N_ARGUMENTS]):
        name = arg.kind.name if isinstance(arg.kind, Scalar) else ""
        kinds |= ARGUMENT_KINDS.get(name, _NO_NUMBER) << (4 * k)
        if name in ARGUMENT_KINDS:
            store_item(code, arguments, constant(k), _bits(code, arg))
    signed = kinds - 2**64 if kinds >= 2**63 else kinds
    write_field(code, report, "kinds", constant(signed))


def _bits(code: Any, number: Value) -> Value:
    if number.kind in (FLOAT32, FLOAT64):
        double = convert(code, number, FLOAT64)
        return Value(code.emit(f"bitcast double {double.ref} to i64"), INT64)
    if number.kind == BOOL:
        return convert(code, number, INT64)
    return Value(number.ref, INT64)
