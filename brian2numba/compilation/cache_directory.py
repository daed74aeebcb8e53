"""Where the numba target writes its files."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from brian2.core.preferences import prefs

from brian2numba.preference_sources import CACHE_DIR_VARIABLE

__all__ = ["CACHE_EXTENSIONS", "get_numba_cache_dir"]

#: The kinds of files in the cache directory, of which Brian's `clear_cache` must know
CACHE_EXTENSIONS = {"_kernel.py", ".kernel", ".part"}


def get_numba_cache_dir() -> str:
    """Return the directory that the numba target writes its files to.

    It is the preference ``codegen.runtime.numba.cache_dir``, or else the environment
    variable ``BRIAN2NUMBA_CACHE_DIR``, or else a directory in the user's cache.

    Returns
    -------
    str
        The directory, which may not exist yet.
    """
    chosen = prefs["codegen.runtime.numba.cache_dir"]
    chosen = chosen or os.environ.get(CACHE_DIR_VARIABLE)
    if chosen:
        return os.path.expanduser(chosen)
    return str(Path(platformdirs.user_cache_dir("brian2numba", appauthor=False)))
