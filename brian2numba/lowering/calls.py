"""What can be called: words, functions of the library, and records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from brian2numba.c_functions import CFunction
from brian2numba.elementary.vector import in_single_precision
from brian2numba.errors import NotInLanguageError, Status
from brian2numba.language.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    VOID,
    Kind,
    Scalar,
    Tuple,
)
from brian2numba.language.users_arrays import (
    given_kind,
    given_value,
    has_array,
    reads_only_arrays,
)
from brian2numba.language.values import NOTHING, Value, convert

__all__ = [
    "Callee",
    "Elementary",
    "LibraryFunction",
    "OfOtherLibrary",
    "TupleMaker",
    "failing",
]


#: What functions of users read, which shares no memory with a model's arrays
_OF_USERS = "arrays of users"


class Callee(Protocol):
    """Something that can be called."""

    def kind(self, kinds: Sequence[Kind]) -> Kind:
        """Return the type of the result, given those of the arguments."""

    def emit(self, code: Any, args: Sequence[Value]) -> Value:
        """Write the call; return its result."""


@dataclass(frozen=True)
class OfOtherLibrary:
    """A C function of another library, for numbers of any type."""

    function: CFunction

    def kind(self, kinds: Sequence[Kind]) -> Kind:
        """Return the type of the result."""
        if len(kinds) != self.function.n_arguments:
            raise NotInLanguageError(f"{self.function.name} with {len(kinds)} numbers")
        return FLOAT64

    def emit(self, code: Any, args: Sequence[Value]) -> Value:
        """Write the call."""
        given = [f"double {convert(code, arg, FLOAT64).ref}" for arg in args]
        symbol = self.function.symbol
        code.declare(symbol, "double", ", ".join(["double"] * len(args) + ["i32"]))
        ref = code.emit(f"call double @{symbol}({', '.join([*given, 'i32 0'])})")
        return Value(ref, FLOAT64)


@dataclass(frozen=True)
class TupleMaker:
    """A class of `NamedTuple`."""

    names: tuple[str, ...]

    def kind(self, kinds: Sequence[Kind]) -> Tuple:
        """Return the type of the record."""
        if len(kinds) != len(self.names):
            raise NotInLanguageError(f"a record of {len(kinds)} fields")
        return Tuple(tuple(kinds), self.names)

    def emit(self, code: Any, args: Sequence[Value]) -> Value:
        """Return the record, which needs no instruction."""
        return Value("", self.kind([arg.kind for arg in args]), parts=tuple(args))


class LibraryFunction:
    """A function in the language, compiled for each combination of argument types.

    Parameters
    ----------
    function : function
        The Python function.
    module : Module
        Where its instances are.
    scope : str, optional
        What it has in memory for itself, if it uses no other. LLVM then knows that no
        array of a model shares it.
    """

    def __init__(self, function: Any, module: Any, scope: str = "") -> None:
        self.function = function
        self.module = module
        self.scope = scope

    def kind(self, kinds: Sequence[Kind]) -> Kind:
        """Return the type of the result."""
        given = tuple(given_kind(self.function, kind) for kind in kinds)
        result: Kind = self.module.instance(self.function, given)[1]
        return result

    def emit(self, code: Any, args: Sequence[Value]) -> Value:
        """Write the call. Records are passed as what they consist of."""
        args = [given_value(self.function, arg) for arg in args]
        kinds = tuple(arg.kind for arg in args)
        name, result = self.module.instance(self.function, kinds)
        flat = [part for arg in args for part in flattened(arg)]
        given = ", ".join(f"{part.kind.llvm} {part.ref}" for part in flat)
        if has_array(kinds):
            scope = _OF_USERS if reads_only_arrays(kinds) and code.is_kernel else ""
            return _result_of_failing(code, f"@{name}({given})", result, scope)
        if result == VOID:
            code.effect(f"call void @{name}({given})")
            return NOTHING
        scopes = code.scopes(self.scope) if self.scope else ""
        ref = code.emit(f"call {result.llvm} @{name}({given}){scopes}")
        return code.unpacked(ref, result)


class Elementary:
    """An elementary function, for numbers of any type.

    Parameters
    ----------
    function : function
        The function of doubles. If all arguments have single precision, the one of
        single precision takes its place.
    module : Module
        Where their instances are.
    """

    def __init__(self, function: Callable[..., float], module: Any) -> None:
        self._functions = {
            FLOAT64: LibraryFunction(function, module, scope="tables"),
            FLOAT32: LibraryFunction(
                in_single_precision(function), module, scope="tables"
            ),
        }

    def kind(self, kinds: Sequence[Kind]) -> Scalar:
        """Return the type of the result."""
        return FLOAT32 if set(kinds) == {FLOAT32} else FLOAT64

    def emit(self, code: Any, args: Sequence[Value]) -> Value:
        """Write the call."""
        kind = self.kind([arg.kind for arg in args])
        given = [convert(code, arg, kind) for arg in args]
        return convert(code, self._functions[kind].emit(code, given), kind)


def failing(result: Kind) -> str:
    """Return LLVM's type of what a function returns that can fail: whether it did."""
    return "{i1}" if result == VOID else f"{{i1, {result.llvm}}}"


def _result_of_failing(code: Any, call: str, result: Kind, scope: str) -> Value:
    """Write a call of a function that can fail; with it fails what calls it."""
    scopes = code.scopes(scope) if scope else ""
    whole = code.emit(f"call {failing(result)} {call}{scopes}")
    has_failed = code.emit(f"extractvalue {failing(result)} {whole}, 0")
    failed, end = code.label(), code.label()
    code.branch(Value(has_failed, BOOL), failed, end)
    code.begin(failed)
    code.fail(Status.OUT_OF_BOUNDS)
    code.begin(end)
    if result == VOID:
        return NOTHING
    value: Value = code.unpacked(
        code.emit(f"extractvalue {failing(result)} {whole}, 1"), result
    )
    return value


def flattened(value: Value) -> list[Value]:
    """Return the components of a value that are no records."""
    if not isinstance(value.kind, Tuple):
        return [value]
    return [part for item in value.parts for part in flattened(item)]
