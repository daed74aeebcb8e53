"""A module of LLVM's code: a kernel and the functions of the library that it calls."""

from __future__ import annotations

import ast
import itertools
import types as python_types
from collections.abc import Mapping, Sequence
from typing import Any

from brian2numba.c_functions import CFunction
from brian2numba.elementary.vector import VECTOR_FUNCTIONS
from brian2numba.errors import NotInLanguageError
from brian2numba.language.definitions import (
    Definition,
    definition_of,
    is_of_package,
    names_bound_by,
)
from brian2numba.language.fields import of_record
from brian2numba.language.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    ITEMS,
    UINT64,
    Kind,
    Pointer,
    Reference,
    pointer_kind,
)
from brian2numba.language.records import PointerTo
from brian2numba.language.values import Value, constant
from brian2numba.lowering.calls import (
    Callee,
    Elementary,
    LibraryFunction,
    OfOtherLibrary,
    TupleMaker,
)
from brian2numba.lowering.foreign import Foreign
from brian2numba.lowering.function_code import FunctionCode
from brian2numba.lowering.inference import Types
from brian2numba.lowering.of_python import word_for
from brian2numba.lowering.units import Unit, Units, UserFunction
from brian2numba.operations import parameter_types

__all__ = ["Module", "function_module", "kernel_module"]

_VECTOR_FUNCTIONS = {id(thing): f for thing, f in VECTOR_FUNCTIONS.items()}


def kernel_module(
    source: str,
    names: Mapping[str, Any],
    entry: str,
    vectorises: bool,
    units: Units | None = None,
) -> str:
    """Translate a kernel, see `brian2numba.lowering.lower`."""
    known = dict(names)
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef):
            name = statement.name
            known[name] = Definition(name, statement, known, vectorises)
            continue
        # Only numba knows what other statements of users mean
        for name in names_bound_by(statement):
            known[name] = Foreign(name)
    module = Module(units)
    module.add(known["kernel"], (INT64,), entry, linkage="")
    return module.text()


def function_module(function: Any, entry: str) -> str:
    """Translate a function, see `brian2numba.lowering.lower_function`."""
    module = Module()
    definition = definition_of(function)
    kinds = [_kind_of(declared) for declared in parameter_types(function)]
    module.add(definition, kinds, entry, linkage="")
    return module.text()


def _of_tuple(thing: Any) -> TupleMaker | None:
    """Return what makes tuples with names, if an object of Python does."""
    is_tuple = isinstance(thing, type) and issubclass(thing, tuple)
    return TupleMaker(thing._fields) if is_tuple and hasattr(thing, "_fields") else None


def _kind_of(declared: Any) -> Kind:
    """Return the type of a parameter that a function declares."""
    if isinstance(declared, PointerTo):
        return pointer_kind(declared.item)
    return INT64 if declared is None else Reference(declared)


def _described(thing: Any) -> str:
    """Return what can't be called in words."""
    if isinstance(thing, python_types.FunctionType):
        return f"{thing.__module__}.{thing.__qualname__}, which is none of this package"
    return repr(thing)


def _result_of_entry(types: Types) -> Kind:
    """Return the type of what is returned to who calls a function by its address."""
    if types.result not in (BOOL, INT64, UINT64):
        name = types.definition.name
        raise NotInLanguageError(f"{name}, whose result is {types.result},")
    return INT64


#: The numbers of metadata of loops, far from those of arrays
_FIRST_OF_LOOPS = 1_000_000
#: How many vectors of a loop LLVM does at a time, where it is told to
_N_INTERLEAVED = 4


