"""What code was made from: it is made again when that is something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import ref

from brian2.codegen.codeobject import CodeObject
from brian2.core.variables import Subexpression
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup

from brian2numba.adaptive import AdaptiveCodeObject
from brian2numba.preparing.classes import is_known, methods_are_brians
from brian2numba.preparing.functions import NotKnownError, facts_of_functions
from brian2numba.preparing.names import Meaning, Outcome, ReadNames
from brian2numba.preparing.settings import Settings
from brian2numba.preparing.snapshots import Snapshot
from brian2numba.target import NumbaCodeObject

__all__ = ["KEPT", "STRINGS", "Now", "Record"]

#: The attributes in which an object keeps what its preparation has read, and the code
#: of strings that were assigned to its variables
KEPT, STRINGS = "_brian2numba_prepared", "_brian2numba_strings"
#: Attributes that no preparation reads
_IGNORED = frozenset(
    {
        KEPT,
        STRINGS,
        "_network",
        "_active",
        "_stored_states",
        "_brian2numba_counted",
        "_brian2numba_readers",
        "_brian2numba_recording",
        "_brian2numba_views",
        "eventspace",
    }
)
#: ... and those that a generator of spikes looks at in each run
_OF_GENERATORS = frozenset(
    {"_previous_dt", "_spikes_changed", "_spike_time", "_neuron_index"}
)


class Now:
    """What the preparation of one run has to compare with.

    Parameters
    ----------
    settings : Settings
        What holds for all objects.
    names : mapping
        The namespace of the run.
    """

    def __init__(self, settings: Settings, names: Any) -> None:
        self.settings = settings
        self.names = names
        #: Stands for the run, where something that lives longer remembers it
        self.run = object()
        self.shared: dict[str, Meaning] = {}
        self._classes: dict[type, bool] = {}
        self._snapshots: dict[int, Snapshot] = {}
        self._unchanged: dict[int, bool] = {}
        #: Whether each object is looked at as soon as it is prepared: what is not
        #: Brian's, and prepared later, may change it
        self.settles_at_once = False
        #: Whether it is known that no name stands for another number
        self.names_are_same = False
        #: What was prepared, and why
        self.prepared: list[tuple[Any, str]] = []

    def is_known(self, cls: type) -> bool:
        """Tell whether all that prepares objects of a class is Brian's own."""
        if cls not in self._classes:
            self._classes[cls] = methods_are_brians(cls)
        return self._classes[cls]

    def snapshot(self, obj: Any) -> Snapshot:
        """Return what an object is like; one for all that ask."""
        if id(obj) not in self._snapshots:
            self._snapshots[id(obj)] = Snapshot(obj, _ignored(obj))
        return self._snapshots[id(obj)]

    def is_unchanged(self, obj: Any, snapshot: Snapshot) -> bool:
        """Tell whether an object is what it was; looks once a run."""
        key = id(snapshot)
        if key not in self._unchanged:
            self._unchanged[key] = snapshot.is_unchanged(obj)
        return self._unchanged[key]


