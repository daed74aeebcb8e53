"""
Kernels that numba compiles: those beyond our language, or all, if users want that.

A kernel can't raise: where a user's function raises, it returns
`Status.USER_EXCEPTION`. numba's own ``cfunc`` would print the exception and carry on as
if nothing had happened.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from llvmlite import ir
from numba.core import compiler, cpu, registry, types
from numba.core.compiler_lock import global_compiler_lock

from brian2numba.compilation.facts import is_translated
from brian2numba.compilation.numba_units import check_kernel
from brian2numba.compilation.options import set_llvm_options
from brian2numba.compilation.uncompiled import define
from brian2numba.errors import Status
from brian2numba.failures import function_names
from brian2numba.generation.jitting import compilable, is_jitted
from brian2numba.generation.source import KernelSource
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
#: Stands before the name of a function whose calls are reported
_REPORTED = "_reported_"


def compile_with_numba(
    source: KernelSource,
    namespace: dict[str, Any],
    file_name: str | None,
    vectorises: bool = False,
) -> tuple[int, Any]:
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
        The code, which has to live as long as it is called.

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
    kernel = _kernel(source, names, file_name, vectorises)
    kernel = _reporting(source, kernel, names)
    return compile_to_c(source, kernel)


def _kernel(
    source: KernelSource, names: dict[str, Any], file_name: str | None, vectorises: bool
) -> Any:
    """Execute the source; return the kernel as a Python function.

    Its functions of users, which `names` gets as well, check indices of arrays.
    """
    known = dict(names)
    kernel = define(source, names, file_name, _Changed(source, names, vectorises))
    own = {n for n, v in source.objects.items() if not is_translated(v)}
    own |= names.keys() - known.keys() - {"kernel"}
    names.update({n: with_checks(names[n]) for n in own if _is_function(names[n])})
    return kernel


class _Changed:
    """Writes the source of a kernel as numba takes it."""

    def __init__(
        self, source: KernelSource, names: dict[str, Any], vectorises: bool
    ) -> None:
        self.names, self.vectorises = names, vectorises
        self._reported = _reported(source)

    def __call__(self, module: ast.Module) -> ast.Module:
        """Return the changed source; the names get what it refers to besides."""
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name == "kernel":
                self.names.update(resolved(node, self.names))
                _Reporter(self._reported).visit(node)
        return with_our_operators(module, self.names, self.vectorises)


def _is_function(thing: Any) -> bool:
    return isinstance(thing, FunctionType) or is_jitted(thing)


class _Reporter(ast.NodeTransformer):
    """Lets a kernel say where its functions of users report their calls."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Write the call of a function that reports."""
        self.generic_visit(node)
        match node.func:
            case ast.Name(id=name) if name in self._names:
                node.func.id = _REPORTED + name
                node.args.insert(0, ast.Name("_report", ast.Load()))
        return node


def _reported(source: KernelSource) -> list[str]:
    """Return the functions that the kernel calls, if they have something to report."""
    if _slot_of_report(source) is None:
        return []
    return function_names(source.text, source.objects)


def _reporting(
    source: KernelSource, kernel: Any, names: dict[str, Any]
) -> Callable[[int], int]:
    """Return a kernel that leaves in its report which function of users it calls."""
    calls = {
        _REPORTED + name: reporting(names[name], number)
        for number, name in enumerate(_reported(source))
        if name != "kernel"
    }
    return FunctionType(kernel.__code__, {**names, **calls}, kernel.__name__)


def _slot_of_report(source: KernelSource) -> int | None:
    """Return the slot that says where to report calls that failed; None if none can."""
    names = [slot.name for slot in source.slots]
    return names.index("_report") if "_report" in names else None


@global_compiler_lock
def compile_to_c(source: KernelSource, kernel: Callable[[int], int]) -> tuple[int, Any]:
    """Compile a kernel to a C function that returns a status.

    Parameters
    ----------
    source : KernelSource
        The source of the kernel.
    kernel : callable
        The kernel as a Python function of one integer, the address of its table.

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
    entry.write(_slot_of_report(source))
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

    def write(self, slot: int | None) -> None:
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
                self._describe_exception(slot, status)
        failed = ir.Constant(_INT64, int(Status.USER_EXCEPTION))
        self._builder.ret(self._builder.select(status.is_error, failed, value))

    def _describe_exception(self, slot: int, status: Any) -> None:
        """Leave in the report of a call that failed where the exception is."""
        builder = self._builder
        (table,) = self._function.args
        report = builder.load(self._word(table, _BYTES_OF_WORD * slot))
        address = builder.ptrtoint(status.excinfoptr, _INT64)
        described = builder.select(status.is_user_exc, address, _INT64(0))
        offset = Report.FIELDS["exception"].offset
        builder.store(described, self._word(report, offset))

    def _word(self, address: Any, offset: int) -> Any:
        address = self._builder.add(address, _INT64(offset))
        return self._builder.inttoptr(address, _INT64.as_pointer())
