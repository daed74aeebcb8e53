"""Connectomes in files: as published, and as processes hand them to each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.published.connectome import Connectome

__all__ = ["COLUMNS", "load", "read", "save"]

#: Columns of the published table: source, target, number of synapses with its sign
COLUMNS = ("Presynaptic_Index", "Postsynaptic_Index", "Excitatory x Connectivity")


def read(file: Path, stimulated: Sequence[int]) -> Connectome:
    """
    Read a table such as ``Connectivity_783.parquet`` or its text as ``.csv``.

    Parameters
    ----------
    file : Path
        It has the three `COLUMNS`, and may have others.
    stimulated : sequence of int
        Which neurons get input, by their numbers in the table. They become the first
        ones, in this order.
    """
    sources, targets, counts = _columns(file)
    n_neurons = int(max(sources.max(), targets.max())) + 1
    wrong = [k for k in stimulated if not 0 <= k < n_neurons]
    if wrong or len(set(stimulated)) < len(stimulated):
        raise ValueError(
            f"The neurons that get input, {list(stimulated)}, have to be different "
            f"numbers from 0 to {n_neurons - 1}, which are those in {file.name}."
        )
    others = np.setdiff1d(np.arange(n_neurons), stimulated)
    number = np.empty(n_neurons, dtype=np.int64)
    number[np.concatenate((np.asarray(stimulated, dtype=int), others))] = np.arange(
        n_neurons
    )
    sources, targets = number[sources], number[targets]
    order = np.lexsort((targets, sources))
    return Connectome(n_neurons, sources[order], targets[order], counts[order])


def _columns(file: Path) -> list[NDArray[np.int64]]:
    """Read the three columns with pandas, which needs pyarrow for parquet files."""
    import pandas as pd  # noqa: PLC0415 (needed for files of others only)

    reader = pd.read_parquet if file.suffix == ".parquet" else pd.read_csv
    table = reader(file)
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise ValueError(
            f"{file.name} has no column {missing[0]!r}. A connectome needs "
            f"{', '.join(map(repr, COLUMNS))}, but its columns are "
            f"{', '.join(map(repr, table.columns))}."
        )
    return [table[name].to_numpy(np.int64) for name in COLUMNS]


def save(connectome: Connectome, file: Path) -> None:
    """Write a connectome for `load`."""
    np.savez(
        file,
        n_neurons=connectome.n_neurons,
        sources=connectome.sources.astype(np.int32),
        targets=connectome.targets.astype(np.int32),
        counts=connectome.counts.astype(np.int32),
    )


def load(file: Path) -> Connectome:
    """Read what `save` wrote."""
    with np.load(file) as data:
        n_neurons = int(data["n_neurons"])
        return Connectome(n_neurons, data["sources"], data["targets"], data["counts"])
