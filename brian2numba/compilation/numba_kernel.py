"""
Kernels that numba compiles: those beyond our language, or all, if users want that.

A kernel can't raise: where a user's function raises, it returns
`Status.USER_EXCEPTION`. numba's own ``cfunc`` would print the exception and carry on as
if nothing had happened.
"""

from __future__ import annotations

import ast
import ctypes
from collections.abc import Callable
from types import FunctionType
from typing import Any

from llvmlite import ir
from numba.core import cgutils, compiler, cpu, registry, types
from numba.core.compiler_lock import global_compiler_lock

from brian2numba.compilation.facts import is_translated
from brian2numba.compilation.numba_units import check_kernel
from brian2numba.compilation.options import set_llvm_options
from brian2numba.compilation.uncompiled import define
from brian2numba.errors import Status
from brian2numba.failures import function_names
from brian2numba.generation.jitting import compilable, is_jitted
from brian2numba.generation.source import KernelSource
from brian2numba.language import address_of
from brian2numba.reports import Report
from brian2numba.with_numba.calls import reporting, with_checks
from brian2numba.with_numba.elementary import vector_functions
from brian2numba.with_numba.functions import ERROR_MODEL, for_numba
from brian2numba.with_numba.operators import names_of_operators
from brian2numba.with_numba.rewriting import with_our_operators
from brian2numba.with_numba.syntax import resolved

__all__ = ["compile_to_c", "compile_with_numba"]

_INT64 = ir.IntType(64)
_BYTES_OF_WORD = 8
_SIZE_OF_REPORT = ctypes.sizeof(Report)


def compile_with_numba(
    source: KernelSource,
    namespace: dict[str, Any],
    file_name: str | None,
    vectorises: bool = False,
) -> tuple[int, Any, Any]:
    """Compile a kernel.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    namespace : dict
        The library that the source refers to.
    file_name : str, optional
        The file that holds the source, if there is one.
    vectorises : bool, optional
        Whether the kernel calls the elementary functions that vectorise instead of the
        C library's. Functions of users call what they name. Defaults to ``False``.

    Returns
    -------
    address : int
        The address of the C function ``int64 kernel(int64 table)``.
    library : object
        The code.
    memory : object
        Memory that the code uses; both have to live as long as it is called.

    Raises
    ------
    numba.core.errors.NumbaError
        If numba does not compile it.
    FunctionNotCompilableError
        If a function of a user's does what kernels may not.
    """
    names = {name: for_numba(thing) for name, thing in namespace.items()}
    names.update(vector_functions(namespace) if vectorises else {})
    names.update(names_of_operators(vectorises))
    names.update({n: compilable(v) for n, v in source.objects.items()})
    report = Report()
    kernel = _kernel(source, names, file_name, vectorises)
    kernel = _reporting(source, kernel, names, report)
    address, library = compile_to_c(source, kernel, report)
    return address, library, report


def _kernel(
    source: KernelSource, names: dict[str, Any], file_name: str | None, vectorises: bool
) -> Any:
    """Execute the source; return the kernel as a Python function.

    Its functions of users, which `names` gets as well, check indices of arrays.
    """
    known = dict(names)
    kernel = define(source, names, file_name, _Changed(names, vectorises))
    own = {n for n, v in source.objects.items() if not is_translated(v)}
    own |= names.keys() - known.keys() - {"kernel"}
    names.update({n: with_checks(names[n]) for n in own if _is_function(names[n])})
    return kernel


class _Changed:
    """Writes the source of a kernel as numba takes it."""

    def __init__(self, names: dict[str, Any], vectorises: bool) -> None:
        self.names, self.vectorises = names, vectorises

    def __call__(self, module: ast.Module) -> ast.Module:
        """Return the changed source; the names get what it refers to besides."""
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name == "kernel":
                self.names.update(resolved(node, self.names))
        return with_our_operators(module, self.names, self.vectorises)


def _is_function(thing: Any) -> bool:
    return isinstance(thing, FunctionType) or is_jitted(thing)


