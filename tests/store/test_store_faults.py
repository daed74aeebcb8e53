"""
The store of machine code survives faults of the file system, with real code in it.

Each test ends in a spike queue that machine code, from the store or not, advanced.
"""

import errno
import itertools
import os
import time

import pytest
from brian2 import prefs

from brian2numba.store.entry import file_name, packed
from brian2numba.store.folder import Folder
from reliability.children import RIGHT
from reliability.store import sweeps
from reliability.store.faulty_files import ERRNOS, Faults, failing
from reliability.store.files import entries, key_of
from reliability.store.interleavings import PAIRS, orders, two_processes
from reliability.store.processes import DUE, due_after_a_step

#: All errors at all events take long: `python -m reliability.store` tries them
STEP = 9

posix = pytest.mark.skipif(
    os.name == "nt", reason="it needs processes, files and rights as in POSIX"
)


@pytest.fixture(scope="module")
def real_entry(tmp_path_factory):
    """Machine code of an operation of spike queues, as the store has it."""
    return sweeps.real_entry(tmp_path_factory.mktemp("real"))


# Damage


def test_no_flipped_bit_of_machine_code_is_accepted(real_entry):
    assert sweeps.counted(sweeps.flipped_bits(real_entry)) == {
        RIGHT: 8 * len(real_entry)
    }
    assert len(real_entry) > 1250


def test_no_truncated_machine_code_is_accepted(real_entry):
    assert sweeps.counted(sweeps.truncations(real_entry)) == {RIGHT: len(real_entry)}


def other_magic(entry):
    return b"brian2numba v0\r\n" + entry[16:]


def other_llvm(entry):
    return packed(key_of(entry).replace(b"\nLLVM ", b"\nLLVM 1"), b"not for us")


def other_format(entry):
    return b"brian2numba v1\r\n" + entry[48:]


@pytest.mark.parametrize("written", [other_magic, other_llvm, other_format])
def test_what_another_version_wrote_is_replaced(written, tmp_path, real_entry):
    path = sweeps.write_entry(tmp_path / "store", real_entry)
    path.write_bytes(written(real_entry))
    assert path.read_bytes() != real_entry
    due, statistics = due_after_a_step(tmp_path / "store")
    assert due == DUE
    assert (statistics.n_missed, statistics.n_published) == (1, 1)
    assert entries(tmp_path / "store") == [path]
    assert path.read_bytes() == real_entry
    due, statistics = due_after_a_step(tmp_path / "store")
    assert (due, statistics.n_loaded) == (DUE, 1)


# Faults at every call


@pytest.mark.parametrize("way", sweeps.WAYS)
@pytest.mark.parametrize("phase", sweeps.PHASES)
def test_no_error_at_any_call_costs_more_than_time(phase, way, tmp_path, real_entry):
    prefs.codegen.max_cache_dir_size = 1
    folder = tmp_path / "store"
    n_events = len(sweeps.events_of(phase, folder, real_entry))
    with sweeps.compiled_once():
        trials = sweeps.errors(phase, way, folder, real_entry, step=STEP)
        ends = sweeps.counted(trials)
    assert ends == {RIGHT: -(-len(ERRNOS) * n_events // STEP)}
    assert ends.total() >= 22 * 13 // STEP


@pytest.mark.long
@posix
@pytest.mark.parametrize("phase", sweeps.PHASES)
def test_a_process_killed_at_any_event_leaves_all_or_nothing(
    phase, tmp_path, real_entry
):
    prefs.codegen.max_cache_dir_size = 1
    n_events = len(sweeps.events_of(phase, tmp_path / "0", real_entry))
    ends = sweeps.counted(sweeps.kills(phase, tmp_path, real_entry))
    assert ends == {RIGHT: n_events}


def test_what_others_remove_meanwhile_makes_room(tmp_path):
    folder = Folder(tmp_path)
    names = [file_name(bytes([k])) for k in range(10)]
    for age, name in enumerate(names):
        folder.publish(name, bytes(1000))
        os.utime(folder.path_of(name), (0, time.time() - 100 * age))
    faults = Faults(
        tmp_path, failing(errno.ENOENT), lambda n, name: name == "unlink", True
    )
    with faults:
        assert folder.evict(5_000) == 4_000
    assert faults.n_struck == 6
    assert [folder.read(name) is not None for name in names] == [True] * 4 + [False] * 6


@pytest.fixture(scope="module")
def turns():
    with two_processes() as connections:
        yield connections


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_no_order_of_the_steps_of_two_processes_goes_wrong(pair, tmp_path, turns):
    # The longest have thousands, which the harness goes through
    found = list(itertools.islice(orders(pair, tmp_path / "store", turns), 60))
    assert len(found) > 1
    assert [order for order, is_right in found if not is_right] == []
