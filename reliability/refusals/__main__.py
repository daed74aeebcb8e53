"""Write docs/refused.md; given a target, print what it makes of the rows."""

import json
import subprocess
import sys

from brian2 import BrianLogger, prefs

from reliability.refusals.row import TARGETS, outcome_of
from reliability.refusals.table import PAGE, ROWS, page
from tools.numbers_table import versions


def main(target: str | None = None) -> None:
    """Write the page, or print results."""
    if target is None:
        PAGE.write_text(page({t: _found(t) for t in TARGETS}, versions()), "utf-8")
        return
    prefs.logging.warn_for_unused_objects = False
    BrianLogger.suppress_hierarchy("brian2")
    found = ["" if row.words(target) else outcome_of(row, target).text for row in ROWS]
    print(json.dumps(found))


def _found(target: str) -> list[str]:
    """Return what a target makes of the rows, in a process of its own."""
    command = [sys.executable, "-m", "reliability.refusals", target]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: list[str] = json.loads(finished.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
