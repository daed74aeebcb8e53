"""
Objects of a model that a run does not prepare again.

What the preparation of an object has read is kept with the object: in the next run it
is looked at instead of being read anew.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

from brian2.core.base import BrianObject
from brian2.groups.group import CodeRunner
from brian2.groups.neurongroup import (
    NeuronGroup,
    Resetter,
    StateUpdater,
    SubexpressionUpdater,
    Thresholder,
)
from brian2.groups.subgroup import Subgroup
from brian2.input.poissongroup import PoissonGroup
from brian2.input.poissoninput import PoissonInput
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import EventMonitor, SpikeMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.spatialneuron.spatialneuron import SpatialNeuron, SpatialStateUpdater
from brian2.synapses import synapses as of_synapses
from brian2.synapses.synapses import SummedVariableUpdater, Synapses, SynapticPathway

from brian2numba.hooks import is_brians
from brian2numba.preparing.functions import FunctionFacts, NotKnownError
from brian2numba.preparing.names import Meaning, Outcome, ReadNames, reading_names
from brian2numba.preparing.settings import Settings
from brian2numba.preparing.snapshots import Snapshot
from brian2numba.target import NumbaCodeObject

__all__ = ["KEPT", "Now", "ObjectRecord", "install", "kept_record", "preparing"]

#: The attribute in which an object keeps what its preparation has read
KEPT = "_brian2numba_prepared"
#: Attributes that no preparation reads
_IGNORED = frozenset(
    {KEPT, "_network", "_active", "_stored_states", "_brian2numba_views", "eventspace"}
)
#: ... and those that a generator of spikes looks at in each run
_OF_GENERATORS = frozenset(
    {"_previous_dt", "_spikes_changed", "_spike_time", "_neuron_index"}
)

_CLASSES: tuple[type, ...] = (
    NeuronGroup,
    StateUpdater,
    SubexpressionUpdater,
    Thresholder,
    Resetter,
    Synapses,
    SynapticPathway,
    SummedVariableUpdater,
    of_synapses.StateUpdater,
    of_synapses.SubexpressionUpdater,
    SpatialNeuron,
    SpatialStateUpdater,
    CodeRunner,
    PoissonGroup,
    PoissonInput,
    SpikeGeneratorGroup,
    EventMonitor,
    SpikeMonitor,
    StateMonitor,
    PopulationRateMonitor,
    Subgroup,
)
#: The methods of theirs that a preparation calls
_METHODS = (
    "before_run",
    "create_code_objects",
    "create_default_code_object",
    "update_abstract_code",
    "resolve_all",
    "_resolve",
    "_resolve_external",
)
#: The methods that each class had when this package was imported
_known: dict[type, tuple[Any, ...]] = {}


def _methods(cls: type) -> tuple[Any, ...]:
    return tuple(getattr(cls, name, None) for name in _METHODS)


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
        #: What was prepared, and why
        self.prepared: list[tuple[Any, str]] = []

    def is_known(self, cls: type) -> bool:
        """Tell whether all that prepares objects of a class is Brian's own."""
        if cls not in self._classes:
            self._classes[cls] = _methods(cls) == _known.get(cls)
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


class ObjectRecord:
    """What the preparation of an object has read, and what came of it.

    Parameters
    ----------
    obj : `BrianObject`
        The object, which was just prepared.
    names : ReadNames
        The names that were looked up.
    now : Now
        The run.

    Raises
    ------
    NotKnownError
        If the object has to be prepared for each run.
    """

    def __init__(self, obj: Any, names: ReadNames, now: Now) -> None:
        self.settings = now.settings
        self.meanings, self._fixed = names.meanings, names.fixed
        group = _group_of(obj)
        #: Not to be kept alive
        self._group = None if group is None else ref(group)
        for known in (obj, group):
            if known is not None and not _is_known(known, now):
                raise NotKnownError(f"{type(known).__name__} has methods of its own")
        self._are_fixed = _has_powers(obj, group)
        self._steps = [_step_of(obj), _step_of(group)]
        self._dts = [_value(step) for step in self._steps]
        self.code_objects = list(_own_code_objects(obj))
        self._functions = list(_functions_of(names.functions, self.code_objects))
        self._snapshot: Snapshot | None = None
        self._of_group: Snapshot | None = None

    def settle(self, obj: Any, now: Now) -> None:
        """Look at the attributes, after everything else was prepared."""
        self._snapshot = now.snapshot(obj)
        group = self._group and self._group()
        self._of_group = None if group is None else now.snapshot(group)

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
        if [_value(step) for step in self._steps] != self._dts:
            yield "the time step has changed"
        if not all(function.is_unchanged() for function in self._functions):
            yield "a function has changed"
        if isinstance(obj, SpikeGeneratorGroup) and _has_news(obj):
            yield "its spikes have changed"
        for meaning in self.meanings:
            outcome = meaning.outcome(now.run, now.names)
            is_fixed = self._are_fixed or meaning.name in self._fixed
            if outcome is Outcome.DIFFERENT or (outcome and is_fixed):
                yield f"'{meaning.name}' means something else"

    def prepare(self, obj: Any, now: Now) -> None:
        """Do what has to be done before each run: there is no `reason` for more."""
        for position, meaning in enumerate(self.meanings):
            if meaning.outcome(now.run, now.names) is Outcome.OTHER_NUMBER:
                self.meanings[position] = meaning.renewed(now.names)
                for code_object in self.code_objects:
                    code_object.set_constant(meaning.name, meaning.present)
        BrianObject.before_run(obj, {})


