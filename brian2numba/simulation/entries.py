"""What there is to do in a time step, object by object."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.operations import NetworkOperation

from brian2numba.hooks import own_function
from brian2numba.target import NumbaCodeObject

__all__ = ["Entry", "entries_of", "tasks_of"]

#: What runs the code objects of an object, and nothing else
_RUN = own_function(BrianObject, "run")


class Entry:
    """One thing to do in a time step.

    Parameters
    ----------
    owner : `BrianObject`
        The object that it belongs to, which it does not keep alive.
    code_object : `CodeObject` or None
        What there is to run; ``None`` where the object has a ``run`` of its own.
    """

    __slots__ = ("_clock", "_owner", "code_object")

    def __init__(self, owner: BrianObject, code_object: Any) -> None:
        self._owner, self._clock = weakref.ref(owner), owner.clock
        self.code_object = code_object

    @property
    def owner(self) -> BrianObject:
        """The object that it belongs to."""
        owner = self._owner()
        assert owner is not None
        return owner

    def is_of(self, owner: BrianObject, code_object: Any) -> bool:
        """Tell whether it is what an object has a code object for, and when."""
        is_same = self._owner() is owner and self.code_object is code_object
        return is_same and owner.clock is self._clock

    @property
    def obstacle(self) -> str | None:
        """Why Python has to call it at present; ``None`` if compiled code can run it.

        The kernel is compiled, if that has not been done.
        """
        code_object = self.code_object
        if isinstance(code_object, NumbaCodeObject):
            return code_object.obstacle
        if code_object is not None:
            left = getattr(code_object, "left_to_python", None)
            return left or f"it is for the target {code_object.class_name}"
        if isinstance(self.owner, NetworkOperation):
            return "network operations are Python functions"
        if type(self.owner).run is BrianObject.run:
            return "the method run() of Brian's objects was replaced"
        return f"the class {type(self.owner).__name__} has a run() of its own"

    @property
    def call(self) -> Callable[[], Any]:
        """What Python calls where compiled code can't run it."""
        return self.owner.run if self.code_object is None else self.code_object


def tasks_of(owner: BrianObject) -> list[Any]:
    """Return the code objects that an object runs; ``None`` for a method of its own."""
    runs_code_only = type(owner).run is _RUN and "run" not in vars(owner)
    return owner._code_objects if runs_code_only else [None]


def entries_of(owner: BrianObject) -> list[Entry]:
    """Return what an object does in a time step."""
    return [Entry(owner, code_object) for code_object in tasks_of(owner)]
