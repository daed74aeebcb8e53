"""
Slots for what functions of users refer to: numbers and arrays of the user's script.

The script may change them whenever Python runs. A kernel reads them through words that
are written when it is bound, and again each time that compiled code goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brian2numba.containers.extents import ArrayExtent
from brian2numba.errors import ReferenceChangedError
from brian2numba.generation.slots import (
    Binding,
    Slot,
    array_closing,
    array_declaration,
    shares_memory,
    with_items,
)
from brian2numba.user_functions.references import (
    Kind,
    Reference,
    kind_of,
    plain_value,
)

__all__ = ["Followed", "Following", "check_unchanged", "followed"]


@dataclass(frozen=True)
class Followed(Slot):
    """A number or an array that a function refers to.

    Attributes
    ----------
    reference : Reference
        Where it is found.
    kind : Kind
        What the kernel was compiled for.
    is_checked_late : bool
        Whether the kernel checks the indices of an array when it returns.
    """

    reference: Reference = field(compare=False)
    kind: Kind
    is_checked_late: bool = True

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of slots that the declaration refers to."""
        return ("_report",) if self.kind.n_dimensions else ()

    def declaration(self, index: int) -> str:
        """Return the lines of source that read the slot."""
        dtype, n_dimensions = self.kind.dtype, self.kind.n_dimensions
        if n_dimensions:
            is_late = self.is_checked_late
            return array_declaration(self.name, index, dtype, n_dimensions, is_late)
        if dtype == "float64":
            return f"{self.name} = _float64s(_slots[{index}])[0]"
        is_true = " != 0" if dtype == "bool" else ""
        return f"{self.name} = _int64s(_slots[{index}])[0]{is_true}"

    def closing(self) -> str | None:
        """Return the line of source that checks the indices that were used."""
        return array_closing(self.name, self.kind.n_dimensions, self.is_checked_late)

    def value(self, binding: Binding) -> int:
        """Return the address of the number, or of the place of the array."""
        following = Following(self, binding)
        following.renew()
        binding.follow(following)
        return binding.keep(following.memory)


class Following:
    """What is in the memory of a slot that follows a reference.

    Parameters
    ----------
    slot : Followed
        The slot.
    binding : Binding
        What knows the arrays of the model.
    """

    def __init__(self, slot: Followed, binding: Binding) -> None:
        self.slot = slot
        self._binding = binding
        kind = slot.kind
        dtype = np.float64 if kind.dtype == "float64" else np.int64
        #: A number, or the `ArrayExtent` of an array
        self.memory: Any = ArrayExtent() if kind.n_dimensions else np.zeros(1, dtype)
        self._array: Any = None

    def renew(self) -> None:
        """Look up the present value.

        Raises
        ------
        ReferenceChangedError
            If it is of another kind than what the kernel was compiled for.
        """
        reference, kind = self.slot.reference, self.slot.kind
        try:
            value = plain_value(reference.value())
        except (NameError, AttributeError, LookupError, TypeError) as error:
            raise ReferenceChangedError(f"'{reference}' is gone: {error}") from None
        if kind_of(value) != kind:
            raise ReferenceChangedError(
                f"'{reference}' is something else than before: {value!r:.40}"
            )
        if kind.n_dimensions:
            # What is contiguous is read where it is
            self._array = np.ascontiguousarray(value, kind.dtype)
            self._refuse_memory_of_model()
            self.memory.data = with_items(self._array).ctypes.data
            self.memory.set_shape(self._array.shape)
        else:
            self.memory[0] = value

    def _refuse_memory_of_model(self) -> None:
        """Make sure of what a kernel was compiled for that checks its indices late."""
        address, last = self._array.ctypes.data, self.memory.data
        if not self.slot.is_checked_late or address == last:
            return
        if shares_memory(self._array, self._binding.slots):
            raise ReferenceChangedError(
                f"'{self.slot.reference}' is now an array of the model"
            )


def followed(name: str, reference: Reference, slots: Iterable[Slot]) -> Followed:
    """Return the slot for a reference, which leads to a number or an array.

    Parameters
    ----------
    name : str
        What the kernel calls it.
    reference : Reference
        Where it is found.
    slots : iterable of Slot
        The arrays of the model.
    """
    value = plain_value(reference.value())
    kind = kind_of(value)
    assert kind is not None
    is_late = kind.n_dimensions == 1 and not shares_memory(np.asarray(value), slots)
    return Followed(name, reference, kind, is_late)


def check_unchanged(reference: Reference, function: Any) -> None:
    """Refuse a function that is another one than when its caller was compiled.

    Raises
    ------
    ReferenceChangedError
        If it is.
    """
    try:
        is_same = reference.value() is function
    except (NameError, AttributeError, LookupError, TypeError):
        is_same = False
    if not is_same:
        raise ReferenceChangedError(f"'{reference}' is another function than before")
