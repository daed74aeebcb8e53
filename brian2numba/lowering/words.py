"""What kernels can call besides functions: casts, memory, and mathematics."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from brian2numba import language
from brian2numba.errors import NotInLanguageError
from brian2numba.lowering.arrays import (
    array,
    array_kind,
    check_late,
    checked_element,
    element,
    late_array,
    late_array_kind,
    length_of,
)
from brian2numba.lowering.checks import guarded, of_other_items
from brian2numba.lowering.kinds import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    ITEMS,
    UINT64,
    VOID,
    Array,
    CheckedPointer,
    Item,
    Kind,
    Pointer,
    Scalar,
    Tuple,
    TypeName,
    checked,
    common,
)
from brian2numba.lowering.memory import item_address, load_item, store_item
from brian2numba.lowering.operators import compare, negate
from brian2numba.lowering.values import NOTHING, Code, Value, constant, convert
from brian2numba.reference_counting import ALIGNMENT

__all__ = ["Word", "load", "store", "word_for"]


class Function(Code, Protocol):
    """The function whose code is being written."""

    def effect(self, instruction: str) -> None:
        """Append an instruction that has no result."""

    def declare(self, name: str, result: str, arguments: str) -> None:
        """Say that a function is called that is defined elsewhere."""

    def local(self, kind: str) -> str:
        """Return the address of memory of the function's own."""

    def label(self) -> str:
        """Return a new label."""

    def begin(self, label: str) -> None:
        """Begin the block of a label."""

    def jump(self, label: str) -> None:
        """Go on at a label."""

    def branch(self, condition: Value, if_true: str, if_false: str) -> None:
        """Go on at one of two labels."""


@dataclass(frozen=True)
class Word:
    """Something that kernels call and that is no function of the library.

    Attributes
    ----------
    kind : callable
        Returns the type of its result, given those of its arguments.
    emit : callable
        Writes the instructions; returns the result.
    """

    kind: Callable[[Sequence[Kind]], Kind]
    emit: Callable[[Function, Sequence[Value]], Value]


def load(code: Function, pointer: Value, index: Value) -> Value:
    """Return an item of an array; narrow integers are widened."""
    if isinstance(pointer.kind, CheckedPointer):
        return guarded(code, pointer, index, lambda p, k: load(code, p, k))
    if isinstance(pointer.kind, Array):
        pointer, index = element(code, pointer, index)
    return load_item(code, pointer, index)


def store(code: Function, pointer: Value, index: Value, value: Value) -> Value:
    """Write an item of an array, in the type of its items."""
    if isinstance(pointer.kind, CheckedPointer):
        guarded(code, pointer, index, lambda p, k: store(code, p, k, value))
        return NOTHING
    if isinstance(pointer.kind, Array):
        pointer, index = checked_element(code, pointer, index)
    return store_item(code, pointer, index, value)


def _cast(kind: Scalar, n_bits: int = 64, is_signed: bool = True) -> Word:
    def emit(code: Function, args: Sequence[Value]) -> Value:
        value = convert(code, _only(args), kind)
        if n_bits < 64 and value.number is None:  # noqa: PLR2004 (no narrower one)
            narrow = code.emit(f"trunc i64 {value.ref} to i{n_bits}")
            extend = "sext" if is_signed else "zext"
            return Value(code.emit(f"{extend} i{n_bits} {narrow} to i64"), INT64)
        return value

    return Word(lambda kinds: kind, emit)


def _only(args: Sequence[Any]) -> Any:
    if len(args) != 1:
        raise NotInLanguageError(f"{len(args)} arguments instead of one")
    return args[0]


def _pointer(name: str) -> Word:
    kind = Pointer(ITEMS[name])

    def emit(code: Function, args: Sequence[Value]) -> Value:
        address = convert(code, _only(args), INT64)
        return Value(code.emit(f"inttoptr i64 {address.ref} to ptr"), kind)

    return Word(lambda kinds: kind, emit)


def _call(result: Scalar) -> Word:
    def emit(code: Function, args: Sequence[Value]) -> Value:
        address, arguments = args
        numbers = [convert(code, part, INT64) for part in arguments.parts]
        target = code.emit(f"inttoptr i64 {address.ref} to ptr")
        given = ", ".join(f"i64 {number.ref}" for number in numbers)
        return Value(code.emit(f"call {result.llvm} {target}({given})"), result)

    return Word(lambda kinds: result, emit)