class Module:
    """Functions, and what they share."""

    def __init__(self, units: Units | None = None) -> None:
        self.units = units
        self._units: dict[tuple[str, tuple[str, ...]], Unit] = {}
        self._beyond: dict[tuple[Any, ...], NotInLanguageError] = {}
        self._texts: list[str] = []
        #: What stands before the functions, by name: declarations and tables
        self.declarations: dict[str, str] = {}
        self._tables: dict[tuple[Any, ...], Value] = {}
        self._scopes: dict[str, int] = {}
        self._instances: dict[tuple[Any, ...], tuple[str, Kind]] = {}
        self._begun: set[tuple[Any, ...]] = set()
        self._numbers = itertools.count()
        self._n_interleaved = 0

    def add(
        self,
        definition: Definition,
        kinds: Sequence[Kind],
        name: str,
        linkage: str = "internal ",
    ) -> Kind:
        """Translate a function; return the type of its result."""
        types = Types(definition, kinds, self)
        if not linkage:
            types.result = _result_of_entry(types)
        self._texts.append(FunctionCode(types, self).text(name, linkage))
        return types.result

    def instance(self, function: Any, kinds: tuple[Kind, ...]) -> tuple[str, Kind]:
        """Return the name of a function for arguments of these types, and its result's.

        The function is translated when it is first asked for.
        """
        key = (id(function), kinds)
        if key not in self._instances:
            is_definition = isinstance(function, Definition)
            definition = function if is_definition else definition_of(function)
            if key in self._beyond:
                raise self._beyond[key]
            if key in self._begun:
                raise NotInLanguageError(f"{definition.name}, which calls itself")
            self._begun.add(key)
            name = f"{definition.name}.{next(self._numbers)}"
            try:
                self._instances[key] = (name, self.add(definition, kinds, name))
            except NotInLanguageError as error:
                self._beyond[key] = error
                raise
        return self._instances[key]

    def unit(self, name: str, kinds: tuple[str, ...]) -> Unit:
        """Return a function of the user's that numba has compiled."""
        if self.units is None:
            raise NotInLanguageError(f"a call of {name}")
        if (name, kinds) not in self._units:
            self._units[name, kinds] = self.units.unit(name, kinds)
        return self._units[name, kinds]

    def callee(
        self, thing: Any, vectorises: bool = False, of_kernel: bool = False
    ) -> Callee:
        """Return what an object is, as something to call.

        With `vectorises`, what vectorises takes the place of the C library's functions.
        Only a kernel calls units: what is called by others has no status to return.
        """
        if of_kernel and isinstance(thing, Definition | Foreign):
            return UserFunction(thing, self)
        if vectorises and id(thing) in _VECTOR_FUNCTIONS:
            return Elementary(_VECTOR_FUNCTIONS[id(thing)], self)
        word = word_for(thing)
        if word is not None:
            return word
        is_ours = isinstance(thing, python_types.FunctionType) and is_of_package(thing)
        if isinstance(thing, Definition) or is_ours:
            return LibraryFunction(thing, self)
        if isinstance(thing, CFunction):
            return OfOtherLibrary(thing)
        maker = of_record(thing) or _of_tuple(thing)
        if maker is None:
            raise NotInLanguageError(f"a call of {_described(thing)}")
        return maker

    def declare_unit(self, name: str, result: str, arguments: str) -> None:
        """Say that a unit is called."""
        self.declarations[name] = f"declare {result} @{name}({arguments})"

    def table(self, numbers: Sequence[Any], is_single: bool = False) -> Value:
        """Return a pointer to constants, which may have single precision."""
        key = is_single, *numbers
        if key not in self._tables:
            numbers = key[1:]
            kind = FLOAT64 if any(isinstance(n, float) for n in numbers) else INT64
            kind = FLOAT32 if is_single else kind
            ref = f"@table.{len(self._tables)}"
            items = ", ".join(f"{kind.llvm} {constant(n, kind).ref}" for n in numbers)
            size = f"[{len(numbers)} x {kind.llvm}]"
            self.declarations[ref] = (
                f"{ref} = private unnamed_addr constant {size} [{items}]"
            )
            self._tables[key] = Value(ref, Pointer(ITEMS[kind.name]))
        return self._tables[key]

    def scopes(self, scope: str) -> str:
        """Return what says of an access to which array it is.

        Arrays share no memory: to write to one of them changes none of the others.
        """
        k = self._scopes.setdefault(scope, len(self._scopes))
        # The numbers of the metadata are those of `_metadata`
        return f", !alias.scope !{2 * k + 1}, !noalias !{2 * k + 2}"

    def interleaving(self) -> str:
        """Return what tells LLVM to do several vectors of a loop at a time."""
        self._n_interleaved += 1
        return f", !llvm.loop !{_FIRST_OF_LOOPS + self._n_interleaved}"

    def _loops(self) -> list[str]:
        """Return what is said of loops; each has a node of its own."""
        if self._n_interleaved == 0:
            return []
        nodes = [
            f"!{_FIRST_OF_LOOPS + k} = distinct !{{!{_FIRST_OF_LOOPS + k}, "
            f"!{_FIRST_OF_LOOPS}}}"
            for k in range(1, self._n_interleaved + 1)
        ]
        count = f'!{{!"llvm.loop.interleave.count", i32 {_N_INTERLEAVED}}}'
        return [f"!{_FIRST_OF_LOOPS} = {count}", *nodes]

    def text(self) -> str:
        """Return the module."""
        metadata = [*self._metadata(), *self._loops()]
        parts = [*self.declarations.values(), *self._texts, *metadata]
        return "\n".join(parts) + "\n"

    def _metadata(self) -> list[str]:
        """Return the domain of the arrays; for each one, itself and the others."""
        n = len(self._scopes)
        if n == 0:
            return []
        scopes = [f"!{2 * n + 1 + k}" for k in range(n)]
        lines = ["!0 = !{!0}"]
        for k, scope in enumerate(scopes):
            others = ", ".join(scopes[:k] + scopes[k + 1 :])
            lines += [f"!{2 * k + 1} = !{{{scope}}}", f"!{2 * k + 2} = !{{{others}}}"]
        lines += [f"{scope} = !{{{scope}, !0}}" for scope in scopes]
        return lines
