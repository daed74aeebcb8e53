"""A progress bar for runs, in terminals and notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from brian2.core.network import Network
from brian2.units import second
from brian2.units.fundamentalunits import check_units

from brian2numba.bars import kind_of_bar
from brian2numba.simulation.reports import Reporter

__all__ = ["ProgressBar", "progress_bar"]


@check_units(period=second)
def progress_bar(period: Any = 0.1 * second, **options: Any) -> ProgressBar:
    """Return a progress bar to give to ``run`` as its report.

    It shows the biological time that is done, and time steps a second.

    Parameters
    ----------
    period : `Quantity`, optional
        The time between two refreshes. Defaults to 0.1 s. The ``report_period`` of
        ``run`` counts only where it is shorter.
    **options
        Options of tqdm's bars, e.g. ``leave=False``.

    Returns
    -------
    ProgressBar
        For one run, or several.

    Raises
    ------
    ImportError
        If tqdm is not installed.
    ValueError
        If the period is not positive and finite.

    Examples
    --------
    >>> run(10*second, report=brian2numba.progress_bar())
    """
    seconds = float(period)
    if not 0 < seconds < float("inf"):
        raise ValueError(
            "The period of a progress bar has to be positive and finite, but it is "
            f"{period}."
        )
    kind = kind_of_bar(
        "The progress bar", "Without it, report='text' reports progress."
    )
    return ProgressBar(kind, seconds, options)


@dataclass
class _Run:
    """A run, and its bar once it has begun."""

    network: Network
    bar: Any = None


class ProgressBar(Reporter):
    """A report that draws a bar, see `progress_bar`.

    Parameters
    ----------
    kind : type
        The class of tqdm's bars.
    period : float
        The time between two refreshes in seconds.
    options : dict
        Options of tqdm's bars.
    """

    def __init__(self, kind: Any, period: float, options: dict[str, Any]) -> None:
        self.period = period
        self._kind = kind
        # The run decides when it is time to draw
        own = {"unit": " steps", "unit_scale": True, "mininterval": 0, "miniters": 0}
        self._options = {**own, **options}
        #: What runs: a network operation may run another network
        self._runs: list[_Run] = []

    def begin(self, network: Network) -> None:
        """Note that a network is about to run."""
        self._runs.append(_Run(network))

    def __call__(
        self, elapsed: Any, completed: float, start: Any, duration: Any
    ) -> None:
        """Draw the bar, see ``Network.run``."""
        run = self._runs[-1]
        if run.bar is None:
            run.bar = self._kind(total=_number_of_steps(run.network), **self._options)
        unit = duration.get_best_unit()
        whole = float(duration / unit)
        done = f"{completed * whole:.4g} of {whole:.4g} {unit}"
        run.bar.set_postfix_str(done, refresh=False)
        run.bar.update(round(completed * run.bar.total) - run.bar.n)

    def end(self) -> None:
        """Close the bar of the run that is over."""
        run = self._runs.pop()
        if run.bar is not None:
            run.bar.close()


def _number_of_steps(network: Network) -> int:
    """Return how many steps the fastest clock makes in the run that has begun."""
    return max(
        clock._i_end - clock.variables["timestep"].item() for clock in network._clocks
    )
