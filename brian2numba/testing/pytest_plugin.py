"""
A pytest plug-in with which Brian's own tests run under the numba target.

Processes that pytest-xdist starts import it as well, so that they know the target.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from brian2.core.preferences import prefs

import brian2numba  # noqa: F401 (registers the target)
from brian2numba.reuse.comparison import Comparison
from brian2numba.testing import prepared_twice
from brian2numba.testing.brian_suite import GUARD_PAGES, PREPARE_TWICE
from brian2numba.testing.eager_threads import share_eagerly
from brian2numba.testing.guard_pages import guard_arrays

#: Brian's fixture replaces randn by a function with Cython and C++ code only
_HALF = """
def randn(vectorisation_idx):
    return 0.5
"""


_N_TESTS_BETWEEN = 25
_n_tests = itertools.count(1)

#: Has a ``sitecustomize`` that makes the target known
_FOR_CHILDREN = str(Path(__file__).parent / "child_processes")


def pytest_configure() -> None:
    """Let the Python processes that some tests start know the target as well."""
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if _FOR_CHILDREN not in paths:
        paths = [_FOR_CHILDREN, *filter(None, paths)]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Give the function of Brian's fixture a numba implementation."""
    if side := os.environ.get(GUARD_PAGES):
        guard_arrays(side)
    if os.environ.get(PREPARE_TWICE):
        prepared_twice.install()
        Comparison.is_on = True
    # Brian's tests have few neurons; with one thread, nothing is shared
    share_eagerly()
    import brian2.conftest  # noqa: PLC0415 (only inside Brian's own suite)

    brian2.conftest.fake_randn.implementations.add_implementation("numba", _HALF)
    reasons = {} if _is_compiler_there() else _ABOUT_COMPILERS
    if not prefs["codegen.runtime.numba.jit"]:
        reasons = {**reasons, **_TOO_LONG_IN_PYTHON}
    for item in items:
        if item.name in reasons:
            item.add_marker(pytest.mark.skip(reason=reasons[item.name]))


def pytest_collection_finish() -> None:
    """Leave what was imported out of the collections of garbage after each test."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """Leave out what caches have by now, too, every so many tests."""
    if next(_n_tests) % _N_TESTS_BETWEEN == 0:
        gc.freeze()


#: Tests of Brian's C++ targets that fail where there is no compiler, whatever target
#: is tested
_ABOUT_COMPILERS = {
    "test_cpp_flags_support": "it asks the C++ compiler which flags it knows, and "
    "there is no compiler",
}

#: Tests that are not for Python as what runs the kernels
_TOO_LONG_IN_PYTHON = {
    "test_rallpack3": "its 250 000 time steps of a cable would take more than five "
    "hours; those of Rall's two other cables are run"
}


def _is_compiler_there() -> bool:
    """Tell whether there is the C compiler that Python would call."""
    command = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cl"
    return shutil.which(command.split()[0]) is not None
