"""
Random numbers that are taken from a buffer before a loop over a block of elements.

A loop that asks for each number whether the buffer has one left can't be vector code.
Where every element draws the same number of times, the numbers of a block of elements
are taken at once, in the order in which the loop uses them: the sequence is the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from brian2numba.kernels.counting import AT_ONCE
from brian2numba.language import MASK_SIZE

__all__ = ["BlockDraws", "block_draws", "number_of_count", "takes_counts_only"]

#: Where the numbers of a block are
_BUFFER = "_drawn"

#: What takes several numbers, for each function that draws one of a kind
_TAKE = {
    "_rand": "_take_uniform",
    "_randn": "_take_normal",
    "_binomial_by_table": "_take_binomial_by_table",
    "_binomial_by_normal": "_take_binomial_by_normal",
}
_CALL = re.compile(
    rf"\b({'|'.join(_TAKE)})\(_vectorisation_idx, ((?:\w+, )*)_random_streams\)"
)
_STREAMS = re.compile(r"\b_random_streams\b")
#: What takes counts, of which another function makes the numbers
_TAKE_COUNTS = "_take_binomial_by_table"
#: More draws than that are made one by one: blocks would be too short to pay off
_MAX_DRAWS = 16
#: Elements are done in whole vectors
_MULTIPLE = 8


@dataclass(frozen=True)
class BlockDraws:
    """The statements of a loop whose random numbers have been taken before.

    Attributes
    ----------
    code : str
        The statements; they read the numbers from ``_drawn``.
    take : str
        The name of the function that takes numbers for a block.
    given : str
        What it is given beyond where the numbers are wanted, and how many.
    n_numbers : int
        How many numbers an element takes.
    """

    code: str
    take: str
    given: str
    n_numbers: int

    @property
    def block_size(self) -> int:
        """The number of elements for which numbers are taken at once."""
        return MASK_SIZE // self.n_numbers // _MULTIPLE * _MULTIPLE

    @property
    def buffers(self) -> tuple[tuple[str, str, str]]:
        """What the kernel calls the memory for numbers, their type, and how many."""
        if self.take == _TAKE_COUNTS:
            return ((_BUFFER, "_uint16", str(MASK_SIZE + AT_ONCE)),)
        return ((_BUFFER, "_float64", "_MASK_SIZE"),)

    @property
    def before(self) -> tuple[str]:
        """The statement that takes the numbers of a block."""
        n_numbers = f"{self.n_numbers} * (_stop - _start)"
        return (f"{self.take}({_BUFFER}, {n_numbers}, {self.given}_random_streams)",)


def block_draws(code: str) -> BlockDraws | None:
    """Let statements use numbers that were taken before.

    Parameters
    ----------
    code : str
        The statements of a loop over elements.

    Returns
    -------
    BlockDraws or None
        None where nothing is drawn, or not the same number of times for all elements,
        or several kinds of numbers: the order of draws decides which kind's buffer is
        refilled first, and which number is drawn again.
    """
    found = _CALL.findall(code)
    kinds, n_numbers = set(found), len(found)
    all_are_known = n_numbers == len(_STREAMS.findall(code))
    if not all_are_known or len(kinds) != 1 or n_numbers > _MAX_DRAWS:
        return None
    if len(list(_always_made(code))) != n_numbers:
        return None
    numbers = iter(range(n_numbers))

    def item(match: re.Match[str]) -> str:
        place = "_idx - _start"
        if n_numbers > 1:
            place = f"({place}) * {n_numbers} + {next(numbers)}"
        number = f"{_BUFFER}[{place}]"
        return number_of_count(number, given) if are_counts else number

    function, given = kinds.pop()
    are_counts = _TAKE[function] == _TAKE_COUNTS
    return BlockDraws(_CALL.sub(item, code), _TAKE[function], given, n_numbers)


def number_of_count(count: str, given: str) -> str:
    """Return the source of the number that a count in a table stands for.

    Parameters
    ----------
    count : str
        The source of the count.
    given : str
        The names of the table's fields, see `brian2numba.kernels.counting.CountTable`.
    """
    *_, n_or_zero = given.removesuffix(", ").split(", ")
    return f"_number_of({count}, {n_or_zero})"


def takes_counts_only(body: str, streams: str) -> bool:
    """Tell whether all that a kernel draws from streams are counts in blocks.

    Parameters
    ----------
    body : str
        The statements of the kernel.
    streams : str
        What it calls the streams.
    """
    rest = re.sub(rf"^\s*{_TAKE_COUNTS}\(.*\)$", "", body, flags=re.MULTILINE)
    return re.search(rf"\b{streams}\b", rest) is None


def _always_made(code: str) -> Iterator[ast.AST]:
    """Yield the calls that draw whatever the values of variables are."""
    pending: list[ast.AST] = [
        node for node in ast.parse(dedent(code)).body if isinstance(node, ast.Assign)
    ]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _TAKE:
            yield node
        elif not _may_end_early(node):
            pending += ast.iter_child_nodes(node)


def _may_end_early(node: ast.AST) -> bool:
    """Tell whether Python may leave out a part of an expression."""
    is_chain = isinstance(node, ast.Compare) and len(node.ops) > 1
    return is_chain or isinstance(node, (ast.BoolOp, ast.IfExp))
