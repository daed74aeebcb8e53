"""
Kernels that numba compiles, because they call functions of users.

A kernel can't raise: where a user's function raises, it returns
`Status.USER_EXCEPTION`. numba's own ``cfunc`` would print the exception and carry on as
if nothing had happened.
"""

from __future__ import annotations

import types as python_types
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import compiler, cpu, registry, types
from numba.core.compiler_lock import global_compiler_lock

from brian2numba.compilation.options import set_llvm_options
from brian2numba.compilation.uncompiled import define
from brian2numba.errors import Status
from brian2numba.generation.jitting import compilable
from brian2numba.generation.source import KernelSource
from brian2numba.with_numba.elementary import vector_functions
from brian2numba.with_numba.functions import ERROR_MODEL, for_numba, jitted

__all__ = ["compile_to_c", "compile_with_numba"]

_INT64 = ir.IntType(64)


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
        What keeps the code alive.

    Raises
    ------
    numba.core.errors.NumbaError
        If numba does not compile it.
    """
    names = {name: for_numba(thing) for name, thing in namespace.items()}
    if vectorises:
        names.update(vector_functions(namespace))
    function = _define(source, names, file_name)
    return compile_to_c(function, allocates=source.calls_users)


def _define(
    source: KernelSource, namespace: dict[str, Any], file_name: str | None
) -> Callable[[int], int]:
    """Execute the source; return the kernel as a Python function."""
    namespace.update({n: compilable(v) for n, v in source.objects.items()})
    known = set(namespace)
    kernel = define(source, namespace, file_name)
    for name in set(namespace) - known - {"kernel"}:
        if isinstance(namespace[name], python_types.FunctionType):
            namespace[name] = jitted(namespace[name])
    return kernel


@global_compiler_lock
def compile_to_c(
    function: Callable[[int], int], allocates: bool = False
) -> tuple[int, Any]:
    """Compile ``function(table)`` to a C function that returns a status.

    Parameters
    ----------
    function : callable
        A Python function of one integer that returns an integer.
    allocates : bool, optional
        Whether it may allocate memory, as functions of users do. Defaults to
        ``False``.

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
        function,
        (types.int64,),
        types.int64,
        _flags(allocates),
        {},
    )
    name = f"{result.fndesc.llvm_func_name}.entry"
    result.library.add_ir_module(_entry_module(target.target_context, result, name))
    return result.library.get_pointer_to_function(name), result.library


def _flags(allocates: bool) -> compiler.Flags:
    """Return numba's flags for code that needs no Python, and maybe an allocator."""
    flags = compiler.Flags()
    flags.error_model = ERROR_MODEL
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.no_compile = True
    flags.nrt = allocates
    flags.enable_pyobject = False
    return flags


def _entry_module(
    context: cpu.CPUContext, result: compiler.CompileResult, name: str
) -> ir.Module:
    """Return a module with the C function, which calls the compiled one."""
    module = context.create_module(name)
    convention = context.call_conv
    descriptor = result.fndesc
    callee_type = convention.get_function_type(descriptor.restype, descriptor.argtypes)
    callee = ir.Function(module, callee_type, descriptor.llvm_func_name)
    entry = ir.Function(module, ir.FunctionType(_INT64, [_INT64]), name)
    builder = ir.IRBuilder(entry.append_basic_block("entry"))
    status, value = convention.call_function(
        builder, callee, descriptor.restype, descriptor.argtypes, entry.args
    )
    failed = ir.Constant(_INT64, int(Status.USER_EXCEPTION))
    builder.ret(builder.select(status.is_error, failed, value))
    return module
