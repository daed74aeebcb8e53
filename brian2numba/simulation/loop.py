"""
The compiled loop that runs a network's time steps.

It is compiled once and serves every network. What it works with is in memory: a record
for the loop itself, one for each clock, and one for each entry of the schedule. It goes
back to Python when an entry has no kernel, when a kernel fails, and at the end of a
step when its time slice is up (Python looks at signals and reports then) or when it is
asked to stop.

`brian2numba.simulation.schedule` fills the records and `brian2numba.simulation.driver`
calls `run_steps` again and again.
"""

from __future__ import annotations

import enum

from brian2numba.language import Pointer, Record, boolean, call, float64, int64
from brian2numba.operations import operation
from brian2numba.simulation.counter import PerformanceCounter, nanoseconds
from brian2numba.simulation.plan import Plan, is_together, run_together
from brian2numba.simulation.race import end_turn
from brian2numba.simulation.team import Team, dismiss

__all__ = ["Clock", "Entry", "Loop", "Reason", "run_steps"]


class Reason(enum.IntEnum):
    """Why the loop went back to Python."""

    #: All clocks are at the end of the run
    FINISHED = 0
    #: The deadline is over, or the loop was asked to stop; a step has just ended
    SLICE_IS_UP = 1
    #: The entry before `Loop.position` has no kernel: Python runs it
    PYTHON_IS_DUE = 2
    #: The kernel of the entry at `Loop.position` returned `Loop.status`
    KERNEL_FAILED = 3
    #: A clock is at its end while another one, which it ticks with, is not
    CLOCK_IS_EXHAUSTED = 4


class Clock(Record):
    """A clock of the network."""

    #: Brian's variables of these names, in the clock's own arrays: the number of the
    #: present step, and its time in seconds
    timestep: Pointer[int64]
    t: Pointer[float64]
    #: The length of a step in seconds; null for Brian's `EventClock`, ...
    dt: Pointer[float64]
    #: ... which has a list with the time of each step instead; null for others
    times: Pointer[float64]
    #: The time step at which the run ends
    end: int64
    #: Whether it takes part in the present step
    is_due: boolean


class Entry(Record):
    """Something that there is to do in a time step: one object of the schedule."""

    #: The position of its clock among `Loop.clocks`
    clock: int64
    #: The address of its kernel; 0 if Python has to do it
    kernel: int64
    #: The kernel's argument: the address of the table with the addresses of the arrays
    table: int64
    #: The address of a kernel that does this and a later entry at once, or 0
    fused_kernel: int64
    fused_table: int64
    #: That later entry
    partner: Pointer[Entry]
    #: Whether an earlier entry's fused kernel did it in this step
    is_done: boolean
    #: What threads do from this entry on, or null
    plan: Pointer[Plan]
    #: How often it was done
    calls: int64
    #: With a profile: how long the first `calls_counted` calls took, and which call to
    #: measure next
    nanoseconds: int64
    calls_counted: int64
    next_timed: int64


class Loop(Record):
    """What the loop works with, and where it is."""

    n_clocks: int64
    clocks: Pointer[Clock]
    n_entries: int64
    entries: Pointer[Entry]
    #: The position of the entry to run next
    position: int64
    #: Whether the present step has begun: its clocks are found and not advanced yet
    in_step: boolean
    #: The time of the present step in seconds
    time: float64
    #: How many steps were run
    n_steps: int64
    #: What the kernel returned that failed
    status: int64
    #: When to go back to Python, in nanoseconds of the performance counter
    deadline: int64
    #: Whether to go back at the end of the step
    stop: boolean
    #: What kernels set for the loop to go back at the end of the step
    alert: Pointer[int64]
    #: Whether to measure how long kernels take
    profile: boolean
    #: The threads that help, or null
    team: Pointer[Team]
    counter: PerformanceCounter
    #: How many steps to run before the next look at the performance counter
    steps_to_look: int64
    #: How many there are between two looks at present
    stride: int64
    #: What the counter showed at the last look
    last_look: int64


#: What `_run_entries` returns where there is no reason to stop
_GO_ON = -1

# Clocks are at the same time if they differ by less: in units of dt, and in seconds
# for two clocks without dt
_SAME_IN_DT = 1e-4
_SAME_IN_SECONDS = 1e-14

#: Looks at the counter that are less than this apart (in nanoseconds) become rarer, ...
_SHORT = 100_000
#: ... until there are so many steps between two
_LONGEST_STRIDE = 16
#: A kernel that takes so long (in nanoseconds) is measured at each call: the
#: measurement takes little beside it
_LONG = 4096


@operation
def run_steps(loop: Loop) -> int:
    """Run time steps until there is a reason to go back to Python.

    Parameters
    ----------
    loop : Loop
        The loop.

    Returns
    -------
    int
        The `Reason`.
    """
    reason = _run_steps(loop)
    if loop.team:
        # Python may give back what threads look at
        dismiss(loop.team[0])
    return reason


