"""Finding out what becomes of a network, from what a run of it would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from brian2.core.base import BrianObject
from brian2.core.magic import magic_network
from brian2.core.namespace import get_local_namespace
from brian2.core.network import Network
from brian2.core.preferences import prefs
from brian2.devices.device import all_devices, get_device

from brian2numba.behaviours.adaptive_steps import AdaptiveStepsBehaviour
from brian2numba.explanation.row import COMPILED, NOT_AT_ALL, PYTHON, Row
from brian2numba.explanation.table import Explanation
from brian2numba.inspection import Kernel, kernel_of
from brian2numba.preferences import name_of_target
from brian2numba.preparing import reasons_of_last_run
from brian2numba.recordings.recording import recording_of
from brian2numba.simulation.crew import number_of_threads
from brian2numba.simulation.entries import Entry, entries_of
from brian2numba.simulation.fusion import pairs
from brian2numba.simulation.profiles import keys_of, profile_of
from brian2numba.simulation.run import obstacle_to_compiled_run
from brian2numba.simulation.schedule import Schedule
from brian2numba.simulation.sleep import neurons_may_sleep
from brian2numba.simulation.trial import prepared, undisturbed
from brian2numba.target import NumbaCodeObject

__all__ = ["explain"]


def explain(
    network: Network | None = None, namespace: Any = None, level: int = 0
) -> Explanation:
    """Tell what of a network compiled code runs, what Python runs, and why.

    The network is prepared as for a run, which compiles what is not compiled yet; no
    time passes, no random number is drawn, and later runs do the same as without this.

    Parameters
    ----------
    network : `Network`, optional
        The network. Unless given, all objects that Brian's ``run`` would simulate.
    namespace : dict, optional
        What names in equations mean, see ``Network.run``.
    level : int, optional
        How much farther up the caller is whose variables are meant. Defaults to 0.

    Returns
    -------
    Explanation
        A table when printed or shown in a notebook; its `rows` are data. After a run
        with ``profile=True``, it also tells how long each object took.

    Raises
    ------
    TypeError
        If the network is none.
    RuntimeError
        If the device is not Brian's runtime device, or if the network is running.
    BrianObjectException
        If the network can't be prepared, as in a run.

    Examples
    --------
    >>> print(brian2numba.explain(network))
    """
    _refuse(network)
    if namespace is None:
        namespace = get_local_namespace(level + 1)
    chosen = magic_network if network is None else network
    reasons = reasons_of_last_run(chosen)
    with undisturbed(chosen):
        if isinstance(chosen, type(magic_network)):
            chosen._update_magic_objects(level=level + 1)
        obstacle = obstacle_to_compiled_run(chosen)
        schedule = prepared(chosen, namespace, obstacle is None)
        rows = _with_shares(_rows(chosen, schedule, obstacle or ""))
    return Explanation(
        chosen.name,
        tuple(replace(r, prepared=(reasons or {}).get(r.name, "")) for r in rows),
        obstacle or "",
        number_of_threads(),
        name_of_target(prefs["codegen.target"]),
        None if reasons is None else len(reasons),
    )


def _refuse(network: Any) -> None:
    """Refuse what can't be explained."""
    if not (network is None or isinstance(network, Network)):
        raise TypeError(
            "Only a Network can be explained, or what run() would simulate if nothing "
            f"is given; {network!r} is no network."
        )
    if get_device() is not all_devices["runtime"]:
        raise RuntimeError(
            "Only what Brian simulates in runtime mode can be explained, but the "
            f"device is {type(get_device()).__name__}. Use set_device('runtime')."
        )


def _rows(network: Network, schedule: Schedule | None, loop: str) -> list[Row]:
    """Return the rows, but for the shares of the time."""
    objects = network.sorted_objects
    if schedule is None:
        entries = [e for o in objects if o.active for e in entries_of(o)]
        details = [{"runs": PYTHON, "reason": loop, **_code(e)} for e in entries]
    else:
        entries = schedule.entries
        details = list(_details(schedule))
    times = profile_of(network)
    seconds = [times.get(key) for key in keys_of(entries)]
    rows = [
        Row(**_identity(entry), **detail, seconds=s)
        for entry, detail, s in zip(entries, details, seconds, strict=True)
    ]
    return rows + [
        Row(**_identity(entry), runs=NOT_AT_ALL, reason="it is not active")
        for obj in objects
        if not obj.active
        for entry in entries_of(obj) or [Entry(obj, None)]
    ]


