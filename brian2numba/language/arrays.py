"""Words that make arrays, as functions of users see them, for kernels to give them.

What machine code does with such arrays is in `brian2numba.language.users_arrays`.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from brian2numba.language.kinds import VOID
from brian2numba.language.pointers import OutOfBoundsError, Pointer
from brian2numba.language.users_arrays import (
    array,
    array_kind,
    late_array,
    late_array_kind,
    write_late_check,
)
from brian2numba.language.word import in_llvm, in_numba
from brian2numba.reports import Report

__all__ = ["array_checked_late", "array_view", "check_late"]


class _CheckedArray(np.ndarray):
    """An array that says which of its elements does not exist."""

    slot = 0

    def __array_finalize__(self, other: Any) -> None:
        self.slot = getattr(other, "slot", 0)

    def __getitem__(self, key: Any) -> Any:
        self._check(key)
        return super().__getitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._check(key)
        super().__setitem__(key, value)

    def _check(self, key: Any) -> None:
        is_index = isinstance(key, (int, np.integer)) and not isinstance(key, bool)
        if self.ndim and is_index and not -len(self) <= key < len(self):
            raise OutOfBoundsError(int(key), len(self), self.slot)


def array_view(
    pointer: Pointer[Any], shape: tuple[int, ...], slot: int, report: Report
) -> np.ndarray[Any, Any]:
    """Return an array over memory that something else owns, as functions see it.

    Parameters
    ----------
    pointer : pointer
        The address of the first item.
    shape : tuple of int
        The number of items along each dimension.
    slot : int
        Which array it is, see `Report`.
    report : Report
        Where machine code says what was wrong; Python raises `OutOfBoundsError`.
    """
    array = pointer.array(shape).view(_CheckedArray)
    array.slot = slot
    return array


def array_checked_late(
    pointer: Pointer[Any], shape: tuple[int, ...], slot: int, report: Report
) -> np.ndarray[Any, Any]:
    """Return an array whose indices machine code checks with `check_late`.

    The arguments are those of `array_view`. Functions with loops check each index at
    once nevertheless, see `brian2numba.language.users_arrays`.
    """
    return array_view(pointer, shape, slot, report)


def check_late(array: np.ndarray[Any, Any]) -> None:
    """Let machine code return if it used an element that an array doesn't have."""


in_llvm(array_view, array_kind)(array)
in_llvm(array_checked_late, late_array_kind)(late_array)
in_llvm(check_late, VOID)(write_late_check)


@in_numba(array_view)
@in_numba(array_checked_late)
def _() -> Any:
    return importlib.import_module("brian2numba.with_numba.arrays").array_view


@in_numba(check_late)
def _() -> Any:
    return importlib.import_module("brian2numba.with_numba.arrays").check_late
