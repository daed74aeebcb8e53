"""What a run has to prepare: only what has changed since the last one."""

from brian2numba.preparing.names import CallersNames, note_external_names
from brian2numba.preparing.networks import (
    forgotten_after_errors,
    is_prepared,
    keep_reasons,
    keep_schedule,
    kept_schedule,
    objects_in_order,
    prepare,
    reasons_of_last_run,
    slots_of,
)
from brian2numba.preparing.objects import NEW, install
from brian2numba.preparing.strings import keep_code_of_strings

__all__ = [
    "NEW",
    "CallersNames",
    "forgotten_after_errors",
    "install",
    "is_prepared",
    "keep_code_of_strings",
    "keep_reasons",
    "keep_schedule",
    "kept_schedule",
    "note_external_names",
    "objects_in_order",
    "prepare",
    "reasons_of_last_run",
    "slots_of",
]