#: A power of which the exponent may be a name: units depend on it
_POWER = re.compile(r"\*\*\s*(?!\d)")


def _has_powers(*owners: Any) -> bool:
    """Tell whether numbers may matter for units in the code of objects."""
    texts = []
    for owner in owners:
        own = {} if owner is None else vars(owner)
        texts += [
            own.get(name) for name in ("abstract_code", "user_code", "expression")
        ]
        equations = own.get("equations") or {}
        texts += [equation.expr for equation in equations.values()]
    return any(_POWER.search(str(text)) for text in texts)


def _is_known(obj: Any, now: Now) -> bool:
    """Tell whether all that prepares an object is Brian's own."""
    return now.is_known(type(obj)) and vars(obj).keys().isdisjoint(_METHODS)


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


def _own_code_objects(obj: Any) -> Iterator[NumbaCodeObject]:
    """Yield the code objects of an object, which have to be ours."""
    for proxy in obj._code_objects:
        code_object = proxy.__repr__.__self__
        if type(code_object) is not NumbaCodeObject:
            raise NotKnownError("it has code for another target")
        yield code_object


def _functions_of(found: list[Any], code_objects: list[Any]) -> Iterator[Any]:
    found = found + [
        v for code_object in code_objects for v in code_object.variables.values()
    ]
    seen = set()
    for value in found:
        if callable(value) and FunctionFacts.needed(value) and id(value) not in seen:
            seen.add(id(value))
            yield FunctionFacts(value)


def _has_news(generator: Any) -> bool:
    """Tell whether a generator of spikes has to sort them into time steps."""
    previous = generator._previous_dt
    return generator._spikes_changed or previous is None or previous != generator.dt_[:]


def kept_record(obj: Any) -> ObjectRecord | None:
    """Return what is known of the last preparation of an object."""
    record: ObjectRecord | None = vars(obj).get(KEPT)
    return record


class _Preparing:
    """The run that is being prepared, and the object."""

    now: Now | None = None
    obj: Any = None


@contextmanager
def preparing(now: Now) -> Iterator[None]:
    """Let objects that are prepared look at what is known of the last run."""
    outer = _Preparing.now, _Preparing.obj
    _Preparing.now, _Preparing.obj = now, None
    try:
        yield
    finally:
        _Preparing.now, _Preparing.obj = outer
        for obj, _ in now.prepared:
            if (record := kept_record(obj)) is not None:
                record.settle(obj, now)


def install() -> None:
    """Let objects of Brian's classes see whether they are prepared already."""
    for cls in _CLASSES:
        before_run = vars(cls).get("before_run")
        if before_run is not None and is_brians(before_run):
            cls.before_run = _unless_prepared(before_run)  # type: ignore[attr-defined]
    for cls in _CLASSES:
        _known[cls] = _methods(cls)


def _unless_prepared(before_run: Callable[..., None]) -> Callable[..., None]:
    """Return a method ``before_run`` that does what is necessary."""

    @functools.wraps(before_run)
    def prepare(self: Any, run_namespace: Any = None) -> None:
        now = _Preparing.now
        if now is None or _Preparing.obj is self:
            before_run(self, run_namespace)
            return
        record = kept_record(self)
        reason = (
            "it was not prepared yet" if record is None else record.reason(self, now)
        )
        if record is not None and not reason:
            record.prepare(self, now)
            return
        vars(self).pop(KEPT, None)
        names = ReadNames(now.shared)
        outer, _Preparing.obj = _Preparing.obj, self
        try:
            with reading_names(names):
                before_run(self, run_namespace)
        finally:
            _Preparing.obj = outer
        now.prepared.append((self, reason))
        try:
            vars(self)[KEPT] = ObjectRecord(self, names, now)
        except NotKnownError as unknown:
            now.prepared[-1] = self, str(unknown)

    return prepare
