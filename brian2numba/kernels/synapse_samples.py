"""
Random samples of positions: what ``sample`` picks of the steps of a generator.

Each function that draws does so in the order of the Cython target's templates, so that
the same positions are picked for the same seed.
"""

from __future__ import annotations

from brian2numba.kernels.distances import positions_per_logarithm
from brian2numba.kernels.random_numbers import Streams, rand
from brian2numba.language import Pointer, call, int64, same_memory, uint8, uint8s

__all__ = [
    "draws_distances",
    "factor_for_distances",
    "mark_distinct",
    "mark_picked",
    "marks_of_sample",
    "next_of_sample",
]

#: Below this probability, the distance to the next synapse is drawn
_SMALL_PROBABILITY = 0.25
#: Of a sample with a given size, up to this share of the positions, each is drawn; of a
#: larger one, each position is decided on
_SMALL_SHARE = 0.06


def draws_distances(p: float) -> bool:
    """Tell whether a number is drawn for each position that is picked.

    Where the probability `p` is large, one is drawn for each position that there is.
    """
    return p < _SMALL_PROBABILITY


def factor_for_distances(p: float) -> float:
    """Return what `distance` takes for a probability.

    Parameters
    ----------
    p : float
        The probability with which a position is picked, more than 0.

    Returns
    -------
    float
        What a logarithm is multiplied by; 0 where no distances are drawn.
    """
    return positions_per_logarithm(p) if draws_distances(p) else 0.0


def mark_picked(
    mask: Pointer[int64], n_positions: int, p: float, streams: Streams
) -> None:
    """Mark the positions that are picked, deciding on each.

    Parameters
    ----------
    mask : pointer to int64
        A byte for each position; it becomes 1 where the position is picked.
    n_positions : int
        How many positions there are.
    p : float
        The probability with which a position is picked.
    streams : Streams
        Opened random streams.
    """
    is_marked = same_memory(mask, uint8)
    for position in range(n_positions):
        is_marked[position] = rand(streams) < p


def marks_of_sample(
    reserve_rows: int, scratch: int, n_positions: int, size: int, streams: Streams
) -> int:
    """Begin a sample of a given size, of which `next_of_sample` picks one by one.

    Parameters
    ----------
    reserve_rows : int
        Address of the dynamic arrays' operation.
    scratch : int
        Handle of a dynamic array of bytes.
    n_positions, size : int
        How many positions there are, and how many of them are picked.
    streams : Streams
        Opened random streams.

    Returns
    -------
    int
        The address of the marks of the picked positions, where these have been drawn;
        0 where they are decided on one by one, -1 without memory.
    """
    if size == 0 or size / n_positions > _SMALL_SHARE:
        return 0
    marks = mark_distinct(reserve_rows, scratch, n_positions, size, streams)
    return marks if marks != 0 else -1


def mark_distinct(
    reserve_rows: int, scratch: int, population: int, size: int, streams: Streams
) -> int:
    """Draw `size` different numbers below `population` and mark them.

    Parameters
    ----------
    reserve_rows : int
        Address of the dynamic arrays' operation.
    scratch : int
        Handle of a dynamic array of bytes.
    population, size : int
        How many numbers there are, and how many of them are drawn.
    streams : Streams
        Opened random streams.

    Returns
    -------
    int
        The address of `population` bytes, of which `size` are 1; 0 if there is not
        enough memory.
    """
    address = call(reserve_rows, (scratch, population))
    if address == 0:
        return 0
    marks = uint8s(address)
    for position in range(population):
        marks[position] = 0
    for _ in range(size):
        position = int64(rand(streams) * population)
        while marks[position] != 0:
            position = int64(rand(streams) * population)
        marks[position] = 1
    return address


def next_of_sample(
    position: int, n_positions: int, n_left: int, marks: int, streams: Streams
) -> int:
    """Return the next position of a sample of a given size.

    Where each position is decided on, this is algorithm S of Knuth, The Art of Computer
    Programming, vol. 2, 3.4.2.

    Parameters
    ----------
    position : int
        The one that was picked last, -1 before the first.
    n_positions : int
        How many positions there are.
    n_left : int
        How many of them are still to be picked, at least 1.
    marks : int
        What `marks_of_sample` returned.
    streams : Streams
        Opened random streams.
    """
    position += 1
    if marks != 0:
        while uint8s(marks)[position] == 0:
            position += 1
        return position
    while (n_positions - position - 1) * rand(streams) >= n_left:
        position += 1
    return position
