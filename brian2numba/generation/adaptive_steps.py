"""
State updates that adapt their steps: Brian's ``method="gsl"`` and its kin.

Brian gives the right-hand side of each differential equation as a statement that
assigns to a name of its own, such as ``_gsl_v_f0``. A kernel runs these statements for
each stage of a step, with the values that the variables are tried at. Some elements are
integrated side by side; what is read of one is kept in the *lane* that it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, AuxiliaryVariable, Variable
from brian2.synapses.synapses import Synapses
from brian2.units.fundamentalunits import fail_for_dimension_mismatch
from numpy.typing import NDArray

from brian2numba.generation.dtypes import cast, dtype_name, stored
from brian2numba.generation.generator import NumbaCodeGenerator
from brian2numba.generation.statement_order import StatementOrder
from brian2numba.generation.tableaus import TABLEAUS, Tableau
from brian2numba.kernels.adaptive_steps import LANES

__all__ = ["AdaptiveCodeGenerator", "AdaptiveSteps"]

#: The name that Brian gives to a right-hand side: of a variable, by its number
_SLOPE = re.compile(r"(_gsl_(\w+)_f\d+) = ")


@dataclass(frozen=True)
class State:
    """A variable that is integrated.

    Attributes
    ----------
    name : str
        Its name.
    slope : str
        The name of its right-hand side.
    array : str
        The name of its array.
    dtype : str
        The type of the array's items.
    """

    name: str
    slope: str
    array: str
    dtype: str

    def stored(self, number: str) -> str:
        """Return a number, given as source, in the array's type."""
        return number if self.dtype == "float64" else cast(number, self.dtype)


@dataclass(frozen=True)
class Changed:
    """A variable that a time step changes: what it was before is kept for a while.

    Attributes
    ----------
    variable : ArrayVariable
        The variable.
    array : str
        The name of its array.
    """

    variable: ArrayVariable
    array: str


