"""
The preferences of the numba target: ``codegen.runtime.numba.*``.

Preferences
-----------
.. document_brian_prefs:: codegen.runtime.numba
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brian2.core.preferences import BrianPreference, prefs

__all__ = [
    "CATEGORY",
    "Preference",
    "name_of_target",
    "numba_compiles",
    "numba_evaluates_strings",
    "numba_is_target",
    "numba_may_be_used",
    "obstacle_to_compiled_loop",
    "register_preferences",
    "runs_in_compiled_loop",
    "sources_are_reused",
]

CATEGORY = "codegen.runtime.numba"


def _is_none_or_name(value: object) -> bool:
    return value is None or (isinstance(value, str) and value != "")


def _is_positive_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


class Preference(BrianPreference):
    """A preference that can say what its values are.

    Parameters
    ----------
    default : object
        The default value.
    docs : str
        What it is for.
    validator : callable, optional
        Tells whether a value is one. Unless given, all of the default's type are.
    values : str, optional
        What has to be given, in words.
    """

    def __init__(
        self,
        default: Any,
        docs: str,
        validator: Callable[[Any], bool] | None = None,
        values: str = "True or False",
    ) -> None:
        super().__init__(default, docs, validator)
        self.values = values


_PREFERENCES = {
    "native_loop": Preference(
        default=True,
        docs="""
        Whether compiled code runs the time steps of a network, and calls Python
        only where something needs it, e.g. a network operation. If set to
        ``False``, Brian's own loop calls each code object at each time step. The
        results are the same.
        """,
    ),
    "cache_dir": Preference(
        default=None,
        validator=_is_none_or_name,
        values="the name of a directory",
        docs="""
        Location of the directory for the files that the numba target writes. If
        ``None`` (the default), the environment variable ``BRIAN2NUMBA_CACHE_DIR``
        is used, and if that is not set either, a directory in the user's cache
        (the result of ``brian2numba.get_numba_cache_dir()``).
        """,
    ),
    "store_state_updates": Preference(
        default=True,
        docs="""
        Whether the solutions of equations that sympy found, or that there is none,
        are stored in the cache directory and used again by other processes.
        """,
    ),
    "reuse_sources": Preference(
        default=True,
        docs="""
        Whether a model that is built again finds what Brian's analysis and this
        package made of the same code before: in the process, and the sources of
        kernels in the cache directory. If set to ``False``, they are made anew for
        each object. The results are the same.
        """,
    ),
    "shared_cache": Preference(
        default=False,
        docs="""
        Whether the cache directory is shared on purpose with others who can write
        to it, e.g. a group's directory on a cluster. Compiled code that is found
        there runs with your rights: by default, a directory or a file that
        others own or can change is not used.
        """,
    ),
    "random": Preference(
        default="numpy",
        validator=lambda value: value in ("numpy", "fast"),
        values="'numpy' or 'fast'",
        docs="""
        Which random numbers kernels draw. With ``'numpy'`` (the default) they are
        those of numpy's global generator, in the order in which Brian's Cython
        target draws them: the same seed gives the same numbers. With ``'fast'``
        they come from a counter-based generator: each number depends on the seed
        and on what it is for alone (the name of the object, the neuron or synapse,
        how often the object's code has run, which draw in the code it is), and
        loops that draw them are vector code.
        """,
    ),
    "prepare": Preference(
        default="changed",
        validator=lambda value: value in ("changed", "always"),
        values="'changed' or 'always'",
        docs="""
        What a run prepares. With ``'changed'`` (the default), only what has changed
        since it was prepared for an earlier run. With ``'always'``, everything, as
        Brian's other targets do. The results are the same.
        """,
    ),
    "functions": Preference(
        default="python",
        validator=lambda value: value in ("python", "compiled"),
        values="'python' or 'compiled'",
        docs="""
        What becomes of code that calls a Python function which can't be compiled, and
        for which no implementation for this target is given. With ``'python'`` (the
        default), Brian's numpy target runs this code, everything else is compiled,
        and a message says so. With ``'compiled'``, it is an error.
        """,
    ),
    "compiler": Preference(
        default="direct",
        validator=lambda value: value in ("direct", "numba"),
        values="'direct' or 'numba'",
        docs="""
        What compiles kernels. With ``'direct'`` (the default), this package translates
        them to LLVM's language itself, and machine code is stored. With ``'numba'``,
        numba compiles all kernels from the same source, in each process anew, as an
        independent check of the translation. The results are the same; it takes longer
        to start.
        """,
    ),
    "cpu": Preference(
        default="host",
        values="'host', or the name that LLVM has for a processor",
        docs="""
        The processor to compile for: ``'host'`` (the default) for the one that is
        there, with all its instructions, or the name that LLVM has for a kind of
        processors, e.g. ``'x86-64-v3'``, for code that several kinds of nodes of a
        cluster can run. A directory with compiled code can hold both.
        """,
    ),
    "threads": Preference(
        default=1,
        validator=_is_positive_integer,
        values="a whole number from 1 on",
        docs="""
        The number of threads that share the work on large groups: state updates,
        thresholds, summed variables and the delivery of spikes. The results are the
        same as with one thread. Models too small to gain are left to one thread, as a
        short trial finds out. There are no more threads than processors that the
        process may use.
        """,
    ),
    "sleep": Preference(
        default=False,
        docs="""
        Whether neurons with linear equations and a constant threshold are left alone
        while they can't spike, until an event arrives or something looks. What they
        missed is then computed at once: results differ by rounding from those of a run
        in which they are computed in each time step.
        """,
    ),
    "math": Preference(
        default="vector",
        validator=lambda value: value in ("vector", "libm"),
        values="'vector' or 'libm'",
        docs="""
        Which elementary functions (``exp``, ``log``, ``sin``, ...) kernels call.
        ``'vector'`` (the default) stands for functions of this package that compute
        for several neurons at once, with errors of 1 to 2 units in the last place;
        where the processor can't multiply and add in one instruction, the C library's
        are called instead. ``'libm'`` stands for those of the C library, bit by bit.
        """,
    ),
    "checked": Preference(
        default=False,
        docs="""
        Whether each access to an array is checked in compiled code. One that is outside
        of its array raises an ``IndexError`` that names the variable, the index, the
        size, the object, the statement and the time. For models that behave strangely:
        runs take several times as long.
        """,
    ),
    "jit": Preference(
        default=True,
        docs="""
        Whether kernels are compiled. If set to ``False``, nothing is: Python runs the
        same code, for debuggers, and where compiled code may not run. It is very slow.
        """,
    ),
    "delete_source_files": Preference(
        default=True,
        docs="""
        Whether to do without the generated Python source files. If set to
        ``False``, the source of each code object is written to the cache
        directory, where it can be read, and where debuggers and profilers find
        it. The source is also available without any file as the ``code``
        attribute of a code object.
        """,
    ),
}


def name_of_target(target: Any) -> str:
    """Return the name of a target, which Brian takes as a name or as a class."""
    return str(getattr(target, "class_name", target))


def numba_is_target() -> bool:
    """Tell whether models are for the numba target, unless they name another one."""
    return name_of_target(prefs["codegen.target"]) == "numba"


def numba_evaluates_strings() -> bool:
    """Tell whether expressions in strings are for the numba target."""
    return name_of_target(prefs["codegen.string_expression_target"]) == "numba"


def numba_may_be_used() -> bool:
    """Tell whether models, or expressions in strings, are for the numba target."""
    return numba_is_target() or numba_evaluates_strings()


def sources_are_reused() -> bool:
    """Tell whether a model finds the sources of one with the same code."""
    return bool(prefs[f"{CATEGORY}.reuse_sources"])


def numba_compiles() -> bool:
    """Tell whether numba compiles kernels, rather than this package itself."""
    return bool(prefs[f"{CATEGORY}.compiler"] == "numba")


def runs_in_compiled_loop() -> bool:
    """Tell whether compiled code may run time steps: there is a loop, and kernels."""
    return obstacle_to_compiled_loop() is None


def obstacle_to_compiled_loop() -> str | None:
    """Return the preference because of which Brian's own loop runs, in words."""
    for name in ("native_loop", "jit"):
        if not prefs[f"{CATEGORY}.{name}"]:
            return f"the preference {CATEGORY}.{name} is False"
    return None


def register_preferences(is_processor: Callable[[Any], bool]) -> None:
    """Add the preferences to Brian's, unless they are there already.

    Parameters
    ----------
    is_processor : callable
        Tells whether code can be compiled for a processor of this name, or raises an
        exception that tells why not.
    """
    if CATEGORY in prefs.pref_register:
        return
    _PREFERENCES["cpu"].validator = is_processor
    prefs.register_preferences(
        CATEGORY, "Numba runtime codegen preferences", **_PREFERENCES
    )
