"""Memory for containers that runs out at the n-th allocation."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from brian2numba.compilation import machine_code
from brian2numba.containers import allocation
from brian2numba.containers.allocation import Block
from brian2numba.reference_counting import (
    RUNTIME_FUNCTIONS,
    allocate_with_destructor,
)

__all__ = ["FailingAllocator"]

# The words are: allocations so far; the first that fails; the last that does
_FUNCTION = """
define ptr @failing_{name}({parameters}) {{
  %before = load i64, ptr inttoptr (i64 {words} to ptr)
  %count = add i64 %before, 1
  store i64 %count, ptr inttoptr (i64 {words} to ptr)
  %first = load i64, ptr inttoptr (i64 {first} to ptr)
  %last = load i64, ptr inttoptr (i64 {last} to ptr)
  %late = icmp sge i64 %count, %first
  %early = icmp sle i64 %count, %last
  %fails = and i1 %late, %early
  br i1 %fails, label %fail, label %allocate
fail:
  {failing}
  ret ptr null
allocate:
  %block = call ptr inttoptr (i64 {real} to ptr)({parameters})
  ret ptr %block
}}
"""
#: The functions by their names in compiled code, and their parameters
_PARAMETERS = {
    "NRT_MemInfo_alloc_aligned": "i64 %bytes, i32 %alignment",
    "NRT_MemInfo_new_varsize": "i64 %bytes",
    "NRT_MemInfo_varsize_realloc": "ptr %meminfo, i64 %bytes",
}
_WITH_DESTRUCTOR = "MemInfo_alloc_dtor"
#: numba's function leaves a null pointer where the address of the block was
_FAILING = {
    "NRT_MemInfo_varsize_realloc": f"""
  %data = getelementptr i8, ptr %meminfo, i64 {Block.FIELDS["data"].offset}
  store ptr null, ptr %data"""
}


class FailingAllocator:
    """Takes the place of numba's allocator; make it before anything is compiled."""

    def __init__(self) -> None:
        self._words = (ctypes.c_int64 * 3)()
        self._code = []
        for name, parameters in _PARAMETERS.items():
            real = RUNTIME_FUNCTIONS[name]
            RUNTIME_FUNCTIONS[name] = self._function(name, parameters, real)
        machine_code._c_functions.cache_clear()
        real = ctypes.cast(allocate_with_destructor, ctypes.c_void_p).value
        address = self._function(_WITH_DESTRUCTOR, "i64 %bytes, ptr %destructor", real)
        function = type(allocate_with_destructor)(address)
        allocation.allocate_with_destructor = function

    def _function(self, name: str, parameters: str, real: int) -> int:
        words = ctypes.addressof(self._words)
        text = _FUNCTION.format(
            name=name,
            parameters=parameters,
            words=words,
            first=words + 8,
            last=words + 16,
            real=real,
            failing=_FAILING.get(name, ""),
        )
        processor = machine_code.processor("host")
        code = machine_code.object_code(text, processor, 2)
        self._code.append(machine_code.load_object(code, f"failing_{name}"))
        return self._code[-1].address

    @property
    def count(self) -> int:
        """How many allocations there were since `failing` was entered."""
        return self._words[0]

    @contextmanager
    def failing(self, first: int, last: int) -> Iterator[None]:
        """Let the allocations from one to another fail, counted from 1 on."""
        self._words[:] = 0, first, last
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Let there be memory again."""
        self._words[1:] = 0, 0
