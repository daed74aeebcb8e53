"""
brian2numba: run Brian 2 models as numba-compiled code, without a C++ compiler.

Importing the package gives Brian the code generation target ``numba``::

    from brian2 import *
    import brian2numba

    prefs.codegen.target = "numba"
"""

from brian2numba.preferences import register_preferences

register_preferences()

from brian2numba.compilation.cache_directory import get_numba_cache_dir  # noqa: E402
from brian2numba.registration import register  # noqa: E402
from brian2numba.target import NumbaCodeObject  # noqa: E402
from brian2numba.testing import test  # noqa: E402

__all__ = ["NumbaCodeObject", "get_numba_cache_dir", "test"]
__version__ = "0.1.0"

register()
