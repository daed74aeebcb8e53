"""Memory that runs out costs a try: the object is named, and all is as it was."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from brian2numba.compilation.recent import Recent
from brian2numba.containers import DynamicArray1D, dynamic_array
from brian2numba.errors import Status, memory_for

ROOT = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="the harness forks")
def test_every_failure_names_the_object_and_costs_a_try(tmp_path):
    # In a process whose allocator is another one from the start
    code = (
        "from reliability.allocation import Harness\n"
        "harness = Harness()\n"
        "assert harness.n_allocations > 200\n"
        "tried = range(10, harness.n_allocations, 60)\n"
        "print({harness.end(n, n + m) for n in tried for m in (0, 10**9)})"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.stdout.splitlines()[-1:] == ["{'right'}"], finished.stderr


def no_memory(*arguments):
    return Status.OUT_OF_MEMORY


class Failing:
    """An operation without memory."""

    call = staticmethod(no_memory)


def test_what_can_not_be_made_smaller_stays_as_large(monkeypatch):
    array = DynamicArray1D(1000)
    monkeypatch.setattr(dynamic_array, "set_capacity", Failing)
    array.truncate(10)
    assert len(array) == 10


def test_an_array_that_can_not_leave_its_views_keeps_its_size(monkeypatch):
    array = DynamicArray1D(1000)
    view = array.data
    monkeypatch.setattr(dynamic_array, "set_capacity", Failing)
    with pytest.raises(MemoryError):
        array.resize(10)
    assert len(array) == 1000
    np.testing.assert_array_equal(view, np.zeros(1000))


def test_a_memory_error_says_for_what_there_was_none():
    with (
        pytest.raises(MemoryError, match="not enough memory for the Synapses 'S'"),
        memory_for("the Synapses 'S'"),
    ):
        raise MemoryError("no memory for 3 bytes")


class Value:
    """Something that can be referred to weakly."""


def test_values_are_kept_while_in_use_and_some_time_longer():
    recent = Recent(2)
    used = Value()
    for key in range(5):
        recent.add(key, used if key == 0 else Value())
    assert recent.get(0) is used
    assert [recent.get(key) is None for key in range(1, 5)] == [True, True, True, False]
    assert recent.get(0) is used
    del used
    assert recent.get(0) is not None
    recent.add(5, Value())
    recent.add(6, Value())
    assert recent.get(0) is None
    assert len(recent) == 2
