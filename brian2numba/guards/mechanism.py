"""How a method of Brian's gets a guard: a check of what it is given, before it runs."""

from __future__ import annotations

import functools
import inspect
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from brian2.core.variables import VariableView

from brian2numba.hooks import GUARDED, overridden, own_function
from brian2numba.own_faults import note_own_fault
from brian2numba.preferences import numba_may_be_used

__all__ = ["Guard", "described"]

#: Raises an exception if an object must not get these arguments, given by name
type Check = Callable[[Any, Mapping[str, Any]], None]
#: Returns what a method has to return, given its object, the result, and the arguments
type Correction = Callable[[Any, Any, tuple[Any, ...]], Any]
#: Returns other positional arguments than it was given, with those by name
type Rewriting = Callable[[tuple[Any, ...], Mapping[str, Any]], tuple[Any, ...]]

#: Arguments that tell users nothing
_UNSAID = ("level", "namespace", "run_namespace")

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


@dataclass(frozen=True)
class Guard:
    """A guard of a method or of a property that can be set.

    It does nothing unless the numba target is chosen. An exception of the method, or of
    the check, gets a note that tells which object was given what, and another one if it
    is this package's fault.

    Attributes
    ----------
    owner : type
        The class.
    name : str
        The method, or the property.
    check : callable, optional
        Looks at the arguments.
    correct : callable, optional
        Looks at the result.
    override : str
        What Brian asks the device for instead of the method, if it does.
    rewrite : callable, optional
        Gives the method other arguments.
    """

    owner: type
    name: str
    check: Check | None = None
    correct: Correction | None = None
    override: str = ""
    rewrite: Rewriting | None = None

    def install(self, device: Any) -> None:
        """Put the guard in front of the method.

        It is an override of the device's if the method asks for one; else it is put in
        the class that has the method, in front of what others have put there.

        Parameters
        ----------
        device : `RuntimeDevice`
            The device.
        """
        owner = next(c for c in self.owner.__mro__ if self.name in vars(c))
        own = own_function(owner, self.name)
        if own is None:
            return
        signature = inspect.signature(own)
        method: Any
        if self.override:
            method = overridden(device, self.override, owner, self.name)
            if method is not None:
                setattr(device, self.override, self._guarded(method, signature))
            return
        found = vars(owner)[self.name]
        method = found.fset if isinstance(found, property) else found
        if not _leaves_room(method, signature):
            return
        guarded = self._guarded(method, signature)
        is_property = isinstance(found, property)
        setattr(owner, self.name, found.setter(guarded) if is_property else guarded)

    def _guarded(
        self, method: Callable[..., Any], signature: inspect.Signature
    ) -> Callable[..., Any]:
        position = _position_of_level(signature)
        check, correct, rewrite = self.check, self.correct, self.rewrite

        def guarded(*args: Any, **kwds: Any) -> Any:
            if position:
                args, kwds = _one_frame_up(position, args, kwds)
            if not numba_may_be_used():
                return method(*args, **kwds)
            try:
                given = check and _arguments(signature, args, kwds)
                if check is not None and given is not None:
                    check(args[0], given)
                if rewrite is not None:
                    args = rewrite(args, kwds)
                result = method(*args, **kwds)
                return result if correct is None else correct(args[0], result, args[1:])
            except Exception as error:
                # What was called within has told more
                if not getattr(error, "__notes__", None):
                    error.add_note(self._note(signature, args, kwds))
                note_own_fault(error)
                raise

        # What tracebacks say in the place of this file
        guarded.__code__ = guarded.__code__.replace(co_filename=GUARDED)
        return functools.wraps(method)(guarded)

    def _note(self, signature: inspect.Signature, args: Any, kwds: Any) -> str:
        """Return what an exception tells of the call."""
        bound = _bound(signature, args, kwds)
        arguments = [] if bound is None else list(bound.arguments.items())[1:]
        given = ", ".join(
            f"{name}={_short.repr(value)}"
            for name, value in arguments
            if name not in _UNSAID
        )
        given = "..." if bound is None else given
        owner = args[0]
        if self.name == "__init__":
            return f"In {type(owner).__name__}({given})."
        return f"In {self.name}({given}) of {described(owner)}."


def _leaves_room(method: Any, signature: inspect.Signature) -> bool:
    """Tell whether a guard can be put in front of a method, as one frame more.

    What others have put there may look for the caller's variables, or be no function.
    """
    if not isinstance(method, FunctionType):
        return False
    if "level" not in signature.parameters:
        return True
    taken = inspect.signature(method, follow_wrapped=False).parameters.values()
    return any(p.name == "level" or p.kind is p.VAR_KEYWORD for p in taken)


def _position_of_level(signature: inspect.Signature) -> int:
    """Return where an argument says how far away the caller's variables are; 0 if none.

    Brian looks for the values of names there: the guard is one frame more.
    """
    names = list(signature.parameters)
    return names.index("level") if "level" in names else 0


def _one_frame_up(position: int, args: Any, kwds: Any) -> tuple[Any, Any]:
    if len(args) > position:
        return (*args[:position], args[position] + 1, *args[position + 1 :]), kwds
    return args, {**kwds, "level": kwds.get("level", 0) + 1}


def _bound(
    signature: inspect.Signature, args: Any, kwds: Any
) -> inspect.BoundArguments | None:
    """Return arguments by name; None where the method will say that they don't fit."""
    try:
        return signature.bind_partial(*args, **kwds)
    except TypeError:
        return None


def _arguments(
    signature: inspect.Signature, args: Any, kwds: Any
) -> dict[str, Any] | None:
    """Return all arguments by name; what is missing is for the method to say."""
    bound = _bound(signature, args, kwds)
    if bound is None:
        return None
    bound.apply_defaults()
    return bound.arguments


def described(owner: Any) -> str:
    """Return an object's kind and name, as in "the Synapses 'syn'"."""
    kind, name = owner.__class__.__name__, getattr(owner, "name", None)
    if isinstance(owner, VariableView):
        return f"the variable '{name}' of '{owner.group_name}'"
    return f"the {kind} '{name}'" if name else f"a {kind}"
