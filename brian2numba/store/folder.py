"""A folder of entries: reading, publishing, and removing what was not used for long."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from brian2numba.store.access import objection_to_file, objection_to_subfolder
from brian2numba.store.entry import SUFFIX

__all__ = ["EntryFile", "Folder"]

_TEMPORARY = ".part"
#: Seconds after which a file that nobody finished was left by a process that died
_ABANDONED = 3600.0
#: Seconds between two notes of an entry's use: not each use is worth a write
_NOTED_USE = 3600.0
#: To what part of its size a folder that is too large is reduced
_AFTER_EVICTION = 0.9


#: Neither follow a symbolic link, nor wait for somebody at the other end of a pipe
_NO_LINK_NO_PIPE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_LINK_NO_PIPE, 0o644)


@dataclass(frozen=True)
class EntryFile:
    """An entry as the file system has it.

    Attributes
    ----------
    path : Path
        The file.
    n_bytes : int
        Its size.
    used : float
        When it was last used, in seconds since 1970.
    """

    path: Path
    n_bytes: int
    used: float


class Folder:
    """A folder of entries, in subfolders by the first letters of their names.

    Parameters
    ----------
    path : Path
        The folder.
    trusts_others : bool, optional
        Whether entries that others own or can write are read. Defaults to ``False``.
    """

    def __init__(self, path: Path, trusts_others: bool = False) -> None:
        self.path = path
        self.trusts_others = trusts_others

    def path_of(self, name: str) -> Path:
        """Return where the entry of a name is, or would be."""
        return self.path / name[:2] / name

    def read(self, name: str) -> bytes | None:
        """Return what the file of an entry holds, or None if there is none to trust."""
        path = self.path_of(name)
        try:
            if objection_to_subfolder(os.lstat(path.parent), self.trusts_others):
                return None
            with open(path, "rb", opener=_open) as file:
                status = os.fstat(file.fileno())
                if objection_to_file(status, self.trusts_others):
                    return None
                entry = file.read()
        except OSError:
            return None
        if time.time() - status.st_mtime > _NOTED_USE:
            with contextlib.suppress(OSError):
                os.utime(path)
        return entry

    def publish(self, name: str, entry: bytes) -> None:
        """Put an entry into the folder: all of it at once, or nothing.

        Raises
        ------
        OSError
            If the file system does not let us.
        """
        path = self.path_of(name)
        self._make_subfolder(path.parent)
        temporary = path.with_name(
            f"{name}.{os.getpid()}-{secrets.token_hex(8)}{_TEMPORARY}"
        )
        try:
            with open(temporary, "xb", opener=_open) as file:
                file.write(entry)
            self._share(temporary, 0o666)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise

    def _make_subfolder(self, subfolder: Path) -> None:
        try:
            subfolder.mkdir(mode=0o700)
        except FileExistsError:
            objection = objection_to_subfolder(os.lstat(subfolder), self.trusts_others)
            if objection:
                raise PermissionError(
                    f"the folder {subfolder} can't be trusted, because {objection}"
                ) from None
            return
        self._share(subfolder, 0o777)

    def _share(self, path: Path, rights: int) -> None:
        """Give others the rights that they have to a folder shared on purpose."""
        if self.trusts_others:
            path.chmod(stat.S_IMODE(self.path.stat().st_mode) & rights)

    def entries(self) -> Iterator[EntryFile]:
        """Yield the entries in the folder."""
        for path, status in self._files():
            if path.name.endswith(SUFFIX):
                yield EntryFile(path, status.st_size, status.st_mtime)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield our files, finished or not; others may remove them meanwhile."""
        with contextlib.suppress(OSError):
            for subfolder in self.path.iterdir():
                # What is elsewhere is not ours to remove
                if subfolder.is_symlink():
                    continue
                with contextlib.suppress(OSError):
                    for path in subfolder.iterdir():
                        if path.name.endswith((SUFFIX, _TEMPORARY)):
                            with contextlib.suppress(OSError):
                                yield path, path.lstat()

    def clear(self) -> int:
        """Remove all entries; return how many there were."""
        n_removed = 0
        for path, _ in list(self._files()):
            with contextlib.suppress(OSError):
                path.unlink()
                n_removed += path.name.endswith(SUFFIX)
        return n_removed

    def evict(self, max_bytes: float) -> int:
        """Remove the entries that were not used for longest, if there is too much.

        Also removes files that processes left unfinished.

        Parameters
        ----------
        max_bytes : float
            How large the folder may be.

        Returns
        -------
        int
            The bytes that are left.
        """
        now = time.time()
        kept = []
        for path, status in self._files():
            if not path.name.endswith(_TEMPORARY):
                kept.append(EntryFile(path, status.st_size, status.st_mtime))
            elif now - status.st_mtime > _ABANDONED:
                with contextlib.suppress(OSError):
                    path.unlink()
        n_bytes = sum(entry.n_bytes for entry in kept)
        if n_bytes <= max_bytes:
            return n_bytes
        for entry in sorted(kept, key=lambda entry: entry.used):
            if n_bytes <= _AFTER_EVICTION * max_bytes:
                break
            with contextlib.suppress(OSError):
                # What another process removed makes room, too
                entry.path.unlink(missing_ok=True)
                n_bytes -= entry.n_bytes
        return n_bytes
