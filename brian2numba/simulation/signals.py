"""Ctrl+C during a run: the step is ended first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["deferred_interrupt"]


@contextmanager
def deferred_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on Ctrl+C, and raise `KeyboardInterrupt` at the end of the block.

    A second Ctrl+C raises at once. Where Ctrl+C does something else than to raise, and
    outside of the main thread, which alone gets signals, nothing is changed.

    Parameters
    ----------
    stop : callable
        Lets the block come to an end.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    raises = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not (in_main_thread and raises):
        yield
        return
    interrupted = False

    def handler(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True
        stop()

    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if interrupted:
        raise KeyboardInterrupt
