"""
Models run right whatever happens to the store that their code is in.

Files are damaged, the folder goes or can't be written, many processes use it at once.
"""

import contextlib
import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from brian2 import ms, network_operation, prefs
from brian2.utils.logger import catch_logs

from brian2numba import reuse
from brian2numba.compilation import compiler
from brian2numba.store import KernelStore, current_store, kernel_store
from reliability.store.faulty_files import WRITING, Faults, failing
from reliability.store.files import entries, is_whole, store_warnings, unfinished
from reliability.store.processes import neurons_of, small_network
from tests.comparison import assert_same, simulate

#: What others have compiled makes a difference
pytestmark = pytest.mark.usefixtures("empty_cache")

posix = pytest.mark.skipif(
    os.name == "nt", reason="it needs processes, files and rights as in POSIX"
)


@pytest.fixture
def new_process(monkeypatch, tmp_path):
    """Let what follows find no kernel but the store's: ``new_process()``."""

    def forget():
        kernel_store.store_in.cache_clear()
        compiler._compiled.clear()
        reuse.forget()

    with monkeypatch.context() as context:
        # A process never forgets the operations: these have to be in another store
        context.setenv("BRIAN2NUMBA_CACHE_DIR", str(tmp_path / "operations"))
        forget()
        simulate(small_network, "numba")
    forget()
    yield forget
    kernel_store.store_in.cache_clear()


@pytest.fixture
def cache(tmp_path):
    """Return the folder that this test's models have their code in."""
    return tmp_path / "cache"


# Damage

