"""What all tests share: preferences, names and files as in a new process."""

import gc
import itertools
import os
import signal

import brian2
import pytest
from brian2 import defaultclock, ms, prefs
from brian2.devices.device import reinit_devices

import brian2numba  # noqa: F401 (registers the target)
from brian2numba import reuse
from brian2numba.compilation import compiler, numba_kernel, stored_code, units
from brian2numba.containers import spike_queue
from brian2numba.containers.connectivity import Connectivity
from tools.without_compiler import find_compilers


@pytest.fixture(scope="session")
def cache_of_all_tests(tmp_path_factory):
    """Return the cache in which tests, in all processes, find what others compiled."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return folder / "cache"


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """Return the cache of a test for which nothing is to be compiled yet."""
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    compiler._compiled.clear()
    units._units.clear()
    reuse.forget()
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def numba_target(cache_of_all_tests, monkeypatch):
    """Run with the numba target; clean up afterwards."""
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", str(cache_of_all_tests))
    stored = dict(prefs.prefs)
    # Whoever runs a notebook loses those
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    prefs.codegen.target = "numba"
    prefs.codegen.string_expression_target = "numba"
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()
    brian2.seed(20260101)
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    reinit_devices()
    leave_caches_out_of_garbage()
    prefs.prefs.update(stored)
    prefs._backup()
    defaultclock.dt = 0.1 * ms


_n_tests = itertools.count(1)


def leave_caches_out_of_garbage():
    """Let garbage not be looked for in what sympy's and Brian's caches have by now."""
    if next(_n_tests) % 50 == 0:
        gc.freeze()


def pytest_addoption(parser):
    group = parser.getgroup("parts of the tests")
    group.addoption(
        "--selection",
        action="store_true",
        help="the first case of each test, but of those that are marked as long",
    )
    group.addoption("--others", action="store_true", help="all but the selection")


def selected(items):
    """Return the tests that are run most often, by their identifiers."""
    first = {item.nodeid.split("[")[0]: item for item in reversed(items)}
    return {i.nodeid for i in first.values() if not i.get_closest_marker("long")}


def pytest_collection_finish():
    # Brian collects garbage after each test: what was imported is not looked through
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config, items):
    if config.option.selection or config.option.others:
        names, others = selected(items), config.option.others
        left_out = [item for item in items if (item.nodeid in names) == others]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if (item.nodeid in names) != others]
    if find_compilers(os.environ["PATH"]):
        return
    reason = "it compares with Brian's Cython target, which needs a C++ compiler"
    for item in items:
        if item.get_closest_marker("compiler"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def kernel_count(empty_cache, monkeypatch):
    """Count the kernels that are compiled: ``kernel_count()`` is their number."""
    compiled = []

    def counted(function):
        return lambda *args, **options: (
            compiled.append(function) or function(*args, **options)
        )

    for module, name in ((stored_code, "object_code"), (numba_kernel, "compile_to_c")):
        monkeypatch.setattr(module, name, counted(getattr(module, name)))
    return lambda: len(compiled)


@pytest.fixture
def sorted_synapses(monkeypatch):
    """Count how often synapses are sorted."""
    counted = []

    class Counted(Connectivity):
        @classmethod
        def of(cls, *args):
            counted.append(1)
            return Connectivity.of(*args)

    monkeypatch.setattr(spike_queue, "Connectivity", Counted)
    return counted
