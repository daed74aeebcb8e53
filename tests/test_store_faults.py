"""
The store of machine code survives faults of the file system, with real code in it.

Each test ends in a spike queue that machine code, from the store or not, advanced.
"""

import errno
import functools
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from brian2 import prefs
from brian2.utils.logger import catch_logs

from brian2numba.compilation import stored_code
from brian2numba.store.entry import SUFFIX, content_of, file_name, packed
from brian2numba.store.folder import Folder
from tests.faulty_files import ERRNOS, Faults, failing
from tests.store_files import ABANDONED, entries, key_of, store_warnings, unfinished
from tests.store_processes import DUE, due_after_a_step

posix = pytest.mark.skipif(
    os.name == "nt", reason="it needs processes, files and rights as in POSIX"
)
#: What takes so much space that it is removed: their sizes, the oldest one first
_OTHERS = [600_001, 600_002, 600_003]


@pytest.fixture(scope="module")
def real_entry(tmp_path_factory):
    """Machine code of an operation of spike queues, as the store has it."""
    folder = tmp_path_factory.mktemp("real") / "store"
    with pytest.MonkeyPatch.context() as context:
        # The queue needs other operations, which would be stored, too
        context.setenv("BRIAN2NUMBA_CACHE_DIR", str(folder.parent / "others"))
        assert due_after_a_step(folder)[0] == DUE
    (path,) = entries(folder)
    entry = path.read_bytes()
    key = key_of(entry)
    assert packed(key, content_of(entry, key)) == entry
    return entry


@pytest.fixture
def one_compilation(monkeypatch):
    """Translate and compile each code once, however often it is not in the store."""
    for name in ("lower_function", "object_code"):
        real = getattr(stored_code, name)
        monkeypatch.setattr(stored_code, name, functools.cache(real))


def write_entry(folder, entry):
    """Put an entry where the store looks for it; return where that is."""
    path = Folder(folder).path_of(file_name(key_of(entry)))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(entry)
    path.chmod(0o644)
    return path


# Damage


def test_no_flipped_bit_of_machine_code_is_accepted(real_entry):
    key = key_of(real_entry)
    damaged = bytearray(real_entry)
    n_tried = n_accepted = 0
    for position, bit in itertools.product(range(len(real_entry)), range(8)):
        damaged[position] ^= 1 << bit
        n_accepted += content_of(bytes(damaged), key) is not None
        n_tried += 1
        damaged[position] ^= 1 << bit
    assert content_of(bytes(damaged), key) is not None
    assert (n_tried, n_accepted) == (8 * len(real_entry), 0)
    assert n_tried > 10_000


def test_no_truncated_machine_code_is_accepted(real_entry):
    key = key_of(real_entry)
    lengths = range(len(real_entry))
    assert not any(content_of(real_entry[:n], key) for n in lengths)
    assert len(lengths) > 1000
    assert content_of(real_entry[: len(real_entry)], key)


def other_magic(entry):
    return b"brian2numba v0\r\n" + entry[16:]


def other_llvm(entry):
    return packed(key_of(entry).replace(b"\nLLVM ", b"\nLLVM 1"), b"not for us")


def other_format(entry):
    return b"brian2numba v1\r\n" + entry[48:]


@pytest.mark.parametrize("written", [other_magic, other_llvm, other_format])
def test_what_another_version_wrote_is_replaced(written, tmp_path, real_entry):
    path = write_entry(tmp_path / "store", real_entry)
    path.write_bytes(written(real_entry))
    assert path.read_bytes() != real_entry
    due, statistics = due_after_a_step(tmp_path / "store")
    assert due == DUE
    assert (statistics.n_missed, statistics.n_published) == (1, 1)
    assert entries(tmp_path / "store") == [path]
    assert path.read_bytes() == real_entry
    due, statistics = due_after_a_step(tmp_path / "store")
    assert (due, statistics.n_loaded) == (DUE, 1)


# Faults at every call: the store in a folder is opened, searched, and then

#: ... the code is published; is loaded and its use noted; is published and others are
#: removed for it.
PHASES = {
    "publishing": {"mkdir", "lstat", "create", "write", "close", "replace", "stat"},
    "loading": {"mkdir", "open", "fstat", "read", "close", "utime", "stat"},
    "evicting": {"create", "write", "close", "replace", "stat", "unlink"},
}


