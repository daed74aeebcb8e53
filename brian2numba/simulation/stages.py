"""
Stages: which entries of a schedule threads do at once, and who does what.

An entry is in the first stage in which all that it depends on was done, or is done
before it by the same thread. So what comes later in the schedule may be done earlier;
neither kernel can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from brian2numba.device.arrays import contents
from brian2numba.simulation.conflicts import (
    Conflict,
    Uses,
    conflict,
    may_fail,
    uses,
)
from brian2numba.simulation.threads import Division, Sharing
from brian2numba.target import NumbaCodeObject

__all__ = ["Entrant", "PlannedStage", "PlannedTask", "entrant", "planned_stages"]

#: How many nanoseconds of a step's time several threads have to save to be told
_WORTH_TELLING = 500
#: Tasks that take less than this, in nanoseconds, are done together with others
_SHORT = 500
#: How many events threads have to deliver in a stage that has nothing else to divide
_ENOUGH_EVENTS = 500


@dataclass(eq=False)
class Entrant:
    """An entry that waits for its place in a stage.

    Attributes
    ----------
    position : int
        Its position in the schedule.
    code_object : NumbaCodeObject
        What it runs.
    division : Division or None
        How threads share it.
    uses : dict
        What it reads and writes.
    stage : int
        The number of its stage.
    chain : list of Entrant
        What is done by one thread one after the other, if it is not divided.
    family : list of Entrant
        What is divided in the same way, and part by part done one after the other.
    """

    position: int
    code_object: NumbaCodeObject
    division: Division | None
    uses: Uses
    stage: int = 0
    chain: list[Entrant] = field(default_factory=list)
    family: list[Entrant] = field(default_factory=list)

    @property
    def nanoseconds(self) -> float:
        """About how long it takes, for what it is compared with only."""
        template, variables = self.code_object.template_name, self.code_object.variables
        n = variables.get("N")
        n_elements = int(n.item()) if n is not None and n.scalar else 0
        if template in ("stateupdate", "threshold"):
            return 50 + 0.6 * n_elements
        if template == "adaptive_stateupdate":
            return 50 + 100 * n_elements
        if template == "summed_variable":
            return 50 + 1.0 * n_elements
        if template == "synapses":
            # Some spikes a second and neuron
            return 50 + 0.004 * len(contents(variables["_synaptic_post"]))
        if template == "statemonitor":
            return 100 + 0.5 * len(contents(variables["_indices"]))
        return 100


@dataclass(frozen=True)
class PlannedTask:
    """What one thread does.

    Attributes
    ----------
    pieces : tuple
        Entrants, each with the number of its part, or None for all of it.
    thread : int
        The thread that does it unless that is late.
    """

    pieces: tuple[tuple[Entrant, int | None], ...]
    thread: int


@dataclass(frozen=True)
class PlannedStage:
    """What is done at once.

    Attributes
    ----------
    entrants : tuple of Entrant
        The entries, in the order of the schedule.
    tasks : tuple of PlannedTask
        The tasks, by thread; none where one thread does all.
    enough : int
        How many events have to be due for several threads.
    """

    entrants: tuple[Entrant, ...]
    tasks: tuple[PlannedTask, ...]
    enough: int


def entrant(
    position: int, code_object: NumbaCodeObject, division: Division | None
) -> Entrant:
    """Return an entry that has no place yet."""
    return Entrant(position, code_object, division, uses(code_object, division))


def planned_stages(
    entrants: Sequence[Entrant], n_threads: int
) -> tuple[PlannedStage, ...]:
    """Put entries into stages.

    Parameters
    ----------
    entrants : sequence of Entrant
        The entries in the order of the schedule. They are given their places.
    n_threads : int
        The number of threads.

    Returns
    -------
    tuple of PlannedStage
        The stages; none if one thread does everything in all of them.
    """
    first = 0
    for number, entry in enumerate(entrants):
        earlier = entrants[:number]
        if not may_fail(entry.code_object):
            _place(entry, earlier, first)
        else:
            # If it fails, all before it is done, and nothing after it
            _place(entry, earlier, max([first, *(e.stage for e in earlier)]))
            first = entry.stage + 1
    n_stages = max((entry.stage for entry in entrants), default=-1) + 1
    stages = [
        _stage([e for e in entrants if e.stage == number], n_threads)
        for number in range(n_stages)
    ]
    return tuple(stages) if any(stage.tasks for stage in stages) else ()


def _place(entry: Entrant, earlier: Sequence[Entrant], first: int) -> None:
    """Find the stage of an entry, and what it is done with by the same thread."""
    stage = first
    same: list[Entrant] = []
    for other in earlier:
        pair = (other.division is not None, entry.division is not None)
        found = conflict(other.uses, entry.uses, pair)
        if found is Conflict.ALL:
            stage = max(stage, other.stage + 1)
        elif found is not Conflict.NONE:
            stage = max(stage, other.stage)
            same.append(other)
    same = [other for other in same if other.stage == stage]
    if entry.division is not None:
        _join_families(entry, same)
    elif len({id(other.chain) for other in same}) == 1:
        entry.chain = same[0].chain
        entry.chain.append(entry)
    else:
        # What waits for several chains would let these wait for each other
        stage += bool(same)
        entry.chain = [entry]
    entry.stage = stage


def _join_families(entry: Entrant, same: Iterable[Entrant]) -> None:
    """Let an entry and all that its parts wait for be one family."""
    family = [entry]
    for other in same:
        if other.family is not family:
            family.extend(other.family)
            for member in other.family:
                member.family = family
    family.sort(key=lambda member: member.position)
    entry.family = family


def _stage(entrants: Sequence[Entrant], n_threads: int) -> PlannedStage:
    tasks = _tasks(entrants, n_threads)
    loads = [0.0] * n_threads
    for task in tasks:
        loads[task.thread] += _load(task)
    is_worth_it = sum(loads) - max(loads) > _WORTH_TELLING or Sharing.is_eager
    if len(tasks) == 1 or not is_worth_it:
        tasks = []
    is_delivery = [e.division is not None and e.division.queue for e in entrants]
    enough = _ENOUGH_EVENTS if all(is_delivery) and not Sharing.is_eager else 0
    return PlannedStage(tuple(entrants), tuple(tasks), enough)


def _load(task: PlannedTask) -> float:
    """Return about how long a task takes, in nanoseconds."""
    return sum(
        e.nanoseconds / (1 if e.division is None else len(e.division.starts))
        for e, _ in task.pieces
    )


def _tasks(entrants: Sequence[Entrant], n_threads: int) -> list[PlannedTask]:
    """Return the tasks of a stage, by thread."""
    tasks = []
    for family in _different(e.family for e in entrants if e.division is not None):
        division = family[0].division
        assert division is not None
        for part in range(len(division.starts)):
            pieces = tuple((member, part) for member in family)
            tasks.append(PlannedTask(pieces, part % n_threads))
    loads = [0.0] * n_threads
    for task in tasks:
        loads[task.thread] += _load(task)
    short: dict[int, list[Entrant]] = {}
    chains = _different(e.chain for e in entrants if e.division is None)
    for chain in sorted(chains, key=lambda chain: -sum(e.nanoseconds for e in chain)):
        thread = min(range(n_threads), key=loads.__getitem__)
        load = sum(e.nanoseconds for e in chain)
        loads[thread] += load
        if load < _SHORT:
            short.setdefault(thread, []).extend(chain)
        else:
            tasks.append(PlannedTask(tuple((e, None) for e in chain), thread))
    tasks += [
        PlannedTask(tuple((e, None) for e in together), thread)
        for thread, together in short.items()
    ]
    return sorted(tasks, key=lambda task: task.thread)


def _different(lists: Iterable[list[Entrant]]) -> list[list[Entrant]]:
    """Return each list once."""
    return list({id(each): each for each in lists}.values())
