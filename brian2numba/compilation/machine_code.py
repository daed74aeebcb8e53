"""LLVM: from its language to machine code, and into this process."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import llvmlite.binding as llvm

from brian2numba.c_functions import address_of_symbol, symbols_in
from brian2numba.compilation.host import check_executable_memory
from brian2numba.compilation.known_processors import Processor
from brian2numba.compilation.options import set_llvm_options
from brian2numba.language import C_FUNCTIONS
from brian2numba.reference_counting import RUNTIME_FUNCTIONS, functions_for_numba

__all__ = [
    "UNIT",
    "LoadedCode",
    "Processor",
    "assembly",
    "dispose",
    "listings",
    "load_object",
    "object_code",
    "optimised",
    "processor",
    "remove_unused",
    "unknown_symbols",
]

_numbers = itertools.count()
#: How the names of functions begin that are linked with kernels
UNIT = "unit_"


@dataclass(frozen=True)
class LoadedCode:
    """Machine code in this process; it is there as long as this object.

    Attributes
    ----------
    address : int
        Where the function is.
    """

    address: int
    _tracker: Any = field(repr=False)


@functools.cache
def processor(name: str) -> Processor:
    """Return a processor by its name in the preferences; ``'host'`` is this one."""
    triple = llvm.get_process_triple()
    if name == "host":
        features = llvm.get_host_cpu_features().flatten()
        return Processor(triple, llvm.get_host_cpu_name(), features)
    return Processor(triple, name, "")


@functools.cache
def _machine(of: Processor, level: int) -> Any:
    """Return LLVM's compiler for a processor."""
    set_llvm_options()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(of.triple)
    return target.create_target_machine(
        cpu=of.cpu, features=of.features, opt=level, jit=True
    )


def optimised(text: str, of: Processor, level: int, linked: Sequence[str] = ()) -> Any:
    """Return a module after LLVM has optimised it.

    Parameters
    ----------
    text : str
        The module in LLVM's language.
    of : Processor
        What it is for.
    level : int
        How much to optimise, from 0 to 3.
    linked : sequence of str, optional
        Modules that it becomes one with. Each has one function that it calls, with a
        name that begins with `UNIT`, and shows nothing else.
    """
    machine = _machine(of, level)
    header = (
        f'target datalayout = "{machine.target_data}"\n'
        f'target triple = "{machine.triple}"\n'
    )
    module = llvm.parse_assembly(header + text)
    for other in linked:
        module.link_in(llvm.parse_assembly(header + other))
    for function in module.functions if linked else ():
        if function.name.startswith(UNIT) and not function.is_declaration:
            function.linkage = llvm.Linkage.internal
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = options.slp_vectorization = level > 1
    builder = llvm.create_pass_builder(machine, options)
    _run(builder.getModulePassManager(), module, builder)
    return module


def _run(passes: Any, module: Any, builder: Any) -> None:
    passes.run(module, builder)
    dispose(passes)


def dispose(passes: Any) -> None:
    """Free the memory of a pass manager."""
    if type(passes)._dispose is llvm.ffi.ObjectRef._dispose:
        # llvmlite 0.50 forgets to, by the order of the bases: 60 kB a kernel
        llvm.newpassmanagers.NewPassManager._dispose(passes)


def remove_unused(module: Any) -> None:
    """Remove from a module what nothing in it uses, and nothing outside can."""
    machine = _machine(processor("host"), 3)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    _run(passes, module, builder)


def object_code(
    text: str, of: Processor, level: int, linked: Sequence[str] = ()
) -> bytes:
    """Compile a module to an object file; the parameters are those of `optimised`."""
    module = optimised(text, of, level, linked)
    code: bytes = _machine(of, level).emit_object(module)
    return code


def listings(
    text: str, of: Processor, level: int, linked: Sequence[str] = ()
) -> tuple[str, str]:
    """Return what `object_code` compiles and makes, to be read.

    Returns
    -------
    llvm, assembly : str
        The optimised module, in LLVM's language and in the processor's.
    """
    module = optimised(text, of, level, linked)
    return str(module), _machine(of, level).emit_assembly(module)


