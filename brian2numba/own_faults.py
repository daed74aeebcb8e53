"""
What exceptions say that are this package's fault: where to report them.

Brian ends each script that fails with an address of its own.
"""

from __future__ import annotations

import dis
import functools
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

from brian2numba.errors import BrianNumbaError, KernelCompilationError, with_causes
from brian2numba.home import ISSUES

__all__ = ["NOTE", "is_own_fault", "note_own_fault"]

NOTE = (
    f"Raised by brian2numba, not by Brian: please report it at {ISSUES}, with your "
    "script and what 'python -m brian2numba info' prints."
)

#: What is nobody's fault, or the machine's
_OF_THE_MACHINE = (MemoryError, OSError, RecursionError, Warning)
#: What numba says of code that uses a variable before the model has given it a value
_OF_MODELS = ("NotDefinedError",)
_OWN = Path(__file__).parent


def note_own_fault(error: BaseException) -> None:
    """Let an exception say where to report it, if it is this package's fault.

    Parameters
    ----------
    error : BaseException
        An exception that is about to leave the package.
    """
    if NOTE not in getattr(error, "__notes__", ()) and is_own_fault(error):
        error.add_note(NOTE)


def is_own_fault(error: BaseException) -> bool:
    """Tell whether what raised an exception is this package, and not on purpose.

    What it raises on purpose is about something that a user has given, but for code of
    a model that does not compile, although no function of the user's is part of it.

    Parameters
    ----------
    error : BaseException
        The exception; those that were its causes count.
    """
    causes = list(with_causes(error))
    root = causes[-1]
    for cause in causes:
        if isinstance(cause, BrianNumbaError):
            is_about_code = type(cause) is KernelCompilationError
            return is_about_code and type(root).__name__ not in _OF_MODELS
    frames = [*_frames(root.__traceback__)]
    of_compilers = 0
    while frames and _is_in(frames[-1][0], *_compilers()):
        of_compilers += 1
        frames.pop()
    if isinstance(root, _OF_THE_MACHINE) or not frames:
        return False
    if not _is_in(frames[-1][0], _OWN):
        return False
    is_accident = of_compilers or isinstance(root, AssertionError)
    return bool(is_accident) or not _is_on_purpose(*frames[-1])


@functools.cache
def _compilers() -> tuple[Path, ...]:
    """Return the folders of what compiles the code that this package makes."""
    found = (find_spec(name) for name in ("llvmlite", "numba"))
    return tuple(Path(s.origin).parent for s in found if s is not None and s.origin)


def _frames(traceback: Any) -> Iterator[tuple[FrameType, int]]:
    """Yield the frames that an exception has passed, with the instruction in each."""
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lasti
        traceback = traceback.tb_next


def _is_in(frame: FrameType, *folders: Path) -> bool:
    path = Path(frame.f_code.co_filename)
    return any(path.is_relative_to(folder) for folder in folders)


def _is_on_purpose(frame: FrameType, instruction: int) -> bool:
    """Tell whether a `raise` statement is what raised an exception in a frame."""
    name = dis.opname[frame.f_code.co_code[instruction]]
    return name in ("RAISE_VARARGS", "RERAISE")
