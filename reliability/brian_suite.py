"""Brian's own test suite, under the target, in each of its modes."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter

from reliability.results import read, write

#: The options of ``python -m brian2numba.testing`` for each mode
MODES = {
    "release": (),
    "checked": ("--checked",),
    "uncompiled": ("--uncompiled",),
    "guard pages, flush right": ("--guard-pages", "right"),
    "guard pages, flush left": ("--guard-pages", "left"),
    "single precision": ("--float32",),
    "two threads": ("--threads", "2"),
    "Brian's run loop": ("--brian-loop",),
    "functions of the C library": ("--math", "libm"),
    "compiled by numba": ("--compiler", "numba"),
}
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed)")


def outcome(options: tuple[str, ...]) -> Counter[str]:
    """Run the suite; return how many tests passed, failed and were skipped."""
    command = [sys.executable, "-m", "brian2numba.testing", *options]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    counts: Counter[str] = Counter()
    for line in finished.stdout.splitlines():
        if re.match(r"=+ .*\d+ passed", line) or re.match(r"\d+ passed", line):
            for number, what in _COUNT.findall(line):
                counts[what] += int(number)
    if finished.returncode != 0 and not counts["failed"]:
        print(finished.stdout[-5000:], finished.stderr[-5000:], file=sys.stderr)
        counts["failed"] += 1
    return counts


def main() -> int:
    """Run the suite in the modes that are asked for, and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m reliability.brian_suite")
    parser.add_argument("--modes", nargs="*", choices=MODES, default=list(MODES))
    parser.add_argument("--short", action="store_true", help="without long tests")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    common = ("-n", str(arguments.processes), *(["--short"] * arguments.short))
    # Modes that are not run now keep what they had
    figures = dict(read().get("brian_suite", {}).get("figures", {}))
    n_failed = 0
    for mode in arguments.modes:
        counts = outcome((*MODES[mode], *common))
        n_failed += counts["failed"]
        figures[mode] = (
            f"{counts['passed']} passed, {counts['failed']} failed, "
            f"{counts['skipped']} skipped"
        )
        print(f"{mode}: {figures[mode]}", flush=True)
        write("brian_suite", "--short" if arguments.short else "", figures)
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
