"""
``Network.run`` with the numba target: compiled code runs the time steps.

Everything that a run means in Brian stays: what is prepared before and finished after,
several clocks, reports, ``stop()``, the limit on its time. Python is called where
something in the schedule needs it, and once a time slice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from brian2.core.clocks import Clock, EventClock
from brian2.core.network import Network
from brian2.core.preferences import prefs
from brian2.devices.device import get_device
from brian2.groups.group import Group
from brian2.units import Quantity, check_units, second
from brian2.utils.logger import get_logger

from brian2numba.compilation.work import WORK, Work
from brian2numba.hooks import overridden, own_function
from brian2numba.preferences import name_of_target, obstacle_to_compiled_loop
from brian2numba.preparing import (
    CallersNames,
    forgotten_after_errors,
    is_prepared,
    keep_reasons,
    keep_schedule,
    kept_schedule,
    objects_in_order,
    prepare,
)
from brian2numba.recordings.recording import ended, recordings_of
from brian2numba.simulation import interruption
from brian2numba.simulation.causes import causes_repeated
from brian2numba.simulation.clocks import set_intervals
from brian2numba.simulation.driver import Driver, Progress, ctrl_c_asks_to_stop
from brian2numba.simulation.garbage import after_run, collect_unused_objects
from brian2numba.simulation.preparation import Preparation
from brian2numba.simulation.profiles import keep_profile
from brian2numba.simulation.reports import reporting
from brian2numba.simulation.running import the_only_run
from brian2numba.simulation.schedule import Schedule

__all__ = ["attach_run", "network_run", "obstacle_to_compiled_run"]

logger = get_logger("brian2.codegen.runtime.numba")

#: How far above `network_run` the caller's variables are, and how much farther for
#: what it calls instead
_FRAMES, _FRAMES_OF_ORIGINAL = 2, 1
#: How the clocks that compiled code advances do it
_ADVANCE = tuple(own_function(clock, "advance") for clock in (Clock, EventClock))
#: How groups look for values that are none
_CHECK = own_function(Group, "_check_for_invalid_states")
#: How long, in seconds, users wait without asking what for
_NOTICEABLE = 2.0


class _Original:
    """What ``Network.run`` did before."""

    run: Callable[..., None]


def attach_run(device: Any) -> None:
    """Let a device run networks with `network_run`.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device, which networks ask for an override of ``run``. Where Brian's own
        function can't be found, since it was replaced, Brian's loop stays.
    """
    original = overridden(device, "network_run", Network, "run")
    if original is None:
        logger.warn(
            "The method 'run' of Brian's Network was replaced before brian2numba was "
            "imported, and the one of Brian's can't be found: Brian's own loop runs "
            "the time steps. Import brian2numba first.",
            name_suffix="no_original_run",
        )
        return
    _Original.run = staticmethod(original)
    device.network_run = network_run


@check_units(duration=second, report_period=second)
def _refuse_no_times(duration: Any, report_period: Any) -> None:
    """Refuse what are no times, as Brian does."""


def network_run(  # noqa: PLR0913, PLR0917 (the arguments of Network.run)
    network: Network,
    duration: Any,
    report: Any = None,
    report_period: Any = 10 * second,
    namespace: Any = None,
    profile: bool | None = None,
    level: int = 0,
) -> None:
    """Run a network; takes the place of ``Network.run``, which describes it.

    Raises
    ------
    ValueError
        If the duration is negative.
    RuntimeError
        If a network is running in another thread.
    """
    if not (_is_time(duration) and _is_time(report_period)):
        _refuse_no_times(duration, report_period)
    with causes_repeated(), reporting(network, report, float(report_period)) as period:
        objects = objects_in_order(network)
        if _obstacle(network, objects) is not None:
            keep_reasons(network, None)
            # What is no duration is for Brian to refuse
            end = network.t + duration if Preparation.is_all else None
            recordings = recordings_of(objects)
            with _running_until_it_ends(), ended(recordings):
                for recording in recordings:
                    recording.begin()
                _Original.run(
                    network,
                    0 * second if Preparation.is_all else duration,
                    report,
                    period * second,
                    namespace,
                    profile,
                    level + _FRAMES_OF_ORIGINAL,
                )
            _report_work()
            if end is not None:
                _skip(network, float(end))
            return
        if float(duration) < 0:
            raise ValueError(
                f"Function 'run' expected a non-negative duration but got '{duration}'"
            )
        if namespace is None:
            namespace = CallersNames(sys._getframe(level + _FRAMES))
        if profile is None:
            profile = get_device().build_options.get("profile", False)
        profile = bool(profile)
        progress = Progress(duration, report, period)
        with the_only_run(network):
            _run(network, objects, namespace, profile, progress)


def _is_time(value: Any) -> bool:
    return type(value) is Quantity and value.dim is second.dim


@contextmanager
def _running_until_it_ends() -> Iterator[None]:
    """Let no network be said to run after an exception, as Brian 2.10 does."""
    before = Network._globally_running
    try:
        yield
    except BaseException:
        Network._globally_running = before
        raise


def obstacle_to_compiled_run(network: Network) -> str | None:
    """Return why Brian's own loop runs a network; ``None`` if compiled code does."""
    return _obstacle(network, objects_in_order(network))


