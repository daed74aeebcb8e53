"""Arrays of users, which are numba's own arrays in functions that numba compiles."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.np.arrayobj import make_array, populate_array

from brian2numba.with_numba.words import intrinsic

__all__ = ["ITEMS", "array_view", "check_late"]

#: numba's types of the items of arrays, by the names of ours
ITEMS: dict[str, types.Type] = {
    "bool": types.boolean,
    "float32": types.float32,
    "float64": types.float64,
    "int32": types.int32,
    "int64": types.int64,
    "uint8": types.uint8,
    "uint16": types.uint16,
    "uint32": types.uint32,
    "uint64": types.uint64,
}


@intrinsic
def array_view(
    typing_context: Any,
    pointer: types.Type,
    shape: types.Type,
    slot: types.Type,
    report: types.Type,
) -> Any:
    """Return an array of the given shape over memory that something else owns."""
    array_type = types.Array(ITEMS[pointer.item.name], len(shape), "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = make_array(array_type)(context, builder)
        lengths = cgutils.unpack_tuple(builder, args[1])
        data_type = context.get_data_type(array_type.dtype)
        size = context.get_constant(types.intp, context.get_abi_sizeof(data_type))
        strides = [size]
        for length in reversed(lengths[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        data = builder.bitcast(args[0], data_type.as_pointer())
        populate_array(array, data, lengths, strides, size, meminfo=None)
        return array._getvalue()

    return array_type(pointer, shape, slot, report), codegen


@intrinsic
def check_late(typing_context: Any, array: types.Type) -> Any:
    """Do nothing: numba's functions check their indices themselves."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.get_dummy_value()

    return types.void(array), codegen