DAMAGE = {
    "one bit": lambda entry: entry[:-9] + bytes([entry[-9] ^ 4]) + entry[-8:],
    "one half": lambda entry: entry[: len(entry) // 2],
    "nothing": lambda entry: b"",
    "zeros": lambda entry: bytes(len(entry)),
    "the end": lambda entry: entry[:-512] + bytes(512),
    "twice": lambda entry: entry + entry,
    "an error": lambda entry: b"<html>404 Not Found</html>",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_model_runs_with_damaged_code_and_replaces_it(
    kind, cache, new_process, kernel_count
):
    new_process()
    expected = simulate(small_network, "numba")
    stored = {path: path.read_bytes() for path in entries(cache)}
    n_kernels = kernel_count()
    assert len(stored) >= n_kernels > 5
    for path, entry in stored.items():
        path.write_bytes(DAMAGE[kind](entry))
    new_process()
    assert_same(simulate(small_network, "numba"), expected, rtol=0)
    assert current_store().statistics.n_loaded == 0
    assert kernel_count() == 2 * n_kernels
    assert {path: path.read_bytes() for path in entries(cache)} == stored
    new_process()
    assert_same(simulate(small_network, "numba"), expected, rtol=0)
    assert kernel_count() == 2 * n_kernels


def test_entries_under_each_others_names_are_not_used(cache, new_process):
    new_process()
    expected = simulate(small_network, "numba")
    stored = {path: path.read_bytes() for path in entries(cache)}
    for path, other in itertools.pairwise([*stored, *stored]):
        path.write_bytes(stored[other])
    new_process()
    assert_same(simulate(small_network, "numba"), expected, rtol=0)
    statistics = current_store().statistics
    assert (statistics.n_loaded, statistics.n_published) == (0, len(stored))
    assert {path: path.read_bytes() for path in entries(cache)} == stored


# The folder of a model's code


def removing_network(disturb):
    """Return a network in whose run something happens before code is compiled."""
    network = small_network()
    group = neurons_of(network)

    @network_operation(dt=1 * ms)
    def operation(t):
        if np.isclose(np.asarray(t), 2e-3):
            disturb()
            group.v = "v + 0.001*i**2"

    network.add(operation)
    return network


def test_the_folder_can_go_in_the_middle_of_a_run(cache, new_process, kernel_count):
    new_process()
    expected = simulate(lambda: removing_network(lambda: None), "numba")
    n_kernels = kernel_count()
    shutil.rmtree(cache)
    new_process()
    counts = []

    def remove():
        assert len(entries(cache)) > 5
        shutil.rmtree(cache)
        counts.append(kernel_count())

    with catch_logs() as logs:
        found = simulate(lambda: removing_network(remove), "numba")
    assert_same(found, expected, rtol=0)
    assert kernel_count() == 2 * n_kernels > counts[0]
    assert len(store_warnings(logs)) == 1
    new_process()
    found = simulate(lambda: removing_network(lambda: None), "numba")
    assert_same(found, expected, rtol=0)
    assert kernel_count() == 3 * n_kernels
    assert all(map(is_whole, entries(cache)))
    assert len(entries(cache)) >= n_kernels


def test_the_folder_can_go_between_two_runs(cache, new_process, kernel_count):
    def network_run_before(disturb):
        network = small_network()
        network.run(2 * ms, namespace={})
        disturb()
        group = neurons_of(network)
        network.add(group.run_regularly("v += 0.001*i**2"))
        return network

    new_process()
    expected = simulate(lambda: network_run_before(lambda: None), "numba")
    n_kernels = kernel_count()
    new_process()
    with catch_logs() as logs:
        found = simulate(
            lambda: network_run_before(lambda: shutil.rmtree(cache)), "numba"
        )
    assert_same(found, expected, rtol=0)
    # What was removed is compiled again, and can't be stored
    assert kernel_count() > n_kernels
    assert len(store_warnings(logs)) == 1
    assert not cache.exists()


def run_in_a_folder_that_cant_be_written(expected):
    """Check that a model runs, with one warning; return what the store did."""
    with catch_logs() as logs:
        assert_same(simulate(small_network, "numba"), expected, rtol=0)
    assert len(store_warnings(logs)) == 1
    statistics = current_store().statistics
    assert statistics.n_missed > 1
    assert statistics.n_published == 0
    return statistics


@pytest.mark.parametrize("state", ["missing", "empty", "in part"])
def test_a_read_only_file_system_is_one_warning(state, cache, new_process):
    new_process()
    expected = simulate(small_network, "numba")
    stored = entries(cache)
    for path in stored[::2] if state == "in part" else stored:
        path.unlink()
    if state == "missing":
        shutil.rmtree(cache)
    new_process()
    with Faults(cache, failing(errno.EROFS), lambda n, name: name in WRITING) as faults:
        statistics = run_in_a_folder_that_cant_be_written(expected)
    assert faults.n_struck >= 1
    assert statistics.n_loaded == (len(stored) // 2 if state == "in part" else 0)
    assert len(entries(cache)) == statistics.n_loaded


@posix
def test_a_folder_without_the_right_to_write_is_one_warning(cache, new_process):
    new_process()
    expected = simulate(small_network, "numba")
    stored = entries(cache)
    for path in stored[::2]:
        path.unlink()
    folders = [cache, *(path for path in cache.iterdir() if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    new_process()
    try:
        if os.access(cache, os.W_OK):
            pytest.skip("root may write here; the test before this one simulates it")
        statistics = run_in_a_folder_that_cant_be_written(expected)
    finally:
        for folder in folders:
            folder.chmod(0o700)
    assert statistics.n_loaded == len(stored) // 2
    assert statistics.n_refused == statistics.n_missed


@posix
def test_nothing_is_locked(cache, new_process, monkeypatch):
    import fcntl  # noqa: PLC0415 (there is none on Windows)

    calls = []

    def no_locks(*args):
        calls.append(args)
        failing(errno.ENOLCK)(None)

    for name in ("flock", "lockf", "fcntl"):
        monkeypatch.setattr(fcntl, name, no_locks)
    monkeypatch.setattr(os, "lockf", no_locks)
    results = []
    for n_others in (0, 2, 0):
        new_process()
        prefs.codegen.max_cache_dir_size = 1
        for k in range(n_others):
            KernelStore(cache).put(bytes([k]), bytes(600_000))
        results.append(simulate(small_network, "numba"))
        assert_same(results[-1], results[0], rtol=0)
    statistics = current_store().statistics
    assert statistics.n_loaded > 5
    assert statistics.n_missed == statistics.n_refused == 0
    assert sum(path.stat().st_size for path in entries(cache)) < 1e6
    assert not calls


# Many processes


def started(folder):
    """Start a process with a store in a folder; it waits for a line before it runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "reliability.store.processes", "run"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def results_of(processes):
    """Let processes run their model at the same time; return what they print."""
    ready = [process.stdout.readline() for process in processes]
    for process in processes:
        # One that failed is gone, and its output is shown below
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write("go\n")
            process.stdin.flush()
    outputs, logs = zip(*(process.communicate() for process in processes), strict=True)
    assert ready == ["ready\n"] * len(ready), logs
    assert [process.returncode for process in processes] == [0] * len(ready), logs
    assert not any("WARNING" in log or "ERROR" in log for log in logs), logs
    return [json.loads(output) for output in outputs]


@pytest.mark.long
def test_a_process_replaces_all_that_is_damaged(tmp_path):
    processes = [started(tmp_path), started(tmp_path)]
    (first,) = results_of(processes[:1])
    stored = {path: path.read_bytes() for path in entries(tmp_path)}
    # Also the code of operations, and what is known of the equations
    for damage, (path, entry) in zip(
        itertools.cycle(DAMAGE.values()), stored.items(), strict=False
    ):
        path.write_bytes(damage(entry))
        assert not is_whole(path)
    (second,) = results_of(processes[1:])
    assert (second["n_spikes"], second["v"]) == (first["n_spikes"], first["v"])
    assert second["statistics"] == first["statistics"]
    assert second["statistics"]["n_published"] == len(stored) > len(DAMAGE)
    assert {path: path.read_bytes() for path in entries(tmp_path)} == stored


@pytest.mark.long
@posix
def test_many_processes_fill_one_store_at_once(tmp_path):
    """
    Run as many processes as the environment variable BRIAN2NUMBA_TEST_PROCESSES says.

    By default these are 8. All of them begin with an empty store, at the same time, so
    that they compile and publish the same code.
    """
    number = int(os.environ.get("BRIAN2NUMBA_TEST_PROCESSES", "8"))
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    processes = [started(shared) for _ in range(number)]
    later = [started(alone), started(shared)]
    together = results_of(processes)
    first, last = results_of(later)
    assert len(together) == number
    n_entries = first["statistics"]["n_published"]
    assert first["n_spikes"] > 10 < n_entries
    for results in [*together, last]:
        assert (results["n_spikes"], results["v"]) == (first["n_spikes"], first["v"])
        statistics = results["statistics"]
        assert statistics["n_loaded"] + statistics["n_missed"] == n_entries
        # What another process published meanwhile is not published again
        assert statistics["n_published"] <= statistics["n_missed"]
        assert statistics["n_refused"] == 0
    assert last["statistics"]["n_loaded"] == n_entries
    stored, expected = (
        {path.name: path.read_bytes() for path in entries(folder)}
        for folder in (shared, alone)
    )
    assert len(expected) == n_entries
    assert stored == expected
    assert all(map(is_whole, entries(shared)))
    assert not unfinished(shared)
