"""
Making the numba target known to Brian: the only code that touches Brian's registries.

Nothing changes for Brian's other targets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brian2
from brian2.codegen.targets import codegen_targets
from brian2.core.functions import FunctionImplementationContainer
from brian2.devices.device import all_devices
from brian2.input.binomial import BinomialFunction
from brian2.input.timedarray import TimedArray
from brian2.utils.logger import get_logger

from brian2numba import preparing
from brian2numba.adaptive import offer_adaptive_methods
from brian2numba.assignments import attach_assignments
from brian2numba.compatibility import check_brian
from brian2numba.compilation.cache_directory import (
    CACHE_EXTENSIONS,
    get_numba_cache_dir,
)
from brian2numba.compilation.known_processors import can_compile_for
from brian2numba.compilation.locks import hold_locks_while_forking
from brian2numba.device.arrays import attach_containers
from brian2numba.device.random_counters import attach_random_counters
from brian2numba.generation import library, random_functions, timed_arrays
from brian2numba.guards import install_guards
from brian2numba.left_to_python import attach_stand_ins
from brian2numba.noise_order import with_ordered_noise
from brian2numba.preference_sources import read_preferences
from brian2numba.preferences import numba_is_target, register_preferences
from brian2numba.reuse import attach_known_sources, keep_identifiers
from brian2numba.simulation import attach_native_loop, leave_out_libraries
from brian2numba.single_values import attach_single_values
from brian2numba.state_updates import store_state_updates
from brian2numba.target import NumbaCodeObject
from brian2numba.user_functions import PlainFunction
from brian2numba.user_functions.of_cython import of_cython

__all__ = ["register"]

logger = get_logger("brian2.codegen.runtime.numba")


def register() -> None:
    """Add the numba target to Brian; calling it again does nothing."""
    if NumbaCodeObject in codegen_targets:
        return
    if hint := check_brian(brian2.__version__):
        logger.info(hint)
    register_preferences(can_compile_for)
    # Before anything else: an import that fails here can be repeated
    read_preferences()
    codegen_targets.add(NumbaCodeObject)
    library.add_implementations()
    TimedArray.implementations["numba"] = timed_arrays.IMPLEMENTATIONS
    BinomialFunction.implementations["numba"] = random_functions.binomial
    attach_containers(all_devices["runtime"])
    attach_random_counters(all_devices["runtime"])
    attach_native_loop(all_devices["runtime"])
    attach_known_sources(all_devices["runtime"])
    attach_stand_ins(all_devices["runtime"])
    _jit_functions_without_implementation()
    store_state_updates(numba_is_target)
    keep_identifiers()
    with_ordered_noise(numba_is_target)
    offer_adaptive_methods(numba_is_target)
    hold_locks_while_forking()
    install_guards(all_devices["runtime"])
    brian2._cache_dirs_and_extensions["numba"] = _CacheEntry()
    preparing.note_external_names()
    preparing.install()
    preparing.keep_code_of_strings()
    attach_assignments(all_devices["runtime"])
    attach_single_values(all_devices["runtime"])
    leave_out_libraries()


class _CacheEntry:
    """What Brian knows of the cache: its directory and the kinds of files in it.

    Brian unpacks a pair; here the directory is looked up when it is asked for, because
    the preference that names it may change.
    """

    def __iter__(self) -> Iterator[Any]:
        directory = Path(get_numba_cache_dir())
        # Where there can't be a directory, there is nothing to clear
        with contextlib.suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
        yield str(directory)
        yield CACHE_EXTENSIONS


def _jit_functions_without_implementation() -> None:
    """Let the numba target use what is given for others where nothing is for it.

    That is the text for Cython, if kernels can have it, or else the Python function
    itself. Brian asks a function's container for the implementation for a target, and
    knows such a fallback for its numpy target only.
    """
    find = FunctionImplementationContainer.__getitem__

    def find_or_jit(container: FunctionImplementationContainer, key: Any) -> Any:
        try:
            return find(container, key)
        except KeyError:
            function = container._function
            numba_is_asked = isinstance(key, type) and issubclass(key, NumbaCodeObject)
            if not numba_is_asked or not callable(function.pyfunc):
                raise
        given = of_cython(function)
        if given is None:
            code = PlainFunction(function.pyfunc)
            container.add_implementation("numba", code=code)
        else:
            container.add_implementation(
                "numba",
                given.code,
                given.namespace,
                given.dependencies,
                name=given.name,
            )
        return find(container, key)

    FunctionImplementationContainer.__getitem__ = find_or_jit
