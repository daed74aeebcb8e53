"""
Counter-based random numbers in the source of kernels: which draw each call is.

A call of ``rand`` or ``randn`` in equations becomes a function of the element and of
the number of the call in the code. Other functions that draw (``poisson``, functions of
users) take as many numbers as they like, from a stream of the element for that call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from brian2numba.errors import UserFunctionError

__all__ = ["RANDOM_KEY", "CounterBlocks", "CounterDraws", "counter_blocks"]

#: What the source calls the key, and the streams
RANDOM_KEY, RANDOM_STREAMS = "_random_key", "_random_streams"

#: The functions of an element and a draw, which therefore are made for a whole block
_OF_ELEMENTS = ("_rand", "_randn", "_binomial_by_table", "_binomial_by_normal")
_CALL = re.compile(
    rf"\b({'|'.join(_OF_ELEMENTS)})_at"
    r"\(_vectorisation_idx, ((?:\w+, )*)_random_key, (\d+)\)"
)
#: More than that are made one by one: the numbers of a block would fill the cache
_MAX_BLOCKS = 6
#: The number of a draw has 16 bits
_MAX_DRAWS = 1 << 16


class CounterDraws:
    """Numbers the draws of a code object."""

    def __init__(self) -> None:
        # 0 is for what is drawn before a loop
        self._n_draws = 1

    def hidden_arguments(
        self, name: str, hidden: Sequence[str]
    ) -> tuple[str, list[str]]:
        """Return how a function is called, and what it is given silently.

        Parameters
        ----------
        name : str
            What the kernel calls the function.
        hidden : sequence of str
            What it takes silently where numbers are drawn in sequence.
        """
        if RANDOM_STREAMS not in hidden:
            return name, list(hidden)
        number = self._n_draws
        self._n_draws += 1
        if number >= _MAX_DRAWS:
            raise UserFunctionError(
                f"The code of an object draws random numbers in more than {_MAX_DRAWS} "
                "places. Use codegen.runtime.numba.random = 'numpy' for it."
            )
        if name in _OF_ELEMENTS:
            given = [h for h in hidden if h != RANDOM_STREAMS]
            return f"{name}_at", [*given, RANDOM_KEY, str(number)]
        stream = f"_stream_of(_vectorisation_idx, {RANDOM_STREAMS}, {number})"
        return name, [stream if h == RANDOM_STREAMS else h for h in hidden]


@dataclass(frozen=True)
class CounterBlocks:
    """The statements of a loop whose random numbers are made a block before.

    Attributes
    ----------
    code : str
        The statements; they read the numbers of the k-th draw from ``_drawn<k>``.
    draws : tuple
        The name of the function that makes the numbers, what it is given beyond where
        they are wanted, and the number of the draw.
    """

    code: str
    draws: tuple[tuple[str, str, str], ...]
    #: The number of elements for which numbers are made at once
    block_size: ClassVar[str] = "_MASK_SIZE"

    @property
    def buffers(self) -> list[str]:
        """What the kernel calls the memory for the numbers of each draw."""
        return [f"_drawn{draw}" for *_, draw in self.draws]

    @property
    def before(self) -> list[str]:
        """The statements that make the numbers of a block."""
        return [
            f"{fill}(_drawn{draw}, _start, _stop, {given}{RANDOM_KEY}, {draw})"
            for fill, given, draw in self.draws
        ]


def counter_blocks(code: str) -> CounterBlocks | None:
    """Let statements use numbers that are made in pairs, for a block of elements.

    Parameters
    ----------
    code : str
        The statements of a loop over elements.

    Returns
    -------
    CounterBlocks or None
        None where nothing is drawn, or too much.
    """
    draws = tuple(
        (f"_fill{function}", given, number)
        for function, given, number in _CALL.findall(code)
    )
    if not 0 < len(draws) <= _MAX_BLOCKS:
        return None
    return CounterBlocks(_CALL.sub(r"_drawn\3[_idx - _start]", code), draws)
