"""
brian2numba: run Brian 2 models as numba-compiled code, without a C++ compiler.

Importing the package gives Brian the code generation target ``numba``::

    from brian2 import *
    import brian2numba

    prefs.codegen.target = "numba"
"""

from brian2numba.cache import CacheInfo, cache_info
from brian2numba.compilation.cache_directory import get_numba_cache_dir
from brian2numba.registration import register
from brian2numba.sweeps import SweepResult, sweep
from brian2numba.target import NumbaCodeObject
from brian2numba.testing import test

__all__ = [
    "CacheInfo",
    "NumbaCodeObject",
    "SweepResult",
    "cache_info",
    "get_numba_cache_dir",
    "sweep",
    "test",
]
__version__ = "0.1.0"

register()
