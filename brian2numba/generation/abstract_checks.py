"""Checks of abstract code that Brian leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian2.equations.unitcheck import check_units_statements
from brian2.parsing.expressions import is_boolean_expression

__all__ = ["check_conditions", "check_units_of_connections"]

type _Blocks = Mapping[str | None, str]


def check_conditions(blocks: _Blocks, variables: Mapping[str, Any]) -> None:
    """Refuse conditions that are neither true nor false, but numbers.

    Raises
    ------
    TypeError
        If a block of code computes such a condition.
    """
    for line in "\n".join(blocks.values()).splitlines():
        name, _, expression = line.partition("=")
        if name.strip() != "_cond":
            continue
        if not is_boolean_expression(expression.strip(), variables):
            raise TypeError(
                f"The condition '{expression.strip()}' is a number; it has to be "
                "something that is true or false, e.g. a comparison."
            )


def check_units_of_connections(blocks: _Blocks, variables: Mapping[str, Any]) -> None:
    """Refuse indices and numbers of synapses that have units.

    Raises
    ------
    DimensionMismatchError
        If a block of the code that creates synapses computes such a number.
    """
    for block in blocks.values():
        check_units_statements(block, dict(variables))
