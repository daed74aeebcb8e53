"""What names in a model meant when it was prepared, and whether they still do."""

from __future__ import annotations

import enum
import inspect
import numbers
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import ref

import numpy as np
from brian2.core.functions import DEFAULT_CONSTANTS, DEFAULT_FUNCTIONS, Function
from brian2.core.namespace import DEFAULT_UNITS
from brian2.core.variables import Variable
from brian2.groups.group import Group
from brian2.units.fundamentalunits import DIMENSIONLESS

from brian2numba.generation.single_precision import is_held_by_singles

__all__ = [
    "CallersNames",
    "Meaning",
    "Outcome",
    "ReadNames",
    "note_external_names",
    "reading_names",
]

_MISSING = object()
#: What Brian overlooks when it looks for a name
_NOTHING = object()


class Outcome(enum.IntEnum):
    """How what a name means now compares with what it meant."""

    SAME = 0
    #: Another number with the same unit and of the same type, which has a fraction
    OTHER_NUMBER = 1
    DIFFERENT = 2


class CallersNames:
    """The variables of the caller of a run, looked up one by one.

    Parameters
    ----------
    frame : frame
        Where the caller is.
    """

    def __init__(self, frame: Any) -> None:
        self._globals, self._locals = frame.f_globals, frame.f_locals

    def get(self, name: str, default: Any = None) -> Any:
        """Return what a name refers to."""
        found = self._locals.get(name, _MISSING)
        return self._globals.get(name, default) if found is _MISSING else found

    def all(self) -> dict[str, Any]:
        """Return all variables, as Brian's ``get_local_namespace``."""
        return {**self._globals, **self._locals}


#: Namespaces in which one look is enough
_PLAIN = frozenset({dict, CallersNames})


def _look_up(name: str, namespace: Any) -> Any:
    """Return what a namespace has for a name, as Brian looks for it."""
    if type(namespace) in _PLAIN:
        return namespace.get(name, _MISSING)
    # What get() does may be something else, if there is one
    if name not in namespace:
        return _MISSING
    return namespace[name]


class _Found:
    """What a namespace had for a name, as far as it matters.

    Parameters
    ----------
    value : object
        What was found.
    """

    __slots__ = ("bytes", "dim", "dtype", "is_fixed", "reference", "value")

    def __init__(self, value: Any) -> None:
        self.bytes: bytes | None = None
        self.value, self.reference = value, None
        #: Whether it means the same as long as it is the same object
        self.is_fixed = True
        if isinstance(value, np.ndarray) and value.shape != ():
            self.value, self.reference = None, ref(value)
        elif isinstance(value, (numbers.Number, np.ndarray, np.generic)):
            array = np.asarray(value)
            self.dtype, self.dim = array.dtype, getattr(value, "dim", DIMENSIONLESS)
            # What is behind an object may be anything
            self.bytes = None if array.dtype.hasobject else array.tobytes()
            self.is_fixed = not isinstance(value, np.ndarray)
        elif value is not _MISSING and not _is_of_model(value):
            # Not to be kept alive by those who overlook it
            self.value, self.is_fixed = _NOTHING, False

    @property
    def is_match(self) -> bool:
        """Whether it is something that a name in a model can mean."""
        return self.value is not _NOTHING and self.value is not _MISSING

    @property
    def is_held(self) -> bool:
        """Whether single precision has the number."""
        return is_held_by_singles(float(np.asarray(self.value)))

    def compared_with(self, value: Any) -> Outcome:
        """Compare it with what the namespace has now."""
        if self.reference is not None:
            same = self.reference() is value
            return Outcome.SAME if same else Outcome.DIFFERENT
        if value is self.value and self.is_fixed:
            return Outcome.SAME
        now = _Found(value)
        if not (now.is_match or self.is_match):
            return Outcome.SAME
        if now.bytes is None or self.bytes is None:
            same = now.reference is None and now.value is self.value
            return Outcome.SAME if same else Outcome.DIFFERENT
        is_alike = now.dtype == self.dtype and now.dim is self.dim
        if is_alike and now.bytes == self.bytes:
            return Outcome.SAME
        is_other = is_alike and self.dtype.kind == "f"
        # Beside single precision, generated code is another one for what it can't hold
        is_other = is_other and self.is_held == now.is_held
        return Outcome.OTHER_NUMBER if is_other else Outcome.DIFFERENT


def _is_of_model(value: Any) -> bool:
    """Tell whether a name in a model can mean a value that is no number."""
    if isinstance(value, (Function, Variable)):
        return True
    has_units = hasattr(value, "_arg_units") and hasattr(value, "_return_unit")
    return has_units and inspect.isfunction(value)


