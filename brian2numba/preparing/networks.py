"""Networks of which nothing, or little, has to be prepared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.network import Network, _get_all_objects
from brian2.core.operations import NetworkOperation
from brian2.core.preferences import prefs
from brian2.devices.device import get_device

from brian2numba.hooks import own_function
from brian2numba.preparing.classes import is_known
from brian2numba.preparing.common import CommonFacts
from brian2numba.preparing.names import CallersNames
from brian2numba.preparing.objects import ObjectRecord, kept_record, preparing
from brian2numba.preparing.records import KEPT, Now
from brian2numba.preparing.settings import Settings, is_always_prepared

__all__ = [
    "forgotten_after_errors",
    "is_prepared",
    "keep_reasons",
    "keep_schedule",
    "kept_schedule",
    "objects_in_order",
    "prepare",
    "reasons_of_last_run",
    "slots_of",
]

_BEFORE_RUN = own_function(Network, "before_run")
_SORTED = Network.sorted_objects
#: What prepares network operations: they have no code
_NOTHING = own_function(BrianObject, "before_run")
_FAILED = "An error occurred when preparing an object."
#: Where a network keeps why its last run prepared objects, by their names
_REASONS = "_brian2numba_reasons"


class NetworkRecord:
    """The objects of a network that was prepared.

    Parameters
    ----------
    network : `Network`
        The network.
    objects : list of `BrianObject`
        Its objects in the order of a time step.
    """

    def __init__(self, network: Network, objects: list[Any]) -> None:
        self._id = network.id
        itself = ref(self)

        def forget(_: Any) -> None:
            if (record := itself()) is not None:
                record._forget()

        self._objects = [ref(obj, forget) for obj in objects]
        #: By what they are in this order
        self._schedule, self._places = slots_of(network), list(map(_place, objects))
        #: What the run that followed worked with
        self.schedule: Any = None
        self._dependencies = [set(obj._dependencies) for obj in objects]
        #: The others may lack what they depend on
        self._were_active = [obj._active for obj in objects]
        self._common: CommonFacts | None = None

    def common(self, records: list[tuple[ObjectRecord, Any]]) -> CommonFacts:
        """Return what active objects were made from; the same as in the last run."""
        if self._common is None or not self._common.is_of(records):
            self._common = CommonFacts(records)
        return self._common

    def _forget(self) -> None:
        """Forget all that keeps other things alive, as an object is gone."""
        self.schedule = self._common = None

    def is_of(self, network: Network, objects: list[Any]) -> bool:
        """Tell whether a network has the same objects."""
        return (
            network.id == self._id
            and len(objects) == len(self._objects)
            and all(o is r() for o, r in zip(objects, self._objects, strict=True))
            and [obj._dependencies for obj in objects] == self._dependencies
            and all(obj._network == self._id for obj in objects)
            and not any(
                obj._active and not was
                for obj, was in zip(objects, self._were_active, strict=True)
            )
        )

    def in_order(self, network: Network) -> list[Any] | None:
        """Return the objects of a network in their order, if that is still the same."""
        now = _get_all_objects(network.objects)
        kept = [reference() for reference in self._objects]
        is_same = (
            len(now) == len(kept)
            and now.issuperset(kept)
            and list(map(_place, kept)) == self._places
            and slots_of(network) == self._schedule
        )
        return kept if is_same else None


def _place(obj: Any) -> tuple[str, Any, str]:
    """Return by what Brian sorts objects."""
    return obj.when, obj.order, obj._name


def slots_of(network: Network) -> list[str]:
    """Return ``network.schedule``, but in less time: the slots of a time step."""
    own = network._schedule
    return list(prefs["core.network.default_schedule"] if own is None else own)


def objects_in_order(network: Network) -> list[Any]:
    """Return ``network.sorted_objects``, which have not to be sorted for each run."""
    record = vars(network).get(KEPT)
    is_brians = type(network).sorted_objects is _SORTED
    kept = record.in_order(network) if record is not None and is_brians else None
    return network.sorted_objects if kept is None else kept


def is_prepared(network: Network, objects: list[Any], names: Any) -> bool:
    """Prepare a network of which nothing has changed; tell whether that was possible.

    Parameters
    ----------
    network : `Network`
        The network.
    objects : list of `BrianObject`
        Its objects in the order of a time step.
    names : mapping
        The namespace of the run.
    """
    record = vars(network).get(KEPT)
    if record is None or is_always_prepared() or not _is_brians(network):
        return False
    if not record.is_of(network, objects):
        return False
    active = [obj for obj in objects if obj._active]
    records = [kept_record(obj) for obj in active]
    pairs = list(zip(records, active, strict=True))
    if any(kept is None and not _is_operation(obj) for kept, obj in pairs):
        return False
    now = Now(Settings.current(), names)
    known = [(kept, obj) for kept, obj in pairs if kept is not None]
    now.names_are_same = record.common(known).are_same(now)
    if not now.names_are_same and any(kept.reason(obj, now) for kept, obj in known):
        return False
    prefs.check_all_validated()
    network._stopped = False
    Network._globally_stopped = False
    for kept, obj in known:
        try:
            kept.prepare(obj, now)
        except Exception as error:
            raise BrianObjectException(_FAILED, obj) from error
    return True


def _is_operation(obj: Any) -> bool:
    """Tell whether this is a network operation that has nothing to prepare."""
    is_brians = type(obj).before_run is _NOTHING and "before_run" not in vars(obj)
    return isinstance(obj, NetworkOperation) and is_brians and not obj._code_objects


def _is_brians(network: Network) -> bool:
    """Tell whether a network is prepared by Brian's own method."""
    own = "before_run" not in vars(network) and not hasattr(
        get_device(), "network_before_run"
    )
    return own and type(network).before_run is _BEFORE_RUN