def _on_stack_kind(kinds: Sequence[Kind]) -> Kind:
    return Pointer(_named(kinds[0]))


def _on_stack(code: Function, args: Sequence[Value]) -> Value:
    item, n_items = _named(args[0].kind), args[1].number
    if not isinstance(n_items, int):
        raise NotInLanguageError("a number of items that is not known")
    return Value(code.local(f"[{n_items} x {item.llvm}]"), Pointer(item))


def _named(kind: Kind) -> Item:
    if not isinstance(kind, TypeName):
        raise NotInLanguageError(f"{kind} where a type of items has to be")
    return kind.item


def _same_memory_kind(kinds: Sequence[Kind]) -> Kind:
    item = _named(kinds[1])
    return checked(item) if isinstance(kinds[0], CheckedPointer) else Pointer(item)


def _same_memory(code: Function, args: Sequence[Value]) -> Value:
    return of_other_items(code, args[0], _named(args[1].kind))


def _bounded_kind(kinds: Sequence[Kind]) -> Kind:
    if not isinstance(kinds[0], Pointer):
        raise NotInLanguageError(f"a size for {kinds[0]}")
    return checked(kinds[0].item)


def _bounded(code: Function, args: Sequence[Value]) -> Value:
    return Value("", _bounded_kind([arg.kind for arg in args]), parts=tuple(args))


def _bits(code: Function, args: Sequence[Value]) -> Value:
    ref = code.emit(f"bitcast i64 {_only(args).ref} to double")
    return Value(ref, FLOAT64)


def _bits_of(code: Function, args: Sequence[Value]) -> Value:
    number = convert(code, _only(args), FLOAT64)
    return Value(code.emit(f"bitcast double {number.ref} to i64"), INT64)


def _fma(code: Function, args: Sequence[Value]) -> Value:
    given = ", ".join(f"double {convert(code, a, FLOAT64).ref}" for a in args)
    code.declare("llvm.fma.f64", "double", "double, double, double")
    return Value(code.emit(f"call double @llvm.fma.f64({given})"), FLOAT64)


def _copy_bytes(code: Function, args: Sequence[Value]) -> Value:
    target, source = (code.emit(f"inttoptr i64 {a.ref} to ptr") for a in args[:2])
    code.declare("llvm.memmove.p0.p0.i64", "void", "ptr, ptr, i64, i1")
    code.effect(
        f"call void @llvm.memmove.p0.p0.i64(ptr {target}, ptr {source}, "
        f"i64 {args[2].ref}, i1 false)"
    )
    return NOTHING


def _prefetch(code: Function, args: Sequence[Value]) -> Value:
    pointer, index = args
    if isinstance(pointer.kind, CheckedPointer):
        pointer = pointer.parts[0]
    address = item_address(code, pointer, index, "")
    code.declare("llvm.prefetch.p0", "void", "ptr, i32, i32, i32")
    # to read it, into all levels of the data cache
    code.effect(f"call void @llvm.prefetch.p0(ptr {address}, i32 0, i32 3, i32 1)")
    return NOTHING


def _clear_bytes(code: Function, args: Sequence[Value]) -> Value:
    target = code.emit(f"inttoptr i64 {args[0].ref} to ptr")
    code.declare("llvm.memset.p0.i64", "void", "ptr, i8, i64, i1")
    code.effect(
        f"call void @llvm.memset.p0.i64(ptr {target}, i8 0, i64 {args[1].ref}, "
        "i1 false)"
    )
    return NOTHING


def _allocate(code: Function, args: Sequence[Value]) -> Value:
    code.declare("NRT_MemInfo_alloc_aligned", "ptr", "i64, i32")
    size = _only(args).ref
    block = code.emit(
        f"call ptr @NRT_MemInfo_alloc_aligned(i64 {size}, i32 {ALIGNMENT})"
    )
    return Value(code.emit(f"ptrtoint ptr {block} to i64"), INT64)


def _allocate_movable(code: Function, args: Sequence[Value]) -> Value:
    code.declare("NRT_MemInfo_new_varsize", "ptr", "i64")
    size = _only(args).ref
    block = code.emit(f"call ptr @NRT_MemInfo_new_varsize(i64 {size})")
    return Value(code.emit(f"ptrtoint ptr {block} to i64"), INT64)


