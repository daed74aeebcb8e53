"""
A zarr store that changes all at once.

Arrays grow in two places: in chunks, and in the documents that tell their shapes. Here
documents are held back until all chunks that they tell of are there, and chunks that
are no longer needed go last. So whenever the process dies, what the documents tell is
there; and as the documents of a group's arrays are repeated in that of the group
(consolidated metadata), which is one file, its arrays have the same length.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype
from zarr.core.sync import sync
from zarr.storage import LocalStore, WrapperStore

__all__ = ["HeldBackStore"]

_DOCUMENT = "zarr.json"


class HeldBackStore(WrapperStore[LocalStore]):
    """A folder whose documents change only when `commit` is called.

    Parameters
    ----------
    store : LocalStore
        The folder.
    """

    def __init__(self, store: LocalStore) -> None:
        super().__init__(store)
        #: All documents that were written, by the path of what they describe
        self._documents: dict[str, Buffer] = {}
        self._changed: set[str] = set()
        self._unneeded: set[str] = set()

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: Any = None
    ) -> Buffer | None:
        """Return what is stored, also what is held back."""
        if byte_range is None and key in self._documents:
            return self._documents[key]
        return await super().get(key, prototype, byte_range)

    async def exists(self, key: str) -> bool:
        """Tell whether there is something, also if it is held back."""
        return key in self._documents or await super().exists(key)

    async def set(self, key: str, value: Buffer) -> None:
        """Write a chunk, or hold a document back."""
        if _is_document(key):
            self._documents[key] = value
            self._changed.add(key)
        else:
            self._unneeded.discard(key)
            await super().set(key, value)

    async def set_if_not_exists(self, key: str, value: Buffer) -> None:
        """Write what is not there yet."""
        if not await self.exists(key):
            await self.set(key, value)

    async def _set_many(self, values: Iterable[tuple[str, Buffer]]) -> None:
        for key, value in values:
            await self.set(key, value)

    async def delete(self, key: str) -> None:
        """Delete a chunk when documents no longer tell of it."""
        self._unneeded.add(key)

    def read_documents(self) -> None:
        """Know the documents that are there."""
        for path in Path(self._store.root).rglob(_DOCUMENT):
            key = path.relative_to(self._store.root).as_posix()
            content = default_buffer_prototype().buffer.from_bytes(path.read_bytes())
            self._documents[key] = content

    def commit(self) -> None:
        """Write what was held back: groups after their arrays, then delete chunks."""
        sync(self._commit())

    async def _commit(self) -> None:
        for key in sorted(self._changed, key=lambda key: -key.count("/")):
            if not self._is_group(key):
                await super().set(key, self._documents[key])
        for key in sorted(self._documents, key=lambda key: -key.count("/")):
            if self._is_group(key):
                await super().set(key, self._consolidated(key))
        self._changed.clear()
        while self._unneeded:
            await super().delete(self._unneeded.pop())

    def _is_group(self, key: str) -> bool:
        return bool(self._read(key)["node_type"] == "group")

    def _read(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._documents[key].to_bytes())
        return document

    def _consolidated(self, key: str) -> Buffer:
        """Return the document of a group with those of all that it contains."""
        document, folder = self._read(key), key.removesuffix(_DOCUMENT)
        inner = {
            other.removeprefix(folder).removesuffix(f"/{_DOCUMENT}"): self._read(other)
            for other in sorted(self._documents)
            if other.startswith(folder) and other != key
        }
        for other in inner.values():
            if other["node_type"] == "group":
                other["consolidated_metadata"] = _inline({})
        document["consolidated_metadata"] = _inline(inner)
        text = json.dumps(document, indent=2).encode()
        return default_buffer_prototype().buffer.from_bytes(text)


def _inline(documents: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "inline", "must_understand": False, "metadata": documents}


def _is_document(key: str) -> bool:
    return key == _DOCUMENT or key.endswith(f"/{_DOCUMENT}")
