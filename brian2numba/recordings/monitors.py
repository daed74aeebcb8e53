"""What the functions of this folder take: monitors that record rows."""

from __future__ import annotations

from typing import Any, NoReturn

from brian2.devices.device import RuntimeDevice
from brian2.monitors.ratemonitor import PopulationRateMonitor
from brian2.monitors.spikemonitor import EventMonitor
from brian2.monitors.statemonitor import StateMonitor

from brian2numba.recordings.recording import recorded_variables

__all__ = ["MONITORS", "checked_monitor"]

MONITORS = (StateMonitor, EventMonitor, PopulationRateMonitor)


def checked_monitor(
    monitor: Any, function: str, counts_are_enough: bool = False
) -> None:
    """Refuse what is no monitor, or one that records no rows in this process.

    Parameters
    ----------
    monitor : object
        What a user gave.
    function : str
        What it was given to, for error messages.
    counts_are_enough : bool, optional
        Whether to take a monitor that only counts events.
    """
    if not isinstance(monitor, MONITORS):
        raise TypeError(
            f"{function} needs a StateMonitor, a SpikeMonitor, an EventMonitor or a "
            f"PopulationRateMonitor, but {monitor!r} is none."
        )
    if not isinstance(monitor.variables["N"].device, RuntimeDevice):
        _refuse_another_process(monitor, function)
    if not (counts_are_enough or recorded_variables(monitor)):
        raise ValueError(
            f"The monitor '{monitor.name}' only counts events (record=False): there is "
            f"nothing of which {function} could tell what is new or old. Record them "
            "with record=True."
        )


def _refuse_another_process(monitor: Any, function: str) -> NoReturn:
    """Refuse a monitor whose network is code that another process runs."""
    raise RuntimeError(
        f"The monitor '{monitor.name}' does not record in this process: {function} is "
        "for Brian's runtime mode, set_device('runtime')."
    )
