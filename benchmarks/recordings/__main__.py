"""
Recording to disk and in memory: ``python -m benchmarks.recordings``.

Measures how long networks take that are recorded, and the most anonymous memory that
they need, with the speed of the disk in the same run. Memory is measured on Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.compare import ROOT, MeasurementFailedError, machine
from benchmarks.recordings import page

__all__ = ["main"]

DOCS = ROOT / "docs" / "performance"
#: Of how many bytes at once the disk is asked to write, and how many in all
PIECE, WRITTEN = 2**23, 2**29
#: How often, in seconds, a process is asked for its memory
INTERVAL = 0.002


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for, print it and write it to files."""
    options = parse(arguments)
    found: dict[str, Any] = {"machine": machine(), "runs": {}, "disk": []}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for number in range(options.repeat + 1):
            found["disk"].append(disk_speeds(Path(folder)))
            for model in options.models:
                for way in page.WAYS:
                    print(f"{model}, {way}, {number}", file=sys.stderr, flush=True)
                    measured = run(model, way, Path(folder), options)
                    if number > 0:
                        key = f"{model}, {way}"
                        found["runs"].setdefault(key, []).append(measured)
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1) + "\n"
    (options.output / "recordings.json").write_text(text, encoding="utf-8")
    for folder in (options.output, *([DOCS] if options.docs else [])):
        page.write(found, folder)
    print((options.output / "recordings.md").read_text(encoding="utf-8"))
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recordings",
        description="Measure recordings to disk, beside those in memory.",
    )
    add = parser.add_argument
    add("--models", nargs="+", choices=tuple(page.MODELS), default=tuple(page.MODELS))
    add("--seconds", type=float, help="of simulated time, instead of those by default")
    add("--repeat", type=int, default=5, help="processes of each way")
    add("--folder", type=Path, help="where to record to")
    add("--cache", type=Path, metavar="FOLDER", help="keeps what is compiled")
    add("--output", type=Path, default=ROOT / "benchmarks" / "output")
    add("--docs", action="store_true", help="write to docs/performance, too")
    return parser.parse_args(arguments)


def disk_speeds(folder: Path) -> dict[str, float]:
    """Return how many bytes a second a file takes, and a file that is on the disk."""
    piece, file = os.urandom(PIECE), folder / "file"
    start = time.perf_counter()
    with file.open("wb", buffering=0) as opened:
        for _ in range(WRITTEN // PIECE):
            opened.write(piece)
        taken = time.perf_counter() - start
        os.fsync(opened.fileno())
        kept = time.perf_counter() - start
    file.unlink()
    return {"taken": WRITTEN / taken, "kept": WRITTEN / kept}


def run(model: str, way: str, folder: Path, options: argparse.Namespace) -> Any:
    """Run a process of `benchmarks.recordings.worker`, and return what it found."""
    kept = options.cache or folder
    environment = {
        **os.environ,
        "BRIAN2NUMBA_CACHE_DIR": str(kept.resolve() / "numba"),
        "OMP_NUM_THREADS": "1",
    }
    seconds = options.seconds or page.MODELS[model][1]
    command = [sys.executable, "-m", "benchmarks.recordings.worker"]
    command += [model, way, str(seconds), str(folder)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        memory = peak_of(process)
        output, errors = process.communicate()
    if process.returncode != 0:
        raise MeasurementFailedError("\n".join((output + errors).splitlines()[-15:]))
    return {**json.loads(output.splitlines()[-1]), "memory": memory}


def peak_of(process: subprocess.Popen[str]) -> int:
    """Return the most anonymous memory of a process until it ends; 0 if unknown."""
    status, peak = Path(f"/proc/{process.pid}/status"), 0
    while process.poll() is None:
        try:
            lines = status.read_text(encoding="ascii").splitlines()
        except OSError:
            break
        found = [line.split()[1] for line in lines if line.startswith("RssAnon:")]
        peak = max([peak, *(int(number) * 1024 for number in found)])
        time.sleep(INTERVAL)
    return peak


if __name__ == "__main__":
    sys.exit(main())
