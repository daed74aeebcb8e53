"""
From a kernel's source to machine code.

A kernel becomes a C function ``int64 kernel(int64 table)``. It holds no Python objects
and no lock, and it can't raise. Most are translated to LLVM's language directly and
stored; numba compiles those that call functions of users.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger
from brian2.utils.stringtools import get_identifiers

from brian2numba.compilation.facts import facts_of, is_translated, versions
from brian2numba.compilation.host import check_numba
from brian2numba.compilation.locks import COMPILING
from brian2numba.compilation.machine_code import Processor, listings, processor
from brian2numba.compilation.mathematics import vectorises
from brian2numba.compilation.recent import Recent
from brian2numba.compilation.stored_code import (
    LEVEL_OF_LOOPS,
    LEVEL_OF_SINGLE_RUNS,
    Units,
    stored_code,
)
from brian2numba.compilation.uncompiled import python_entry
from brian2numba.compilation.work import WORK, Work
from brian2numba.errors import NotInLanguageError
from brian2numba.generation.checking import is_checked
from brian2numba.generation.source import KernelSource
from brian2numba.lowering import lower
from brian2numba.lowering.foreign import Foreign
from brian2numba.preferences import numba_compiles

__all__ = ["CompiledKernel", "compile_kernel"]

logger = get_logger("brian2.codegen.runtime.numba")

#: How many kernels are kept that no model uses any more: the next one may
_N_RECENT = 256
_ENTRY = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)


@dataclass(frozen=True)
class CompiledKernel:
    """Machine code of a kernel.

    Attributes
    ----------
    address : int
        Where the C function ``int64 kernel(int64 table)`` is; 0 if Python runs the
        kernel.
    entry : callable
        The same, to be called from Python; holds the GIL.
    work : Work
        What was done to get it.
    listings : callable or None
        Returns the code in LLVM's language and in the processor's; ``None`` if Python
        runs the kernel.
    is_numbas : bool
        Whether numba compiled it, as a whole.
    """

    address: int
    entry: Callable[[int], int] = field(repr=False)
    _alive: tuple[Any, ...] = field(repr=False)
    listings: Callable[[], tuple[str, str]] | None = field(default=None, repr=False)
    work: Work = field(default_factory=Work)
    is_numbas: bool = False


@dataclass(frozen=True)
class Translation:
    """How a kernel's source becomes machine code without numba."""

    source: str
    names: Mapping[str, Any] = field(repr=False)
    entry: str
    vectorises: bool
    processor: Processor
    level: int
    units: Any = field(default=None, repr=False)

    def lowered(self) -> str:
        """Return the kernel in LLVM's language, as it is before LLVM optimises it."""
        return lower(self.source, self.names, self.entry, self.vectorises, self.units)

    def linked(self) -> tuple[str, ...]:
        """Return the functions that numba has compiled, once it is translated."""
        return () if self.units is None else self.units.texts

    def is_portable(self) -> bool:
        """Tell whether other processes can use it, as far as is known."""
        return self.units is None or self.units.is_portable

    def listings(self) -> tuple[str, str]:
        """Return the kernel in LLVM's language, optimised, and in the processor's."""
        text = self.lowered()
        return listings(text, self.processor, self.level, self.linked())


#: The kernels of this process by their source, which equal models share. They know
#: nothing of any model, so that models can be garbage collected.
_compiled: Recent[tuple[Any, ...], CompiledKernel] = Recent(_N_RECENT)


def compile_kernel(
    source: KernelSource, namespace: dict[str, Any], file_name: str | None = None
) -> CompiledKernel:
    """Compile a kernel, unless an equal one was compiled before.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    namespace : dict
        The library that the source refers to.
    file_name : str, optional
        The file that holds the source, if there is one.

    Returns
    -------
    CompiledKernel
        The machine code.

    Raises
    ------
    numba.core.errors.NumbaError
        If numba does not compile it.
    """
    if not prefs["codegen.runtime.numba.jit"]:
        return _python_kernel(source, namespace, file_name)
    objects = facts_of(source.objects).text
    with COMPILING:
        chosen = numba_compiles(), vectorises()
        key = (source.text, source.runs_once, *chosen, objects)
        kernel = _compiled.get(key)
        if kernel is None:
            before = WORK.copy()
            kernel = _new_kernel(source, namespace, file_name)
            kernel = replace(kernel, work=WORK - before)
            _compiled.add(key, kernel)
        return kernel


