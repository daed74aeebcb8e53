"""The part of the run loop that stays in Python."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from brian2.core.base import BrianObjectException
from brian2.core.network import Network, TextReport
from brian2.devices.device import get_device
from brian2.units import second

from brian2numba.containers import alert
from brian2numba.simulation.loop import Reason
from brian2numba.simulation.schedule import Schedule

__all__ = ["Driver", "Progress", "ctrl_c_asks_to_stop"]

#: How long compiled code runs at a time, in seconds
SLICE = 0.02


class Progress:
    """How far a run is, and who is told of it.

    Parameters
    ----------
    duration : `Quantity`
        The duration of the run.
    report : str, callable or None
        How to report, see ``Network.run``.
    period : float
        The time between reports, in seconds.
    """

    def __init__(self, duration: Any, report: Any, period: float) -> None:
        self._duration = duration
        #: In seconds
        self.duration = float(duration)
        self.start, self.end = 0.0, self.duration
        self._report = _report_function(report)
        self._period = period
        self._begun = self._ended = self._next = 0.0

    def begin(self) -> None:
        """Note that the first step is about to begin."""
        self._begun = time.time()
        self._next = self._begun + self._period
        if self._report is not None:
            self._report(0 * second, 0.0, self.start * second, self._duration)

    def report(self, t: float) -> None:
        """Report if the time has come."""
        now = time.time()
        if self._report is not None and now > self._next:
            elapsed = (now - self._begun) * second
            done = (t - self.start) / (self.end - self.start)
            self._report(elapsed, done, self.start * second, self._duration)
            self._next = now + self._period

    def finish(self, t: float) -> None:
        """Report that the run is over."""
        if self._report is not None:
            elapsed = self.elapsed() * second
            fraction, start = self.fraction(t), self.start * second
            self._report(elapsed, fraction, start, self._duration)

    def elapsed(self) -> float:
        """Return the time in seconds that the time steps took."""
        self._ended = self._ended or time.time()
        return self._ended - self._begun

    def fraction(self, t: float) -> float:
        """Return which part of the duration is done."""
        return (t - self.start) / self.duration if self.duration > 0 else 1.0

    def is_over(self) -> bool:
        """Tell whether the run has taken as long as it may."""
        limit = get_device()._maximum_run_time
        return limit is not None and time.time() - self._begun > float(limit)

    def time_left(self) -> float:
        """Return how long compiled code may run before Python has something to do."""
        now, until = time.time(), [SLICE]
        if self._report is not None:
            until.append(self._next - now)
        if get_device()._maximum_run_time is not None:
            until.append(self._begun + float(get_device()._maximum_run_time) - now)
        return max(min(until), 0.0)


def _report_function(report: Any) -> Callable[..., None] | None:
    """Return what is called to report, see ``Network.run``."""
    if report is None or (callable(report) and not isinstance(report, str)):
        return report
    if not isinstance(report, str):
        raise TypeError(
            "Do not know how to handle report argument, it has to be one of 'text', "
            "'stdout', 'stderr', or a callable function/object, but it is of type "
            f"{type(report)}"
        )
    if report not in ("text", "stdout", "stderr"):
        raise ValueError(f'Do not know how to handle report argument "{report}".')
    return TextReport(sys.stderr if report == "stderr" else sys.stdout)


@contextmanager
def ctrl_c_asks_to_stop() -> Iterator[None]:
    """Let Ctrl+C stop a run, instead of raising anywhere in it.

    Brian's handler of the signal does so as long as it knows of a run. What finishes
    the run is part of it: it is never left out.
    """
    Network._globally_running = True
    try:
        yield
    finally:
        Network._globally_running = False


class Driver:
    """Runs the steps of a network: compiled code in slices, Python where it is due.

    Parameters
    ----------
    network : `Network`
        The network.
    schedule : Schedule
        Its schedule.
    progress : Progress
        Who is told how far the run is.
    """

    def __init__(
        self, network: Network, schedule: Schedule, progress: Progress
    ) -> None:
        self.network = network
        self.schedule = schedule
        self.progress = progress

    def run(self) -> None:
        """Run until the end, or until somebody stops the run."""
        schedule, progress = self.schedule, self.progress
        while self._in_step() or not self._is_stopped():
            if not self._in_step():
                for recording in schedule.recordings:
                    recording.check()
                self.network.t_ = schedule.time()
                # What is over is reported once, when it is finished
                if not schedule.is_over():
                    progress.report(self.network.t_)
            schedule.limit_time(progress.time_left())
            reason = self._run_slice()
            if reason == Reason.FINISHED:
                return
            if reason == Reason.KERNEL_FAILED:
                raise self._exception()
            if reason == Reason.CLOCK_IS_EXHAUSTED:
                raise StopIteration("A clock has reached the end of its times.")
            if progress.is_over():
                self.network._stopped = True

    def _run_slice(self) -> int:
        """Run compiled code, and what Python has to run, until the slice is up.

        Where an operation is due at each step, this takes most of the time: each line
        counts, and each call.
        """
        network, schedule = self.network, self.schedule
        run, loop, followed = schedule.run, schedule.loop, schedule.followed
        renewals = schedule.renewals
        # A member of an enum takes longer to look up
        python_is_due = Reason.PYTHON_IS_DUE.value
        alert.withdraw()
        if followed:
            schedule.renew()
        for renew in renewals:
            renew()
        reason = run()
        while reason == python_is_due:
            try:
                network.t_ = loop.time
                schedule.calls[loop.position - 1]()
                if followed:
                    schedule.renew()
            except BaseException:
                # The next run goes on with what was interrupted
                loop.position -= 1
                raise
            for renew in renewals:
                renew()
            if network._stopped or Network._globally_stopped:
                # The rest of the step, and no more
                loop.stop = True
            reason = run()
        return reason

    def _in_step(self) -> bool:
        """Tell whether a step has begun: it is always ended."""
        return self.schedule.loop.in_step

    def _is_stopped(self) -> bool:
        return bool(self.network._stopped or Network._globally_stopped)

    def _exception(self) -> Exception:
        """Return what says that the kernel of the present entry failed."""
        entry = self.schedule.entries[self.schedule.loop.position]
        kernel = entry.code_object.kernel
        cause = kernel.exception(self.schedule.loop.status)
        t = self.schedule.time()
        error = BrianObjectException(
            f"An exception occurred at t = {t} s, in the 'run' block of code object "
            f"'{entry.code_object.name}'.\n",
            entry.owner,
        )
        error.__cause__ = cause
        return error