class Meaning:
    """What a name meant in some namespaces.

    Parameters
    ----------
    name : str
        The name.
    run_names : mapping, optional
        The namespace of the run. What it is differs from run to run.
    others : iterable of mapping
        Namespaces that are the same in all runs.
    """

    __slots__ = ("_last", "_others", "_places", "_renewed", "name", "present")

    def __init__(self, name: str, run_names: Any, others: tuple[Any, ...]) -> None:
        self.name, self._others = name, others
        places = [] if run_names is None else [(None, run_names)]
        places += [(namespace, namespace) for namespace in others]
        self._places = [
            (namespace, _Found(_look_up(name, where))) for namespace, where in places
        ]
        self._last: tuple[Any, Outcome] = (None, Outcome.SAME)
        self._renewed: Meaning | None = None
        #: The number that it is now, where the outcome is another one
        self.present: Any = None

    @property
    def n_matches(self) -> int:
        """How many of the namespaces have something that Brian takes."""
        return sum(known.is_match for _, known in self._places)

    def outcome(self, run: Any, run_names: Any) -> Outcome:
        """Compare what the name means now; one look for each `run` will do."""
        if self._last[0] is not run:
            self._last, self._renewed = (run, self._compared(run_names)), None
        return self._last[1]

    def renewed(self, run_names: Any) -> Meaning:
        """Return what it means now, after `outcome`: the same for all in a run."""
        if self._renewed is None:
            has_run = self._places[0][0] is None
            names = run_names if has_run else None
            self._renewed = Meaning(self.name, names, self._others)
        return self._renewed

    def _compared(self, run_names: Any) -> Outcome:
        name, result = self.name, Outcome.SAME
        for namespace, known in self._places:
            now = _look_up(name, run_names if namespace is None else namespace)
            if now is known.value and known.is_fixed:
                continue
            outcome = known.compared_with(now)
            if outcome is not Outcome.SAME:
                result, self.present = max(result, outcome), now
        return result


class ReadNames:
    """The names that were looked up while something was prepared.

    Parameters
    ----------
    shared : dict
        Meanings that others have read in the namespace of the same run.
    """

    def __init__(self, shared: dict[str, Meaning]) -> None:
        self._shared = shared
        self._own: dict[tuple[int, str], Meaning] = {}
        self._seen: set[str] = set()
        #: The names whose numbers matter for more than a slot
        self.fixed: set[str] = set()
        #: The functions that were found
        self.functions: list[Any] = []

    @property
    def meanings(self) -> list[Meaning]:
        """All that was looked up."""
        return [self._shared[name] for name in self._seen] + list(self._own.values())

    def note(self, group: Any, name: str, run_names: Any, found: Any) -> None:
        """Note what a group finds for a name; ``None`` if it has that name itself."""
        if name not in self._shared:
            defaults = DEFAULT_CONSTANTS, DEFAULT_UNITS, DEFAULT_FUNCTIONS
            self._shared[name] = Meaning(name, run_names, defaults)
        self._seen.add(name)
        n_matches = self._shared[name].n_matches
        namespace = getattr(group, "namespace", None)
        if namespace is not None:
            key = id(namespace), name
            if key not in self._own:
                self._own[key] = Meaning(name, None, (namespace,))
            n_matches += self._own[key].n_matches
        if callable(found):
            self.functions.append(found)
        if found is None or n_matches != 1:
            # Brian may have something to say of them
            self.fixed.add(name)


class _Reading(threading.local):
    """What notes names at present: other threads may look up names as well."""

    names: ReadNames | None = None


_reading = _Reading()


@contextmanager
def reading_names(names: ReadNames) -> Iterator[None]:
    """Note the names that are looked up within this context."""
    outer, _reading.names = _reading.names, names
    try:
        yield
    finally:
        _reading.names = outer


def note_external_names() -> None:
    """Let groups note which names of others they look up; for good."""
    look_up = Group._resolve_external

    def _resolve_external(
        self: Any,
        identifier: str,
        run_namespace: Mapping[str, Any],
        user_identifier: bool = True,
        internal_variable: Any = None,
    ) -> Any:
        found = look_up(
            self, identifier, run_namespace, user_identifier, internal_variable
        )
        if _reading.names is not None:
            _reading.names.note(self, identifier, run_namespace, found)
        return found

    _resolve_external.__doc__ = look_up.__doc__
    Group._resolve_external = _resolve_external
