"""A thread that writes while the network runs."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["Writer"]


class Writer:
    """Does one piece of work again and again in a thread of its own, when asked to.

    The thread begins with the first request, and ends when `finish` is called.

    Parameters
    ----------
    work : callable
        What to do; it looks for itself what there is to do.

    Attributes
    ----------
    error : Exception or None
        What the work raised last. Nothing is done any more until `retry` is called.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_requested = self._is_busy = self._is_ending = False
        self.error: Exception | None = None

    def request(self) -> None:
        """Let the work be done, after what is done now."""
        with self._condition:
            self._is_requested = True
            self._is_ending = False
            if self._thread is None:
                thread = threading.Thread(
                    target=self._run, name="brian2numba writes recordings", daemon=True
                )
                thread.start()
                self._thread = thread
            self._condition.notify_all()

    def retry(self) -> None:
        """Forget an error: what made the work fail may be gone."""
        with self._condition:
            self.error = None

    def wait_for(self, is_reached: Callable[[], bool]) -> None:
        """Wait until something is true, which the work tells of, or the work failed."""
        with self._condition:
            self._condition.wait_for(
                lambda: is_reached() or self.error is not None or self._is_idle()
            )

    def wait(self) -> None:
        """Wait until there is nothing more to do, or the work failed."""
        with self._condition:
            self._condition.wait_for(lambda: self.error is not None or self._is_idle())
            # What failed may still be on its way out
            self._condition.wait_for(lambda: not self._is_busy)

    def finish(self) -> None:
        """Do what was requested, and end the thread."""
        with self._condition:
            thread = self._thread
            self._is_ending = True
            self._condition.notify_all()
        if thread is not None:
            thread.join()

    def tell(self) -> None:
        """Let those who wait look again; called by the work."""
        with self._condition:
            self._condition.notify_all()

    def _is_idle(self) -> bool:
        return not (self._is_requested or self._is_busy)

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._is_requested or self._is_ending)
                if not self._is_requested:
                    # From here on, another request needs another thread
                    self._thread = None
                    return
                self._is_requested = False
                self._is_busy = self.error is None
            error = None
            try:
                if self._is_busy:
                    self._work()
            except Exception as raised:
                error = raised
            with self._condition:
                self.error = self.error or error
                self._is_busy = False
                self._condition.notify_all()
