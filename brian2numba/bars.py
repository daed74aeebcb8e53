"""Bars of tqdm, in terminals and in notebooks."""

from __future__ import annotations

import importlib
from typing import Any

from brian2numba.optional import required

__all__ = ["kind_of_bar"]


def kind_of_bar(what: str, advice: str = "") -> Any:
    """Return tqdm's bar for where we are: a terminal or a notebook.

    Parameters
    ----------
    what : str
        What needs it, as in "The progress bar".
    advice : str, optional
        What else than to install it a user can do, in a sentence.

    Raises
    ------
    ImportError
        If tqdm is not installed.
    """
    kind = required("tqdm.auto", what, advice).tqdm
    notebooks = importlib.import_module("tqdm.notebook").tqdm_notebook
    return _for_notebooks(kind) if issubclass(kind, notebooks) else _quiet(kind)


def _quiet(kind: Any) -> Any:
    class Bar(kind):
        # tqdm's thread redraws bars that are late; ours are not, and threads and forks
        # do not mix well
        monitor_interval = 0

    return Bar


def _for_notebooks(kind: Any) -> Any:
    """Return tqdm's widget, as which a notebook that is saved has the bar at its end.

    Where widgets can't be shown, as on the pages of git hosts, there is the text that
    came with the widget; tqdm's own is that of the bar's first moment.
    """
    show = importlib.import_module("IPython.display").display

    class Bar(_quiet(kind)):  # type: ignore[misc]
        def __init__(self, *args: Any, display: bool = True, **options: Any) -> None:
            self._shown: Any = None
            super().__init__(*args, display=False, **options)
            if display and not self.disable and self.delay <= 0:
                self._show()

        def _show(self) -> None:
            self._shown = show(self.container, display_id=True)
            self.displayed = True

        def display(self, *args: Any, check_delay: bool = True, **options: Any) -> None:
            super().display(*args, check_delay=False, **options)
            if check_delay and self.delay > 0 and not self.displayed:
                self._show()

        def close(self) -> None:
            is_open = not self.disable
            super().close()
            if not is_open or self._shown is None:
                return
            if self.leave or self.n < self.total:
                self._shown.update(self.container)
            else:
                self._shown.update({"text/plain": ""}, raw=True)

    return Bar