def _reporting(
    source: KernelSource, kernel: Any, names: dict[str, Any], report: Any
) -> Callable[[int], int]:
    """Return a kernel that leaves in `report` which function of users it calls."""
    numbers = function_names(source.text, source.objects)
    calls = {
        name: reporting(names[name], number, report)
        for number, name in enumerate(numbers)
        if name != "kernel" and is_jitted(names[name])
    }
    return FunctionType(kernel.__code__, {**names, **calls}, kernel.__name__)


def _slot_of_report(source: KernelSource) -> int | None:
    """Return the slot that says where to report calls that failed; None if none can."""
    names = [slot.name for slot in source.slots]
    return names.index("_report") if "_report" in names else None


@global_compiler_lock
def compile_to_c(
    source: KernelSource, kernel: Callable[[int], int], report: Report
) -> tuple[int, Any]:
    """Compile a kernel to a C function that returns a status.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    kernel : callable
        The kernel as a Python function of one integer, the address of its table.
    report : Report
        What it leaves of a call that fails.

    Returns
    -------
    address : int
        The address of the C function.
    library : object
        What keeps the code alive.
    """
    set_llvm_options()
    target = registry.cpu_target
    result = compiler.compile_extra(
        target.typing_context,
        target.target_context,
        kernel,
        (types.int64,),
        types.int64,
        _flags(),
        {},
    )
    name = f"{result.fndesc.llvm_func_name}.entry"
    entry = _Entry(target.target_context, result, name)
    entry.write(report, _slot_of_report(source))
    result.library.add_ir_module(entry.module)
    address = result.library.get_pointer_to_function(name)
    if source.calls_users:
        check_kernel(result.library.get_llvm_str(), name)
    return address, result.library


def _flags() -> compiler.Flags:
    """Return numba's flags for code that needs no Python, but an allocator."""
    flags = compiler.Flags()
    flags.error_model = ERROR_MODEL
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.no_compile = True
    flags.nrt = True
    flags.enable_pyobject = False
    return flags


class _Entry:
    """A module with the C function, which calls the compiled one.

    Parameters
    ----------
    context : `CPUContext`
        numba's context.
    compiled : `CompileResult`
        The kernel.
    name : str
        What the C function is to be called.
    """

    def __init__(
        self, context: cpu.CPUContext, compiled: compiler.CompileResult, name: str
    ) -> None:
        self.module = context.create_module(name)
        self._convention = context.call_conv
        self._descriptor = compiled.fndesc
        self._function = ir.Function(
            self.module, ir.FunctionType(_INT64, [_INT64]), name
        )
        self._builder = ir.IRBuilder(self._function.append_basic_block("entry"))

    def write(self, report: Report, slot: int | None) -> None:
        """Write the function."""
        descriptor, convention = self._descriptor, self._convention
        callee_type = convention.get_function_type(
            descriptor.restype, descriptor.argtypes
        )
        callee = ir.Function(self.module, callee_type, descriptor.llvm_func_name)
        status, value = convention.call_function(
            self._builder,
            callee,
            descriptor.restype,
            descriptor.argtypes,
            self._function.args,
        )
        if slot is not None:
            with self._builder.if_then(status.is_error, likely=False):
                self._hand_over(report, slot, status)
        failed = ir.Constant(_INT64, int(Status.USER_EXCEPTION))
        self._builder.ret(self._builder.select(status.is_error, failed, value))

    def _hand_over(self, report: Report, slot: int, status: Any) -> None:
        """Copy the report of a call that failed, with where the exception is."""
        builder = self._builder
        (table,) = self._function.args
        target = builder.load(self._word(table, _BYTES_OF_WORD * slot))
        source = _INT64(address_of(report))
        cgutils.raw_memcpy(
            builder,
            self._word(target, 0),
            self._word(source, 0),
            _INT64(_SIZE_OF_REPORT),
            1,
        )
        address = builder.ptrtoint(status.excinfoptr, _INT64)
        described = builder.select(status.is_user_exc, address, _INT64(0))
        fields = Report.FIELDS
        builder.store(described, self._word(target, fields["exception"].offset))
        builder.store(_INT64(0), self._word(source, fields["line"].offset))

    def _word(self, address: Any, offset: int) -> Any:
        address = self._builder.add(address, _INT64(offset))
        return self._builder.inttoptr(address, _INT64.as_pointer())
