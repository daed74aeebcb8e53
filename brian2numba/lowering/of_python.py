"""What Python's own functions, those of math and of numpy, are in LLVM's language."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from brian2numba import language
from brian2numba.errors import NotInLanguageError
from brian2numba.language.casts import cast
from brian2numba.language.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    UINT64,
    Array,
    Kind,
    Scalar,
    Tuple,
    common,
)
from brian2numba.language.users_arrays import (
    length_of,
)
from brian2numba.language.values import Code, Value, constant, convert
from brian2numba.language.word import WORDS as language_words
from brian2numba.language.word import Word
from brian2numba.lowering.operators import compare, negate

__all__ = ["word_for"]


def _cast(kind: Scalar) -> Word:
    return Word(lambda kinds: kind, cast(kind))


def _only(args: Sequence[Any]) -> Any:
    if len(args) != 1:
        raise NotInLanguageError(f"{len(args)} arguments instead of one")
    return args[0]


def _float_kind(kinds: Sequence[Kind]) -> Scalar:
    """Return the type in which a mathematical function is computed."""
    return FLOAT32 if set(kinds) == {FLOAT32} else FLOAT64


def _mathematics(double: str, single: str) -> Word:
    """Return a function of floating point numbers, by its names for both types."""

    def emit(code: Code, args: Sequence[Value]) -> Value:
        kind = _float_kind([value.kind for value in args])
        name = double if kind == FLOAT64 else single
        code.declare(name, kind.llvm, ", ".join([kind.llvm] * len(args)))
        given = ", ".join(f"{kind.llvm} {convert(code, a, kind).ref}" for a in args)
        return Value(code.emit(f"call {kind.llvm} @{name}({given})"), kind)

    return Word(_float_kind, emit)


def _in_c(name: str) -> Word:
    return _mathematics(name, name + "f")


def _in_llvm(name: str) -> Word:
    return _mathematics(f"llvm.{name}.f64", f"llvm.{name}.f32")


def _rounded_to_integer(name: str) -> Word:
    rounded = _in_llvm(name)
    return Word(
        lambda kinds: INT64,
        lambda code, args: convert(code, rounded.emit(code, args), INT64),
    )


def _rounded(name: str) -> Word:
    in_llvm = _in_llvm(name)

    def emit(code: Code, args: Sequence[Value]) -> Value:
        return in_llvm.emit(code, [convert(code, _only(args), FLOAT64)])

    return Word(lambda kinds: FLOAT64, emit)


def _extreme(operator: Any) -> Word:
    """Return ``min`` or ``max``, which keep the first of equal or unordered values."""

    def kind(kinds: Sequence[Kind]) -> Scalar:
        result = kinds[0]
        for other in kinds[1:]:
            result = common(result, other)
        assert isinstance(result, Scalar)
        return result

    def emit(code: Code, args: Sequence[Value]) -> Value:
        of = kind([value.kind for value in args])
        best, *others = (convert(code, value, of) for value in args)
        for value in others:
            is_better = compare(code, operator, value, best).ref
            ref = code.emit(
                f"select i1 {is_better}, {of.llvm} {value.ref}, {of.llvm} {best.ref}"
            )
            best = Value(ref, of)
        return best

    return Word(kind, emit)


def _absolute_kind(kinds: Sequence[Kind]) -> Kind:
    kind = _only(kinds)
    return INT64 if kind == BOOL else kind


def _absolute(code: Code, args: Sequence[Value]) -> Value:
    value = _only(args)
    if value.kind in (FLOAT32, FLOAT64):
        return _in_llvm("fabs").emit(code, args)
    if value.kind == UINT64:
        return value
    number = convert(code, value, INT64)
    opposite = negate(code, number)
    is_negative = code.emit(f"icmp slt i64 {number.ref}, 0")
    ref = code.emit(f"select i1 {is_negative}, i64 {opposite.ref}, i64 {number.ref}")
    return Value(ref, INT64)


def _length(code: Code, args: Sequence[Value]) -> Value:
    if isinstance(_only(args).kind, Array):
        return length_of(args[0])
    if not isinstance(args[0].kind, Tuple):
        raise NotInLanguageError(f"the length of {args[0].kind}")
    return constant(len(args[0].parts))


#: What numpy calls functions of the C library, where it has another name for them
_NAMES_IN_NUMPY = {
    f"a{name}": f"arc{name}" for name in ("cos", "cosh", "sin", "sinh", "tan", "tanh")
}


def _numpys() -> list[tuple[Any, Word]]:
    """Return the words that functions of users may call by numpy's names."""
    same = set(language.C_FUNCTIONS) - {"fmod", "pow"}
    return [
        *((getattr(np, _NAMES_IN_NUMPY.get(name, name)), _in_c(name)) for name in same),
        (np.sqrt, _in_llvm("sqrt")),
        (np.floor, _rounded("floor")),
        (np.ceil, _rounded("ceil")),
        (np.abs, Word(_absolute_kind, _absolute)),
    ]


def _functions() -> list[tuple[Any, Word]]:
    """Return all functions with what they are in LLVM's language."""
    return [
        *((getattr(math, name), _in_c(name)) for name in language.C_FUNCTIONS),
        (math.sqrt, _in_llvm("sqrt")),
        (math.fabs, _in_llvm("fabs")),
        (math.copysign, _in_llvm("copysign")),
        (math.floor, _rounded_to_integer("floor")),
        (math.ceil, _rounded_to_integer("ceil")),
        *((t, _cast(INT64)) for t in (np.int64, builtins.int)),
        (np.uint64, _cast(UINT64)),
        *((t, _cast(FLOAT64)) for t in (np.float64, builtins.float)),
        (np.float32, _cast(FLOAT32)),
        (builtins.bool, _cast(BOOL)),
        (builtins.min, _extreme(ast.Lt)),
        (builtins.max, _extreme(ast.Gt)),
        (builtins.abs, Word(_absolute_kind, _absolute)),
        (builtins.len, Word(lambda kinds: INT64, _length)),
        *_numpys(),
    ]


_by_identity: dict[int, Word] = {}


def word_for(thing: Any) -> Word | None:
    """Return the word that an object is, or that stands for a function of Python's."""
    if not _by_identity:
        known = [*_functions(), *language_words.items()]
        _by_identity.update({id(function): word for function, word in known})
    return _by_identity.get(id(thing))
