"""
The words of kernels: the few operations that Python has no words for, and records.

Kernels are functions of one address (see `brian2numba.compilation`), so that they need
ways to read an array at an address and to call another compiled function by its
address. Each word is a function, which Python runs as it is; below it stands what it is
in LLVM's language, where none costs an instruction beyond the load, store or call that
it stands for, see `brian2numba.language.word`.

The files, in an order to read them in:

- what Python and compiled code share: `items` (types of numbers in memory), `pointers`
  and `records`;
- words: `casts` (which are the types' names as well), `addresses` (pointers made of
  addresses), `calls`, `memory`, `atomics` (memory that threads share), `numbers` and
  `arrays` (of users); `word` is how they are declared;
- how a function is known to what translates it: `definitions`;
- what is written for LLVM: `kinds` (types of values: `kinds.Pointer` is the type of a
  `pointers.Pointer`), `values` and `instructions`; `access` (items), `fields` (of
  records), `checks` (of pointers with a size) and `users_arrays`.
"""

from __future__ import annotations

from brian2numba.language.addresses import (
    booleans,
    bounded,
    float32s,
    float64s,
    int32s,
    int64s,
    items_on_stack,
    same_memory,
    uint8s,
    uint64s,
)
from brian2numba.language.arrays import array_checked_late, array_view, check_late
from brian2numba.language.atomics import (
    add_shared,
    exchange_shared,
    load_shared,
    pause,
    publish_shared,
    replace_shared,
    store_shared,
)
from brian2numba.language.calls import PYTHON_FUNCTIONS, call, call_for_double
from brian2numba.language.casts import (
    boolean,
    float32,
    float64,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from brian2numba.language.items import ITEM_TYPES, Item
from brian2numba.language.memory import (
    allocate,
    allocate_movable,
    clear_bytes,
    copy_bytes,
    prefetch,
    reallocate,
    release,
)
from brian2numba.language.numbers import (
    C_FUNCTIONS,
    ceil,
    float32_bits,
    float32_from_bits,
    float64_bits,
    float64_from_bits,
    floor,
    fma,
    interleaved,
    trunc,
)
from brian2numba.language.pointers import (
    OutOfBoundsError,
    Pointer,
    address_of,
    new_items,
    pointer_to,
)
from brian2numba.language.records import Record

#: How many elements kernels do at a time where they need memory for each
MASK_SIZE = 512
#: The words of a mask, which has a byte for each of them
MASK_WORDS = MASK_SIZE // 8

__all__ = [
    "C_FUNCTIONS",
    "ITEM_TYPES",
    "MASK_SIZE",
    "MASK_WORDS",
    "PYTHON_FUNCTIONS",
    "Item",
    "OutOfBoundsError",
    "Pointer",
    "Record",
    "add_shared",
    "address_of",
    "allocate",
    "allocate_movable",
    "array_checked_late",
    "array_view",
    "boolean",
    "booleans",
    "bounded",
    "call",
    "call_for_double",
    "ceil",
    "check_late",
    "clear_bytes",
    "copy_bytes",
    "exchange_shared",
    "float32",
    "float32_bits",
    "float32_from_bits",
    "float32s",
    "float64",
    "float64_bits",
    "float64_from_bits",
    "float64s",
    "floor",
    "fma",
    "int32",
    "int32s",
    "int64",
    "int64s",
    "interleaved",
    "items_on_stack",
    "load_shared",
    "new_items",
    "pause",
    "pointer_to",
    "prefetch",
    "publish_shared",
    "reallocate",
    "release",
    "replace_shared",
    "same_memory",
    "store_shared",
    "trunc",
    "uint8",
    "uint8s",
    "uint16",
    "uint32",
    "uint64",
    "uint64s",
]