def _identity(entry: Entry) -> dict[str, Any]:
    owner: BrianObject = entry.owner
    code_object = entry.code_object
    task = "run()" if code_object is None else _task(code_object)
    return {
        "name": owner.name,
        "kind": type(owner).__name__,
        "task": task,
        "clock": owner.clock.name,
    }


def _task(code_object: Any) -> str:
    return str(getattr(code_object, "task", code_object.template_name))


def _details(schedule: Schedule) -> Iterator[dict[str, Any]]:
    """Yield what runs each entry of a schedule, and why."""
    fused = {}
    for fusion in schedule.fusions.values():
        for position in (fusion.updater, fusion.thresholder):
            fused[position] = fusion.code_object
    notes = _notes_on_fusion(schedule.entries)
    for position, entry in enumerate(schedule.entries):
        obstacle = schedule.obstacles[position]
        yield {
            "runs": COMPILED if obstacle is None else PYTHON,
            "reason": obstacle or "",
            "fusion": notes.get(position, ""),
            "sleep": _note_on_sleep(schedule, position),
            "steps": _note_on_steps(schedule.entries[position].code_object),
            "recording": _note_on_recording(schedule.entries[position].owner),
            "threads": schedule.n_threads[position],
            **_code(Entry(entry.owner, fused.get(position, entry.code_object))),
        }


def _note_on_sleep(schedule: Schedule, position: int) -> str:
    """Return whether the neurons of a state update may sleep, or why not."""
    entry = schedule.entries[position]
    is_update = getattr(entry.code_object, "template_name", "") == "stateupdate"
    if not neurons_may_sleep() or not is_update or not _has_neurons(entry):
        return ""
    fusion = schedule.fusions.get(position)
    if fusion is None or fusion.sleeper is None:
        return "no neuron sleeps: the threshold is not done in one pass with this"
    obstacle = fusion.sleeper.obstacle()
    return f"no neuron sleeps: {obstacle}" if obstacle else "neurons may sleep"


def _note_on_steps(code_object: Any) -> str:
    """Return how many steps an integration took that adapts them."""
    behaviour = getattr(code_object, "behaviour", None)
    if not isinstance(behaviour, AdaptiveStepsBehaviour):
        return ""
    done = behaviour.steps_done()
    if done is None:
        return ""
    return f"{done[0]:.3g} steps in each time step on average, and {done[1]} at most"


def _note_on_recording(owner: Any) -> str:
    """Return where the rows of a monitor go."""
    recording = recording_of(owner)
    return "" if recording is None else recording.described()


def _has_neurons(entry: Entry) -> bool:
    """Tell whether this is the state update of neurons with a threshold."""
    owner = entry.owner
    is_update = getattr(owner.group, "state_updater", None) is owner
    return is_update and bool(getattr(owner.group, "thresholder", None))


def _notes_on_fusion(entries: Sequence[Entry]) -> dict[int, str]:
    """Return what is said of state updates and thresholds, by their positions."""
    notes = {}
    for pair in pairs(entries):
        for one, other in (
            (pair.updater, pair.thresholder),
            (pair.thresholder, pair.updater),
        ):
            name = entries[other].owner.name
            if pair.obstacle is None:
                notes[one] = f"with {name}"
            else:
                notes.setdefault(one, f"not with {name}: {pair.obstacle}")
    return notes


def _code(entry: Entry) -> dict[str, Any]:
    """Return what is known of the machine code of an entry."""
    if not isinstance(entry.code_object, NumbaCodeObject):
        return {}
    kernel: Kernel = kernel_of(entry.code_object)
    work = kernel.work
    return {
        "origin": kernel.origin,
        "compile_time": work.compiling_time + work.loading_time,
        "kernel": kernel,
    }


def _with_shares(rows: Sequence[Row]) -> tuple[Row, ...]:
    total = sum(row.seconds or 0.0 for row in rows)
    if not total:
        return tuple(rows)
    return tuple(
        row if row.seconds is None else replace(row, share=row.seconds / total)
        for row in rows
    )
