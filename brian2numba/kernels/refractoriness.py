"""In which time step each refractory neuron has to be looked at."""

from __future__ import annotations

from brian2numba.language import Pointer, Record, ceil, int32, int64, uint8

__all__ = [
    "AGENDA_STEPS",
    "PART_GRAIN",
    "Agenda",
    "AgendaPart",
    "agenda_step",
    "begin_agenda",
    "first_due",
    "goes_on",
    "look_after",
    "next_due",
    "steps_to_look",
]

#: For how many time steps an agenda has lists, a power of two: 6.4 ms of the usual
#: ones. Neurons that are refractory for longer are looked at in between
AGENDA_STEPS = 64
#: Parts of the neurons begin at multiples of this
PART_GRAIN = 8

#: What stands for the end of a list, and with neurons that are in none
_NONE, _NOT_LISTED = -1, -2


class AgendaPart(Record):
    """What an agenda knows of neurons that one thread updates."""

    #: The version of the agenda at the last step, its number, and the neuron after the
    #: last one
    version: int64
    step: int64
    end: int64


class Agenda(Record):
    """Lists of the neurons that have to be looked at, for each of the next time steps.

    A neuron is in one of them exactly if it is refractory. They are linked by neuron,
    and those of neurons that one thread updates are found by the first of these.
    """

    #: How often Python may have written what says which neurons are refractory
    version: int64
    #: For each `PART_GRAIN` neurons, the part that begins with them, ...
    parts: Pointer[AgendaPart]
    #: ... and the first neurons of its `AGENDA_STEPS` lists
    heads: Pointer[int32]
    #: For each neuron the one that follows it in its list
    following: Pointer[int32]


def agenda_step(t: float, dt: float) -> int:
    """Return the number of a time step, which is one more than that of the last.

    Parameters
    ----------
    t : float
        The time, a multiple of the time step.
    dt : float
        The time step.
    """
    return int(t / dt + 0.5)


def goes_on(agenda: Agenda, start: int, end: int, step: int) -> bool:
    """Tell whether the lists of a part are right: they are those of the last step.

    They are not after Python could write anything, or when threads shared the neurons
    in another way.

    Parameters
    ----------
    agenda : Agenda
        The group's.
    start, end : int
        The first neuron of the part, and the one after the last.
    step : int
        The number of this time step.
    """
    part = agenda.parts[start // PART_GRAIN]
    are_right = (
        part.version == agenda.version and part.step == step - 1 and part.end == end
    )
    part.version, part.step, part.end = agenda.version, step, end
    return are_right


def begin_agenda(
    agenda: Agenda, start: int, end: int, step: int, not_refractory: Pointer[uint8]
) -> None:
    """Have all refractory neurons of a part looked at in this step, and no others.

    Parameters
    ----------
    agenda : Agenda
        The group's.
    start, end : int
        The first neuron of the part, and the one after the last.
    step : int
        The number of this time step.
    not_refractory : pointer to uint8
        For each neuron 0 if it is refractory.
    """
    heads = agenda.heads + start // PART_GRAIN * AGENDA_STEPS
    for k in range(AGENDA_STEPS):
        heads[k] = _NONE
    for neuron in range(start, end):
        agenda.following[neuron] = _NOT_LISTED
    for neuron in range(start, end):
        if not_refractory[neuron] == 0:
            look_after(agenda, start, neuron, step)


def look_after(agenda: Agenda, start: int, neuron: int, step: int) -> None:
    """Have a neuron looked at in a step, or earlier if that was said before.

    Parameters
    ----------
    agenda : Agenda
        The group's.
    start : int
        The first neuron of its part.
    neuron : int
        The neuron.
    step : int
        The number of the step: this one, or one of the next that have lists.
    """
    if agenda.following[neuron] == _NOT_LISTED:
        head = agenda.heads + _list(start, step)
        agenda.following[neuron] = head[0]
        head[0] = neuron


def first_due(agenda: Agenda, start: int, step: int) -> int:
    """Return the first neuron that has to be looked at now, and strike out its list.

    Parameters
    ----------
    agenda : Agenda
        The group's.
    start : int
        The first neuron of the part.
    step : int
        The number of this time step.

    Returns
    -------
    int
        The neuron; below 0 if there is none.
    """
    head = agenda.heads + _list(start, step)
    neuron = int(head[0])
    head[0] = _NONE
    return neuron


def next_due(agenda: Agenda, neuron: int) -> int:
    """Return the neuron after one in its list, or a number below 0; strike it out.

    Parameters
    ----------
    agenda : Agenda
        The group's.
    neuron : int
        The neuron.
    """
    following = int(agenda.following[neuron])
    agenda.following[neuron] = _NOT_LISTED
    return following


def _list(start: int, step: int) -> int:
    """Return the place of a list of the part that begins with a neuron."""
    return start // PART_GRAIN * AGENDA_STEPS + (step & (AGENDA_STEPS - 1))


def steps_to_look(t: float, last_spike: float, n_steps: float, dt: float) -> int:
    """Return for how many steps ``timestep(t - last_spike, dt) < n_steps`` is known.

    From then on, the neuron has to be looked at. As this is half a step too early, no
    rounding is as large. It is one step for times that are none.

    Parameters
    ----------
    t : float
        The time.
    last_spike : float
        When the neuron spiked.
    n_steps : float
        Its refractory period, a whole number of time steps.
    dt : float
        The time step.
    """
    # Numbers of steps are rounded towards zero: of a spike that is yet to come up
    margin = 0.5 if n_steps > 0 else 1.5
    n_left = n_steps - margin - (t - last_spike) / dt
    if n_left > AGENDA_STEPS - 1:
        return AGENDA_STEPS - 1
    return int(ceil(n_left)) if n_left > 1 else 1
