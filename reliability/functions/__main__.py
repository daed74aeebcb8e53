"""Compare random functions: ``python -m reliability.functions --functions 1000``."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Generator
from contextlib import closing, suppress
from multiprocessing.pool import AsyncResult
from pathlib import Path

from reliability import results
from reliability.functions.features import FEATURES
from reliability.functions.harness import Batch, Failure, compare_batch

_CASES_OF_A_BATCH = 40


def main() -> int:
    """Run the harness; return 1 if there is a difference."""
    options = _options()
    start = time.perf_counter()
    total = Batch()
    # What has been counted is kept where Ctrl+C ends it early, also in the background,
    # where shells let processes ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt), closing(_batches(options)) as batches:
        for batch in batches:
            for failure in batch.failures:
                _report(options.scripts, failure)
            total.add(batch)
            print(f"{len(total.compared)} functions: {dict(total.kinds)}", flush=True)
            if len(total.compared) >= options.functions:
                break
    _print(total)
    print(f"{time.perf_counter() - start:.0f} s")
    words = f"--functions {options.functions} --seed {options.seed}"
    results.write("functions", words, _figures(total))
    return int(bool(total.failures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reliability.functions")
    parser.add_argument(
        "--functions", type=int, default=200, help="at least so many different ones"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--scripts",
        type=Path,
        default=Path("functions_that_differ"),
        help="the folder for scripts that differ",
    )
    return parser.parse_args()


def _batches(options: argparse.Namespace) -> Generator[Batch]:
    """Yield batches as they are done, until nobody wants more."""
    first_seeds = itertools.count(options.seed * 100_000)
    # In Brian, the order of sets decides whether some models are refused
    os.environ["PYTHONHASHSEED"] = "0"
    # A new process now and then: what numba compiles is never freed
    with multiprocessing.get_context("spawn").Pool(
        options.processes, maxtasksperchild=8
    ) as pool:

        def submitted() -> AsyncResult[Batch]:
            arguments = _CASES_OF_A_BATCH, next(first_seeds)
            return pool.apply_async(compare_batch, arguments)

        # One more each, so that no process has to wait
        pending = deque(submitted() for _ in range(2 * options.processes))
        while True:
            yield pending.popleft().get()
            pending.append(submitted())


def _report(folder: Path, failure: Failure) -> None:
    """Save the scripts for which the targets differ."""
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.glob("*_numba.py")))
    for target, script in failure.scripts.items():
        file = folder / f"function_{number:03d}_{target}.py"
        file.write_text(f"{script}print(cells.y[:], seen)\n", encoding="utf-8")
    print(f"\nThe targets differ, see {file}:\n{failure.detail[:1000]}\n")


def _print(total: Batch) -> None:
    features = total.features
    for name in FEATURES:
        print(f"{features[name]:6d} {name}")
    for message, count in total.refusals.most_common(20):
        print(f"{count:6d} refused by numpy: {message[:200]}")


def _figures(total: Batch) -> dict[str, int]:
    """Return what is kept."""
    kinds, ways, features = total.kinds, total.ways, total.features
    return {
        "functions": len(total.compared),
        "compiled": ways["compiled"],
        "run by Python": ways["Python"],
        "results identical bit by bit": kinds["identical"],
        "results equal but for rounding": kinds["close"],
        "the same exception, at the same time": kinds["raised"],
        "ill-conditioned: numpy itself differs, nudged": kinds["ill-conditioned"],
        "different": len(total.failures),
        "features": len(FEATURES),
        "functions of the rarest feature": min(features[name] for name in FEATURES),
        "for one number, refused as by numpy": kinds["for one number"],
        "refused by numpy, and not compared": kinds["refused"],
    }


if __name__ == "__main__":
    raise SystemExit(main())