def _obstacle(network: Network, objects: list[Any]) -> str | None:
    obstacle = obstacle_to_compiled_loop()
    if obstacle is not None:
        return obstacle
    default = prefs["codegen.target"]
    targets = {getattr(o, "codeobj_class", None) or default for o in network.objects}
    if not any(name_of_target(t) == "numba" for t in targets | {default}):
        return "nothing is for the target numba"
    for clock in {obj.clock for obj in objects}:
        if type(clock).advance not in _ADVANCE:
            return f"the clock '{clock.name}' has an advance() of its own"
    return None


def _run(
    network: Network, objects: list[Any], names: Any, profile: bool, progress: Progress
) -> None:
    """Prepare a run, run it, and finish it."""
    collect_unused_objects(objects)
    network._clocks = {obj.clock for obj in objects}
    progress.start = float(network.t)
    progress.end = progress.start + progress.duration
    set_intervals(network._clocks, progress.start, progress.end)
    is_ready = is_prepared(network, objects, names)
    reasons = {} if is_ready else prepare(network, objects, names)
    keep_reasons(network, reasons)
    if not objects:
        return
    with forgotten_after_errors(network, objects):
        schedule = _schedule_of(network, objects, profile)
        _report_work()
        _run_steps(network, objects, schedule, progress)
    keep_profile(network, schedule if profile else None)


def _run_steps(
    network: Network, objects: list[Any], schedule: Schedule, progress: Progress
) -> None:
    """Run what was prepared, and finish it."""
    schedule.begin()
    interruption.resume(network, schedule)
    progress.begin()
    driver = Driver(network, schedule, progress)
    with ctrl_c_asks_to_stop():
        try:
            if Preparation.is_all:
                _skip(network, progress.end)
            else:
                with ended(schedule.recordings):
                    driver.run()
        except BaseException:
            interruption.remember(network, schedule)
            raise
        finally:
            schedule.end()
            schedule.mark_written()
            network.t_ = schedule.time()
        _finish(network, objects, progress)


def _schedule_of(network: Network, objects: list[Any], profile: bool) -> Schedule:
    """Return the schedule of the last run, or another one if that does not fit."""
    active = [obj for obj in objects if obj.active]
    kept = kept_schedule(network)
    if kept is not None and kept.fits(active, network._clocks, profile):
        return kept
    schedule = Schedule(active, network._clocks, profile)
    keep_schedule(network, schedule)
    return schedule


def _skip(network: Network, end: Any) -> None:
    """Leave a network that was prepared as if its time steps were done."""
    Preparation.n_runs += 1
    network.t_ = end
    set_intervals(network._clocks, end, end)


class _Reported:
    """What the log has said of the work of compiling."""

    work = Work()


def _report_work() -> None:
    """Say what was compiled since the last run; loudly if the user had to wait."""
    if _Reported.work == WORK:
        return
    done = WORK - _Reported.work
    _Reported.work = WORK.copy()
    if done.n_kernels:
        waited = done.compiling_time > _NOTICEABLE
        (logger.info if waited else logger.debug)(f"numba target: {done}", "work")


def _may_be_invalid(group: Group) -> bool:
    """Tell whether a group has states to check; some take long to say that not."""
    is_brians = type(group)._check_for_invalid_states is _CHECK
    return not is_brians or "equations" in vars(group)


def _finish(network: Network, objects: list[Any], progress: Progress) -> None:
    """Do what Brian does when the last step is done."""
    device = get_device()
    stopped = network._stopped or Network._globally_stopped
    if not stopped:
        network.t_ = progress.end
    device._last_run_time = progress.elapsed()
    device._last_run_completed_fraction = progress.fraction(network.t_)
    for obj in objects:
        if isinstance(obj, Group) and _may_be_invalid(obj):
            obj._check_for_invalid_states()
    progress.finish(network.t_)
    after_run(network)
