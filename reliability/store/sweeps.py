"""
Damage of an entry, and faults of the file system, at each place where they can be.

Each trial ends in a spike queue that machine code, from the store or not, advanced.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import shutil
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brian2.utils.logger import catch_logs

from brian2numba.compilation import stored_code
from brian2numba.store.entry import SUFFIX, content_of, file_name, packed
from brian2numba.store.folder import Folder
from reliability.children import RIGHT
from reliability.store.faulty_files import ERRNOS, Faults, failing
from reliability.store.files import (
    ABANDONED,
    entries,
    key_of,
    store_warnings,
    unfinished,
)
from reliability.store.processes import DUE, due_after_a_step

__all__ = [
    "PHASES",
    "WAYS",
    "compiled_once",
    "counted",
    "errors",
    "events_of",
    "flipped_bits",
    "kills",
    "real_entry",
    "truncations",
    "write_entry",
]

Trial = Callable[[], None]

#: What takes so much space that it is removed: their sizes, the oldest one first
_OTHERS = [600_001, 600_002, 600_003]

#: The store in a folder is opened, searched, and then the code is published; is loaded
#: and its use noted; is published and others are removed for it.
PHASES = {
    "publishing": {"mkdir", "lstat", "create", "write", "close", "replace", "stat"},
    "loading": {"mkdir", "open", "fstat", "read", "close", "utime", "stat"},
    "evicting": {"create", "write", "close", "replace", "stat", "unlink"},
}

#: When a fault strikes, by the number of the event at which it does first; and whether
#: the call does its work before
WAYS: dict[str, tuple[Callable[[int], Callable[[int, str], bool]], bool]] = {
    "once": (lambda k: lambda n, name: n == k, False),
    "though it was done": (lambda k: lambda n, name: n == k, True),
    "from then on": (lambda k: lambda n, name: n >= k, False),
    "from then on, not at removing": (
        lambda k: lambda n, name: n >= k and (n == k or name != "unlink"),
        False,
    ),
}


def counted(trials: Iterable[Trial]) -> Counter[str]:
    """Do trials; count those that ended right, and show what was wrong with others."""
    ends: Counter[str] = Counter()
    for trial in trials:
        try:
            trial()
        except Exception:
            traceback.print_exc()
            ends["wrong"] += 1
        else:
            ends[RIGHT] += 1
    return ends


def real_entry(folder: Path) -> bytes:
    """Return machine code of an operation of spike queues, as a store has it."""
    with pytest.MonkeyPatch.context() as context:
        # The queue needs other operations, which would be stored, too
        context.setenv("BRIAN2NUMBA_CACHE_DIR", str(folder / "others"))
        assert due_after_a_step(folder / "store")[0] == DUE
    (path,) = entries(folder / "store")
    entry = path.read_bytes()
    key = key_of(entry)
    assert packed(key, content_of(entry, key) or b"") == entry
    return entry


@contextmanager
def compiled_once() -> Iterator[None]:
    """Translate and compile each code once, however often it is not in the store."""
    with pytest.MonkeyPatch.context() as context:
        for name in ("lower_function", "object_code"):
            real = getattr(stored_code, name)
            context.setattr(stored_code, name, functools.cache(real))
        yield


# Damage


def flipped_bits(entry: bytes) -> Iterator[Trial]:
    """Yield trials: an entry with one bit flipped is refused."""
    key, damaged = key_of(entry), bytearray(entry)

    def refuse(position: int, bit: int) -> None:
        damaged[position] ^= 1 << bit
        content = content_of(bytes(damaged), key)
        damaged[position] ^= 1 << bit
        assert content is None

    for position, bit in itertools.product(range(len(entry)), range(8)):
        yield functools.partial(refuse, position, bit)
    assert content_of(bytes(damaged), key) is not None


def truncations(entry: bytes) -> Iterator[Trial]:
    """Yield trials: what is left of a truncated entry is refused."""
    key = key_of(entry)

    def refuse(length: int) -> None:
        assert content_of(entry[:length], key) is None

    for length in range(len(entry)):
        yield functools.partial(refuse, length)
    assert content_of(entry[: len(entry)], key) is not None


# Faults


def write_entry(folder: Path, entry: bytes) -> Path:
    """Put an entry where the store looks for it; return where that is."""
    path = Folder(folder).path_of(file_name(key_of(entry)))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(entry)
    path.chmod(0o644)
    return path


def prepare(folder: Path, phase: str, entry: bytes) -> None:
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


def events_of(phase: str, folder: Path, entry: bytes) -> list[str]:
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


def check_sound(folder: Path, phase: str, entry: bytes) -> None:
    """Check that what is in a folder is complete."""
    found = set(entries(folder))
    ours = {path for path in found if path.name == file_name(key_of(entry))}
    assert all(path.read_bytes() == entry for path in ours)
    assert all(path.name == f"{path.stat().st_size}{SUFFIX}" for path in found - ours)
    if phase == "loading":
        assert ours


def check_healthy(folder: Path, entry: bytes) -> None:
    """Check that the next process loads or publishes the code."""
    due, statistics = due_after_a_step(folder)
    assert (due, statistics.n_refused) == (DUE, 0)
    assert statistics.n_loaded + statistics.n_published == 1
    (ours,) = folder.rglob(file_name(key_of(entry)))
    assert ours.read_bytes() == entry


def errors(
    phase: str, way: str, folder: Path, entry: bytes, step: int = 1
) -> Iterator[Trial]:
    """Yield trials: an error at an event costs no more than time.

    With a `step`, each event gets only some of the errors, and others than the next.
    """
    events = events_of(phase, folder, entry)
    strikes_from, is_done = WAYS[way]

    def survive(number: int, k: int) -> None:
        prepare(folder, phase, entry)
        faults = Faults(folder, failing(number), strikes_from(k), is_done)
        with catch_logs() as logs, faults:
            due, statistics = due_after_a_step(folder)
        assert due == DUE
        assert faults.n_struck >= 1
        assert faults.events[:k] == events[:k]
        assert statistics.n_loaded + statistics.n_missed == 1
        assert statistics.n_refused <= len(store_warnings(logs)) <= 1
        check_sound(folder, phase, entry)
        if way != "from then on":
            assert not unfinished(folder)
        check_healthy(folder, entry)

    pairs = itertools.product(range(len(events)), ERRNOS)
    for k, number in itertools.islice(pairs, 0, None, step):
        yield functools.partial(survive, number, k)


def kills(phase: str, folder: Path, entry: bytes) -> Iterator[Trial]:
    """Yield trials: a process that was killed at an event left all or nothing."""
    folder.mkdir(exist_ok=True)
    n_events = len(events_of(phase, folder / "0", entry))
    folders = [folder / str(k) for k in range(n_events + 1)]
    for store in folders:
        prepare(store, phase, entry)
    # The last one comes to its end
    assert _ended(folder, n_events) == [-9] * n_events + [0]
    # Killed in the middle of writing, before closing, and before renaming
    n_unfinished = sum(len(unfinished(store)) for store in folders)
    assert n_unfinished == (0 if phase == "loading" else 3)

    def be_sound(store: Path) -> None:
        check_sound(store, phase, entry)
        left = unfinished(store)
        check_healthy(store, entry)
        for path in left:
            os.utime(path, (0, 0))
        Folder(store).evict(10e6)
        assert not unfinished(store)
        check_healthy(store, entry)

    for store in folders[:-1]:
        yield functools.partial(be_sound, store)


def _ended(folder: Path, last: int) -> list[int]:
    """Use the stores in folders in processes to be killed; return how these ended."""
    command = [sys.executable, "-m", "reliability.store.processes", "killed"]
    output = subprocess.check_output(
        [*command, str(folder), str(last)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(folder / "others")},
        text=True,
    )
    ends: list[int] = json.loads(output)
    return ends
