"""Compare many random models: ``python -m reliability.random_models --models 2000``."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import Generator
from contextlib import closing, suppress
from multiprocessing.pool import AsyncResult
from pathlib import Path

from reliability import results
from reliability.random_models.deviations import DEVIATIONS
from reliability.random_models.features import FEATURES
from reliability.random_models.harness import Batch, compare_batch

_MODELS_OF_A_BATCH = 10
_ENDLESS = 60 * 24 * 7  # minutes


def main() -> int:
    """Run the harness; return 1 if a difference is not explained."""
    options = _options()
    start = time.perf_counter()
    total = Batch()
    # What has been counted is kept where Ctrl+C ends it early, also in the background,
    # where shells let processes ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt), closing(_batches(options)) as batches:
        for batch in batches:
            total.add(batch)
            print(f"{len(total.verdicts)} models: {dict(total.kinds)}", flush=True)
            for script, detail in batch.failures:
                _report(script, detail)
            if len(total.verdicts) >= options.models:
                break
    _print(total)
    print(f"{time.perf_counter() - start:.0f} s")
    words = f"--models {options.models} --seed {options.seed}"
    if options.minutes < _ENDLESS:
        words += f" --minutes {options.minutes:g}"
    words += options.cython * " --cython" + options.dressed * " --dressed"
    results.write("random_models", words, _figures(total))
    return int(bool(total.failures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reliability.random_models")
    parser.add_argument(
        "--models", type=int, default=200, help="at least so many different ones"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--minutes",
        type=float,
        default=_ENDLESS,
        help="after how many minutes to end, with what has been compared until then",
    )
    parser.add_argument(
        "--cython",
        action="store_true",
        help="compare with Brian's Cython target, which needs a C++ compiler",
    )
    parser.add_argument(
        "--dressed",
        action="store_true",
        help="give models other names, spellings of conditions, and kinds of records",
    )
    return parser.parse_args()


def _batches(options: argparse.Namespace) -> Generator[Batch]:
    """Yield batches as they are done, until nobody wants more."""
    first_seeds = itertools.count(options.seed * 100_000)
    deadline = time.monotonic() + 60 * options.minutes
    # In Brian, the order of sets decides whether some models are refused
    os.environ["PYTHONHASHSEED"] = "0"
    # A new process now and then: what a model leaves in memory doesn't add up
    with multiprocessing.get_context("spawn").Pool(
        options.processes, maxtasksperchild=8
    ) as pool:

        def submitted() -> AsyncResult[Batch]:
            first_seed = next(first_seeds)
            arguments = _MODELS_OF_A_BATCH, first_seed, options.cython, options.dressed
            return pool.apply_async(compare_batch, arguments)

        # One more each, so that no process has to wait
        pending = deque(submitted() for _ in range(2 * options.processes))
        with suppress(multiprocessing.TimeoutError):
            while True:
                left = max(deadline - time.monotonic(), 0)
                yield pending.popleft().get(timeout=left)
                pending.append(submitted())


def _report(script: str, detail: str) -> None:
    """Save a script for which the targets differ."""
    folder = Path(tempfile.mkdtemp(prefix="random_models_"))
    file = folder / "model.py"
    file.write_text(script, encoding="utf-8")
    print(f"\n{script}\nThe targets differ, see {file}:\n{detail[:3000]}\n")


def _print(total: Batch) -> None:
    features = total.features
    for name in FEATURES:
        print(f"{features[name]:6d} {name}")
    for message, count in total.refusals.most_common():
        print(f"{count:6d} refused: {message[:200]}")


def _figures(total: Batch) -> dict[str, int]:
    """Return what is kept."""
    kinds, deviations, features = total.kinds, total.deviations, total.features
    return {
        "models": len(total.verdicts),
        "identical bit by bit": kinds["identical"],
        "equal but for rounding": kinds["close"],
        "refused by both targets": kinds["refused"],
        **{f"explained: {d.name}": deviations[d.name] for d in DEVIATIONS},
        "unexplained": len(total.failures),
        "features": len(FEATURES),
        "models of the rarest feature": min(features[name] for name in FEATURES),
    }


if __name__ == "__main__":
    raise SystemExit(main())
