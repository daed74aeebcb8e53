"""Reports of a run's progress that are told when it begins and ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brian2.core.network import Network

__all__ = ["Reporter", "reporting"]


class Reporter(ABC):
    """What can be given to ``run`` as its report, and has more to it than a function.

    Attributes
    ----------
    period : float
        The longest time between two reports in seconds, whatever the run's own
        ``report_period`` is.
    """

    period: float

    @abstractmethod
    def begin(self, network: Network) -> None:
        """Note that a network is about to run."""

    @abstractmethod
    def __call__(
        self, elapsed: Any, completed: float, start: Any, duration: Any
    ) -> None:
        """Report, see ``Network.run``."""

    @abstractmethod
    def end(self) -> None:
        """Note that the run is over, whether it was completed or not."""


@contextmanager
def reporting(network: Network, report: Any, period: float) -> Iterator[float]:
    """Let a report know when a run begins and ends, if it wants to.

    Parameters
    ----------
    network : `Network`
        The network that runs within this context.
    report : str, callable or None
        How to report, see ``Network.run``.
    period : float
        The time between reports that the user asked for, in seconds.

    Yields
    ------
    float
        The time between reports in seconds.
    """
    if not isinstance(report, Reporter):
        yield period
        return
    report.begin(network)
    try:
        yield min(period, report.period)
    finally:
        report.end()
