"""The store as compilation sees it: get what is there, put what was made."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.compilation.cache_directory import get_numba_cache_dir
from brian2numba.store.access import objection_to_folder
from brian2numba.store.entry import content_of, file_name, packed, unpacked
from brian2numba.store.folder import EntryFile, Folder

__all__ = ["KernelStore", "Statistics", "current_store", "store_in"]

logger = get_logger("brian2.codegen.runtime.numba")

_MEGABYTE = 1_000_000
#: How much this process may publish until it looks again at the size of the folder
_PUBLISHED_BETWEEN_EVICTIONS = 10 * _MEGABYTE


@dataclass
class Statistics:
    """What this process found in the store, and what it put there.

    Attributes
    ----------
    n_loaded, n_missed, n_published, n_refused : int
        Entries that were there, that were not, that were put there, and that could not
        be.
    """

    n_loaded: int = 0
    n_missed: int = 0
    n_published: int = 0
    n_refused: int = 0


class KernelStore:
    """The store in a folder.

    Whatever is wrong with the folder, nothing is raised: an entry that can't be read is
    not there, and what can't be written is compiled again by the next process. The
    first failure is a warning.

    Parameters
    ----------
    path : Path
        The folder, which is made if it is not there.
    trusts_others : bool, optional
        Whether the folder is shared on purpose: entries that others own or can write
        are used. Defaults to ``False``.
    """

    def __init__(self, path: Path, trusts_others: bool = False) -> None:
        self.path = path
        self.statistics = Statistics()
        #: The names of the entries that this process found or made
        self.used: set[str] = set()
        #: Why the folder is not used, if it is not
        self.objection: str | None = None
        self._published = 0
        self._has_warned = False
        self._folder = self._opened(trusts_others)

    def _opened(self, trusts_others: bool) -> Folder | None:
        """Return a folder that can be used, or None after saying why it can't."""
        try:
            # A link on the way may lead elsewhere later: what is checked is used.
            # Path.resolve may raise a RuntimeError, where this raises nothing.
            _make(self.path)
            resolved = Path(os.path.realpath(self.path))
            self.objection = None if trusts_others else objection_to_folder(resolved)
        except OSError as error:
            self.objection = str(error)
        if self.objection is None:
            return Folder(resolved, trusts_others)
        self._warn(
            f"Compiled code is not stored in '{self.path}', because "
            f"{self.objection}. Each process compiles anew. Set the preference "
            "codegen.runtime.numba.cache_dir to another directory, or "
            "codegen.runtime.numba.shared_cache to True if this one is shared with "
            "people whom you trust."
        )
        return None

    def entries(self) -> Iterator[EntryFile]:
        """Yield the entries that are there."""
        return self._folder.entries() if self._folder else iter(())

    def clear(self) -> int:
        """Remove all entries; return how many there were."""
        return self._folder.clear() if self._folder else 0

    def _warn(self, message: str) -> None:
        # The logger's own `once` would pass messages that name different files
        if not self._has_warned:
            logger.warn(message, "store_not_used")
        self._has_warned = True

    def get(self, key: bytes) -> bytes | None:
        """Return what was stored under a key, or None.

        Parameters
        ----------
        key : bytes
            All that the content depends on.
        """
        content = self._content(key)
        if content is None:
            self.statistics.n_missed += 1
        else:
            self.statistics.n_loaded += 1
            self.used.add(file_name(key))
        return content

    def _content(self, key: bytes) -> bytes | None:
        entry = self._folder.read(file_name(key)) if self._folder else None
        return None if entry is None else content_of(entry, key)

    def put(self, key: bytes, content: bytes) -> None:
        """Store content under a key, unless it is there; other content is replaced."""
        self.used.add(file_name(key))
        # Others may have done the same work meanwhile
        if self._folder is None or self._content(key) == content:
            return
        entry = packed(key, content)
        try:
            self._folder.publish(file_name(key), entry)
        except OSError as error:
            if self._content(key) == content:
                # Windows does not replace a file that somebody reads
                return
            self.statistics.n_refused += 1
            self._warn(
                f"Compiled code can't be stored in '{self.path}': {error}. The next "
                "process compiles it again."
            )
            return
        self.statistics.n_published += 1
        self._make_room(len(entry))

    def exported(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return entries by their names, for a store that shares no disk with this one.

        Parameters
        ----------
        names : iterable of str
            The names, as in `used`. Those that are not there are left out.
        """
        if self._folder is None:
            return {}
        found = {name: self._folder.read(name) for name in names}
        return {name: entry for name, entry in found.items() if entry is not None}

    def take_in(self, entries: Iterable[bytes]) -> None:
        """Store entries of another store; what is damaged is left out."""
        for entry in entries:
            found = unpacked(entry)
            if found is not None:
                self.put(*found)

    def _make_room(self, n_bytes: int) -> None:
        """Keep the folder below the limit of its size."""
        is_first = self._published == 0
        self._published += n_bytes
        if is_first or self._published > _PUBLISHED_BETWEEN_EVICTIONS:
            self._published = 1
            if self._folder and prefs.codegen.max_cache_dir_size > 0:
                self._folder.evict(prefs.codegen.max_cache_dir_size * _MEGABYTE)


def _make(folder: Path) -> None:
    """Make a folder if it is not there."""
    if folder.parts[:1] == ("~",):
        raise FileNotFoundError("there is no home directory")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@functools.cache
def store_in(path: str, trusts_others: bool) -> KernelStore:
    """Return this process's one store in a folder; parameters as of `KernelStore`."""
    return KernelStore(Path(path), trusts_others)


def current_store() -> KernelStore:
    """Return the store that the preferences name."""
    trusts_others = bool(prefs["codegen.runtime.numba.shared_cache"])
    return store_in(get_numba_cache_dir(), trusts_others)
