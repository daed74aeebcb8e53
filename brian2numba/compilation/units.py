"""
Functions of users that numba compiles, once each: found in this process or the store.

Numba is a front end here: what is kept of a function is its code in LLVM's language,
which becomes part of each kernel that calls it. So a process that finds its kernels in
the store does without numba.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger
from brian2.utils.stringtools import get_identifiers

from brian2numba.compilation.facts import Facts, facts_of, versions
from brian2numba.compilation.keys import kernel_key
from brian2numba.compilation.machine_code import UNIT, processor
from brian2numba.compilation.recent import Recent
from brian2numba.compilation.work import WORK
from brian2numba.errors import FunctionNotCompilableError
from brian2numba.failures import function_names
from brian2numba.generation.source import KernelSource
from brian2numba.language.definitions import names_bound_by
from brian2numba.lowering.units import SCALARS, Unit
from brian2numba.store import current_store

__all__ = ["KernelUnits", "UnitCode", "UnitSource"]

logger = get_logger("brian2.codegen.runtime.numba")

#: How many units are kept in a process; a kernel that is compiled has its own copy
_N_RECENT = 64
#: How many reasons are kept for which functions can't be compiled
_N_FAILURES = 1000


@dataclass(frozen=True)
class UnitSource:
    """All that numba is given to compile a function.

    Attributes
    ----------
    name : str
        The function.
    kinds : tuple of str
        The kinds of its arguments, see `brian2numba.lowering.units.described`.
    text : str
        Python source: the function and its helpers; empty for an object.
    objects : mapping
        Objects of the user's that the source refers to, or that the function is.
    library : mapping
        What the source refers to of this package's library.
    symbol : str
        What the function is to be called in LLVM's language.
    """

    name: str
    kinds: tuple[str, ...]
    text: str = field(repr=False)
    objects: Mapping[str, Any] = field(repr=False)
    library: Mapping[str, Any] = field(repr=False)
    symbol: str = ""


@dataclass(frozen=True)
class UnitCode:
    """A function that numba has compiled.

    Attributes
    ----------
    result : str
        The kind of its result.
    text : str
        A module in LLVM's language, in which nothing else is seen from outside.
    is_portable : bool
        Whether it is good for other processes: it holds no address of this one.
    """

    result: str
    text: str = field(repr=False)
    is_portable: bool = True

    def to_bytes(self) -> bytes:
        """Return it as it is stored."""
        return zlib.compress(json.dumps(asdict(self)).encode(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> UnitCode:
        """Return what `to_bytes` made bytes of."""
        return cls(**json.loads(zlib.decompress(data)))


@dataclass(frozen=True, eq=False)
class _Kept:
    """A unit, and the objects that its key refers to by their addresses."""

    code: bytes
    objects: tuple[Any, ...]


_units: Recent[bytes, _Kept] = Recent(_N_RECENT)
_failures: dict[bytes, tuple[str, tuple[Any, ...]]] = {}


class KernelUnits:
    """The units of one kernel; see `brian2numba.lowering.units.Units`.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    namespace : mapping
        The library that the source refers to.
    """

    def __init__(self, source: KernelSource, namespace: Mapping[str, Any]) -> None:
        self._source = source
        self._namespace = namespace
        self._used: dict[str, UnitCode] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """The code of the units that were asked for."""
        return tuple(unit.text for unit in self._used.values())

    @property
    def is_portable(self) -> bool:
        """Whether other processes can use the kernel that the units are part of."""
        return all(unit.is_portable for unit in self._used.values())

    def number_of(self, name: str) -> int:
        """Return the number by which a `Report` refers to a function."""
        return function_names(self._source.text, self._source.objects).index(name)

    def unit(self, name: str, kinds: tuple[str, ...]) -> Unit:
        """Return the unit of a function for arguments of these kinds."""
        source = self._unit_source(name, kinds)
        facts = facts_of(source.objects)
        described = f"# unit {name} {kinds}\n{source.text}\n{facts.text}{versions()}"
        target = processor(prefs["codegen.runtime.numba.cpu"])
        key = kernel_key(described, target, 3)
        readable = re.sub(r"[^A-Za-z0-9]", "_", name)
        symbol = f"{UNIT}{readable}_{hashlib.sha256(key).hexdigest()[:32]}"
        source = UnitSource(
            name, kinds, source.text, source.objects, source.library, symbol
        )
        code = _unit_code(source, key, facts)
        self._used[symbol] = code
        return Unit(symbol, SCALARS[code.result])

    @cached_property
    def _statements(self) -> list[tuple[set[str], ast.stmt]]:
        """The statements of the source but the kernel, and the names they bind."""
        found = [(names_bound_by(n), n) for n in ast.parse(self._source.text).body]
        return [(names, node) for names, node in found if names != {"kernel"}]

    def _unit_source(self, name: str, kinds: tuple[str, ...]) -> UnitSource:
        """Return a function with all that it needs of the kernel's source."""
        needed, reached = set[int](), set[str]()
        names = {name}
        while names:
            reached |= names
            following = set[str]()
            for k, (bound, node) in enumerate(self._statements):
                if bound & names and k not in needed:
                    needed.add(k)
                    following |= get_identifiers(ast.unparse(node))
            names = following - reached
        text = "\n\n".join(ast.unparse(self._statements[k][1]) for k in sorted(needed))
        objects = self._source.objects
        return UnitSource(
            name,
            kinds,
            text,
            objects={n: objects[n] for n in sorted(reached) if n in objects},
            library={n: self._namespace[n] for n in reached if n in self._namespace},
        )


def _unit_code(source: UnitSource, key: bytes, facts: Facts) -> UnitCode:
    """Return a unit, which is compiled if it isn't found.

    Raises
    ------
    FunctionNotCompilableError
        If numba doesn't compile it; it is not asked twice.
    """
    kept = _units.get(key)
    if kept is not None:
        return UnitCode.from_bytes(kept.code)
    if key in _failures:
        raise FunctionNotCompilableError(source.name, _failures[key][0])
    store = current_store() if facts.is_portable else None
    code = None if store is None else _stored(store.get(key))
    if code is None:
        try:
            code = _compiled(source)
        except FunctionNotCompilableError as error:
            _remember_failure(key, error.reason, facts)
            raise
        if store is not None and code.is_portable:
            store.put(key, code.to_bytes())
    _units.add(key, _Kept(code.to_bytes(), tuple(facts.objects)))
    return code


def _stored(data: bytes | None) -> UnitCode | None:
    try:
        return None if data is None else UnitCode.from_bytes(data)
    except (ValueError, TypeError, zlib.error) as reason:
        logger.debug(f"A stored function is compiled anew: {reason}")
        return None


def _remember_failure(key: bytes, reason: str, facts: Facts) -> None:
    if len(_failures) >= _N_FAILURES:
        _failures.pop(next(iter(_failures)))
    _failures[key] = reason, tuple(facts.objects)


def _compiled(source: UnitSource) -> UnitCode:
    # numba takes long to import, and few models need it
    numba_units = importlib.import_module("brian2numba.compilation.numba_units")
    with WORK.compiling():
        code: UnitCode = numba_units.compile_unit(source)
    WORK.compiled_by_numba += 1
    return code