def assembly(text: str, of: Processor) -> str:
    """Return the instructions of a module, which is not optimised.

    Parameters
    ----------
    text : str
        The module in LLVM's language.
    of : Processor
        What it is for.
    """
    code: str = _machine(of, 3).emit_assembly(llvm.parse_assembly(text))
    return code


@functools.cache
def _engine() -> Any:
    """Return what puts machine code into this process, if it may run there."""
    # LLVM itself would write what is wrong to the terminal
    check_executable_memory()
    return llvm.create_lljit_compiler(_machine(processor("host"), 3))


@functools.cache
def _c_functions() -> dict[str, int]:
    """Return the addresses of the functions that kernels may call."""
    return {**RUNTIME_FUNCTIONS, **_found(_with_singles(C_FUNCTIONS))}


#: What LLVM calls for its own operations
_OF_LLVM = ("memcpy", "memmove", "memset", "bcmp", "memcmp", "strlen")
#: ... and what numba calls of the C library besides
_OF_NUMBA = (
    *("acosh", "asinh", "atan2", "atanh", "cbrt", "ceil", "copysign", "erf", "erfc"),
    *("exp2", "fabs", "floor", "fma", "hypot", "ldexp", "lgamma", "log2", "nearbyint"),
    *("rint", "round", "sincos", "sqrt", "tgamma", "trunc"),
)


@functools.cache
def _functions_for_numba() -> dict[str, int]:
    """Return what functions of users may call that numba has compiled, besides."""
    return {**functions_for_numba(), **_found([*_OF_LLVM, *_with_singles(_OF_NUMBA)])}


def unknown_symbols(text: str) -> list[str]:
    """Return the functions that a module calls and kernels may not.

    Parameters
    ----------
    text : str
        The module in LLVM's language.
    """
    known = {*_c_functions(), *_functions_for_numba()}
    module = llvm.parse_assembly(text)
    called = {f.name for f in module.functions if f.is_declaration}
    called -= {name for name in called if symbols_in(name.encode())}
    return sorted(n for n in called - known if not n.startswith("llvm."))


def _with_singles(names: Sequence[str]) -> list[str]:
    return [name + suffix for name in names for suffix in ("", "f")]


def _found(names: Sequence[str]) -> dict[str, int]:
    """Return the addresses of functions of the C library, of those that it has."""
    addresses: dict[str, int] = {}
    # To look for them starts a process, on Linux
    libraries = _c_libraries()
    for name in names:
        for library in libraries:
            function = getattr(library, name, None)
            if function is not None:
                address = ctypes.cast(function, ctypes.c_void_p).value
                addresses[name] = int(address or 0)
                break
    return addresses


def _c_libraries() -> list[Any]:
    if sys.platform == "win32":
        return [ctypes.CDLL("ucrtbase")]
    names = [ctypes.util.find_library("m"), None]
    return [ctypes.CDLL(name) for name in names if name is None or name]


def load_object(code: bytes, name: str, calls_users: bool = False) -> LoadedCode:
    """Put machine code into this process.

    Parameters
    ----------
    code : bytes
        An object file.
    name : str
        The function to look for.
    calls_users : bool, optional
        Whether functions of users are part of it, for which numba may have its runtime
        called. Defaults to ``False``.

    Raises
    ------
    NoExecutableMemoryError
        If the system does not let memory become executable.
    RuntimeError
        If the code refers to anything but the functions that kernels may call.
    """
    builder = llvm.JITLibraryBuilder().add_object_img(code)
    known = _c_functions()
    if calls_users:
        known = {**known, **_functions_for_numba()}
    for symbol, address in known.items():
        # Each symbol costs 2 kB a kernel; the names of those in use are in the object
        if symbol.encode() in code:
            builder.import_symbol(symbol, address)
    for symbol in symbols_in(code):
        if (found := address_of_symbol(symbol)) is not None:
            builder.import_symbol(symbol, found)
    builder.export_symbol(name)
    try:
        tracker = builder.link(_engine(), f"{name}.{next(_numbers)}")
    except RuntimeError:
        check_executable_memory()
        raise
    return LoadedCode(int(tracker[name]), tracker)
