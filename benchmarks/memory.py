"""
How much memory a process had at most.

As a script, ``python memory.py FILE COMMAND...`` runs a command and writes what it had
to a file. The system counts what a process had before it became the command, so the
process that starts a command has to be small: this script imports next to nothing.
"""

from __future__ import annotations

import subprocess
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = ["peak_memory", "runner_command"]


def peak_memory(children: bool = False) -> int | None:
    """Return the peak of the resident memory in bytes; None where nobody knows.

    Parameters
    ----------
    children : bool
        Whether to return that of the largest child process that has ended.
    """
    if resource is None:
        return None
    of = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(of).ru_maxrss) * unit


def runner_command(file: str, *command: str) -> list[str]:
    """Return the command that runs another one and writes its memory to a file."""
    return [sys.executable, "-S", "-E", __file__, file, *command]


def main() -> int:
    """Run a command, and write the peak of its memory."""
    file, *command = sys.argv[1:]
    status = subprocess.call(command)
    with open(file, "w", encoding="ascii") as written:
        written.write(str(peak_memory(children=True)))
    return status


if __name__ == "__main__":
    sys.exit(main())
