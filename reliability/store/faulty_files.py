"""Files that fail: a fault may strike at each call that is about a folder."""

from __future__ import annotations

import builtins
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

__all__ = ["ERRNOS", "WRITING", "Faults", "failing"]

#: What file systems, local ones and those of networks, answer when something is wrong
ERRNOS = [
    getattr(errno, name)
    for name in (
        *("EIO", "ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOENT", "ESTALE"),
        *("EMFILE", "ENFILE", "ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "EEXIST"),
        *("EBUSY", "EINTR", "ENOLCK", "ETIMEDOUT", "EINVAL", "ENOSYS", "EXDEV"),
    )
]
#: The functions of `os` by which a folder is used; what Python's pathlib does, too
_CALLS = [
    *("open", "mkdir", "stat", "lstat", "fstat", "utime", "chmod", "readlink"),
    *("replace", "rename", "link", "unlink", "rmdir", "listdir", "scandir"),
]
#: The events that change something on the disk
WRITING = {"create", "mkdir", "utime", "chmod", "write", "replace", "unlink", "rmdir"}


def failing(number: int) -> Callable[[str | None], NoReturn]:
    """Return what raises an error of the file system."""

    def fail(path: str | None) -> NoReturn:
        raise OSError(number, os.strerror(number), path)

    return fail


@dataclass
class Faults:
    """
    Counts what is done with a folder, and with those above it, while it is entered.

    Attributes
    ----------
    folder : Path
        The folder.
    strike : callable, optional
        Raises an error, or ends the process; takes the path that the call is about, or
        None if that is an open file.
    strikes : callable, optional
        Tells from the number and the name of an event whether the fault strikes there.
    is_done : bool, optional
        Whether the call does its work before the fault strikes, as when a server's
        answer is lost. If not, of what is written one half is.
    events : list of str
        The events so far: names of functions, or ``'create'`` if it is a new file that
        is opened.
    n_struck : int
        How many faults struck.
    """

    folder: Path
    strike: Callable[[str | None], None] = lambda path: None
    strikes: Callable[[int, str], bool] = lambda number, name: False
    is_done: bool = False
    events: list[str] = field(default_factory=list)
    n_struck: int = 0

    def __enter__(self) -> Faults:
        self._descriptors: set[int] = set()
        self._patches = pytest.MonkeyPatch()
        for name in _CALLS:
            real = getattr(os, name)
            self._patches.setattr(os, name, self._counted(name, real))
        self._real_open = builtins.open
        self._patches.setattr(builtins, "open", self._open)
        return self

    def __exit__(self, *exception: object) -> None:
        self._patches.undo()

    def event(
        self,
        name: str,
        call: Callable[[], Any],
        path: str | None = None,
        half: Callable[[], None] = lambda: None,
    ) -> Any:
        """Do a call, unless the fault strikes."""
        self.events.append(name)
        if not self.strikes(len(self.events) - 1, name):
            return call()
        self.n_struck += 1
        if not self.is_done:
            half()
        elif name in ("open", "create"):
            # What nobody will know of has to be closed
            os.close(call())
        elif name == "scandir":
            call().close()
        else:
            call()
        self.strike(path)
        raise AssertionError("A fault that strikes raises or ends the process")

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(target: Any, *args: Any, **options: Any) -> Any:
            if not self._concerns(target):
                return real(target, *args, **options)
            is_new = name == "open" and args[0] & os.O_CREAT
            result = self.event(
                "create" if is_new else name,
                lambda: real(target, *args, **options),
                None if isinstance(target, int) else os.fspath(target),
            )
            if name == "open":
                self._descriptors.add(result)
            return result

        return call

    def _concerns(self, target: Any) -> bool:
        if isinstance(target, int):
            return target in self._descriptors
        path = Path(os.fspath(target))
        return self.folder.is_relative_to(path) or path.is_relative_to(self.folder)

    def _open(self, target: Any, *args: Any, **options: Any) -> Any:
        file = self._real_open(target, *args, **options)
        concerns = not isinstance(target, int) and self._concerns(target)
        return _File(file, self) if concerns else file

    def forget(self, descriptor: int) -> None:
        """Note that a file is closed: its number may soon be another's."""
        self._descriptors.discard(descriptor)


class _File:
    """An open file whose use is counted."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self._file, self._faults = file, faults
        self.fileno = file.fileno

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def read(self) -> Any:
        return self._faults.event("read", self._file.read)

    def write(self, data: bytes) -> Any:
        def half() -> None:
            self._file.write(data[: len(data) // 2])
            self._file.flush()

        return self._faults.event("write", lambda: self._file.write(data), half=half)

    def close(self) -> None:
        descriptor = self._file.fileno()
        try:
            self._faults.event("close", self._file.close)
        except OSError:
            # It is closed also if that failed
            self._file.close()
            raise
        finally:
            self._faults.forget(descriptor)
