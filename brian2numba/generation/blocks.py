"""Loops over elements in blocks, for the sake of the random numbers that they draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from brian2numba.generation.block_draws import BlockDraws, block_draws
from brian2numba.generation.counter_draws import CounterBlocks, counter_blocks

__all__ = ["Blocks", "blocks"]


@dataclass(frozen=True)
class Blocks:
    """The statements of a loop that need nothing to be done before a block.

    Attributes
    ----------
    code : str
        The statements.
    """

    code: str
    #: The number of elements of a block
    block_size: ClassVar[str] = "_MASK_SIZE"
    #: The memory for random numbers, their type, and for how many
    buffers: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    #: The statements before each block
    before: ClassVar[tuple[str, ...]] = ()


def blocks(code: str) -> BlockDraws | CounterBlocks | Blocks:
    """Let statements use random numbers that were drawn before, where that can be.

    Parameters
    ----------
    code : str
        The statements of a loop over elements ``_idx``.

    Returns
    -------
    BlockDraws, CounterBlocks or Blocks
        They have the same attributes: the changed statements, the number of elements of
        a block, the memory that they need, and what comes before each block, from
        element ``_start`` to before element ``_stop``.
    """
    return block_draws(code) or counter_blocks(code) or Blocks(code)