def _reallocate(code: Function, args: Sequence[Value]) -> Value:
    code.declare("NRT_MemInfo_varsize_realloc", "ptr", "ptr, i64")
    meminfo, size = args
    block = code.emit(f"inttoptr i64 {meminfo.ref} to ptr")
    data = code.emit(
        f"call ptr @NRT_MemInfo_varsize_realloc(ptr {block}, i64 {size.ref})"
    )
    return Value(code.emit(f"ptrtoint ptr {data} to i64"), INT64)


def _release(code: Function, args: Sequence[Value]) -> Value:
    code.declare("NRT_MemInfo_release", "void", "ptr")
    meminfo = _only(args)
    is_some = Value(code.emit(f"icmp ne i64 {meminfo.ref}, 0"), BOOL)
    some, end = code.label(), code.label()
    code.branch(is_some, some, end)
    code.begin(some)
    block = code.emit(f"inttoptr i64 {meminfo.ref} to ptr")
    code.effect(f"call void @NRT_MemInfo_release(ptr {block})")
    code.jump(end)
    code.begin(end)
    return NOTHING


def _float_kind(kinds: Sequence[Kind]) -> Scalar:
    """Return the type in which a mathematical function is computed."""
    return FLOAT32 if set(kinds) == {FLOAT32} else FLOAT64


def _mathematics(double: str, single: str) -> Word:
    """Return a function of floating point numbers, by its names for both types."""

    def emit(code: Function, args: Sequence[Value]) -> Value:
        kind = _float_kind([value.kind for value in args])
        name = double if kind == FLOAT64 else single
        code.declare(name, kind.llvm, ", ".join([kind.llvm] * len(args)))
        given = ", ".join(f"{kind.llvm} {convert(code, a, kind).ref}" for a in args)
        return Value(code.emit(f"call {kind.llvm} @{name}({given})"), kind)

    return Word(_float_kind, emit)


def _in_c(name: str) -> Word:
    return _mathematics(name, name + "f")


def _in_llvm(name: str) -> Word:
    return _mathematics(f"llvm.{name}.f64", f"llvm.{name}.f32")


def _rounded_to_integer(name: str) -> Word:
    rounded = _in_llvm(name)
    return Word(
        lambda kinds: INT64,
        lambda code, args: convert(code, rounded.emit(code, args), INT64),
    )


def _rounded(name: str) -> Word:
    in_llvm = _in_llvm(name)

    def emit(code: Function, args: Sequence[Value]) -> Value:
        return in_llvm.emit(code, [convert(code, _only(args), FLOAT64)])

    return Word(lambda kinds: FLOAT64, emit)


def _extreme(operator: Any) -> Word:
    """Return ``min`` or ``max``, which keep the first of equal or unordered values."""

    def kind(kinds: Sequence[Kind]) -> Scalar:
        result = kinds[0]
        for other in kinds[1:]:
            result = common(result, other)
        assert isinstance(result, Scalar)
        return result

    def emit(code: Function, args: Sequence[Value]) -> Value:
        of = kind([value.kind for value in args])
        best, *others = (convert(code, value, of) for value in args)
        for value in others:
            is_better = compare(code, operator, value, best).ref
            ref = code.emit(
                f"select i1 {is_better}, {of.llvm} {value.ref}, {of.llvm} {best.ref}"
            )
            best = Value(ref, of)
        return best

    return Word(kind, emit)


def _absolute_kind(kinds: Sequence[Kind]) -> Kind:
    kind = _only(kinds)
    return INT64 if kind == BOOL else kind


def _absolute(code: Function, args: Sequence[Value]) -> Value:
    value = _only(args)
    if value.kind in (FLOAT32, FLOAT64):
        return _in_llvm("fabs").emit(code, args)
    if value.kind == UINT64:
        return value
    number = convert(code, value, INT64)
    opposite = negate(code, number)
    is_negative = code.emit(f"icmp slt i64 {number.ref}, 0")
    ref = code.emit(f"select i1 {is_negative}, i64 {opposite.ref}, i64 {number.ref}")
    return Value(ref, INT64)


