"""
brian2numba: run Brian 2 models as numba-compiled code, without a C++ compiler.

Importing the package gives Brian the code generation target ``numba``::

    from brian2 import *
    import brian2numba

    prefs.codegen.target = "numba"
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from brian2numba.cache import CacheInfo, cache_info
from brian2numba.compilation.cache_directory import get_numba_cache_dir
from brian2numba.registration import register
from brian2numba.target import NumbaCodeObject
from brian2numba.testing import test

if TYPE_CHECKING:
    from brian2numba.explanation import explain
    from brian2numba.inspection import inspect
    from brian2numba.progress import progress_bar
    from brian2numba.recordings.counts import counts_within
    from brian2numba.recordings.news import NewRows
    from brian2numba.recordings.to_disk import record_to_disk
    from brian2numba.recordings.window import keep_last
    from brian2numba.sweeps.results import SweepResult
    from brian2numba.sweeps.sweep import sweep

__all__ = [
    "CacheInfo",
    "NewRows",
    "NumbaCodeObject",
    "SweepResult",
    "cache_info",
    "counts_within",
    "explain",
    "get_numba_cache_dir",
    "inspect",
    "keep_last",
    "progress_bar",
    "record_to_disk",
    "sweep",
    "test",
]
__version__ = "0.1.0"

register()

#: What few scripts use is imported when it is asked for
_LATER = {
    "NewRows": "brian2numba.recordings.news",
    "SweepResult": "brian2numba.sweeps",
    "counts_within": "brian2numba.recordings.counts",
    "explain": "brian2numba.explanation",
    "inspect": "brian2numba.inspection",
    "keep_last": "brian2numba.recordings.window",
    "progress_bar": "brian2numba.progress",
    "record_to_disk": "brian2numba.recordings.to_disk",
    "sweep": "brian2numba.sweeps",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'brian2numba' has no attribute '{name}'")
    return getattr(importlib.import_module(_LATER[name]), name)
