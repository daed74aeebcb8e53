"""Two processes that use one store, in each order in which their steps can be done."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from brian2 import prefs

from brian2numba.store import KernelStore
from brian2numba.store.entry import SUFFIX, file_name, packed
from brian2numba.store.folder import Folder
from reliability.store.faulty_files import Faults
from reliability.store.files import entries, is_whole, unfinished

__all__ = ["PAIRS", "Pair", "orders", "two_processes"]

KEY, CONTENT = b"what it was made from", b"what was made" * 99

#: The calls before which the other process may go on
_STEPS = ("open", "create", "replace", "unlink", "listdir", "scandir")

#: What was chosen at each step, and whether there was a choice
Choices = list[tuple[int, bool]]


@dataclass
class _Stepping(Faults):
    """Lets the one who gives the turns decide when each step is done."""

    wait: Callable[[], None] = lambda: None

    def event(
        self,
        name: str,
        call: Callable[[], Any],
        path: str | None = None,
        half: Callable[[], None] = lambda: None,
    ) -> Any:
        if name in _STEPS:
            self.wait()
        return super().event(name, call, path, half)


def _use(store: KernelStore) -> bool:
    """Do what a process does that needs the code."""
    content = store.get(KEY)
    if content is None:
        store.put(KEY, CONTENT)
    return content in (None, CONTENT) and store.statistics.n_refused == 0


def _read(store: KernelStore) -> bool:
    return store.get(KEY) in (None, CONTENT)


def _clear(store: KernelStore) -> bool:
    return store.clear() >= 0


_ACTIONS = {"use": _use, "read": _read, "clear": _clear}


def _fill(folder: Path, state: str) -> None:
    """Make the folder of a store, as it is before the two processes use it."""
    shutil.rmtree(folder, ignore_errors=True)
    path = Folder(folder).path_of(file_name(KEY))
    path.parent.mkdir(mode=0o700, parents=True)
    entry = packed(KEY, CONTENT)
    if state in ("stored", "damaged"):
        path.write_bytes(entry if state == "stored" else entry[:-1])
    if state == "full":
        for age in range(2):
            other = path.with_name(f"{age}{SUFFIX}")
            other.touch()
            os.truncate(other, 600_000)
            os.utime(other, (age, age))


@dataclass(frozen=True)
class Pair:
    """What two processes do, with the store in which state."""

    state: str
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.first} and {self.second}, {self.state}"


PAIRS = [
    Pair("empty", "use", "use"),
    Pair("empty", "use", "read"),
    Pair("damaged", "use", "use"),
    Pair("damaged", "use", "read"),
    Pair("full", "use", "use"),
    Pair("stored", "use", "clear"),
    Pair("stored", "read", "clear"),
    Pair("stored", "clear", "clear"),
]


def _serve(turns: Connection) -> None:
    """Do one action after the other; ask for a turn before each step."""
    prefs.codegen.max_cache_dir_size = 1

    def wait() -> None:
        turns.send("at a step")
        turns.recv()

    while (task := turns.recv()) is not None:
        folder, action = task
        with _Stepping(folder, wait=wait):
            turns.send(_ACTIONS[action](KernelStore(folder)))


@contextmanager
def two_processes() -> Iterator[list[Connection]]:
    """Start two processes that serve; yield how to talk to them."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(2)]
    processes = [context.Process(target=_serve, args=(end,)) for _, end in pipes]
    for process in processes:
        process.start()
    try:
        yield [own for own, _ in pipes]
    finally:
        for own, _ in pipes:
            own.send(None)
        for process in processes:
            process.join()


def _in_order(
    pair: Pair, folder: Path, turns: list[Connection], wanted: list[int]
) -> tuple[Choices, bool]:
    """Let both do their work, in an order; return it, and whether all is right."""
    _fill(folder, pair.state)
    for connection, action in zip(turns, (pair.first, pair.second), strict=True):
        connection.send((folder, action))
    # Each goes on to its first step
    reports = [connection.recv() for connection in turns]
    choices: Choices = []
    while "at a step" in reports:
        able = [k for k in range(2) if reports[k] == "at a step"]
        n = len(choices)
        chosen = wanted[n] if n < len(wanted) else able[0]
        choices.append((chosen, len(able) == 2))
        turns[chosen].send("go")
        reports[chosen] = turns[chosen].recv()
    ours = [path for path in entries(folder) if len(path.stem) > 1]
    is_right = (
        reports == [True, True]
        and all(map(is_whole, ours))
        and not unfinished(folder)
        and (ours != [] or "clear" in (pair.first, pair.second))
        and KernelStore(folder).get(KEY) in (None, CONTENT)
    )
    return choices, is_right


def orders(
    pair: Pair, folder: Path, turns: list[Connection]
) -> Iterator[tuple[list[int], bool]]:
    """Yield each order of the steps of two processes, and whether all was right.

    Parameters
    ----------
    pair : Pair
        What they do.
    folder : Path
        Where the store is made, for each order anew.
    turns : list of Connection
        What `two_processes` yields.
    """
    wanted: list[int] = []
    while True:
        choices, is_right = _in_order(pair, folder, turns, wanted)
        yield [chosen for chosen, _ in choices], is_right
        # The next order differs at the last step where the first one went on
        while choices and choices[-1] != (0, True):
            choices.pop()
        if not choices:
            return
        wanted = [chosen for chosen, _ in choices[:-1]] + [1]
