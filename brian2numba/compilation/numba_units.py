"""
Functions of users, compiled by numba to LLVM's language, see `compilation.units`.

numba's own ``cfunc`` would print an exception and carry on as if nothing had happened;
a unit returns a status. Nothing of a unit stays in this process: numba never removes
what it has put there.
"""

from __future__ import annotations

import importlib
import inspect
import re
import types as python_types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba import types
from numba.core import compiler, registry
from numba.core.compiler_lock import global_compiler_lock
from numba.np.arrayobj import make_array, populate_array

from brian2numba.compilation.machine_code import dispose, remove_unused, unknown_symbols
from brian2numba.compilation.options import set_llvm_options
from brian2numba.compilation.uncompiled import executed
from brian2numba.compilation.units import UnitCode, UnitSource
from brian2numba.errors import FunctionNotCompilableError
from brian2numba.generation.diagnosis import reason_of
from brian2numba.generation.jitting import compilable, is_jitted
from brian2numba.language import kinds
from brian2numba.lowering.units import SCALARS
from brian2numba.with_numba.arrays import ITEMS
from brian2numba.with_numba.functions import for_numba, jitted
from brian2numba.with_numba.types import PointerType, RecordType

__all__ = ["check_kernel", "compile_unit"]

_INT64 = ir.IntType(64)
#: numba's types of numbers, by the names of ours
_NUMBERS = {
    "bool": types.boolean,
    "int64": types.int64,
    "uint64": types.uint64,
    "float32": types.float32,
    "float64": types.float64,
}
_SWITCHED_OFF = (
    "numba compiles nothing, because the environment variable NUMBA_DISABLE_JIT is "
    "set; unset it and start Python anew"
)


def compile_unit(source: UnitSource) -> UnitCode:
    """Compile a function.

    Raises
    ------
    FunctionNotCompilableError
        If numba doesn't compile it, or to something that kernels can't call.
    """
    if numba.config.DISABLE_JIT:
        raise FunctionNotCompilableError(source.name, _SWITCHED_OFF)
    try:
        function, flags = _function(source)
        return _compiled(source, function, flags)
    except FunctionNotCompilableError:
        raise
    except Exception as error:
        # not all errors of numba are a NumbaError
        raise FunctionNotCompilableError(source.name, reason_of(error)) from error


def _function(source: UnitSource) -> tuple[Any, compiler.Flags]:
    """Return the function as Python has it, and how to compile it."""
    names = {name: for_numba(thing) for name, thing in source.library.items()}
    names.update({name: compilable(thing) for name, thing in source.objects.items()})
    known = dict(names)
    executed(source.text, names)
    for name, value in list(names.items()):
        is_new = value is not known.get(name)
        if is_new and isinstance(value, python_types.FunctionType):
            names[name] = jitted(value)
    dispatcher = names[source.name]
    if not is_jitted(dispatcher):
        raise FunctionNotCompilableError(
            source.name,
            f"it is not a Python function but a {type(dispatcher).__name__}",
        )
    flags = compiler.Flags()
    options = {**dispatcher.targetoptions, "boundscheck": True}
    dispatcher.targetdescr.options.parse_as_flags(flags, options)
    flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
    flags.nrt, flags.enable_pyobject = True, False
    n_arguments = len(source.kinds)
    return _of_positions(dispatcher, n_arguments, _calls_itself(dispatcher)), flags


def _of_positions(dispatcher: Any, n_arguments: int, calls_itself: bool) -> Any:
    """Return a function of as many arguments as it is called with."""
    function = dispatcher.py_func
    code = function.__code__
    has_others = code.co_kwonlyargcount or code.co_flags & _VARIABLE_ARGUMENTS
    if code.co_argcount == n_arguments and not (has_others or calls_itself):
        return function
    given = ", ".join(f"a{k}" for k in range(n_arguments))
    names = {"function": dispatcher}
    executed(f"def unit({given}):\n    return function({given})\n", names)
    return names["unit"]


_VARIABLE_ARGUMENTS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def _calls_itself(dispatcher: Any) -> bool:
    """Tell whether a function calls itself, or others that may call it."""
    found, begun = [dispatcher], set[int]()
    while found:
        function = found.pop().py_func
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            if value is dispatcher:
                return True
            if is_jitted(value) and id(value) not in begun:
                begun.add(id(value))
                found.append(value)
    return False


