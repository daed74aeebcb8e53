"""Check the workflows in .github: what actionlint says, and what they may do.

    python -m tools.check_workflows

actionlint knows the syntax, the machines, and the inputs of actions. Besides, each
action is pinned to a commit, with its version in a comment; a workflow may read the
repository and nothing else; and only the job that uploads a release can ask for a token
to do so.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
from typing import Iterator, List, Optional

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)+")
USES = re.compile(r"^\s*(?:- )?uses:\s*(.*?)\s*$", re.MULTILINE)
PERMISSIONS = re.compile(r"^permissions:\n((?:  .*\n)+)", re.MULTILINE)
ONLY_TO_READ = "  contents: read\n"
#: A job, with its indented lines, below "jobs:"
JOB = re.compile(r"^  ([\w-]+):\n((?:    .*\n|\n)+)", re.MULTILINE)
UPLOADS = "pypa/gh-action-pypi-publish@"


def workflows() -> List[str]:
    """Return the paths of the workflows."""
    return sorted(glob.glob(os.path.join(ROOT, ".github", "workflows", "*.yml")))


def objections(text: str) -> Iterator[str]:
    """Yield what is wrong with a workflow, each a sentence."""
    for used in USES.findall(text):
        if not PINNED.fullmatch(used):
            yield (
                f"'{used}' is not pinned: write the commit of a release, with 40 "
                "digits, and '# v' with the release's version after it."
            )
    found = PERMISSIONS.search(text)
    if found is None or found.group(1) != ONLY_TO_READ:
        yield "Its permissions have to be 'contents: read', and nothing else."
    _, _, jobs = text.partition("\njobs:\n")
    for name, lines in JOB.findall(jobs):
        writes = re.findall(r"([\w-]+): write", lines)
        if writes and (UPLOADS not in lines or writes != ["id-token"]):
            yield f"The job '{name}' may write: {', '.join(writes)}."


def find_actionlint() -> Optional[str]:
    """Return where actionlint is: beside this Python, or on the PATH."""
    beside = os.path.dirname(sys.executable)
    return shutil.which("actionlint", path=beside) or shutil.which("actionlint")


def main() -> int:
    """Check all workflows; return the exit code."""
    code = 0
    for path in workflows():
        with open(path, encoding="utf-8") as file:
            for objection in objections(file.read()):
                print(f"{os.path.relpath(path, ROOT)}: {objection}", file=sys.stderr)
                code = 1
    actionlint = find_actionlint()
    if actionlint is None:
        print(
            'actionlint is not installed: pip install -e ".[dev]" does it.',
            file=sys.stderr,
        )
        return 1
    # What else is installed here must not change what is found
    command = [actionlint, "-shellcheck=", "-pyflakes="] + workflows()
    return subprocess.call(command, cwd=ROOT) or code


if __name__ == "__main__":
    sys.exit(main())
