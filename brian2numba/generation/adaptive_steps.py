"""
State updates by Runge-Kutta methods that adapt their steps: ``method="gsl"`` and its kin.

Brian gives the right-hand side of each differential equation as a statement that
assigns to a name of its own, such as ``_gsl_v_f0``. A kernel runs these statements for
each stage of a step, with the values that the variables are tried at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, AuxiliaryVariable, Variable
from brian2.units.fundamentalunits import fail_for_dimension_mismatch

from brian2numba.generation.dtypes import cast, dtype_name
from brian2numba.generation.generator import NumbaCodeGenerator
from brian2numba.generation.tableaus import TABLEAUS, Tableau

__all__ = ["AdaptiveCodeGenerator", "AdaptiveSteps"]

#: The name that Brian gives to a right-hand side: of a variable, by its number
_SLOPE = re.compile(r"(_gsl_(\w+)_f\d+) = ")


@dataclass(frozen=True)
class State:
    """A variable that is integrated.

    Attributes
    ----------
    variable : ArrayVariable
        The variable.
    name : str
        Its name.
    slope : str
        The name of its right-hand side.
    array : str
        The name of its array.
    dtype : str
        The type of the array's items.
    """

    variable: ArrayVariable
    name: str
    slope: str
    array: str
    dtype: str

    def stored(self, number: str) -> str:
        """Return a number, given as source, in the array's type."""
        return number if self.dtype == "float64" else cast(number, self.dtype)


@dataclass(frozen=True)
class AdaptiveSteps:
    """What the template needs to know of a method and of what it integrates.

    Attributes
    ----------
    states : tuple of State
        The variables, in the order of their equations.
    tableau : Tableau
        The method.
    adapts : bool
        Whether steps adapt to the error.
    writes : bool
        Whether the statements write variables as well.
    most_steps : int
        How many steps an element may do; 0 for any number.
    last_length, failed_steps, step_count : str
        The names of the arrays for the length of the last step, and for how many steps
        failed and how many were done; empty if none is kept.
    """

    states: tuple[State, ...]
    tableau: Tableau
    adapts: bool
    writes: bool
    most_steps: int
    last_length: str
    failed_steps: str
    step_count: str

    @property
    def n_evaluations(self) -> int:
        """How often the right-hand sides are evaluated in a step.

        What they write in passing has the value of the last one, which is at the end.
        """
        return self.tableau.n_stages + (1 if self.writes else 0)


class AdaptiveCodeGenerator(NumbaCodeGenerator):
    """Generates what evaluates right-hand sides anywhere between two time steps."""

    def __init__(self, *args: Any, **kwds: Any) -> None:
        super().__init__(*args, **kwds)
        updater = self.owner.state_updater
        self._options = dict(updater.method_options)
        self._tableau = TABLEAUS[updater.integrator]
        self._steps: AdaptiveSteps | None = None

    def translate(self, code: dict[str | None, str], dtype: Any) -> Any:
        """Translate the right-hand sides, which are computed in double precision."""
        slopes = {m[2]: m[1] for block in code.values() for m in _SLOPE.finditer(block)}
        errors = largest_errors(list(slopes), self._options, self.owner.variables)
        lengths = self._add_arrays()
        for name, slope in slopes.items():
            self.variables[slope] = AuxiliaryVariable(
                slope, dimensions=self.variables[name].dim, dtype=np.float64
            )
        with self._in_between(slopes):
            scalar, vector, keywords = super().translate(code, dtype)
        self._steps = AdaptiveSteps(
            tuple(self._state(name, slope) for name, slope in slopes.items()),
            self._tableau,
            bool(self._options["adaptable_timestep"]),
            bool(self._accesses.written),
            int(self._options["max_steps"]),
            **lengths,
        )
        self._accesses.read |= slopes.keys()
        self._accesses.written |= slopes.keys()
        self.functions.given.update(self._given(errors))
        return scalar, vector, {**keywords, "steps": self._steps}

    def _state(self, name: str, slope: str) -> State:
        variable = self.variables[name]
        kind = dtype_name(variable.dtype, f"the variable '{name}'")
        return State(variable, name, slope, self.get_array_name(variable), kind)

    @contextmanager
    def _in_between(self, names: Mapping[str, str]) -> Iterator[None]:
        """Let variables be what they are in the course of a step."""
        outer = {name: self.variables[name] for name in names}
        for name, variable in outer.items():
            self.variables[name] = AuxiliaryVariable(
                name, dimensions=variable.dim, dtype=np.float64
            )
        try:
            yield
        finally:
            self.variables.update(outer)

    def _add_arrays(self) -> dict[str, str]:
        """Add the variables that the options ask for; return the names of the arrays."""
        wanted = {
            "last_length": ("use_last_timestep", "_last_timestep", np.float64),
            "failed_steps": ("save_failed_steps", "_failed_steps", np.int32),
            "step_count": ("save_step_count", "_step_count", np.int32),
        }
        return {
            key: self._add_array(name, dtype) if self._options[option] else ""
            for key, (option, name, dtype) in wanted.items()
        }

    def _add_array(self, name: str, dtype: Any) -> str:
        of_owner = self.owner.variables
        if name not in of_owner:
            n = int(self.variables["N"].item())
            first = self._longest_step() if dtype is np.float64 else 0
            of_owner.add_array(name, size=n, dtype=dtype, values=np.full(n, first))
        self.variables[name] = of_owner[name]
        return self.get_array_name(of_owner[name])

    def _longest_step(self) -> float:
        """Return the time step, which no step of the method exceeds."""
        return float(self.variables["dt"].item())

    def _given(self, errors: Mapping[str, float]) -> dict[str, Any]:
        """Return the numbers that the kernel is given, by their names in it."""
        return {
            "_nodes_of_method": self._tableau.nodes,
            "_weights_of_method": self._tableau.weights,
            "_error_of_method": self._tableau.error,
            "_largest_errors": np.array(list(errors.values())),
            "_longest_step": self._longest_step(),
            "_most_steps": int(self._options["max_steps"]),
        }


def largest_errors(
    names: list[str], options: Mapping[str, Any], variables: Mapping[str, Variable]
) -> dict[str, float]:
    """Return the largest error that each variable may have in a step.

    Parameters
    ----------
    names : list of str
        The variables that are integrated.
    options : mapping
        The options of the method.
    variables : mapping
        All variables of the group.

    Raises
    ------
    TypeError
        If an option is of a type that it can't have.
    KeyError
        If an error is given for what is not integrated.
    DimensionMismatchError
        If an error has not the units of its variable.
    """
    default, own = options["absolute_error"], options["absolute_error_per_variable"]
    if not isinstance(default, float):
        raise TypeError(
            "The method option 'absolute_error' has to be a number such as 1e-6, but "
            f"it is {default!r}, of type {type(default).__name__}."
        )
    if own is not None and not isinstance(own, Mapping):
        raise TypeError(
            "The method option 'absolute_error_per_variable' has to be a dictionary "
            f"with an error for each variable, or None, but it is {own!r}, of type "
            f"{type(own).__name__}."
        )
    for name, error in (own or {}).items():
        if name not in names:
            known = "is not integrated" if name in variables else "does not exist"
            raise KeyError(
                "The method option 'absolute_error_per_variable' has an error for "
                f"'{name}', which {known}. It can have errors for: {', '.join(names)}."
            )
        fail_for_dimension_mismatch(
            error,
            variables[name],
            f"The error in 'absolute_error_per_variable' for '{name}' has not the "
            "units of that variable",
        )
    return {name: float((own or {}).get(name, default)) for name in names}
