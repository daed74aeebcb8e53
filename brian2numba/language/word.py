"""
What words mean where kernels are compiled.

A word is a function of Python. Below it stands what it is in LLVM's language. For numba
that is made of it, see `brian2numba.with_numba.words`, unless something else is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from brian2numba.language.kinds import Kind, Scalar
from brian2numba.language.values import Code, Value

__all__ = ["WORDS", "Word", "in_llvm", "in_numba"]

type KindOf = Callable[[Sequence[Kind]], Kind]
type Emit = Callable[[Code, Sequence[Value]], Value]


@dataclass
class Word:
    """Something that kernels call and that is no function of the library.

    Attributes
    ----------
    kind : callable
        Returns the type of its result, given those of its arguments.
    emit : callable
        Writes its instructions in LLVM's language; returns the result.
    in_numba : callable or None
        Returns what stands for it in functions that numba compiles; ``None`` if that is
        made of the instructions.
    """

    kind: KindOf
    emit: Emit
    in_numba: Callable[[], Any] | None = None


#: The words by the functions that they are in Python
WORDS: dict[Any, Word] = {}


def in_llvm(word: Any, result: Scalar | KindOf) -> Callable[[Emit], Emit]:
    """Say what a word is in LLVM's language.

    Parameters
    ----------
    word : function
        What it is in Python.
    result : Scalar or callable
        The type of its result, or what returns it for the types of the arguments.
    """

    def declare(emit: Emit) -> Emit:
        kind = (lambda kinds: result) if isinstance(result, Scalar) else result
        WORDS[word] = Word(kind, emit)
        return emit

    return declare


def in_numba(word: Any) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Say what stands for a word in functions that numba compiles.

    What is decorated returns that; numba is imported only if it is asked for.

    Parameters
    ----------
    word : function
        What it is in Python, and in LLVM's language.
    """

    def declare(meaning: Callable[[], Any]) -> Callable[[], Any]:
        WORDS[word].in_numba = meaning
        return meaning

    return declare
