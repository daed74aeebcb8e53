"""Try all names in all places: ``python -m reliability.names``."""

from __future__ import annotations

import argparse
import time
from collections import Counter

from brian2 import BrianLogger, prefs

import brian2numba  # noqa: F401 (registers the target)
from reliability.names.trials import TRIALS
from reliability.names.verdicts import verdicts
from reliability.names.words import words

_N_OF_A_MODEL = 30


def main() -> int:
    """Print what came of the names; return 1 if one works with numpy only."""
    parser = argparse.ArgumentParser(prog="python -m reliability.names")
    parser.add_argument("places", nargs="*", help="one or several of the places")
    parser.add_argument("--every", type=int, default=1, help="take each n-th name only")
    options = parser.parse_args()
    BrianLogger.suppress_hierarchy("brian2")
    prefs.logging.warn_for_unused_objects = False
    names = words()[:: options.every]
    has_failed = False
    for place in options.places or TRIALS:
        start = time.perf_counter()
        kinds: Counter[str] = Counter()
        for k in range(0, len(names), _N_OF_A_MODEL):
            for verdict in verdicts(place, names[k : k + _N_OF_A_MODEL]):
                kinds[verdict.kind] += 1
                if verdict.kind not in ("works", "refused"):
                    print(f"{place} {verdict.name}: {verdict.kind}, {verdict.detail}")
        has_failed |= bool(kinds["different"])
        print(
            f"{place}: {dict(kinds)}, {time.perf_counter() - start:.0f} s", flush=True
        )
    return int(has_failed)


if __name__ == "__main__":
    raise SystemExit(main())
