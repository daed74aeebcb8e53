"""The functions that a translation consists of."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brian2.core.functions import Function

from brian2numba.user_functions.references import Reference

__all__ = ["Given", "Part", "TranslatedSource", "unwrapped"]


def unwrapped(function: Any) -> Any:
    """Return the function that the user wrote, without Brian's and numba's wrappers."""
    if isinstance(function, Function):
        function = function.pyfunc
    while True:
        inner = getattr(function, "_orig_func", None) or getattr(
            function, "py_func", None
        )
        if inner is None:
            return function
        function = inner


@dataclass(frozen=True)
class TranslatedSource:
    """A function as source of kernels, and where it comes from.

    Attributes
    ----------
    name : str
        What it is called.
    text : str
        The source.
    file_name : str
        The file of the user's that it is in.
    lines : mapping
        The lines there, by those of the text, from 0.
    """

    name: str
    text: str
    file_name: str
    lines: Mapping[int, int]

    def origin(self, line: int) -> tuple[str, str] | None:
        """Return the user's statement for a line of the text, and where it is."""
        if line not in self.lines:
            return None
        number = self.lines[line]
        statement = linecache.getline(self.file_name, number).strip()
        return statement, f" ({Path(self.file_name).name}, line {number})"


@dataclass(frozen=True)
class Given:
    """What a function is called with.

    Attributes
    ----------
    is_boolean : bool
        Whether it is a truth value.
    varies : bool
        Whether it differs from neuron to neuron.
    """

    is_boolean: bool
    varies: bool = True


@dataclass
class Part:
    """One of the functions of a translation.

    Attributes
    ----------
    name : str
        What it is called in kernels.
    tree : ast.FunctionDef
        Its definition.
    file_name : str
        Where it is defined.
    references : dict
        What it refers to, by the names of the arguments that it gets for them.
    same : frozenset of str
        Its variables that are the same for all neurons.
    calls : list
        The calls of other functions of the translation, with their names.
    """

    name: str
    tree: ast.FunctionDef
    file_name: str
    references: dict[str, Reference] = field(default_factory=dict)
    same: frozenset[str] = frozenset()
    calls: list[tuple[ast.Call, str]] = field(default_factory=list)

    def receive(self, needs: Mapping[str, Sequence[str]]) -> None:
        """Take the hidden arguments, and pass them on."""
        self.tree.args.args += [ast.arg(name) for name in needs[self.name]]
        for call, callee in self.calls:
            call.args += [ast.Name(name, ast.Load()) for name in needs[callee]]
        ast.fix_missing_locations(self.tree)

    def source(self) -> TranslatedSource:
        """Return it as source."""
        text = ast.unparse(self.tree)
        written = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.stmt)][1:]
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt)][1:]
        lines = {
            node.lineno - 1: origin.lineno
            for node, origin in zip(written, found, strict=True)
            if hasattr(origin, "lineno")
        }
        return TranslatedSource(self.name, text, self.file_name, lines)