@global_compiler_lock
def _compiled(source: UnitSource, function: Any, flags: compiler.Flags) -> UnitCode:
    set_llvm_options()
    with _passes_disposed(registry.cpu_target.target_context.codegen()):
        name, text = _translated(source, function, flags)
    if _UNRESOLVED in text:
        reason = "it calls itself by way of other functions"
        raise FunctionNotCompilableError(source.name, reason)
    text = _closed(text, source.symbol)
    _check_symbols(source, text)
    is_portable = "@numba.dynamic.globals" not in text
    return UnitCode(name, text, is_portable)


@contextmanager
def _passes_disposed(codegen: Any) -> Iterator[None]:
    """Free the memory of the pass managers that numba makes in a block.

    llvmlite 0.50 doesn't, see `machine_code.dispose`: a megabyte for three functions.
    """
    made: list[Any] = []

    def kept(make: Callable[..., Any]) -> Callable[..., Any]:
        def make_and_keep(**options: Any) -> Any:
            passes, builder = make(**options)
            made.append(passes)
            return passes, builder

        return make_and_keep

    names = [n for n in _MAKING_PASSES if hasattr(codegen, n)]
    for name in names:
        setattr(codegen, name, kept(getattr(codegen, name)))
    try:
        yield
    finally:
        for name in names:
            delattr(codegen, name)
        for passes in made:
            dispose(passes)


#: What numba would fill in when the code is in its engine
_UNRESOLVED = ".numba.unresolved$"
_MAKING_PASSES = ("_module_pass_manager", "_function_pass_manager")


def _translated(
    source: UnitSource, function: Any, flags: compiler.Flags
) -> tuple[str, str]:
    """Return the kind of the result, and the code as numba leaves it."""
    target = registry.cpu_target
    result = compiler.compile_extra(
        target.typing_context,
        target.target_context,
        function,
        tuple(_type(kind) for kind in source.kinds),
        None,
        flags,
        {},
    )
    name = _result(source, types.unliteral(result.signature.return_type))
    library = result.library
    library.add_ir_module(_entry(target.target_context, result, source, name))
    # Nothing goes to numba's engine, which gives no memory back
    library._finalize_final_module = lambda: None
    library.finalize()
    return name, str(library._final_module)


def _type(kind: str) -> types.Type:
    """Return numba's type of an argument."""
    match kind.split():
        case ["array", item, n_dimensions]:
            return types.Array(ITEMS[item], int(n_dimensions), "C")
        case ["pointer", item]:
            return PointerType(kinds.ITEMS[item])
        case ["record", module, name]:
            return RecordType(getattr(importlib.import_module(module), name))
        case [name]:
            return _NUMBERS[name]
    raise ValueError(f"There are no arguments of the kind '{kind}'.")


def _result(source: UnitSource, kind: types.Type) -> str:
    """Return the kind of the result."""
    if isinstance(kind, types.Boolean):
        return "bool"
    if kind == types.uint64:
        return "uint64" if "uint64" in SCALARS else "float64"
    if isinstance(kind, types.Integer):
        return "int64"
    if kind in (types.float32, types.float64):
        return str(kind)
    if kind == types.none:
        reason = "it returns nothing"
    elif isinstance(kind, types.Optional):
        reason = "it returns a number in some cases, and nothing in others"
    else:
        reason = f"its result is no number, but what numba calls {kind}"
    raise FunctionNotCompilableError(source.name, reason)


