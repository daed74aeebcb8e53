"""
Counter-based random numbers in the source of kernels: which draw each call is.

A call of ``rand`` or ``randn`` in equations becomes a function of the element and of
the number of the call in the code. Other functions that draw (``poisson``, functions of
users) take as many numbers as they like, from a stream of the element for that call.
Both kinds are made for a block of elements at once; of streams, the first numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from brian2numba.errors import UserFunctionError
from brian2numba.generation.block_draws import number_of_count
from brian2numba.generation.poisson_means import with_means_before
from brian2numba.language import MASK_SIZE

__all__ = ["RANDOM_KEY", "CounterBlocks", "CounterDraws", "counter_blocks"]

#: What the source calls the key, and the streams
RANDOM_KEY, RANDOM_STREAMS = "_random_key", "_random_streams"

#: The functions of an element and a draw, which therefore are made for a whole block
_OF_ELEMENTS = ("_rand", "_randn", "_binomial_by_table", "_binomial_by_normal")
_CALL = re.compile(
    rf"\b({'|'.join(_OF_ELEMENTS)})_at"
    r"\(_vectorisation_idx, ((?:\w+, )*)_random_key, (\d+)\)"
)
#: Kinds of numbers, with functions that draw them from a stream
_KINDS = {
    "uniform": re.compile(r"\b_(rand|poisson\w*|binomial(_by_table)?)\("),
    "normal": re.compile(r"\b_(randn|binomial_by_normal)\("),
}
_STREAM = re.compile(
    r"\b_((?:uniform_|normal_)+)stream_of"
    r"\(_vectorisation_idx, _random_streams, (\d+)\)"
)
_POISSON = re.compile(
    r"\b_poisson_by_one\(([\w.]+), _vectorisation_idx, "
    r"_uniform_stream_of\(_vectorisation_idx, _random_streams, (\d+)\)\)"
)
#: What makes counts, of which another function makes the numbers
_FILL_COUNTS = "_fill_binomial_by_table"
#: More than that are made one by one: the numbers of a block would fill the cache
_MAX_BLOCKS = 6
#: The number of a draw has 16 bits
_MAX_DRAWS = 1 << 16


class CounterDraws:
    """Numbers the draws of a code object.

    Parameters
    ----------
    sources : callable
        Returns the sources of the functions of users that the code calls.
    """

    def __init__(self, sources: Callable[[], Iterable[str]]) -> None:
        # 0 is for what is drawn before a loop
        self._n_draws = 1
        self._sources = sources

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
        kinds = "".join(f"{kind}_" for kind in self._kinds(name))
        stream = f"_{kinds}stream_of(_vectorisation_idx, {RANDOM_STREAMS}, {number})"
        name = "_poisson_by_one" if name == "_poisson" else name
        return name, [stream if h == RANDOM_STREAMS else h for h in hidden]

    def _kinds(self, name: str) -> list[str]:
        """Return the kinds of numbers that a function draws from its stream."""
        code = "\n".join([f"{name}()", *self._sources()])
        return [kind for kind, calls in _KINDS.items() if calls.search(code)]


@dataclass(frozen=True)
class CounterBlocks:
    """The statements of a loop whose random numbers are made a block before.

    Attributes
    ----------
    code : str
        The statements; they read the numbers of the k-th draw from ``_drawn<k>``, the
        first of a stream from ``_uniform<k>`` or ``_normal<k>``.
    draws : tuple
        The names of the memory for numbers and of the function that makes them, what
        that is given beyond the elements, and the number of the draw.
    means : tuple of str
        What writes the means of Poisson numbers there before.
    """

    code: str
    draws: tuple[tuple[str, str, str, str], ...]
    means: tuple[str, ...] = ()
    #: The number of elements for which numbers are made at once
    block_size: ClassVar[str] = "_MASK_SIZE"

    @property
    def buffers(self) -> list[tuple[str, str, str]]:
        """What the kernel calls the memory for numbers, their type, and how many."""
        return [
            (
                name,
                "_uint16" if fill == _FILL_COUNTS else "_float64",
                "_MASK_SIZE" if name.startswith("_drawn") else str(2 * MASK_SIZE),
            )
            for name, fill, *_ in self.draws
        ]

    @property
    def before(self) -> list[str]:
        """The statements that make the numbers of a block."""
        return [
            *self.means,
            *(
                f"{fill}({name}, _start, _stop, {given}, {draw})"
                for name, fill, given, draw in self.draws
            ),
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
    code, draws = _with_one_mean(code)
    code, means = with_means_before(code)
    draws += [
        (f"_drawn{draw}", "_fill_poisson_of_means", RANDOM_STREAMS, draw)
        for draw in means
    ]
    draws += [
        (f"_drawn{draw}", f"_fill{function}", f"{given}{RANDOM_KEY}", draw)
        for function, given, draw in _CALL.findall(code)
    ]
    draws += [
        (f"_{kind}{draw}", f"_fill_{kind}_pairs", RANDOM_STREAMS, draw)
        for kinds, draw in _STREAM.findall(code)
        for kind in _named(kinds)
    ]
    if not 0 < len(draws) <= _MAX_BLOCKS:
        return None
    code = _CALL.sub(_number_before, code)
    return CounterBlocks(
        _STREAM.sub(_with_first_numbers, code), tuple(draws), tuple(means.values())
    )


def _number_before(match: re.Match[str]) -> str:
    """Return the number of a draw that was made for a block before."""
    function, given, draw = match.groups()
    number = f"_drawn{draw}[_idx - _start]"
    are_counts = f"_fill{function}" == _FILL_COUNTS
    return number_of_count(number, given) if are_counts else number


def _with_one_mean(code: str) -> tuple[str, list[tuple[str, str, str, str]]]:
    """Let Poisson numbers whose mean is the same for all elements be made before."""
    draws = []

    def drawn(match: re.Match[str]) -> str:
        mean, draw = match.groups()
        if re.search(rf"^\s*{re.escape(mean)} = ", code, re.MULTILINE):
            return match.group()
        given = f"_float64({mean}), {RANDOM_KEY}"
        draws.append((f"_drawn{draw}", "_fill_poisson", given, draw))
        return f"_int64(_drawn{draw}[_idx - _start])"

    return _POISSON.sub(drawn, code), draws


def _with_first_numbers(match: re.Match[str]) -> str:
    """Return a stream that begins with numbers that were made before."""
    kinds, draw = match.groups()
    stream = f"_stream_of(_vectorisation_idx, {RANDOM_STREAMS}, {draw})"
    for kind in _named(kinds):
        stream = f"_with_{kind}({stream}, _{kind}{draw} + 2 * (_idx - _start))"
    return stream


def _named(kinds: str) -> list[str]:
    return kinds.removesuffix("_").split("_")
