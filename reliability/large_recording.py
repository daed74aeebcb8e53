"""
Record more than the process may have memory for, and read it back.

::

    python -m reliability.large_recording --gigabytes 4 --limit 1

A process whose address space is limited (``RLIMIT_AS``) records states to disk. What it
recorded is then read piece by piece and compared with what was to be recorded.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from reliability import results

_GIGABYTE = 10**9
_NEURONS = 10_000
#: The value of neuron i at step n, exact in double precision; it is hard to compress
_MODEL = "v = (7919.0*i + 104729.0*timestep(t, dt)) % 1000003.0 : 1"


def _value(neuron: Any, step: Any) -> Any:
    return (7919.0 * neuron + 104729.0 * step) % 1000003.0


def record(path: Path, n_steps: int, limit: float) -> None:
    """Record in this process, in limited memory."""
    resource.setrlimit(resource.RLIMIT_AS, (int(limit), int(limit)))
    import brian2  # noqa: PLC0415 (in limited memory)

    import brian2numba  # noqa: PLC0415

    brian2.prefs.codegen.target = "numba"
    group = brian2.NeuronGroup(_NEURONS, _MODEL, name="group")
    states = brian2.StateMonitor(group, "v", record=True, name="states")
    made = brian2.Network(group, states)
    brian2numba.record_to_disk(made, path)
    start = time.perf_counter()
    made.run(n_steps * brian2.defaultclock.dt)
    seconds = time.perf_counter() - start
    moment = states.v[:, n_steps // 2]
    assert moment[-1] == _value(_NEURONS - 1, n_steps // 2)
    trace = states.v[17, -1000:]
    assert trace[0] == _value(17, n_steps - 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(states.v.nbytes, peak, seconds)


def _is_right(path: Path, n_steps: int) -> bool:
    """Read all of it, a piece at a time."""
    import numpy as np  # noqa: PLC0415
    import zarr  # noqa: PLC0415

    values = zarr.open_array(path, path="states/v", mode="r")
    neurons = np.arange(_NEURONS)
    return values.shape == (n_steps, _NEURONS) and all(
        np.array_equal(
            values[k : k + 500],
            _value(neurons, np.arange(k, min(k + 500, n_steps))[:, None]),
        )
        for k in range(0, n_steps, 500)
    )


def main() -> int:
    """Record, compare, and leave the figures; return 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=4, help="to record")
    parser.add_argument("--limit", type=float, default=1, help="of memory, in GB")
    parser.add_argument("--record", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    n_steps = int(options.gigabytes * _GIGABYTE / (8 * _NEURONS))
    if options.record is not None:
        record(options.record, n_steps, options.limit * _GIGABYTE)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="large_recording_"))
    try:
        command = [
            *(sys.executable, "-m", "reliability.large_recording"),
            *("--gigabytes", str(options.gigabytes), "--limit", str(options.limit)),
            *("--record", str(folder / "recording.zarr")),
        ]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        recorded, peak, seconds = map(float, output.stdout.split())
        is_right = _is_right(folder / "recording.zarr", n_steps)
        files = [p for p in folder.rglob("*") if p.is_file()]
        n_bytes = sum(p.stat().st_size for p in files)
    finally:
        shutil.rmtree(folder)
    figures = {
        "MB recorded": round(recorded / 1e6),
        "MB of address space that the process was allowed": round(1000 * options.limit),
        "MB of memory that it had at its peak": round(peak / 1e6),
        "MB on disk, compressed": round(n_bytes / 1e6),
        "files": len(files),
        "seconds of the run": round(seconds, 1),
        "values that differed": "none" if is_right else "some",
    }
    given = f"--gigabytes {options.gigabytes:g} --limit {options.limit:g}"
    print(results.write("large_recording", given, figures).read_text("utf-8"))
    return int(not is_right)


if __name__ == "__main__":
    raise SystemExit(main())