def _entry(context: Any, compiled: Any, source: UnitSource, name: str) -> ir.Module:
    """Return a module with the unit, which calls what numba has compiled."""
    module = context.create_module(source.symbol)
    convention = context.call_conv
    descriptor = compiled.fndesc
    callee_type = convention.get_function_type(descriptor.restype, descriptor.argtypes)
    callee = ir.Function(module, callee_type, descriptor.llvm_func_name)
    kinds = [_type(kind) for kind in source.kinds]
    number = types.int64 if name == "bool" else _NUMBERS[name]
    result = ir.LiteralStructType([_INT64, context.get_value_type(number)])
    given = [part for kind in kinds for part in _parts(context, kind)]
    word = _INT64.as_pointer()
    entry = ir.Function(module, ir.FunctionType(result, [*given, word]), source.symbol)
    builder = ir.IRBuilder(entry.append_basic_block("entry"))
    args = _arguments(context, builder, kinds, entry.args)
    status, value = convention.call_function(
        builder, callee, descriptor.restype, descriptor.argtypes, args
    )
    with builder.if_then(status.is_error, likely=False):
        exception = builder.ptrtoint(status.excinfoptr, _INT64)
        described = builder.select(status.is_user_exc, exception, _INT64(0))
        builder.store(described, entry.args[-1])
    value = context.cast(builder, value, descriptor.restype, number)
    code = builder.zext(status.is_error, _INT64)
    whole = builder.insert_value(ir.Constant(result, ir.Undefined), code, 0)
    builder.ret(builder.insert_value(whole, value, 1))
    return module


def _parts(context: Any, kind: types.Type) -> list[ir.Type]:
    """Return what a unit is given for an argument: of an array, address and shape."""
    if isinstance(kind, types.Array):
        data = context.get_data_type(kind.dtype).as_pointer()
        return [data, *[_INT64] * kind.ndim]
    return [context.get_value_type(kind)]


def _arguments(
    context: Any, builder: Any, kinds: Sequence[types.Type], given: Sequence[Any]
) -> list[Any]:
    """Return the arguments in numba's form."""
    rest = list(given)
    arguments = []
    for kind in kinds:
        first = rest.pop(0)
        if isinstance(kind, types.Array):
            lengths = [rest.pop(0) for _ in range(kind.ndim)]
            first = _array(context, builder, kind, first, lengths)
        arguments.append(first)
    return arguments


def _array(
    context: Any, builder: Any, kind: types.Array, data: Any, lengths: list[Any]
) -> Any:
    """Return an array over memory that something else owns."""
    array = make_array(kind)(context, builder)
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    strides = [_INT64(size)]
    for length in reversed(lengths[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    populate_array(array, data, lengths, strides, _INT64(size), meminfo=None)
    return array._getvalue()


#: What makes Python objects of an exception's arguments, for which it needs Python
_UNWRAP = re.compile(r"^define [^\n]*@(__excinfo_unwrap_args\w*)\(.*?^\}", re.M | re.S)


def _closed(text: str, symbol: str) -> str:
    """Return a module of which nothing but one function is seen from outside."""
    text = _UNWRAP.sub(r"define ptr @\1(ptr %x) {\n  ret ptr null\n}", text)
    module = llvm.parse_assembly(text)
    for thing in (*module.functions, *module.global_variables):
        if not thing.is_declaration and thing.name != symbol:
            thing.linkage = llvm.Linkage.internal
    remove_unused(module)
    lines = str(module).splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("target "))


def _check_symbols(source: UnitSource, text: str) -> None:
    """Refuse what calls functions that kernels may not call."""
    unknown = unknown_symbols(text)
    reason = _reason_against(unknown)
    if reason is None and unknown:
        reason = f"it needs {' and '.join(unknown)}, which kernels can't call"
    if reason is not None:
        raise FunctionNotCompilableError(source.name, reason)


def check_kernel(text: str, symbol: str) -> None:
    """Refuse a kernel, compiled by numba as a whole, that does what kernels may not.

    Parameters
    ----------
    text : str
        The module in LLVM's language.
    symbol : str
        The kernel's name in it.

    Raises
    ------
    FunctionNotCompilableError
        If it does: one of the functions of users in it does, numba doesn't tell which.
    """
    reason = _reason_against(unknown_symbols(_closed(text, symbol)))
    if reason is not None:
        raise FunctionNotCompilableError("", reason)


def _reason_against(called: Sequence[str]) -> str | None:
    """Return what code does that kernels may not, by the functions that it calls."""
    if any("random_state" in name for name in called):
        return "it draws random numbers that seed() has no influence on"
    if any(name.startswith(("Py", "numba_gil")) for name in called):
        return "it needs Python while it runs, for instance to print something"
    return None
