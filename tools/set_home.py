"""Give the project another address: in the one place that knows it, and in copies.

    python -m tools.set_home https://git.example.org/neurons/brian2numba

The address is in brian2numba/home.py. Files that people read as they are have a copy of
it, which this rewrites.
"""

import os
import re
import runpy
import sys
from typing import List

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACE = os.path.join("brian2numba", "home.py")
ADDRESS = re.compile(r"https://[^/\s]+/[^\s\"]*[^\s\"/]")
#: The files that have copies
COPIES = [
    "CITATION.cff",
    "CONTRIBUTING.md",
    "README.md",
    os.path.join("docs", "troubleshooting.md"),
    os.path.join("recipe", "recipe.yaml"),
]


def current_home() -> str:
    """Return the address that the project has now."""
    return str(runpy.run_path(os.path.join(ROOT, PLACE))["HOME"])


def main(arguments: List[str]) -> int:
    """Write the new address; return the exit code."""
    if len(arguments) != 1 or not re.match(
        r"https://[^/\s]+/[^\s\"]*[^\s\"/]$", arguments[0]
    ):
        print(__doc__, file=sys.stderr)
        return 2
    old, new = current_home(), arguments[0]
    for name in [PLACE, *COPIES]:
        path = os.path.join(ROOT, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text.replace(old, new))
        print(f"{name}: {text.count(old)} times")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