def prepare(network: Network, objects: list[Any], namespace: Any) -> dict[str, str]:
    """Let Brian prepare a network; objects that have not changed are left as they are.

    Parameters
    ----------
    network : `Network`
        The network.
    objects : list of `BrianObject`
        Its objects in the order of a time step.
    namespace : mapping
        The namespace of the run.

    Returns
    -------
    dict
        Why objects were prepared, by their names.
    """
    if isinstance(namespace, CallersNames):
        namespace = namespace.all()
    earlier = vars(network).pop(KEPT, None)
    if is_always_prepared():
        network.before_run(namespace)
        always = "the preference codegen.runtime.numba.prepare is 'always'"
        return {obj.name: always for obj in objects if obj.active}
    now = Now(Settings.current(), namespace)
    now.settles_at_once = not _is_brians(network) or any(
        not (is_known(obj) or _is_operation(obj)) for obj in objects if obj._active
    )
    with preparing(now):
        network.before_run(namespace)
    record = NetworkRecord(network, objects)
    if earlier is not None:
        record.schedule = earlier.schedule
    vars(network)[KEPT] = record
    return {obj.name: reason for obj, reason in now.prepared}


def keep_reasons(network: Network, reasons: dict[str, str] | None) -> None:
    """Keep why a run prepared objects of a network; ``None`` if that is not known."""
    vars(network)[_REASONS] = reasons


def reasons_of_last_run(network: Network) -> dict[str, str] | None:
    """Return why the last run of a network prepared objects, by their names.

    Those that it left as they were are not among them. ``None`` if the network has not
    run, or if Brian's own loop ran it.
    """
    return vars(network).get(_REASONS)


@contextmanager
def forgotten_after_errors(network: Network, objects: list[Any]) -> Iterator[None]:
    """Let the next run prepare everything if this one fails."""
    try:
        yield
    except BaseException:
        for obj in (network, *objects):
            vars(obj).pop(KEPT, None)
        raise


def kept_schedule(network: Network) -> Any:
    """Return the schedule of the last run of a network, if it is known."""
    record = vars(network).get(KEPT)
    return None if record is None else record.schedule


def keep_schedule(network: Network, schedule: Any) -> None:
    """Keep the schedule of a run, unless everything is prepared for each run."""
    record = vars(network).get(KEPT)
    if record is not None:
        record.schedule = schedule