class Record:
    """What code of an object was made from.

    Parameters
    ----------
    obj : `Group` or `CodeRunner`
        The object.
    code_objects : iterable of NumbaCodeObject
        What was made.
    names : ReadNames
        The names that were looked up meanwhile.
    now : Now
        The run.
    code : str, optional
        The code, where the object has not got it.

    Raises
    ------
    NotKnownError
        If it is not known what the code depends on.
    """

    def __init__(
        self,
        obj: Any,
        code_objects: Iterable[Any],
        names: ReadNames,
        now: Now,
        code: str = "",
    ) -> None:
        group = _group_of(obj)
        for known in (obj, group):
            if known is not None and not is_known(known):
                raise NotKnownError(f"{type(known).__name__} has methods of its own")
        self.settings = now.settings
        self.meanings, self._fixed = names.meanings, names.fixed
        #: Not to be kept alive
        self._group = None if group is None else ref(group)
        self.code_objects = [self._known(code_object) for code_object in code_objects]
        self._are_fixed = _has_powers(code, (obj, group), self.code_objects)
        #: The arrays with time steps, and what these were
        self.steps = [(step, _value(step)) for step in map(_step_of, (obj, group))]
        #: How often names were given other numbers
        self.n_renewed = 0
        self._functions = list(facts_of_functions(names.functions, self.code_objects))
        self._snapshot: Snapshot | None = None
        self._of_group: Snapshot | None = None

    #: The classes of code objects of which it is known what they depend on
    _targets: tuple[type[CodeObject], ...] = (NumbaCodeObject, AdaptiveCodeObject)

    def _known(self, code_object: Any) -> Any:
        """Return a code object, also behind a weak proxy."""
        found = code_object.__repr__.__self__
        if type(found) not in self._targets:
            raise NotKnownError("it has code for another target")
        return found

    def settle(self, obj: Any, now: Now) -> None:
        """Look at the attributes, as a rule after everything else was prepared."""
        self._snapshot = now.snapshot(obj)
        group = self._group and self._group()
        self._of_group = None if group is None else now.snapshot(group)

    def snapshots(self, obj: Any) -> Iterator[tuple[Any, Snapshot]]:
        """Yield the object and its group, with what they were."""
        group: Any = self._group and self._group()
        for known, snapshot in ((obj, self._snapshot), (group, self._of_group)):
            if known is not None and snapshot is not None:
                yield known, snapshot

    def has_more(self, obj: Any) -> bool:
        """Tell whether there is more to look at than names, steps and attributes."""
        return bool(self._functions) or self._snapshot is None

    def reason(self, obj: Any, now: Now) -> str:
        """Return why an object has to be prepared; nothing if it has not."""
        return next(self._reasons(obj, now), "")

    def _reasons(self, obj: Any, now: Now) -> Iterator[str]:
        if self.settings is not now.settings:
            yield "preferences or methods of integration have changed"
        group: Any = self._group and self._group()
        for known, snapshot in ((obj, self._snapshot), (group, self._of_group)):
            if known is None:
                continue
            if not now.is_known(type(known)):
                yield f"methods of {type(known).__name__} are not Brian's own"
            if snapshot is None or not now.is_unchanged(known, snapshot):
                yield f"{known.name} has changed"
        if any(_value(step) != dt for step, dt in self.steps):
            yield "the time step has changed"
        if not all(function.is_unchanged() for function in self._functions):
            yield "a function has changed"
        for meaning in self.meanings:
            outcome = meaning.outcome(now.run, now.names)
            is_fixed = self._are_fixed or meaning.name in self._fixed
            if outcome is Outcome.DIFFERENT or (outcome and is_fixed):
                yield f"'{meaning.name}' means something else"

    def take_numbers(self, now: Now) -> None:
        """Give names that stand for other numbers now their values."""
        if now.names_are_same:
            return
        for position, meaning in enumerate(self.meanings):
            if meaning.outcome(now.run, now.names) is Outcome.OTHER_NUMBER:
                for code_object in self.code_objects:
                    if meaning.name in code_object.variables:
                        self._set_number(code_object, meaning.name, meaning.present)
                # Last: it is done again if something has interrupted it
                self.meanings[position] = meaning.renewed(now.names)
                self.n_renewed += 1

    def _set_number(self, code_object: Any, name: str, number: Any) -> None:
        code_object.set_constant(name, number)


#: A power of which the exponent may be a name: units depend on it
_POWER = re.compile(r"\*\*\s*(?!\.?\d)")


def _has_powers(code: str, owners: Iterable[Any], code_objects: Iterable[Any]) -> bool:
    """Tell whether numbers may matter for units in code, or in that of owners."""
    texts: list[Any] = [code]
    variables: list[Any] = []
    for owner in owners:
        own = {} if owner is None else vars(owner)
        texts += [own.get(n) for n in ("abstract_code", "user_code", "expression")]
        texts += [e.expr for e in (own.get("equations") or {}).values()]
        variables += list((own.get("variables") or {}).values())
    for code_object in code_objects:
        variables += list(code_object.variables.values())
    texts += [v.expr for v in variables if isinstance(v, Subexpression)]
    return any(_POWER.search(str(text)) for text in texts)


def _ignored(obj: Any) -> frozenset[str]:
    generates = isinstance(obj, SpikeGeneratorGroup)
    return _IGNORED | _OF_GENERATORS if generates else _IGNORED


def _group_of(obj: Any) -> Any:
    """Return the group that an object belongs to, if it is another one."""
    group = vars(obj).get("group")
    if group is None:
        return None
    # Behind a weak proxy
    group = group.__repr__.__self__
    return None if group is obj else group


def _step_of(obj: Any) -> Any:
    """Return the array with the time step of an object; None if it has none."""
    clock = None if obj is None else vars(obj).get("_clock")
    variable = None if clock is None else clock.variables._variables.get("dt")
    return None if variable is None else variable.get_value()


def _value(array: Any) -> float | None:
    return None if array is None else array.item()
