"""What a monitor has recorded since somebody last looked."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
from brian2.core.variables import Variable
from brian2.monitors.spikemonitor import EventMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.units.fundamentalunits import DIMENSIONLESS, Quantity
from brian2.utils.logger import get_logger

from brian2numba.recordings.columns import Columns
from brian2numba.recordings.monitors import checked_monitor
from brian2numba.recordings.recording import recorded_variables
from brian2numba.recordings.restoring import tell_when_restored
from brian2numba.simulation.running import is_in_use_elsewhere, while_others_wait

__all__ = ["NewRows"]

type _Array = np.ndarray[Any, Any]

logger = get_logger("brian2.codegen.runtime.numba")


class NewRows:
    """Reads what a monitor has recorded since the last reading, without copies.

    Any number of such readers can look at a monitor; each keeps its own place. One that
    is new begins with what is recorded from then on. After ``restore``, the next
    reading is of what is recorded after that.

    Parameters
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor, which may keep all that it records, or the last of it (see
        `keep_last`), or write it to disk.

    Attributes
    ----------
    monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
        The monitor.
    n_missed : int
        How many rows were never read, as the monitor keeps only its last ones and
        dropped them before. The log says so when it first happens.

    Raises
    ------
    TypeError
        If this is no monitor.
    ValueError
        If it only counts events.
    RuntimeError
        If it does not record in Brian's runtime mode.

    Examples
    --------
    >>> new = brian2numba.NewRows(spikes)
    >>> @network_operation(dt=10*ms)
    ... def controller():
    ...     i, t = new.read()
    """

    def __init__(self, monitor: Any) -> None:
        checked_monitor(monitor, "NewRows")
        self.monitor = monitor
        self.n_missed = 0
        names = _names(monitor)
        self._columns = Columns(monitor, names)
        self._kind = _kind_of_rows(monitor.name, names)
        variables = [monitor.variables[name] for name in names]
        is_by_element = isinstance(monitor, StateMonitor)
        #: Of each variable, its unit if it has any, and whether the result has a row
        #: for each element
        self._forms = [
            (_dimensions(v), is_by_element and v.ndim > 1) for v in variables
        ]
        self._position = self._columns.n_rows
        nothing = self._arrays(self._position, self._position)
        # Copies: views would keep the monitor's block
        self._nothing = self._kind(*(array.copy() for array in nothing))
        tell_when_restored(monitor, self)

    def read(self) -> Any:
        """Return what has been recorded since this was last called.

        Returns
        -------
        namedtuple
            Of events: the neurons ``i`` and the times ``t``, and what else is recorded,
            in the order of the alphabet. Of states: ``t``, and each variable with a row
            for each element, as ``monitor.v`` has it. Of rates: ``t`` and ``rate``.
            They have units; with an underscore after the name, they have none:
            ``new.read().t_``. The arrays are views of the monitor's own memory, which
            are only read and keep what they show; they are copies only of rows that had
            gone to disk, and with targets other than numba.
        """
        if not is_in_use_elsewhere():
            # Network operations read at each time step: contexts in which nobody has to
            # wait would take a tenth of the time
            return self._read()
        with while_others_wait(), self._columns.held():
            return self._read()

    def _read(self) -> Any:
        columns = self._columns
        n_rows, start = columns.n_rows, self._position
        if n_rows == start:
            return self._nothing
        if start < columns.n_gone:
            self._miss(columns.n_gone - start)
            start = columns.n_gone
        self._position = n_rows
        return self._kind(*self._arrays(start, n_rows))

    def restored(self) -> None:
        """Go on with what is recorded from now on: the monitor was restored."""
        self._position = self._columns.n_rows

    def _arrays(self, start: int, stop: int) -> list[_Array]:
        arrays = self._columns.read(start, stop)
        for k, (dim, is_by_element) in enumerate(self._forms):
            array = arrays[k].T if is_by_element else arrays[k]
            if dim is not None:
                array = array.view(Quantity)
                array.dim = dim  # type: ignore[attr-defined]
            arrays[k] = array
        return arrays

    def _miss(self, n_rows: int) -> None:
        if not self.n_missed:
            logger.warn(
                f"The monitor '{self.monitor.name}' dropped {n_rows} rows before they "
                "were read, as it keeps only its last ones: read more often, or let "
                "keep_last keep more. The attribute 'n_missed' of what reads them goes "
                "on counting.",
                "rows_missed",
            )
        self.n_missed += n_rows

    def __repr__(self) -> str:
        return f"<NewRows of '{self.monitor.name}'>"


def _names(monitor: Any) -> list[str]:
    """Return what a monitor records, in the order in which it is returned."""
    names = list(recorded_variables(monitor))
    begin = ["i", "t"] if isinstance(monitor, EventMonitor) else ["t"]
    others = [name for name in names if name not in begin]
    if isinstance(monitor, EventMonitor):
        others.sort()
    return [name for name in begin if name in names] + others


def _dimensions(variable: Variable) -> Any:
    return None if variable.dim is DIMENSIONLESS else variable.dim


class _Named:
    """Arrays by name, without units if the name ends with an underscore."""

    __slots__ = ()
    _fields: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        if name.endswith("_") and name[:-1] in self._fields:
            return np.asarray(getattr(self, name[:-1]))
        raise AttributeError(
            f"No '{name}' is recorded, but only: {', '.join(self._fields)}"
        )


def _kind_of_rows(monitor: str, names: list[str]) -> Any:
    """Return the class of what is read of a monitor."""
    fields: Any = namedtuple("NewRowsOf", names)  # type: ignore[misc]
    own = {"__slots__": (), "__doc__": f"What '{monitor}' has recorded."}
    return type("NewRowsOf", (_Named, fields), own)
