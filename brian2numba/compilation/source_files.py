"""Files with the generated source, for users who want to look at it or debug it."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from brian2.core.preferences import prefs
from brian2.utils.logger import get_logger

from brian2numba.compilation.cache_directory import get_numba_cache_dir

__all__ = ["keep_source"]

logger = get_logger("brian2.codegen.runtime.numba")


def keep_source(name: str, text: str) -> str | None:
    """Write the source of a code object to the cache directory, if users want that.

    Parameters
    ----------
    name : str
        The name of the code object.
    text : str
        Its source.

    Returns
    -------
    str or None
        The file, or ``None`` if none was written.
    """
    if prefs["codegen.runtime.numba.delete_source_files"]:
        return None
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    safe_name = re.sub(r"\W", "_", name)
    path = Path(get_numba_cache_dir(), f"{safe_name}_{digest}_kernel.py")
    try:
        _write(path, text)
    except OSError as error:
        logger.warn(
            f"The generated source of '{name}' can't be written to '{path}': {error}. "
            "The simulation goes on without it.",
            "source_not_written",
            once=True,
        )
        return None
    return str(path)


def _write(path: Path, text: str) -> None:
    """Write a file so that others see all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(suffix="_kernel.py", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
