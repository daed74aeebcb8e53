"""Check that what is about to be released says of itself what is true.

    python -m tools.check_release v0.1.0

The tag has the version of the package, the changelog and the recipe have it as well,
and the project has an address.
"""

import os
import re
import runpy
import sys
from typing import Iterator, List

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def objections(tag: str) -> Iterator[str]:
    """Yield what speaks against a release, each a sentence."""
    package = re.search(
        r'^__version__ = "(.*)"$',
        read(os.path.join("brian2numba", "__init__.py")),
        re.MULTILINE,
    )
    version = package.group(1) if package else ""
    if tag != "v" + version:
        yield f"The tag is '{tag}', but the version of the package is '{version}'."
    if f"## [{version}]" not in read("CHANGELOG.md"):
        yield f"CHANGELOG.md has no section for version {version}."
    if f'version: "{version}"' not in read(os.path.join("recipe", "recipe.yaml")):
        yield f"recipe/recipe.yaml is for another version than {version}."
    home = runpy.run_path(os.path.join(ROOT, "brian2numba", "home.py"))
    if home["IS_PLACEHOLDER"]:
        yield (
            f"The project's address is the placeholder {home['HOME']}: give it one "
            "with 'python -m tools.set_home ADDRESS'."
        )


def read(path: str) -> str:
    """Return the text of a file of the project."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def main(arguments: List[str]) -> int:
    """Check the release of a tag; return the exit code."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(objections(arguments[0]))
    for objection in found:
        print(objection, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
