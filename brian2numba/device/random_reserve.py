"""
The normal number that numpy's global generator holds in reserve.

numpy's polar method makes two normal numbers at a time and keeps the second for the
next call. Compiled code that goes on with numpy's sequence needs it, in the form of a
flag (int32) and, 8 bytes later, the number.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from typing import Any

import numpy as np

__all__ = ["ReserveCopy", "ReserveInPlace", "normal_in_reserve"]

_FLAG_OFFSET = -8


class ReserveInPlace:
    """The reserve inside numpy's object: there is nothing to copy.

    Parameters
    ----------
    offset : int
        Where it is, in bytes from the start of the `numpy.random.RandomState`.
    """

    def __init__(self, offset: int) -> None:
        self._owner = np.random.mtrand._rand
        #: The address of the flag.
        self.address = id(self._owner) + offset

    def enter(self) -> None:
        """Do nothing."""

    def leave(self) -> None:
        """Do nothing."""


class ReserveCopy:
    """A copy of the reserve. Reading numpy's state takes some 30 us."""

    def __init__(self) -> None:
        self._number = np.zeros(2)
        self._flag = self._number[:1].view(np.int32)
        self._before = b""
        #: The address of the flag.
        self.address = self._number.ctypes.data

    def enter(self) -> None:
        """Copy the number from numpy's generator."""
        state = np.random.get_state(legacy=False)
        self._flag[0], self._number[1] = state["has_gauss"], state["gauss"]
        self._before = self._number.tobytes()

    def leave(self) -> None:
        """Copy the number back, if it has changed."""
        if self._number.tobytes() != self._before:
            state = np.random.get_state(legacy=False)
            state["has_gauss"] = int(self._flag[0])
            state["gauss"] = float(self._number[1])
            np.random.set_state(state)


def normal_in_reserve() -> ReserveInPlace | ReserveCopy:
    """Return the reserve of numpy's global generator, in place if we can find it."""
    offset = _find_offset()
    return ReserveCopy() if offset is None else ReserveInPlace(offset)


def _find_offset() -> int | None:
    """Find by experiment where a `RandomState` keeps the flag and the number.

    Returns
    -------
    int or None
        The offset of the flag from the object's address; None if an object does not
        look as expected.
    """
    random_type = np.random.RandomState
    is_expected = type(np.random.mtrand._rand) is random_type
    if sys.implementation.name != "cpython" or not is_expected:
        return None
    probe = random_type(np.random.MT19937(0))
    offsets = {_offset_of_number(probe, number) for number in (0.4567, -8.9123e-5)}
    offset = offsets.pop()
    if offsets or offset is None:
        return None
    _set_reserve(probe, 0, 0.0)
    return offset if _memory(probe)[offset : offset + 4] == bytes(4) else None


def _offset_of_number(probe: Any, number: float) -> int | None:
    """Put a number in the reserve and look for it, and the flag, in memory."""
    _set_reserve(probe, 1, number)
    memory = _memory(probe)
    wanted = struct.pack("=d", number)
    flag = memory.find(wanted) + _FLAG_OFFSET
    is_flag = memory[flag : flag + 4] == struct.pack("=i", 1)
    return flag if flag > 0 and is_flag and memory.count(wanted) == 1 else None


def _set_reserve(generator: Any, flag: int, number: float) -> None:
    state = generator.get_state(legacy=False)
    generator.set_state(state | {"has_gauss": flag, "gauss": number})


def _memory(instance: Any) -> bytes:
    """Return the bytes of an object."""
    return ctypes.string_at(id(instance), type(instance).__basicsize__)