@dataclass(frozen=True)
class Carried:
    """A variable that a lane carries: its value is read once for each time step.

    Attributes
    ----------
    name : str
        Its name.
    dtype : str
        The type of its values.
    is_written : bool
        Whether the statements write it.
    """

    name: str
    dtype: str
    is_written: bool

    @property
    def lane(self) -> str:
        """The name of the memory for it."""
        return f"_lane_{self.name}"

    @property
    def item(self) -> str:
        """The type of this memory."""
        return f"_{self.dtype}" if self.dtype.startswith("float") else "_int64"

    @property
    def read(self) -> str:
        """The line that reads it from its lane."""
        return f"{self.name} = {stored(f'{self.lane}[_k]', self.dtype)}"

    @property
    def write(self) -> str:
        """The line that writes it to its lane."""
        value = self.name if self.item != "_int64" else cast(self.name, "int64")
        return f"{self.lane}[_k] = {value}"


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
    changed : tuple of Changed
        These, and all else that an element's time step changes.
    carried : tuple of Carried
        What lanes carry besides these.
    loads, stores : str
        The statements that read all of that for an element, and that write what has
        changed of it.
    most_steps : int
        How many steps an element may do; 0 for any number.
    last_length, failed_steps, step_count : str
        The names of the arrays for the length of the last step, and for how many steps
        failed and how many were done; empty if none is kept.
    """

    states: tuple[State, ...]
    tableau: Tableau
    adapts: bool
    changed: tuple[Changed, ...]
    carried: tuple[Carried, ...]
    loads: str
    stores: str
    most_steps: int
    last_length: str
    failed_steps: str
    step_count: str

    def tried(self, stage: int, variable: int) -> str:
        """Return where the slopes of a stage are wanted; of one more, the solution."""
        terms = self._terms(self.tableau.weights[stage], variable)
        state = f"_state[{variable * LANES} + _k]"
        if len(terms) == 1:
            weight, slope = terms[0]
            return f"{state} + ({weight} * _length) * {slope}"
        products = " + ".join(" * ".join(term) for term in terms)
        return f"{state} + _length * ({products})" if terms else state

    def error(self, variable: int) -> str:
        """Return the error of a variable in units of the step."""
        terms = self._terms(self.tableau.error, variable)
        return " + ".join(" * ".join(term) for term in terms)

    def _terms(
        self, weights: NDArray[np.float64], variable: int
    ) -> list[tuple[str, str]]:
        """Return weights that are not 0, with the slopes of stages that they are of."""
        n = len(self.states)
        return [
            (repr(float(weight)), f"_slopes[{(stage * n + variable) * LANES} + _k]")
            for stage, weight in enumerate(weights)
            if weight != 0
        ]

    @property
    def n_lanes(self) -> int:
        """How many elements are integrated side by side."""
        return LANES

    @property
    def kept(self) -> list[str]:
        """The names of the arrays that a time step that fails leaves as they were."""
        return [changed.array for changed in self.changed]


class AdaptiveCodeGenerator(NumbaCodeGenerator):
    """Generates what evaluates right-hand sides anywhere between two time steps."""

    def __init__(self, *args: Any, **kwds: Any) -> None:
        super().__init__(*args, **kwds)
        updater = self.owner.state_updater
        self._options = dict(updater.method_options)
        self._tableau = TABLEAUS[updater.integrator]
        self._carried: dict[str, Carried] = {}
        self._loads: list[str] = []
        self._is_in_lanes = False
        #: The variables that the options ask for
        self._added: list[str] = []

    def translate(self, code: dict[str | None, str], dtype: Any) -> Any:
        """Translate the right-hand sides, which are computed in double precision."""
        slopes = {m[2]: m[1] for block in code.values() for m in _SLOPE.finditer(block)}
        errors = largest_errors(list(slopes), self._options, self.owner.variables)
        n_most = most_steps(self._options)
        lengths = self._add_arrays()
        for name, slope in slopes.items():
            self.variables[slope] = AuxiliaryVariable(
                slope, dimensions=self.variables[name].dim, dtype=np.float64
            )
        with self._in_between(slopes):
            scalar, vector, keywords = super().translate(code, dtype)
        carried = tuple(self._carried.values())
        written = [variable.name for variable in carried if variable.is_written]
        steps = AdaptiveSteps(
            tuple(self._state(name, slope) for name, slope in slopes.items()),
            self._tableau,
            bool(self._options["adaptable_timestep"]),
            tuple(self._changed(name) for name in [*slopes, *self._added, *written]),
            carried,
            "\n".join(self._loads + [variable.write for variable in carried]),
            "\n".join(
                [v.read for v in carried if v.is_written]
                + self.translate_to_write_arrays(written)
            ),
            n_most,
            **lengths,
        )
        self._accesses.read |= slopes.keys()
        self._accesses.written |= slopes.keys() | self._added
        self.functions.given.update(self._given(errors, n_most))
        return scalar, vector, {**keywords, "steps": steps}

    def element_lines(
        self,
        reads: list[str],
        names: list[str],
        order: StatementOrder,
        statements: list[Any],
    ) -> list[str]:
        """Return the lines that run for the element of each lane."""
        written = self._accesses.written
        unread = sorted(written - set(names))
        self._loads = reads + self.translate_to_read_arrays(unread)
        self._carried = {
            name: Carried(name, self._kind_of(name), name in written)
            for name in sorted({*names, *written})
        }
        self._is_in_lanes = True
        lines = order.lines(statements)
        self._is_in_lanes = False
        return [carried.read for carried in self._carried.values()] + lines

    def _kind_of(self, name: str) -> str:
        return dtype_name(self.variables[name].dtype, f"the variable '{name}'")

    def translate_to_read_arrays(self, names: list[str]) -> list[str]:
        """Return the lines that read variables: from their lanes, while these go on."""
        if self._is_in_lanes:
            return [self._carried[name].read for name in names]
        return super().translate_to_read_arrays(names)

    def translate_to_write_arrays(self, names: list[str]) -> list[str]:
        """Return the lines that write variables, the same way."""
        if self._is_in_lanes:
            return [self._carried[name].write for name in names]
        return super().translate_to_write_arrays(names)

    def check_indices(self, names: set[str]) -> list[str]:
        """Return the lines that check indices: once, when an element has its lane."""
        return [] if self._is_in_lanes else super().check_indices(names)

    def _state(self, name: str, slope: str) -> State:
        array = self.get_array_name(self.variables[name])
        return State(name, slope, array, self._kind_of(name))

    def _changed(self, name: str) -> Changed:
        variable = self.variables[name]
        return Changed(variable, self.get_array_name(variable))

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
        """Add the variables that options ask for; return the names of their arrays."""
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
            if isinstance(self.owner, Synapses):
                # There may be more of them later on
                of_owner.add_dynamic_array(name, size=n, dtype=dtype)
                self.owner.register_variable(of_owner[name])
                of_owner[name].set_value(np.full(n, first))
            else:
                of_owner.add_array(name, size=n, dtype=dtype, values=np.full(n, first))
        self.variables[name] = of_owner[name]
        self.variable_indices[name] = "_idx"
        self._added.append(name)
        return self.get_array_name(of_owner[name])

    def _longest_step(self) -> float:
        """Return the time step, which no step of the method exceeds."""
        return float(self.variables["dt"].item())

    def _given(self, errors: Mapping[str, float], n_most: int) -> dict[str, Any]:
        """Return the numbers that the kernel is given, by their names in it."""
        return {
            "_largest_errors": np.array(list(errors.values())),
            "_longest_step": self._longest_step(),
            "_most_steps": n_most,
        }


def most_steps(options: Mapping[str, Any]) -> int:
    """Return how many steps an element may do in a time step, by the options.

    Raises
    ------
    TypeError
        If that is no number.
    """
    given = options["max_steps"]
    try:
        return min(int(given), 2**62)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            "The method option 'max_steps' has to be a whole number, or 0 for any "
            f"number of steps, but it is {given!r}."
        ) from None


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
