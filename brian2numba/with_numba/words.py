"""What the words of kernels are for numba: intrinsics and types."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, types
from numba.core import cgutils, errors
from numba.np.arrayobj import make_array, populate_array

from brian2numba import language
from brian2numba.reference_counting import ALIGNMENT

__all__ = ["WORDS"]

#: numba's decorator; type checkers can't know that it takes an argument away.
intrinsic: Any = extending.intrinsic

_DOUBLE = ir.DoubleType()
_NUMBERS = (types.Integer, types.Float, types.Boolean)
_INT64 = ir.IntType(64)


def _pointer_to(element_type: types.Type) -> Any:
    """Return an intrinsic that turns an int64 address into a typed pointer."""
    pointer = types.CPointer(element_type)

    @intrinsic
    def as_pointer(typing_context: Any, address: types.Type) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(pointer))

        return pointer(types.int64), codegen

    return as_pointer


def _cast_to(kind: types.Type) -> Any:
    """Return an intrinsic that makes another number of a number.

    numba's own casts also take an array, and make a number of its first element.
    """

    @intrinsic
    def cast(typing_context: Any, x: types.Type) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return context.cast(builder, args[0], signature.args[0], kind)

        x = types.unliteral(x)
        if not isinstance(x, _NUMBERS):
            raise errors.TypingError(f"There is {x} where a number has to be.")
        return kind(x), codegen

    return cast


@intrinsic
def _float64_from_bits(typing_context: Any, bits: types.Type) -> Any:
    """Reinterpret the 64 bits of an integer slot as a double."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _DOUBLE)

    return types.float64(types.int64), codegen


@intrinsic
def _float64_bits(typing_context: Any, x: types.Type) -> Any:
    """Return the 64 bits of a double as an integer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _INT64)

    return types.int64(types.float64), codegen


@intrinsic
def _fma(typing_context: Any, x: types.Type, y: types.Type, z: types.Type) -> Any:
    """Return ``x*y + z`` in double precision, rounded once."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    double = types.float64
    return double(double, double, double), codegen


def _call_at_address(return_type: types.Type) -> Any:
    """Return an intrinsic that calls a C function of 64-bit integers."""

    @intrinsic
    def call_function(typing_context: Any, address: Any, arguments: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            values = cgutils.unpack_tuple(builder, args[1])
            values = [
                context.cast(builder, value, from_type, types.int64)
                for value, from_type in zip(values, arguments.types, strict=True)
            ]
            result_type = context.get_value_type(return_type)
            function = ir.FunctionType(result_type, [_INT64] * len(values))
            pointer = builder.inttoptr(args[0], function.as_pointer())
            return builder.call(pointer, values)

        return return_type(types.int64, arguments), codegen

    return call_function


def _words_on_stack(n_words: int) -> Any:
    """Return an intrinsic that gives words on the stack of the function it is in.

    Where all that gets the pointer is inlined, few words are kept in registers.
    """

    @intrinsic
    def words_on_stack(typing_context: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            words = cgutils.alloca_once(builder, ir.ArrayType(_INT64, n_words))
            return builder.bitcast(words, _INT64.as_pointer())

        return types.CPointer(types.int64)(), codegen

    return words_on_stack


def _words_as(item_type: types.Type) -> Any:
    """Return an intrinsic that makes a pointer to words one to other items."""
    result = types.CPointer(item_type)

    @intrinsic
    def words_as(typing_context: Any, words: types.Type) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], context.get_value_type(result))

        return result(words), codegen

    return words_as


