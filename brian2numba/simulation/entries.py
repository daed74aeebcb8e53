"""What there is to do in a time step, object by object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brian2.core.base import BrianObject

from brian2numba.target import NumbaCodeObject

__all__ = ["Entry", "entries_of"]


@dataclass(frozen=True)
class Entry:
    """One thing to do in a time step.

    Attributes
    ----------
    owner : `BrianObject`
        The object that it belongs to.
    code_object : `CodeObject` or None
        What there is to run; ``None`` where the object has a ``run`` of its own.
    """

    owner: BrianObject
    code_object: Any

    @property
    def is_native(self) -> bool:
        """Whether compiled code can run it at present."""
        return isinstance(self.code_object, NumbaCodeObject) and (
            self.code_object.is_native
        )

    @property
    def call(self) -> Callable[[], Any]:
        """What Python calls where compiled code can't run it."""
        return self.owner.run if self.code_object is None else self.code_object


def entries_of(owner: BrianObject) -> list[Entry]:
    """Return what an object does in a time step."""
    runs_code_only = type(owner).run is BrianObject.run and "run" not in vars(owner)
    code_objects = owner.code_objects if runs_code_only else [None]
    return [Entry(owner, code_object) for code_object in code_objects]
