"""Running a network inside compiled code."""

from typing import Any

from brian2numba.simulation.crew import use_one_thread_after_forks
from brian2numba.simulation.garbage import leave_out_libraries
from brian2numba.simulation.interruption import forget_on_restore
from brian2numba.simulation.magic import find_objects_at_once
from brian2numba.simulation.preparation import Preparation, without_time_steps
from brian2numba.simulation.run import attach_run
from brian2numba.simulation.running import (
    guard_against_other_threads,
    is_in_use_elsewhere,
    survive_forks,
)
from brian2numba.simulation.states import attach_states

__all__ = [
    "Preparation",
    "attach_native_loop",
    "is_in_use_elsewhere",
    "leave_out_libraries",
    "without_time_steps",
]


def attach_native_loop(device: Any) -> None:
    """Let networks of a device run in compiled code.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device; networks without anything for the numba target run as before.
    """
    attach_run(device)
    forget_on_restore(device)
    guard_against_other_threads(device)
    attach_states(device)
    find_objects_at_once()
    survive_forks()
    use_one_thread_after_forks()