@intrinsic
def _array_view(
    typing_context: Any,
    pointer: types.Type,
    shape: types.Type,
    slot: types.Type,
    report: types.Type,
) -> Any:
    """Return an array of the given shape over memory that something else owns."""
    array_type = types.Array(pointer.dtype, len(shape), "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = make_array(array_type)(context, builder)
        lengths = cgutils.unpack_tuple(builder, args[1])
        item_size = context.get_constant(
            types.intp, context.get_abi_sizeof(context.get_data_type(array_type.dtype))
        )
        strides = [item_size]
        for length in reversed(lengths[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        populate_array(array, args[0], lengths, strides, item_size, meminfo=None)
        return array._getvalue()

    return array_type(pointer, shape, slot, report), codegen


@intrinsic
def _check_late(typing_context: Any, array: types.Type) -> Any:
    """Do nothing: numba's functions check their indices themselves."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.get_dummy_value()

    return types.void(array), codegen


def _load_from(item_type: ir.Type) -> Any:
    """Return an intrinsic that reads an item of an array of integers as int64."""

    @intrinsic
    def load(typing_context: Any, address: types.Type, index: types.Type) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = builder.inttoptr(args[0], item_type.as_pointer())
            item = builder.load(builder.gep(array, [args[1]]))
            return item if item_type == _INT64 else builder.sext(item, _INT64)

        return types.int64(types.int64, types.int64), codegen

    return load


def _store_to(item_type: ir.Type) -> Any:
    """Return an intrinsic that writes an int64 to an item of an array of integers."""

    @intrinsic
    def store(
        typing_context: Any, address: types.Type, index: types.Type, value: types.Type
    ) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = builder.inttoptr(args[0], item_type.as_pointer())
            value = args[2]
            value = value if item_type == _INT64 else builder.trunc(value, item_type)
            builder.store(value, builder.gep(array, [args[1]]))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.int64), codegen

    return store


@intrinsic
def _copy_bytes(
    typing_context: Any, target: types.Type, source: types.Type, n_bytes: types.Type
) -> Any:
    """Copy bytes; the two blocks may overlap."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to, from_ = (builder.inttoptr(a, cgutils.voidptr_t) for a in args[:2])
        cgutils.raw_memmove(builder, to, from_, args[2], 1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def _clear_bytes(typing_context: Any, address: types.Type, n_bytes: types.Type) -> Any:
    """Set bytes to 0."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], cgutils.voidptr_t)
        cgutils.memset(builder, pointer, args[1], 0)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def _prefetch(typing_context: Any, pointer: types.Type, index: types.Type) -> Any:
    """Ask the processor to have an item at hand soon."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = builder.bitcast(builder.gep(args[0], [args[1]]), cgutils.voidptr_t)
        int32 = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, *[int32] * 3])
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [cgutils.voidptr_t], kind
        )
        # to read it, into all levels of the data cache
        builder.call(function, [address, int32(0), int32(3), int32(1)])
        return context.get_dummy_value()

    return types.void(pointer, types.int64), codegen


@intrinsic
def _allocate(typing_context: Any, n_bytes: types.Type) -> Any:
    """Allocate a block of bytes; its meminfo's address, or 0 without memory."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        allocate = context.nrt.meminfo_alloc_aligned_unchecked
        return builder.ptrtoint(allocate(builder, args[0], ALIGNMENT), _INT64)

    return types.int64(types.int64), codegen


@intrinsic
def _allocate_movable(typing_context: Any, n_bytes: types.Type) -> Any:
    """Allocate a block that `_reallocate` takes; its meminfo's address, or 0."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = context.nrt.meminfo_new_varsize_unchecked(builder, args[0])
        return builder.ptrtoint(block, _INT64)

    return types.int64(types.int64), codegen


@intrinsic
def _reallocate(typing_context: Any, meminfo: types.Type, n_bytes: types.Type) -> Any:
    """Change the size of a movable block; the address of its data, or 0."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = builder.inttoptr(args[0], cgutils.voidptr_t)
        reallocate = context.nrt.meminfo_varsize_realloc_unchecked
        return builder.ptrtoint(reallocate(builder, block, args[1]), _INT64)

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def _release(typing_context: Any, meminfo: types.Type) -> Any:
    """Give back a reference to the block of a meminfo (none if it is 0)."""
    pointer = types.MemInfoPointer(types.voidptr)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value = builder.inttoptr(args[0], context.get_value_type(pointer))
        context.nrt.decref(builder, pointer, value)
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic
def _payload_of(typing_context: Any, meminfo: types.Type) -> Any:
    """Return the address of the data of the block with this meminfo."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], cgutils.voidptr_t)
        return builder.ptrtoint(context.nrt.meminfo_data(builder, pointer), _INT64)

    return types.int64(types.int64), codegen


_POINTERS = {
    "float64s": types.float64,
    "float32s": types.float32,
    "int64s": types.int64,
    "int32s": types.int32,
    "uint32s": types.uint32,
    "uint64s": types.uint64,
    "booleans": types.boolean,
    "bools": types.uint8,
}
_CASTS = {
    "float64": types.float64,
    "float32": types.float32,
    "int64": types.int64,
    "int32": types.int32,
    "uint64": types.uint64,
    "uint8": types.uint8,
    "boolean": types.boolean,
}
_OTHERS = {
    "allocate": _allocate,
    "allocate_movable": _allocate_movable,
    "array_checked_late": _array_view,
    "array_view": _array_view,
    "check_late": _check_late,
    "call": _call_at_address(types.int64),
    "call_for_double": _call_at_address(types.float64),
    "ceil": np.ceil,
    "clear_bytes": _clear_bytes,
    "copy_bytes": _copy_bytes,
    "float64_bits": _float64_bits,
    "float64_from_bits": _float64_from_bits,
    "floor": np.floor,
    "trunc": np.trunc,
    "fma": _fma,
    "interleaved": range,
    "prefetch": _prefetch,
    "reallocate": _reallocate,
    "release": _release,
}

#: What stands for each function of `brian2numba.language`
WORDS: dict[Any, Any] = {
    getattr(language, name): word
    for name, word in (
        *((name, _pointer_to(kind)) for name, kind in _POINTERS.items()),
        *((name, _cast_to(kind)) for name, kind in _CASTS.items()),
        *_OTHERS.items(),
    )
}
