"""The files of a store, as tests look at them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from brian2numba.store.entry import SUFFIX, content_of, file_name

__all__ = ["ABANDONED", "entries", "is_whole", "key_of", "store_warnings", "unfinished"]

#: The name of a file that a test says was left unfinished
ABANDONED = "abandoned.part"
#: Where the key of an entry begins, and the length of the key
_KEY, _LENGTH = 56, slice(48, 56)


def entries(folder: Path) -> list[Path]:
    """Return the entries of the store in a folder."""
    return sorted(p for p in folder.rglob("*" + SUFFIX) if p.is_file())


def unfinished(folder: Path) -> list[Path]:
    """Return the files that were not finished, but for that of `ABANDONED`."""
    return [p for p in folder.rglob("*.part") if p.name != ABANDONED]


def key_of(entry: bytes) -> bytes:
    """Return the key that an entry says it has."""
    return entry[_KEY : _KEY + int.from_bytes(entry[_LENGTH], "little")]


def is_whole(path: Path) -> bool:
    """Return whether a file is an entry: undamaged, and with its key's name."""
    entry = path.read_bytes()
    key = key_of(entry)
    return content_of(entry, key) is not None and path.name == file_name(key)


def store_warnings(logs: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return what the store said among what was logged."""
    return [message for _, name, message in logs if name.endswith("store_not_used")]