def _new_kernel(
    source: KernelSource, namespace: dict[str, Any], file_name: str | None
) -> CompiledKernel:
    """Compile a kernel, without numba if that is possible and wanted."""
    if not numba_compiles():
        try:
            return _lowered_kernel(source, namespace)
        except NotInLanguageError as error:
            logger.diagnostic(f"numba compiles a kernel. {error}")
    if is_checked():
        # numba knows no checked pointers
        return _python_kernel(source, namespace, file_name)
    return _numba_kernel(source, namespace, file_name)


def _lowered_kernel(source: KernelSource, namespace: dict[str, Any]) -> CompiledKernel:
    """Compile a kernel without numba."""
    is_vector = vectorises()
    functions = "# with functions that vectorise\n" if is_vector else ""
    facts = facts_of(source.objects)
    text = source.text + facts.text + functions
    text += versions() if source.calls_users else ""
    name = "kernel_" + hashlib.sha256(text.encode()).hexdigest()[:32]
    known = {**namespace, **_for_kernels(source.objects)}
    translation = Translation(
        source=source.text,
        names={n: known[n] for n in get_identifiers(source.text) if n in known},
        entry=name,
        vectorises=is_vector,
        processor=processor(prefs["codegen.runtime.numba.cpu"]),
        level=LEVEL_OF_SINGLE_RUNS if source.runs_once else LEVEL_OF_LOOPS,
        units=_UnitsWhenNeeded(source, namespace) if source.calls_users else None,
    )
    units = Units(
        are_possible=source.calls_users,
        texts=translation.linked,
        is_portable=lambda: facts.is_portable and translation.is_portable(),
    )
    code = stored_code(name, text, translation.lowered, translation.level, units)
    alive = (code, *facts.objects)
    return CompiledKernel(
        code.address, _ENTRY(code.address), alive, translation.listings
    )


class _UnitsWhenNeeded:
    """The units of a kernel, see `compilation.units.KernelUnits`.

    A kernel that is in the store needs neither them nor what makes them.
    """

    def __init__(self, source: KernelSource, namespace: Mapping[str, Any]) -> None:
        self._given = source, namespace
        self._units: Any = None

    def unit(self, name: str, kinds: tuple[str, ...]) -> Any:
        """Return the unit of a function for arguments of these kinds."""
        return self._of_kernel.unit(name, kinds)

    def number_of(self, name: str) -> int:
        """Return the number by which a `Report` refers to a function."""
        number: int = self._of_kernel.number_of(name)
        return number

    @property
    def texts(self) -> tuple[str, ...]:
        """The code of the units that were asked for."""
        return () if self._units is None else self._units.texts

    @property
    def is_portable(self) -> bool:
        """Whether other processes can use the kernel, as far as is known."""
        return self._units is None or self._units.is_portable

    @property
    def _of_kernel(self) -> Any:
        if self._units is None:
            module = importlib.import_module("brian2numba.compilation.units")
            self._units = module.KernelUnits(*self._given)
        return self._units


def _for_kernels(objects: Mapping[str, Any]) -> dict[str, Any]:
    """Return what kernels take for objects of users: most of them, numba compiles."""
    return {n: v if is_translated(v) else Foreign(n) for n, v in objects.items()}


def _python_kernel(
    source: KernelSource, namespace: dict[str, Any], file_name: str | None
) -> CompiledKernel:
    """Let Python run a kernel; there is no address that compiled code could call."""
    return CompiledKernel(0, python_entry(source, namespace, file_name), ())


def _numba_kernel(
    source: KernelSource, namespace: dict[str, Any], file_name: str | None
) -> CompiledKernel:
    """Compile a kernel with numba, which knows more of Python."""
    check_numba()
    # numba takes long to import, and few models need it
    numba_kernel = importlib.import_module("brian2numba.compilation.numba_kernel")
    with WORK.compiling():
        address, library = numba_kernel.compile_with_numba(
            source, namespace, file_name, vectorises()
        )
    WORK.compiled += 1
    alive = (library, *source.objects.values())

    def listings_of_numba() -> tuple[str, str]:
        return library.get_llvm_str(), library.get_asm_str()

    return CompiledKernel(
        address, _ENTRY(address), alive, listings_of_numba, is_numbas=True
    )