def prepare(folder, phase, entry):
    """Make a folder new, with what the store does with it in a phase."""
    shutil.rmtree(folder, ignore_errors=True)
    if phase == "publishing":
        return
    path = write_entry(folder, entry)
    os.utime(path, (0, 0))
    if phase == "evicting":
        path.unlink()
        for age, n_bytes in enumerate(_OTHERS):
            other = path.with_name(f"{n_bytes}{SUFFIX}")
            other.touch(mode=0o644)
            os.truncate(other, n_bytes)
            os.utime(other, (age, age))
        abandoned = path.with_name(ABANDONED)
        abandoned.touch()
        os.utime(abandoned, (0, 0))


def events_of(phase, folder, entry):
    """Return what is done with a folder in a phase."""
    prepare(folder, phase, entry)
    with Faults(folder) as faults:
        due, _ = due_after_a_step(folder)
    assert due == DUE
    assert len({"scandir", "listdir"} & set(faults.events)) == (phase != "loading")
    assert set(faults.events) >= PHASES[phase]
    if phase == "evicting":
        # The file that was never finished, and the two oldest entries
        assert faults.events.count("unlink") == 3
        assert len(entries(folder)) == len(_OTHERS) - 2 + 1
    return faults.events


def check_sound(folder, phase, entry):
    """Check that what is in a folder is complete; whether our entry is in it."""
    found = set(entries(folder))
    ours = {path for path in found if path.name == file_name(key_of(entry))}
    assert all(path.read_bytes() == entry for path in ours)
    assert all(path.name == f"{path.stat().st_size}{SUFFIX}" for path in found - ours)
    if phase == "loading":
        assert ours


def check_healthy(folder, entry):
    """Check that the next process loads or publishes the code."""
    due, statistics = due_after_a_step(folder)
    assert (due, statistics.n_refused) == (DUE, 0)
    assert statistics.n_loaded + statistics.n_published == 1
    (ours,) = folder.rglob(file_name(key_of(entry)))
    assert ours.read_bytes() == entry


#: When a fault strikes, by the number of the event at which it does first
WAYS = {
    "once": (lambda k: lambda n, name: n == k, False),
    "though it was done": (lambda k: lambda n, name: n == k, True),
    "from then on": (lambda k: lambda n, name: n >= k, False),
    "from then on, not at removing": (
        lambda k: lambda n, name: n >= k and (n == k or name != "unlink"),
        False,
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("phase", PHASES)
def test_no_error_at_any_call_costs_more_than_time(
    phase, way, tmp_path, real_entry, one_compilation
):
    prefs.codegen.max_cache_dir_size = 1
    folder = tmp_path / "store"
    events = events_of(phase, folder, real_entry)
    strikes_from, is_done = WAYS[way]
    n_right = 0
    with catch_logs() as logs:
        for number, k in itertools.product(ERRNOS, range(len(events))):
            prepare(folder, phase, real_entry)
            logs.clear()
            with Faults(folder, failing(number), strikes_from(k), is_done) as faults:
                due, statistics = due_after_a_step(folder)
            assert faults.n_struck >= 1
            assert faults.events[:k] == events[:k]
            assert statistics.n_loaded + statistics.n_missed == 1
            assert statistics.n_refused <= len(store_warnings(logs)) <= 1
            check_sound(folder, phase, real_entry)
            if way != "from then on":
                assert not unfinished(folder)
            check_healthy(folder, real_entry)
            n_right += due == DUE
    assert n_right == len(ERRNOS) * len(events) >= 22 * 13


@posix
@pytest.mark.parametrize("phase", PHASES)
def test_a_process_killed_at_any_event_leaves_all_or_nothing(
    phase, tmp_path, real_entry
):
    prefs.codegen.max_cache_dir_size = 1
    n_events = len(events_of(phase, tmp_path / "0", real_entry))
    folders = [tmp_path / str(k) for k in range(n_events + 1)]
    for folder in folders:
        prepare(folder, phase, real_entry)
    assert ended(tmp_path, n_events) == [-9] * n_events + [0]
    n_unfinished = 0
    for folder in folders:
        check_sound(folder, phase, real_entry)
        left = unfinished(folder)
        n_unfinished += len(left)
        check_healthy(folder, real_entry)
        for path in left:
            os.utime(path, (0, 0))
        Folder(folder).evict(10e6)
        assert not unfinished(folder)
        check_healthy(folder, real_entry)
    # Killed in the middle of writing, before closing, and before renaming
    assert n_unfinished == (0 if phase == "loading" else 3)


def ended(folder, last):
    """Use the stores in folders in processes to be killed; return how these ended."""
    command = [sys.executable, "-m", "tests.store_processes", "killed"]
    output = subprocess.check_output(
        [*command, str(folder), str(last)],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(folder / "others")},
        text=True,
    )
    return json.loads(output)


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
