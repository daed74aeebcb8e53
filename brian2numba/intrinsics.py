"""
Typed memory access for kernels: the few operations that Python has no words for.

Kernels are functions of one address (see `brian2numba.compilation`), so that they need
ways to read an array at an address and to call another compiled function by its
address. Each name below is a numba intrinsic; none of them costs an instruction beyond
the load, store or call it stands for.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core import cgutils
from numba.np.arrayobj import make_array, populate_array

#: numba's decorator; type checkers can't know that it takes an argument away.
intrinsic: Any = extending.intrinsic

_DOUBLE = ir.DoubleType()
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


float64s = _pointer_to(types.float64)
float32s = _pointer_to(types.float32)
int64s = _pointer_to(types.int64)
int32s = _pointer_to(types.int32)
uint32s = _pointer_to(types.uint32)
uint64s = _pointer_to(types.uint64)
#: Booleans are bytes in memory: read one with ``bools(address)[k] != 0``.
bools = _pointer_to(types.uint8)


@intrinsic
def float64_from_bits(typing_context: Any, bits: types.Type) -> Any:
    """Reinterpret the 64 bits of an integer slot as a double."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _DOUBLE)

    return types.float64(types.int64), codegen


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


#: ``call(address, (a, b))``: call the C function ``int64 f(int64, int64)``, or one of
#: any other number of arguments, at `address`.
call = _call_at_address(types.int64)
#: ``call_for_double(address, (a,))``: the same for ``double f(int64)``.
call_for_double = _call_at_address(types.float64)


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


#: ``local_words()``: a pointer to 6 words of the function's own
local_words = _words_on_stack(6)

#: How many elements `mask_words` has a byte for
MASK_SIZE = 512
#: ``mask_words()``: a pointer to words of the function's own, a byte for each element
mask_words = _words_on_stack(MASK_SIZE // 8)


@intrinsic
def as_bytes(typing_context: Any, words: types.Type) -> Any:
    """Return a pointer to the bytes of words."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(8).as_pointer())

    return types.CPointer(types.uint8)(words), codegen


@intrinsic
def array_view(typing_context: Any, pointer: types.Type, shape: types.Type) -> Any:
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

    return array_type(pointer, shape), codegen


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


# Where all integers are int64, numba compiles a function that is called with several
# of them only once, and not again for each combination with int32.
#: ``load_int64(address, index)``: read an item of an array of int64.
load_int64 = _load_from(_INT64)
#: ``load_int32(address, index)``: read an item of an array of int32 as int64.
load_int32 = _load_from(ir.IntType(32))
#: ``store_int64(address, index, value)``: write an item of an array of int64.
store_int64 = _store_to(_INT64)
#: ``store_int32(address, index, value)``: write an item of an array of int32.
store_int32 = _store_to(ir.IntType(32))


@intrinsic
def copy_bytes(
    typing_context: Any, target: types.Type, source: types.Type, n_bytes: types.Type
) -> Any:
    """Copy bytes between addresses whose blocks do not overlap."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to, from_ = (builder.inttoptr(a, cgutils.voidptr_t) for a in args[:2])
        cgutils.raw_memcpy(builder, to, from_, args[2], 1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def clear_bytes(typing_context: Any, address: types.Type, n_bytes: types.Type) -> Any:
    """Set bytes to 0."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], cgutils.voidptr_t)
        cgutils.memset(builder, pointer, args[1], 0)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen
