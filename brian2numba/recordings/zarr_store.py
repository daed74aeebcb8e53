"""The folder into which monitors record: a zarr store that xarray can open."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import zarr
from brian2.monitors import StateMonitor
from brian2.units.fundamentalunits import get_unit
from zarr.codecs import BloscCodec
from zarr.storage import LocalStore

from brian2numba.containers.sizes import checked_size
from brian2numba.recordings.held_back import HeldBackStore
from brian2numba.recordings.layout import Layout

__all__ = ["ZarrStore"]

#: Of which packages a folder tells the versions
_PACKAGES = ("brian2numba", "brian2", "numpy", "zarr")
#: Arrays of one number a row have at least so many in a chunk
_ROWS_OF_SHORT = 2**14


class ZarrStore:
    """A folder with a group for each monitor.

    Parameters
    ----------
    path : path-like
        The folder.
    compressors : object
        What zarr takes for it; "auto" stands for a quick one.
    """

    def __init__(self, path: str | os.PathLike[str], compressors: Any = "auto") -> None:
        self.path = Path(path)
        self._compressors = compressors
        self._held_back = HeldBackStore(LocalStore(self.path))
        self._root: Any = None

    def create(self) -> None:
        """Make the folder; another recording in it is gone."""
        attributes = {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {name: version(name) for name in _PACKAGES},
        }
        self._root = zarr.create_group(
            self._held_back, overwrite=True, attributes=attributes
        )

    def open(self) -> None:
        """Go on with the recordings that are in the folder."""
        self._held_back.read_documents()
        self._root = zarr.open_group(self._held_back, mode="r+", use_consolidated=False)

    def has_group(self, name: str) -> bool:
        """Tell whether there is something of a monitor of this name."""
        return name in self._root

    def group_of(self, monitor: Any, variables: Mapping[str, Any]) -> Any:
        """Return the group of a monitor; None if there is none.

        Raises
        ------
        ValueError
            If the group is of a monitor that records something else, or if this monitor
            has rows already.
        """
        if not self.has_group(monitor.name):
            return None
        group = self._root[monitor.name]
        if "rows_of_block" not in group.attrs:
            raise ValueError(
                f"What '{self.path}' has under the name of the monitor "
                f"'{monitor.name}' is no recording. Record to another folder."
            )
        n_rows = int(monitor.variables["N"].get_value().item())
        if n_rows:
            raise ValueError(
                f"The monitor '{monitor.name}' can't go on with the recording in "
                f"'{self.path}', as it has recorded {n_rows} rows itself. Call "
                "record_to_disk before the first run."
            )
        found = _description({n: group[n] for n in variables if n in group})
        wanted = _description(
            {n: np.empty(v.get_value().shape, v.dtype) for n, v in variables.items()}
        )
        if found != wanted:
            raise ValueError(
                f"The monitor '{monitor.name}' records {wanted}, but what was recorded "
                f"under this name in '{self.path}' is {found}. Record to another "
                "folder."
            )
        return group

    def add_group(
        self, monitor: Any, variables: Mapping[str, Any], layout: Layout
    ) -> Any:
        """Make the group of a monitor, with arrays that are still empty.

        Parameters
        ----------
        monitor : `StateMonitor`, `EventMonitor` or `PopulationRateMonitor`
            The monitor.
        variables : mapping of str to `DynamicArrayVariable`
            What it records.
        layout : Layout
            How rows are put together.
        """
        own = {"rows_of_block": layout.rows, "recording": uuid4().hex, "cuts": {}}
        attributes = {**_attributes(monitor), **own}
        group = self._root.create_group(monitor.name, attributes=attributes)
        rows, neurons = _dimensions(monitor, variables)
        for name, variable in variables.items():
            dimensions = (rows, neurons)[: variable.ndim]
            columns = (
                ()
                if variable.ndim == 1
                else (checked_size(variable.get_value().shape[1]),)
            )
            group.create_array(
                name,
                shape=(0, *columns),
                dtype=variable.dtype,
                dimension_names=dimensions,
                attributes=_said_of(name, variable, dimensions[0], neurons),
                **self._pieces(columns, variable.dtype, layout),
            )
        for name, values in _beside(monitor, neurons).items():
            group.create_array(
                name,
                data=np.asarray(values),
                dimension_names=(neurons,),
                compressors=self._compressor(values.dtype),
            )
        return group

    @staticmethod
    def arrays_of(group: Any, names: Iterable[str]) -> dict[str, Any]:
        """Return arrays of a group, to write rows to."""
        # To look for chunks of zeros takes longer than to write them; and instead of
        # being written, a chunk would be deleted, which has to wait for the documents
        with zarr.config.set({"array.write_empty_chunks": True}):
            return {name: group[name] for name in names}

    def commit(self) -> None:
        """Let all that was written be seen."""
        self._held_back.commit()

    def _compressor(self, dtype: Any) -> Any:
        if self._compressors != "auto":
            return self._compressors
        return BloscCodec(
            cname="lz4", clevel=1, shuffle="shuffle", typesize=np.dtype(dtype).itemsize
        )

    def _pieces(
        self, columns: tuple[int, ...], dtype: Any, layout: Layout
    ) -> dict[str, Any]:
        """Return how zarr is to cut an array into chunks and files."""
        given = {"compressors": self._compressor(dtype)}
        if not columns or columns[0] == 0:
            rows = max(layout.rows, _ROWS_OF_SHORT)
            return {"chunks": (rows, *(1 for _ in columns)), **given}
        width = layout.columns(columns[0], np.dtype(dtype).itemsize)
        n_chunks = -(-columns[0] // width)
        whole = (layout.rows, n_chunks * width)
        shards = None if n_chunks == 1 else whole
        return {"chunks": (layout.rows, width), "shards": shards, **given}


def _dimensions(monitor: Any, variables: Mapping[str, Any]) -> tuple[str, str]:
    """Return what rows and columns are called."""
    rows = "event" if "i" in variables and "event" in vars(monitor) else "t"
    neurons = "neuron"
    while neurons in variables:
        neurons += "_index"
    return rows, neurons


def _beside(monitor: Any, neurons: str) -> dict[str, Any]:
    """Return what there is of a monitor besides rows: numbers of neurons, counts."""
    if isinstance(monitor, StateMonitor):
        return {neurons: monitor.record}
    if "count" in monitor.variables:
        count = monitor.variables["count"].get_value()
        return {neurons: np.arange(len(count), dtype=np.int32), "count": count}
    return {}


def _attributes(monitor: Any) -> dict[str, Any]:
    """Return what a group says of its monitor."""
    attributes = {
        "monitor": type(monitor).__name__,
        "name": monitor.name,
        "source": monitor.source.name,
        "when": monitor.when,
        "order": monitor.order,
    }
    dt = monitor.clock.variables.get("dt")
    if dt is not None:
        attributes |= {"dt": float(dt.get_value()[0]), "dt_units": "s"}
    if "event" in vars(monitor):
        attributes |= {"event": monitor.event, "coordinates": "t"}
    return attributes


def _description(arrays: Mapping[str, Any]) -> str:
    """Return which variables of which type there are, and of how many neurons."""
    found = []
    for name, array in sorted(arrays.items()):
        of = f" of {array.shape[1]} neurons" if array.ndim > 1 else ""
        found.append(f"{name} ({array.dtype}){of}")
    return ", ".join(found) or "no rows"


def _said_of(name: str, variable: Any, rows: str, neurons: str) -> dict[str, str]:
    """Return what an array says of its values."""
    if name == "i" and rows == "event":
        # The CF conventions' word for an array that tells whose each row is
        return {"instance_dimension": neurons}
    if variable.dim.is_dimensionless:
        return {}
    return {"units": repr(get_unit(variable.dim))}
