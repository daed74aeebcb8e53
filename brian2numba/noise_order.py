"""
The order in which noise terms are drawn: that of the alphabet.

Brian draws them in the order of a set of names, which Python's hash seed decides: with
the same `seed()`, the same script has other numbers in another process. The order of
the names depends on nothing but the names; that of the equations would change the
numbers where somebody only moves a line.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, KeysView
from typing import Any

from brian2.equations.equations import Equations
from brian2.stateupdaters.base import StateUpdateMethod

__all__ = ["with_ordered_noise"]


class _OrderedEquations(Equations):
    """Equations whose noise terms have an order."""

    @property
    def stochastic_variables(self) -> KeysView[str]:
        """The names of the noise terms, which can be used as a set."""
        names = Equations.stochastic_variables.fget(self)
        return dict.fromkeys(sorted(names)).keys()

    @property
    def _state_tuple(self) -> tuple[Any, ...]:
        # By this, Brian remembers solutions: not those that other targets asked for
        return ("ordered noise", *self.values())


def with_ordered_noise(is_wanted: Callable[[], bool]) -> None:
    """Let Brian's integration methods draw the noise of our models in order.

    Parameters
    ----------
    is_wanted : callable
        Tells whether a model is for the numba target. Nothing changes for others.
    """
    apply = StateUpdateMethod.apply_stateupdater

    @functools.wraps(apply)
    def apply_in_order(equations: Any, *args: Any, **kwds: Any) -> Any:
        if is_wanted() and type(equations) is Equations:
            equations = _ordered(equations)
        return apply(equations, *args, **kwds)

    StateUpdateMethod.apply_stateupdater = staticmethod(apply_in_order)


def _ordered(equations: Any) -> Any:
    """Return equations with an order, if they have several noise terms."""
    if len(equations.stochastic_variables) <= 1:
        return equations
    ordered = copy.copy(equations)
    ordered.__class__ = _OrderedEquations
    return ordered
