"""What is told of an exception in a point: its cause, and the user's lines."""

from __future__ import annotations

import linecache
import re
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path

import brian2
from brian2.core.base import BrianObjectException

from brian2numba.errors import with_causes

__all__ = ["Failure", "Line", "failure_of"]

#: The folders of code that is not the user's
_LIBRARIES = (
    *map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(brian2.__file__).parent),
    str(Path(__file__).parents[1]),
)


@dataclass(frozen=True)
class Line:
    """A line of the user's.

    Attributes
    ----------
    file : str
        The file.
    number : int
        Which line of it.
    function : str
        The function that it is in.
    text : str
        What it says; empty where the process did not have the file.
    """

    file: str
    number: int
    function: str
    text: str = ""

    def __str__(self) -> str:
        # The process that a notebook runs in has its cells
        text = self.text or linecache.getline(self.file, self.number).strip()
        file = Path(self.file)
        is_cell = file.parent.name.startswith("ipykernel_")
        place = f"line {self.number} of {'a cell' if is_cell else file.name}"
        if self.function != "<module>":
            place += f", in {self.function}"
        return f"{place}: {text}" if text else place


@dataclass(frozen=True)
class Failure:
    """An exception that ended a point.

    Attributes
    ----------
    message : str
        The type and the text of what went wrong: where Brian tells which object was
        concerned, that is the exception before.
    traceback : str
        The traceback of all.
    line : Line or None
        The last line of the user's on the way to it.
    object : str or None
        The object of Brian that was concerned.
    made : Line or None
        Where that was made.
    """

    message: str
    traceback: str
    line: Line | None = None
    object: str | None = None
    made: Line | None = None

    def __str__(self) -> str:
        first, *others = self.message.strip().splitlines() or [""]
        lines = [first + (" ..." if others else "")]
        if self.line is not None:
            lines.append(str(self.line))
        if self.made is not None:
            lines.append(f"'{self.object}' was made in {self.made}")
        return "\n".join(lines)


def failure_of(error: BaseException) -> Failure:
    """Return what is told of an exception."""
    brians = [e for e in with_causes(error) if isinstance(e, BrianObjectException)]
    root = next((e for e in with_causes(error) if e not in brians), error)
    # That of the cause may begin within Brian
    own = next(filter(None, map(_own_lines, [root, *reversed(brians)])), [])
    return Failure(
        message=f"{type(root).__name__}: {root}",
        traceback="".join(traceback.format_exception(error)),
        line=own[-1] if own else None,
        object=brians[-1]._brian_objname if brians else None,
        made=_made(brians[-1]._brian_objcreate) if brians else None,
    )


def _own_lines(error: BaseException) -> list[Line]:
    """Return the lines of the user's in a traceback."""
    return [
        Line(frame.filename, frame.lineno or 0, frame.name, (frame.line or "").strip())
        for frame in traceback.extract_tb(error.__traceback__)
        # Code that was made from text has names such as <string>
        if not frame.filename.startswith(("<", "(", *_LIBRARIES))
    ]


def _made(created: str) -> Line | None:
    """Return the line where Brian says that an object was made."""
    pattern = r"File '(.*)', line (\d+), in (.*)(?:\n *(.*))?"
    found = re.search(pattern, created)
    if found is None:
        return None
    file, number, function, text = found.groups()
    return Line(file, int(number), function, text or "")
