"""A mode for tests: what is found is found out anew as well, and compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any, ClassVar

import numpy as np

from brian2numba.generation.slots import Slot
from brian2numba.generation.source import KernelSource

__all__ = ["Comparison", "NotTheSameError", "facts_of"]


class NotTheSameError(AssertionError):
    """What was found under a key is not what is found out anew."""


class Comparison:
    """Whether everything that is found is compared with what is found out anew.

    Attributes
    ----------
    is_on : bool
        Whether it is.
    n_compared : int
        How much has been compared.
    """

    is_on: ClassVar[bool] = False
    n_compared: ClassVar[int] = 0

    @classmethod
    @contextmanager
    def switched_on(cls) -> Iterator[None]:
        """Compare for a while."""
        before, cls.is_on = cls.is_on, True
        try:
            yield
        finally:
            cls.is_on = before

    @classmethod
    def compare(cls, what: str, found: Any, anew: Any) -> None:
        """Compare what was found with what was found out anew.

        Raises
        ------
        NotTheSameError
            If they differ.
        """
        cls.n_compared += 1
        if found != anew:
            raise NotTheSameError(
                f"Found for {what}: {found!r}; found out anew: {anew!r}. The key under "
                "which it was found leaves something out that it depends on."
            )


def facts_of(source: KernelSource) -> tuple[Any, ...]:
    """Return all that a source consists of, for comparisons."""
    rest = replace(source, slots=())
    return rest, [(type(s), *map(_comparable, _fields(s))) for s in source.slots]


def _fields(slot: Slot) -> list[Any]:
    # Not what each code object has one of its own of
    found = [getattr(slot, field.name) for field in fields(slot) if field.compare]
    return [
        part
        for value in found
        for part in (_fields(value) if isinstance(value, Slot) else [value])
    ]


def _comparable(value: Any) -> Any:
    """Return a value that equals others that mean the same, also if it is NaN."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes()
    return repr(value) if isinstance(value, float) else value
