"""LLVM: from its language to machine code, and into this process."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import itertools
import sys
from dataclasses import dataclass, field
from typing import Any

import llvmlite.binding as llvm

from brian2numba.compilation.host import check_executable_memory
from brian2numba.compilation.known_processors import Processor
from brian2numba.compilation.options import set_llvm_options
from brian2numba.language import C_FUNCTIONS
from brian2numba.reference_counting import RUNTIME_FUNCTIONS

__all__ = [
    "LoadedCode",
    "Processor",
    "assembly",
    "listings",
    "load_object",
    "object_code",
    "optimised",
    "processor",
]

_numbers = itertools.count()


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


def optimised(text: str, of: Processor, level: int) -> Any:
    """Return a module after LLVM has optimised it.

    Parameters
    ----------
    text : str
        The module in LLVM's language.
    of : Processor
        What it is for.
    level : int
        How much to optimise, from 0 to 3.
    """
    machine = _machine(of, level)
    header = (
        f'target datalayout = "{machine.target_data}"\n'
        f'target triple = "{machine.triple}"\n'
    )
    module = llvm.parse_assembly(header + text)
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = options.slp_vectorization = level > 1
    builder = llvm.create_pass_builder(machine, options)
    passes = builder.getModulePassManager()
    passes.run(module, builder)
    if type(passes)._dispose is llvm.ffi.ObjectRef._dispose:
        # llvmlite 0.50 forgets to, by the order of the bases: 60 kB a kernel
        llvm.newpassmanagers.NewPassManager._dispose(passes)
    return module


def object_code(text: str, of: Processor, level: int) -> bytes:
    """Compile a module to an object file; the parameters are those of `optimised`."""
    code: bytes = _machine(of, level).emit_object(optimised(text, of, level))
    return code


def listings(text: str, of: Processor, level: int) -> tuple[str, str]:
    """Return what `object_code` compiles and makes, to be read.

    Returns
    -------
    llvm, assembly : str
        The optimised module, in LLVM's language and in the processor's.
    """
    module = optimised(text, of, level)
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
    addresses = dict(RUNTIME_FUNCTIONS)
    libraries = _c_libraries()
    for name in (f + suffix for f in C_FUNCTIONS for suffix in ("", "f")):
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


def load_object(code: bytes, name: str) -> LoadedCode:
    """Put machine code into this process.

    Parameters
    ----------
    code : bytes
        An object file.
    name : str
        The function to look for.

    Raises
    ------
    NoExecutableMemoryError
        If the system does not let memory become executable.
    RuntimeError
        If the code refers to anything but the functions that kernels may call.
    """
    builder = llvm.JITLibraryBuilder().add_object_img(code)
    for symbol, address in _c_functions().items():
        # Each symbol costs 2 kB a kernel; the names of those in use are in the object
        if symbol.encode() in code:
            builder.import_symbol(symbol, address)
    builder.export_symbol(name)
    try:
        tracker = builder.link(_engine(), f"{name}.{next(_numbers)}")
    except RuntimeError:
        check_executable_memory()
        raise
    return LoadedCode(int(tracker[name]), tracker)
