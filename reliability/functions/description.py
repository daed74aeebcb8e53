"""Functions and what happens to them as data: source, where it belongs."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PLACES", "Case"]

#: Where a model calls the function
PLACES = ("run_regularly", "equation", "reset", "synapse", "threshold", "twice")


@dataclass(frozen=True)
class Case:
    """A function, and a model that calls it.

    Attributes
    ----------
    definitions : tuple of str
        Lines that define what the function refers to.
    function : tuple of str
        Its lines, with decorators. The script calls it ``f``.
    arguments : tuple of str
        Which of the neurons' variables it is called with, in this order.
    one_number : bool
        Whether it is written for one number: then numpy calls it so.
    place : str
        One of `PLACES`.
    assigned : tuple of str
        The names that changes may assign.
    changes : tuple of tuple of str
        The statements before each run but the first.
    within : tuple of pairs of int and str
        Statements that a network operation executes, with the step in which it does.
    looked_at : tuple of str
        Expressions that the script looks at in the end, for what the function left.
    native_loop : bool
        Whether compiled code runs the time steps.
    """

    definitions: tuple[str, ...]
    function: tuple[str, ...]
    arguments: tuple[str, ...]
    one_number: bool
    place: str
    assigned: tuple[str, ...]
    changes: tuple[tuple[str, ...], ...]
    within: tuple[tuple[int, str], ...]
    looked_at: tuple[str, ...]
    native_loop: bool
