"""``record_to_disk``: what monitors record is written while the network runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brian2.core.network import Network
from brian2.monitors import StateMonitor
from brian2.units import Quantity, second

from brian2numba.hooks import replace_brians
from brian2numba.optional import required
from brian2numba.preferences import numba_is_target
from brian2numba.recordings.layout import BLOCK_BYTES
from brian2numba.recordings.lazy import show_lazily
from brian2numba.recordings.monitors import MONITORS, checked_monitor
from brian2numba.recordings.recording import recording_of

if TYPE_CHECKING:
    from brian2numba.recordings.folder import RecordingFolder

__all__ = ["record_to_disk"]


def record_to_disk(  # noqa: PLR0913 (options, each with a name)
    monitors: Any,
    path: str | os.PathLike[str],
    *,
    mode: str = "w-",
    flush_every: Quantity = 1 * second,
    block_bytes: int = BLOCK_BYTES,
    compressors: Any = "auto",
) -> RecordingFolder:
    """Let monitors record to disk, to a zarr store with a group for each of them.

    ``xarray.open_zarr(path, group=monitor.name)`` opens it. Only the newest rows are in
    memory; the monitors read from disk what they are asked for.

    Parameters
    ----------
    monitors : `Network`, monitor, or iterable of monitors
        The monitors (`StateMonitor`, `SpikeMonitor`, `EventMonitor`,
        `PopulationRateMonitor`), or a network, for all monitors in it. What they have
        recorded already goes to disk, too.
    path : path-like
        The folder, by convention with a name that ends in ``.zarr``.
    mode : {"w-", "w", "a"}, optional
        What to do with a recording that is there, as with xarray's ``to_zarr``: it is
        an error, it is overwritten, or the monitors go on with it.
    flush_every : `Quantity`, optional
        The time, of a clock on the wall, after which what was recorded is on disk.
    block_bytes : int, optional
        About how many bytes of each monitor leave memory at once. A monitor needs a
        small multiple of this.
    compressors : object, optional
        What `zarr.create_array` takes; ``None`` compresses nothing. By default, bytes
        are shuffled and compressed by LZ4, which is quick.

    Returns
    -------
    RecordingFolder
        Its method ``flush()`` returns when all is on disk. It need not be kept.

    Raises
    ------
    FileExistsError
        If there is something at the path, but for a recording that may be overwritten.
    RecordingError
        In a run, when the disk is full. Nothing is lost: make room, and run on.
    """
    required("zarr", "A recording on disk")
    chosen, seconds = _monitors_of(monitors), _seconds(flush_every)
    _refuse_path(Path(path), mode)
    if block_bytes < 1:
        raise ValueError(f"block_bytes is {block_bytes}, but blocks have bytes.")
    show_lazily()
    replace_brians(StateMonitor, "record_single_timestep", _written_at_once)
    # zarr is imported only where it is used
    from brian2numba.recordings.folder import RecordingFolder  # noqa: PLC0415

    goes_on = mode == "a" and (Path(path) / "zarr.json").exists()
    return RecordingFolder(chosen, path, goes_on, seconds, block_bytes, compressors)


def _monitors_of(given: Any) -> list[Any]:
    """Return the monitors that a user means."""
    if isinstance(given, Network):
        found = [obj for obj in given.sorted_objects if isinstance(obj, MONITORS)]
        if not found:
            raise ValueError(f"The network '{given.name}' has no monitors to record.")
    elif isinstance(given, MONITORS):
        found = [given]
    else:
        found = list(given) if isinstance(given, Iterable) else [given]
    for monitor in found:
        _refuse(monitor)
    names = [monitor.name for monitor in found]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"The monitor '{name}' is given twice.")
    if not found:
        raise ValueError("There is no monitor to record: the list is empty.")
    return found


def _refuse(monitor: Any) -> None:
    checked_monitor(monitor, "record_to_disk", counts_are_enough=True)
    if not numba_is_target():
        raise RuntimeError(
            f"The monitor '{monitor.name}' can't record to disk, as the target is not "
            "numba. Set prefs.codegen.target = 'numba' before anything else."
        )
    if Network._globally_running:
        raise RuntimeError(
            f"A network is running: the monitor '{monitor.name}' can only record to "
            "disk if record_to_disk was called before."
        )
    if recording_of(monitor) is not None:
        raise ValueError(
            f"What the monitor '{monitor.name}' records goes elsewhere already, or "
            "only the last of it is kept. Make another monitor."
        )


def _refuse_path(path: Path, mode: str) -> None:
    if mode not in ("w-", "w", "a"):
        raise ValueError(f"The mode is {mode!r}, but there are only 'w-', 'w' and 'a'.")
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    is_recording = (path / "zarr.json").is_file()
    if mode in ("w", "a") and is_recording:
        return
    what = "a zarr store" if is_recording else "something that is no zarr store"
    advice = " With mode='w' it is overwritten." if is_recording else ""
    raise FileExistsError(f"There is {what} at '{path}' already.{advice}")


def _seconds(time: Any) -> float:
    is_time = isinstance(time, Quantity) and time.dim is second.dim and not time.ndim
    if not (is_time and time >= 0):
        raise ValueError(
            f"flush_every is {time!r}, but it has to be a time, such as 1*second."
        )
    return float(time)


def _written_at_once(method: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return ``StateMonitor.record_single_timestep``, which is called after a run."""

    def record_single_timestep(monitor: Any) -> None:
        method(monitor)
        recording = recording_of(monitor)
        if recording is not None and not Network._globally_running:
            recording.end()

    return record_single_timestep
