"""
Processes that record to disk are killed at random moments: nothing flushed is lost.

::

    python -m reliability.killed_recordings --n 200

Each process runs a network, goes back to a stored state, changes a parameter and runs
on, again and again; it says how much it had flushed. What its folder has after the kill
is compared, bit by bit, with what a monitor in memory has.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import xarray
import zarr
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, ms, prefs

import brian2numba
from reliability import results
from reliability.children import fork

__all__ = ["History", "killed", "reference"]

_MONITORS = {"trace": ("t", "v", "w"), "spikes": ("t", "i", "v")}
#: Milliseconds that are kept, and that are taken back, each time
_KEPT, _TAKEN_BACK = 4, 3
_HUNG = 60  # seconds

Rows = dict[str, dict[str, np.ndarray[Any, Any]]]


def _network() -> Network:
    brian2.seed(5)
    group = NeuronGroup(
        30,
        "dv/dt = (1.2 - v + w)/(5*ms) + 0.3*xi*(5*ms)**-0.5 : 1\nw : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="group",
    )
    trace = StateMonitor(group, ["v", "w"], record=range(10), name="trace")
    spikes = SpikeMonitor(group, "v", name="spikes")
    return Network(group, trace, spikes)


def _rows(made: Network) -> Rows:
    """Return copies of all rows."""
    return {
        monitor: {n: np.array(made[monitor].variables[n].get_value()) for n in names}
        for monitor, names in _MONITORS.items()
    }


def _phases(made: Network, n_phases: int) -> Any:
    """Run a network in phases; yield before each of them ends, when rows are taken."""
    for phase in range(n_phases):
        made.run(_KEPT * ms)
        made.store()
        made["group"].w = 0.01 * phase
        made.run(_TAKEN_BACK * ms)
        yield phase
        made.restore()


@dataclass(frozen=True)
class History:
    """What a network recorded until the end of each phase, when rows are taken back.

    Attributes
    ----------
    phases : list of Rows
        All rows, by phase.
    """

    phases: list[Rows]

    def phases_of(self, monitor: str, name: str, values: Any) -> list[int]:
        """Return in which phases an array began like this."""
        n_rows = len(values)
        known = [rows[monitor][name] for rows in self.phases]
        return [
            phase
            for phase, array in enumerate(known)
            if array[:n_rows].tobytes() == np.ascontiguousarray(values).tobytes()
        ]

    def n_left(self, monitor: str, phase: int, after: int) -> int:
        """Return how many rows of a phase can't be taken back until a later one."""
        phases = [self.phases[k][monitor]["t"] for k in range(phase, after)]
        kept = [
            int(np.searchsorted(t, ((k + 1) * _KEPT - 0.05) * 1e-3))
            for k, t in enumerate(phases, phase)
        ]
        return min(kept, default=2**62)


def reference(n_phases: int) -> History:
    """Return what is recorded in memory."""
    made = _network()
    return History([_rows(made) for _ in _phases(made, n_phases)])


def _record(path: Path, notes: Path, n_phases: int) -> bool:
    """Record to disk, and note what was flushed: the phase and the numbers of rows."""
    made = _network()
    folder = brian2numba.record_to_disk(
        made, path, flush_every=5 * ms, block_bytes=4000
    )
    with notes.open("a", encoding="ascii") as said:
        print("-1 0 0", file=said, flush=True)
        for phase in _phases(made, n_phases):
            if phase % 3 == 0:
                folder.flush()
            # Each run ends with a flush
            numbers = [len(made[name].t) for name in _MONITORS]
            print(phase, *numbers, file=said, flush=True)
    return True


def killed(folder: Path, history: History, longest: float) -> str:
    """Let a process record, kill it, and return what is wrong with what it left.

    Parameters
    ----------
    folder : pathlib.Path
        An empty folder.
    history : History
        What it records.
    longest : float
        After how many seconds it is killed at the latest.
    """
    path, notes = folder / "recording.zarr", folder / "notes"
    n_phases = len(history.phases)
    process = fork(lambda: _record(path, notes, n_phases), _HUNG)
    time.sleep(random.random() * longest)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    text = notes.read_text(encoding="ascii") if notes.exists() else ""
    # The last line may be cut
    lines = text.split("\n")[:-1]
    if not lines:
        return ""
    phase, *numbers = map(int, lines[-1].split())
    try:
        for monitor, n_flushed in zip(_MONITORS, numbers, strict=True):
            _check(path, monitor, history, phase, n_flushed)
    except Exception as error:  # any: it is what has to be told
        return f"{type(error).__name__}: {error}"
    return ""


def _check(
    path: Path, monitor: str, history: History, phase: int, n_flushed: int
) -> None:
    names = _MONITORS[monitor]
    with xarray.open_zarr(path, group=monitor) as found:
        arrays = {name: found[name].values for name in names}
    _check_arrays(monitor, arrays, history, phase, n_flushed)
    for name in names:
        array = zarr.open_array(path, path=f"{monitor}/{name}", mode="r")[:]
        _check_arrays(monitor, {name: array}, history, phase, n_flushed)


def _check_arrays(
    monitor: str,
    arrays: dict[str, Any],
    history: History,
    phase: int,
    n_flushed: int,
) -> None:
    """Raise an error unless arrays begin as a phase, with what was flushed."""
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"arrays of '{monitor}' have other lengths: {lengths}")
    possible = set(range(len(history.phases)))
    for name, values in arrays.items():
        possible &= set(history.phases_of(monitor, name, values))
    n_rows = next(iter(lengths.values()))
    if not possible:
        raise ValueError(f"{n_rows} rows of '{monitor}' are of no phase: {lengths}")
    # Rows may have been taken back since
    kept = history.n_left(monitor, max(phase, 0), max(possible))
    if n_rows < min(n_flushed, kept):
        raise ValueError(
            f"{n_flushed} rows of '{monitor}' were flushed, and {n_rows} are there"
        )


def main() -> int:
    """Kill, and leave the figures; return 1 if something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="how many kills")
    parser.add_argument("--phases", type=int, default=150, help="of each process")
    parser.add_argument("--seconds", type=float, default=1.5, help="the longest life")
    options = parser.parse_args()
    prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
    history = reference(options.phases)
    wrong, n_begun = [], 0
    for k in range(options.n):
        with tempfile.TemporaryDirectory(prefix="killed_recordings_") as name:
            fault = killed(Path(name), history, options.seconds)
            n_begun += (Path(name) / "notes").exists()
        if fault:
            wrong.append(fault)
            print(f"kill {k}: {fault}", flush=True)
    figures: dict[str, object] = {
        "processes killed": options.n,
        "of these, while they recorded": n_begun,
        "that left something wrong, or less than they had flushed": len(wrong),
    }
    given = f"--n {options.n} --phases {options.phases} --seconds {options.seconds:g}"
    print(results.write("killed_recordings", given, figures).read_text("utf-8"))
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
