"""A process of `benchmarks.recordings`: it runs one model in one way."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from brian2 import ms, prefs, second, seed

import brian2numba
from benchmarks.recordings.models import build

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Run a model, and print what was found."""
    name, way, seconds, folder = arguments
    prefs.codegen.target = "cython" if way == "cython" else "numba"
    seed(1)
    network = build(name, way != "nothing")
    path = Path(folder) / "recording.zarr"
    if way in ("disk", "uncompressed"):
        options = {} if way == "disk" else {"compressors": None}
        brian2numba.record_to_disk(network, path, mode="w", **options)
    # What is compiled, and the first rows of all arrays
    network.run(10 * ms)
    start = time.perf_counter()
    network.run(float(seconds) * second)
    spent = time.perf_counter() - start
    found = {"seconds": spent, "bytes": 0, "bytes_on_disk": 0}
    if way != "nothing":
        monitor = network["recorded"]
        n_rows = len(monitor.t)
        found["bytes"] = n_rows * (len(monitor.record) + 1) * 8
        found["last"] = float(monitor.v[-1, n_rows - 1])
    if path.exists():
        files = [file for file in path.rglob("*") if file.is_file()]
        found["bytes_on_disk"] = sum(file.stat().st_size for file in files)
        found["files"] = len(files)
        shutil.rmtree(path)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
