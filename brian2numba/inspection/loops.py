"""
What the loops of a kernel became: read in LLVM's optimised code.

LLVM notes of each loop that it has made vector code of, and of the loop that is left
for the last elements, that it is done with them (``llvm.loop.isvectorized``).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Loop", "Vectorisation", "loops_of"]

_NAME = r'"[^"]*"|[-\w.$]+'
_FUNCTION = re.compile(r"^define [^\n]*\n(.*?)^}", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(rf"^({_NAME}):", re.MULTILINE)
_SUCCESSOR = re.compile(rf"\blabel %({_NAME})")
_LOOP_METADATA = re.compile(r"!llvm\.loop !(\d+)")
_METADATA = re.compile(r"^!(\d+) = (?:distinct )?!\{(.*)\}", re.MULTILINE)
#: What computes a floating point number, or several, or compares them
_ARITHMETIC = re.compile(
    r"= f(?:add|sub|mul|div|rem|neg|cmp)\b"
    r"|= (?:\w+ )?call (?:\w+ )*(?:<(?:vscale x )?\d+ x )?(?:double|float)>? "
)
#: What LLVM has vectors of, but processors have not: the C library is called for each
#: number
_OF_THE_C_LIBRARY = re.compile(
    r"@llvm\.(?:a?(?:sin|cos|tan)h?|atan2|exp(?:2|10)?|log(?:2|10)?|powi?)\."
)
#: Of vectors that processors with SVE make as long as theirs are, the least length
_FLOATS = re.compile(r"<(?:vscale x )?(\d+) x (?:double|float)>")
_VECTOR = re.compile(r"<(?:vscale x )?(\d+) x \w+>")
_SCALABLE = re.compile(r"<vscale x \d+ x (?:double|float)>")
#: What LLVM calls the loops that it has made of another
_MADE_BY_LLVM = ("vector.body", "vec.epilog")


@dataclass(frozen=True)
class Loop:
    """A loop of a kernel, as LLVM compiled it.

    Attributes
    ----------
    label : str
        The name of its first block.
    text : str
        Its instructions, without those of loops within it.
    is_marked : bool
        Whether LLVM says that it was vectorised, or is what was left then.
    """

    label: str
    text: str = field(repr=False)
    is_marked: bool = False

    @property
    def is_vector(self) -> bool:
        """Whether it was made to compute several elements at once."""
        return self._is_made and _VECTOR.search(self.text) is not None

    @property
    def is_remainder(self) -> bool:
        """Whether it computes the last elements, which are too few for a vector."""
        return self.is_marked and not self._is_made

    @property
    def _is_made(self) -> bool:
        """Whether it is what LLVM has made of a loop, and not what was left of it."""
        return self.is_marked and self.label.strip('"').startswith(_MADE_BY_LLVM)

    @property
    def arithmetic(self) -> tuple[str, ...]:
        """The instructions that compute with floating point numbers."""
        lines = (line.strip() for line in self.text.splitlines())
        return tuple(line for line in lines if _ARITHMETIC.search(line))

    @property
    def scalar_arithmetic(self) -> tuple[str, ...]:
        """Those of them that compute one number at a time."""
        return tuple(line for line in self.arithmetic if not _is_vector_code(line))

    @property
    def is_scalable(self) -> bool:
        """Whether the processor decides how long vectors are, as those with SVE do."""
        return self.is_vector and _SCALABLE.search(self.text) is not None

    @property
    def width(self) -> int:
        """How many elements an instruction computes; 1 in scalar code.

        Where the processor decides, it is the least number: others are multiples.
        """
        if not self.is_vector:
            return 1
        found = _FLOATS.findall(self.text) or _VECTOR.findall(self.text)
        return max(map(int, found))


def _is_vector_code(line: str) -> bool:
    is_vector = _FLOATS.search(line) is not None
    return is_vector and not _OF_THE_C_LIBRARY.search(line)


class Vectorisation(enum.StrEnum):
    """What the loops of a kernel that compute became."""

    ALL = "vector code"
    PART = "partly vector code"
    NONE = "scalar code"
    NOTHING_TO_DO = "no loop with floating point arithmetic"

    @classmethod
    def of(cls, loops: Sequence[Loop]) -> Vectorisation:
        """Return what loops became, but for those of the last elements."""
        vectors = [loop for loop in loops if loop.is_vector]
        compute = [loop for loop in loops if loop.arithmetic and not loop.is_remainder]
        if not compute:
            return cls.ALL if vectors else cls.NOTHING_TO_DO
        done = [loop.is_vector and not loop.scalar_arithmetic for loop in compute]
        if all(done):
            return cls.ALL
        return cls.PART if any(done) else cls.NONE


def loops_of(module: str) -> tuple[Loop, ...]:
    """Return the loops of all functions of a module.

    Parameters
    ----------
    module : str
        An optimised module in LLVM's language.
    """
    metadata = dict(_METADATA.findall(module))
    return tuple(
        loop
        for function in _FUNCTION.findall(module)
        for loop in _loops_of_function(_blocks(function), metadata)
    )


def _blocks(function: str) -> dict[str, str]:
    """Return the basic blocks of a function by their labels, in their order."""
    start, *rest = _LABEL.split(function)
    blocks = {"": start} if start.strip() else {}
    return blocks | dict(zip(rest[::2], rest[1::2], strict=True))


def _loops_of_function(
    blocks: Mapping[str, str], metadata: Mapping[str, str]
) -> Iterator[Loop]:
    members = _members_of_loops(blocks)
    for header, (own, latches) in members.items():
        within = [
            blocks_of_other
            for other, (blocks_of_other, _) in members.items()
            if other != header and other in own
        ]
        labels = [name for name in blocks if name in own.difference(*within)]
        text = "\n".join(blocks[name] for name in labels)
        is_marked = any(_is_marked(blocks[latch], metadata) for latch in latches)
        yield Loop(header, text, is_marked)


def _is_marked(block: str, metadata: Mapping[str, str]) -> bool:
    """Tell whether LLVM has noted that the loop that ends here was vectorised."""
    found = _LOOP_METADATA.search(block)
    if found is None:
        return False
    notes = re.findall(r"!(\d+)", metadata[found[1]])
    return any("llvm.loop.isvectorized" in metadata[note] for note in notes)


def _members_of_loops(
    blocks: Mapping[str, str],
) -> dict[str, tuple[set[str], set[str]]]:
    """Return the blocks of each loop, and those that jump back, by its first block."""
    successors = {name: _SUCCESSOR.findall(text) for name, text in blocks.items()}
    predecessors: dict[str, set[str]] = {name: set() for name in blocks}
    for name, following in successors.items():
        for successor in following:
            predecessors[successor].add(name)
    loops: dict[str, tuple[set[str], set[str]]] = {}
    for latch, header in _back_edges(successors):
        members, latches = loops.setdefault(header, ({header}, set()))
        latches.add(latch)
        waiting = [latch]
        while waiting:
            name = waiting.pop()
            if name not in members:
                members.add(name)
                waiting += predecessors[name]
    return loops


def _back_edges(successors: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield the jumps to a block that the path from the function's start has passed."""
    first = next(iter(successors))
    path, is_on_path, seen = [(first, iter(successors[first]))], {first}, {first}
    while path:
        name, following = path[-1]
        successor = next(following, None)
        if successor is None:
            is_on_path.discard(name)
            path.pop()
        elif successor in is_on_path:
            yield name, successor
        elif successor not in seen:
            seen.add(successor)
            is_on_path.add(successor)
            path.append((successor, iter(successors[successor])))
