"""Checks of abstract code that Brian leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian2.equations.unitcheck import check_units_statements

__all__ = ["check_units_of_connections"]

type _Blocks = Mapping[str | None, str]


def check_units_of_connections(blocks: _Blocks, variables: Mapping[str, Any]) -> None:
    """Refuse indices and numbers of synapses that have units.

    Raises
    ------
    DimensionMismatchError
        If a block of the code that creates synapses computes such a number.
    """
    for block in blocks.values():
        check_units_statements(block, dict(variables))
