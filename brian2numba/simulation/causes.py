"""What ends a traceback: the cause of an error, once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from brian2.core.base import BrianObjectException

__all__ = ["causes_repeated"]


@contextmanager
def causes_repeated() -> Iterator[None]:
    """Let errors that Brian wraps in others end with what was wrong.

    Brian's own ends with the place where the object was made, and refers to a message
    that may be pages above.
    """
    try:
        yield
    except BrianObjectException as error:
        cause: BaseException = error
        while (inner := cause.__cause__) is not None:
            cause = inner
        if cause is not error and not getattr(error, "__notes__", None):
            error.add_note(f"The cause: {type(cause).__name__}: {cause}")
        raise