def _length(code: Function, args: Sequence[Value]) -> Value:
    if isinstance(_only(args).kind, Array):
        return length_of(args[0])
    if not isinstance(args[0].kind, Tuple):
        raise NotInLanguageError(f"the length of {args[0].kind}")
    return constant(len(args[0].parts))


#: What numpy calls functions of the C library, where it has another name for them
_NAMES_IN_NUMPY = {
    f"a{name}": f"arc{name}" for name in ("cos", "cosh", "sin", "sinh", "tan", "tanh")
}


def _numpys() -> list[tuple[Any, Word]]:
    """Return the words that functions of users may call by numpy's names."""
    same = set(language.C_FUNCTIONS) - {"fmod", "pow"}
    return [
        *((getattr(np, _NAMES_IN_NUMPY.get(name, name)), _in_c(name)) for name in same),
        (np.sqrt, _in_llvm("sqrt")),
        (np.floor, _rounded("floor")),
        (np.ceil, _rounded("ceil")),
        (np.abs, Word(_absolute_kind, _absolute)),
    ]


def _words() -> list[tuple[Any, Word]]:
    """Return all words with the objects that they are in Python."""
    pointers = ("float64s", "float32s", "int64s", "int32s", "uint64s", "uint32s")
    return [
        *((getattr(language, name), _pointer(name[:-1])) for name in pointers),
        (language.bools, _pointer("uint8")),
        (language.booleans, _pointer("bool")),
        (language.array_view, Word(array_kind, array)),
        (language.array_checked_late, Word(late_array_kind, late_array)),
        (language.check_late, Word(lambda kinds: VOID, check_late)),
        (language.float64_from_bits, Word(lambda kinds: FLOAT64, _bits)),
        (language.float64_bits, Word(lambda kinds: INT64, _bits_of)),
        (language.fma, Word(lambda kinds: FLOAT64, _fma)),
        (language.call, _call(INT64)),
        (language.call_for_double, _call(FLOAT64)),
        (language.items_on_stack, Word(_on_stack_kind, _on_stack)),
        (language.same_memory, Word(_same_memory_kind, _same_memory)),
        (language.address_of, _cast(INT64)),
        (language.bounded, Word(_bounded_kind, _bounded)),
        (language.prefetch, Word(lambda kinds: VOID, _prefetch)),
        (language.allocate, Word(lambda kinds: INT64, _allocate)),
        (language.allocate_movable, Word(lambda kinds: INT64, _allocate_movable)),
        (language.reallocate, Word(lambda kinds: INT64, _reallocate)),
        (language.release, Word(lambda kinds: VOID, _release)),
        (language.copy_bytes, Word(lambda kinds: VOID, _copy_bytes)),
        (language.clear_bytes, Word(lambda kinds: VOID, _clear_bytes)),
        *((getattr(math, name), _in_c(name)) for name in language.C_FUNCTIONS),
        (math.sqrt, _in_llvm("sqrt")),
        (math.fabs, _in_llvm("fabs")),
        (math.copysign, _in_llvm("copysign")),
        (math.floor, _rounded_to_integer("floor")),
        (math.ceil, _rounded_to_integer("ceil")),
        (language.floor, _rounded("floor")),
        (language.ceil, _rounded("ceil")),
        (language.trunc, _rounded("trunc")),
        *((t, _cast(INT64)) for t in (language.int64, np.int64, builtins.int)),
        *((t, _cast(UINT64)) for t in (language.uint64, np.uint64)),
        (language.int32, _cast(INT64, 32)),
        (language.uint8, _cast(INT64, 8, is_signed=False)),
        *((t, _cast(FLOAT64)) for t in (language.float64, np.float64, builtins.float)),
        *((t, _cast(FLOAT32)) for t in (language.float32, np.float32)),
        *((t, _cast(BOOL)) for t in (language.boolean, builtins.bool)),
        (builtins.min, _extreme(ast.Lt)),
        (builtins.max, _extreme(ast.Gt)),
        (builtins.abs, Word(_absolute_kind, _absolute)),
        (builtins.len, Word(lambda kinds: INT64, _length)),
        *_numpys(),
    ]


_by_identity: dict[int, Word] = {}


def word_for(thing: Any) -> Word | None:
    """Return the word that an object is, if it is one."""
    if not _by_identity:
        _by_identity.update({id(known): word for known, word in _words()})
    return _by_identity.get(id(thing))
