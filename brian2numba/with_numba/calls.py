"""
Calls of functions of users from kernels that numba compiles.

An exception in compiled code has no traceback. So each call leaves beforehand what it
is given, as kernels do that this package compiles, see `brian2numba.failed_calls`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import jit, types
from numba.core import cgutils
from numba.core.dispatcher import Dispatcher

from brian2numba.reports import ARGUMENT_KINDS, N_ARGUMENTS, Report
from brian2numba.with_numba.functions import jitted
from brian2numba.with_numba.words import intrinsic

__all__ = ["reporting", "with_checks"]

_INT64 = ir.IntType(64)
#: What is no number, for instance an array
_NO_NUMBER = 15
_N_BITS, _BYTES_OF_WORD = 64, 8
#: Which line called is not known to numba; that of no call is 0
_SOME_LINE, _NO_CALL = 1, 0


def with_checks(function: Any) -> Any:
    """Return a function of the user's in jitted form that checks indices of arrays.

    Parameters
    ----------
    function : callable
        A Python function, or one that is jitted already; its options stay.
    """
    if not isinstance(function, Dispatcher):
        return jitted(function, boundscheck=True)
    return jit(**{**function.targetoptions, "boundscheck": True})(function.py_func)


def reporting(function: Any, number: int) -> Any:
    """Return a function that leaves what it is called with while it runs.

    Its first argument is the `Report` where it leaves that.

    Parameters
    ----------
    function : callable
        The function, in jitted form.
    number : int
        The number by which a `Report` refers to it.
    """
    begin = _beginning(number)

    def call(report: Any, *arguments: Any) -> Any:
        begin(report, arguments)
        result = function(*arguments)
        report.line = _NO_CALL
        return result

    return jitted(call)


def _beginning(number: int) -> Any:
    """Return an intrinsic that leaves which call it is, given its arguments."""

    @intrinsic
    def begin(typing_context: Any, report: types.Type, arguments: types.Type) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kinds, address = 0, args[0]
            values = cgutils.unpack_tuple(builder, args[1])
            given = list(zip(arguments.types, values, strict=True))
            for k, (kind, value) in enumerate(given[:N_ARGUMENTS]):
                code = ARGUMENT_KINDS.get(_name(kind), _NO_NUMBER)
                kinds |= code << 4 * k
                if code != _NO_NUMBER:
                    bits = _bits(context, builder, kind, value)
                    _write(builder, address, "arguments", bits, k)
            _write(builder, address, "kinds", _INT64(kinds))
            _write(builder, address, "function", _INT64(number))
            _write(builder, address, "line", _INT64(_SOME_LINE))
            return context.get_dummy_value()

        return types.void(report, arguments), codegen

    return begin


def _name(kind: types.Type) -> str:
    """Return what a `Report` calls the type of an argument."""
    kind = types.unliteral(kind)
    if isinstance(kind, types.Boolean):
        return "bool"
    if isinstance(kind, types.Integer):
        return "int64" if kind.signed or kind.bitwidth < _N_BITS else "uint64"
    return str(kind)


def _bits(context: Any, builder: Any, kind: types.Type, value: Any) -> Any:
    """Return a number as 64 bits; one in single precision as a double."""
    if isinstance(types.unliteral(kind), types.Float):
        double = context.cast(builder, value, kind, types.float64)
        return builder.bitcast(double, _INT64)
    return context.cast(builder, value, kind, types.int64)


def _write(builder: Any, report: Any, field: str, value: Any, index: int = 0) -> None:
    """Write a field of a report, or a number among those that it has."""
    offset = Report.FIELDS[field].offset + _BYTES_OF_WORD * index
    place = builder.gep(report, [_INT64(offset)])
    builder.store(value, builder.bitcast(place, _INT64.as_pointer()))
