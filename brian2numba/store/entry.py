"""
The format of an entry: what it was made from, what was made, and a checksum of both.

::

    magic (16 bytes) | SHA-256 of the rest (32) | length of the key (8) | key | content
"""

from __future__ import annotations

import hashlib

__all__ = ["SUFFIX", "content_of", "file_name", "packed", "unpacked"]

#: The ending of the files' names
SUFFIX = ".kernel"
_MAGIC = b"brian2numba v1\r\n"
_DIGEST = slice(16, 48)
_LENGTH = slice(48, 56)
_KEY = 56


def file_name(key: bytes) -> str:
    """Return the name of the entry with a key."""
    return hashlib.sha256(key).hexdigest() + SUFFIX


def packed(key: bytes, content: bytes) -> bytes:
    """Return an entry.

    Parameters
    ----------
    key : bytes
        All that the content depends on.
    content : bytes
        What was made from it.
    """
    rest = len(key).to_bytes(8, "little") + key + content
    return _MAGIC + hashlib.sha256(rest).digest() + rest


def content_of(entry: bytes, key: bytes) -> bytes | None:
    """Return the content of an entry, if it is undamaged and has this key.

    Parameters
    ----------
    entry : bytes
        What was found in a file.
    key : bytes
        The key that was looked for.

    Returns
    -------
    bytes or None
        The content; ``None`` for anything but a whole and unaltered entry with this
        key.
    """
    found = unpacked(entry)
    return found[1] if found is not None and found[0] == key else None


def unpacked(entry: bytes) -> tuple[bytes, bytes] | None:
    """Return the key and the content of an entry; None if it is damaged."""
    if len(entry) < _KEY or not entry.startswith(_MAGIC):
        return None
    if hashlib.sha256(entry[_LENGTH.start :]).digest() != entry[_DIGEST]:
        return None
    end = _KEY + int.from_bytes(entry[_LENGTH], "little")
    return (entry[_KEY:end], entry[end:]) if end <= len(entry) else None
