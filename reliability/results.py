"""Where the harnesses leave their figures, for the page that shows them."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["OUTPUT", "read", "write"]

OUTPUT = Path(__file__).parent / "output"
_PACKAGES = ("brian2", "numba", "llvmlite", "numpy")


def write(harness: str, options: str, figures: Mapping[str, object]) -> Path:
    """Keep the figures of a harness that has run.

    Parameters
    ----------
    harness : str
        Its module in this folder.
    options : str
        The options that it was run with, as on a command line.
    figures : mapping of str to int, float or str
        What was counted, by a description that a reader understands.

    Returns
    -------
    Path
        The file.
    """
    record = {
        "command": f"python -m reliability.{harness} {options}".strip(),
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "figures": dict(figures),
    }
    OUTPUT.mkdir(exist_ok=True)
    file = OUTPUT / f"{harness}.json"
    file.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return file


def read() -> dict[str, dict[str, Any]]:
    """Return what each harness left, by its name."""
    files = sorted(OUTPUT.glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}
