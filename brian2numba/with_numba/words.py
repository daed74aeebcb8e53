"""
Words of kernels in functions that numba compiles.

What a word is in LLVM's language becomes a function, which numba links and inlines. So
are the items of pointers and the fields of records. What numba compiles by itself is
everything between them.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Sequence
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import extending, types
from numba.core import cgutils, errors

from brian2numba.errors import NotInLanguageError
from brian2numba.language import ITEM_TYPES
from brian2numba.language.instructions import Instructions
from brian2numba.language.kinds import VOID, Kind, Tuple, TypeName
from brian2numba.language.values import NOTHING, Value
from brian2numba.language.word import WORDS, Emit, KindOf
from brian2numba.with_numba.types import CONVERSIONS, kind_of, type_of

__all__ = ["call_of", "intrinsic", "linked_call", "word_for_numba"]

#: numba's decorator; type checkers can't know that it takes an argument away.
intrinsic: Any = extending.intrinsic

_made: dict[Any, Any] = {}


def word_for_numba(word: Any) -> Any:
    """Return what stands for a word, see `brian2numba.language.word`."""
    if word not in _made:
        known = WORDS[word]
        if known.in_numba is not None:
            _made[word] = known.in_numba()
        else:
            n_arguments = len(inspect.signature(word).parameters)
            _made[word] = call_of(word.__name__, n_arguments, known.kind, known.emit)
        if word in ITEM_TYPES:
            CONVERSIONS[_made[word]] = word
    return _made[word]


def call_of(name: str, n_arguments: int, kind: KindOf, emit: Emit) -> Any:
    """Return a function for numba, given what it is in LLVM's language.

    Parameters
    ----------
    name : str
        What it is called.
    n_arguments : int
        How many arguments it has.
    kind : callable
        Returns the type of its result, given those of its arguments.
    emit : callable
        Writes its instructions.
    """

    def typed(given: Sequence[types.Type]) -> Any:
        try:
            kinds = [kind_of(part) for part in given]
            result = type_of(kind(kinds))
        except KeyError as error:
            raise errors.TypingError(f"{name} of {given}: {error}") from None
        except NotInLanguageError as error:
            raise errors.TypingError(f"{name} of {given}: {error.what}") from None
        # So that numba widens integers of fewer bits, with their sign
        pairs = zip(given, kinds, strict=True)
        given = [p if isinstance(k, TypeName) else type_of(k) for p, k in pairs]

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return linked_call(context, builder, name, emit, signature, args)

        return result(*given), codegen

    arguments = ", ".join(f"a{k}" for k in range(n_arguments))
    names = {"typed": typed}
    exec(f"def {name}(context, {arguments}):\n    return typed([{arguments}])", names)
    return intrinsic(names[name])


def linked_call(  # noqa: PLR0913, PLR0917 (what numba gives, and what is called)
    context: Any, builder: Any, name: str, emit: Emit, signature: Any, args: Any
) -> Any:
    """Call a function that is written in LLVM's language, in a module of numba's.

    Parameters
    ----------
    context, builder : object
        Those of numba.
    name : str
        What the function does, in a word.
    emit : callable
        Writes its instructions.
    signature : `Signature`
        numba's types of its arguments and of its result.
    args : sequence
        The values of its arguments.
    """
    function = _Function([kind_of(part) for part in signature.args], emit, name)
    context.active_code_library.add_linking_library(_library(context, function))
    flat = [
        part
        for value, kind in zip(args, function.kinds, strict=True)
        for part in _flattened(builder, value, kind)
    ]
    result = (
        ir.VoidType()
        if function.result == VOID
        else context.get_value_type(signature.return_type)
    )
    of_type = ir.FunctionType(result, [value.type for value in flat])
    callee = cgutils.get_or_insert_function(builder.module, of_type, function.symbol)
    called = builder.call(callee, flat)
    return context.get_dummy_value() if function.result == VOID else called


#: numba's modules with the functions, by their symbols: many calls link the same one
_libraries: dict[str, Any] = {}


def _library(context: Any, function: _Function) -> Any:
    if function.symbol not in _libraries:
        library = context.codegen().create_library(function.symbol)
        library.add_llvm_module(llvm.parse_assembly(function.text))
        library.finalize()
        _libraries[function.symbol] = library
    return _libraries[function.symbol]


class _Function:
    """A function in LLVM's language.

    Parameters
    ----------
    given : sequence of Kind
        The types of its arguments.
    emit : callable
        Writes its instructions.
    name : str
        What it does, in a word.
    """

    def __init__(self, given: Sequence[Kind], emit: Emit, name: str) -> None:
        self.kinds = given
        code, parameters = Instructions(), list[str]()
        args = [_parameter(kind, parameters) for kind in given]
        value = emit(code, args)
        self.result = value.kind
        if value is NOTHING or self.result == VOID:
            code.effect("ret void")
        else:
            code.effect(f"ret {self.result.llvm} {value.ref}")
        body = code.definition(
            f"define {self.result.llvm} @NAME({', '.join(parameters)}) alwaysinline"
        )
        digest = hashlib.sha256(body.encode()).hexdigest()[:16]
        self.symbol = f"brian2numba.{name}.{digest}"
        declared = "\n".join(code.declarations.values())
        self.text = f"{declared}\n{body.replace('@NAME', f'@{self.symbol}')}\n"


def _parameter(kind: Kind, parameters: list[str]) -> Value:
    """Return the value of a parameter; a tuple is given as what it consists of."""
    if isinstance(kind, Tuple):
        parts = tuple(_parameter(part, parameters) for part in kind.kinds)
        return Value("", kind, parts=parts)
    if isinstance(kind, TypeName):
        return Value("", kind)
    ref = f"%a{len(parameters)}"
    parameters.append(f"{kind.llvm} {ref}")
    return Value(ref, kind)


def _flattened(builder: Any, value: Any, kind: Kind) -> list[Any]:
    """Return the components of a value, in numba's form, that are no tuples."""
    if isinstance(kind, TypeName):
        return []
    if not isinstance(kind, Tuple):
        return [value]
    parts = cgutils.unpack_tuple(builder, value)
    pairs = zip(parts, kind.kinds, strict=True)
    return [part for item, of in pairs for part in _flattened(builder, item, of)]