def _run_steps(loop: Loop) -> int:
    """Run time steps; return the `Reason` to go back to Python."""
    while True:
        if not loop.in_step:
            if not _begin_step(loop):
                return Reason.FINISHED
            loop.position = 0
            loop.in_step = True
        reason = _run_entries(loop)
        if reason != _GO_ON:
            return reason
        if not _advance(loop):
            return Reason.CLOCK_IS_EXHAUSTED
        loop.in_step = False
        loop.n_steps += 1
        if loop.stop or loop.alert[0] != 0 or _time_is_up(loop):
            return Reason.SLICE_IS_UP


def _begin_step(loop: Loop) -> bool:
    """Find the clocks that are due, the earliest ones; tell whether the run goes on."""
    first = loop.clocks[0]
    for k in range(1, loop.n_clocks):
        if loop.clocks[k].t[0] < first.t[0]:
            first = loop.clocks[k]
    if first.timestep[0] >= first.end:
        return False
    for k in range(loop.n_clocks):
        clock = loop.clocks[k]
        is_due = _same_time(clock, first)
        # Threads read it: it is written only if it has changed
        if clock.is_due != is_due:
            clock.is_due = is_due
    loop.time = first.t[0]
    return True


def _same_time(clock: Clock, first: Clock) -> bool:
    """Tell whether two clocks are at the same time; `first` is not later."""
    difference = abs(clock.t[0] - first.t[0])
    if not clock.dt and not first.dt:
        return difference < _SAME_IN_SECONDS
    if not clock.dt:
        dt = first.dt[0]
    elif not first.dt:
        dt = clock.dt[0]
    else:
        dt = min(clock.dt[0], first.dt[0])
    return difference / dt < _SAME_IN_DT


def _run_entries(loop: Loop) -> int:
    """Run what is left of a step; return a reason to stop, or that all is done."""
    while loop.position < loop.n_entries:
        entry = loop.entries[loop.position]
        reason = _run_plan(loop, entry.plan[0]) if entry.plan else _run_next(loop)
        if reason != _GO_ON:
            return reason
    return _GO_ON


def _run_plan(loop: Loop, plan: Plan) -> int:
    """Run the entries of a plan, with several threads if they are faster."""
    reason = _GO_ON
    if is_together(plan):
        if run_together(plan):
            loop.position = plan.end
        else:
            loop.position, loop.status = plan.failed, plan.status
            reason = Reason.KERNEL_FAILED
    else:
        while loop.position < plan.end and reason == _GO_ON:
            reason = _run_next(loop)
        plan.is_interrupted = 1 if reason == Reason.KERNEL_FAILED else 0
    end_turn(plan.race)
    return reason


def _run_next(loop: Loop) -> int:
    """Run the next entry; return a reason to stop, or that there is none."""
    entry = loop.entries[loop.position]
    if loop.clocks[entry.clock].is_due:
        if entry.is_done:
            entry.is_done = False
            entry.calls += 1
        elif entry.kernel == 0 and entry.fused_kernel == 0:
            # To be gone on behind it, without another word from Python
            loop.position += 1
            return Reason.PYTHON_IS_DUE
        else:
            status = _run_entry(loop, entry)
            if status != 0:
                loop.status = status
                return Reason.KERNEL_FAILED
    loop.position += 1
    return _GO_ON


def _run_entry(loop: Loop, entry: Entry) -> int:
    """Run the kernel of an entry, and measure how long it takes if that is asked for.

    To measure short kernels at each call would take longer than the kernels. Each
    measurement stands for all calls since the last one. What is measured is the entry's
    own kernel, which it has with a profile also where there is a fused one: the partner
    then is run, and measured, by itself.
    """
    entry.calls += 1
    if not loop.profile or entry.calls < entry.next_timed:
        if entry.fused_kernel == 0:
            return call(entry.kernel, (entry.table,))
        entry.partner[0].is_done = True
        return call(entry.fused_kernel, (entry.fused_table,))
    start = nanoseconds(loop.counter)
    status = call(entry.kernel, (entry.table,))
    spent = nanoseconds(loop.counter) - start
    entry.nanoseconds += spent * (entry.calls - entry.calls_counted)
    entry.calls_counted = entry.calls
    entry.next_timed = entry.calls + 1 + _LONG // (spent + 1)
    return status


def _advance(loop: Loop) -> bool:
    """Let the clocks that are due tick; false if one is at its end already.

    `_begin_step` lets the run go on if the earliest clock does. Another one that ticks
    with it may be at its end: Python then raises what Brian's clocks raise.
    """
    for k in range(loop.n_clocks):
        clock = loop.clocks[k]
        if clock.is_due:
            timestep = clock.timestep[0] + 1
            if timestep > clock.end:
                return False
            clock.timestep[0] = timestep
            if clock.dt:
                clock.t[0] = timestep * clock.dt[0]
            else:
                clock.t[0] = clock.times[timestep]
    return True


def _time_is_up(loop: Loop) -> bool:
    """Tell whether the deadline is over.

    Reading the counter takes as long as a small kernel: where steps are short, only
    every so many of them are followed by a look at it.
    """
    loop.steps_to_look -= 1
    if loop.steps_to_look > 0:
        return False
    now = nanoseconds(loop.counter)
    if now - loop.last_look < _SHORT:
        loop.stride = min(2 * loop.stride, _LONGEST_STRIDE)
    else:
        loop.stride = 1
    loop.steps_to_look, loop.last_look = loop.stride, now
    return now >= loop.deadline
