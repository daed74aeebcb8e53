"""Brian's abstract code, turned into the statements of a kernel."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import Any

import numpy as np
from brian2.codegen.generators.base import CodeGenerator
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, AuxiliaryVariable
from brian2.groups.subgroup import Subgroup
from brian2.parsing.bast import brian_ast
from brian2.utils.stringtools import get_identifiers, indent

from brian2numba.generation.abstract_checks import check_units_of_connections
from brian2numba.generation.accesses import Accesses
from brian2numba.generation.aliases import (
    one_name_each,
    other_names,
    renamed_subexpressions,
)
from brian2numba.generation.conditions import correct_conditions
from brian2numba.generation.counter_draws import CounterDraws
from brian2numba.generation.dtypes import cast, dtype_name, stored
from brian2numba.generation.functions import KernelFunctions, collect_functions
from brian2numba.generation.names import (
    models_name,
    names_of_script,
    with_models_names,
)
from brian2numba.generation.number_kinds import DTYPES, FLOAT, UNSIGNED, NumberKinds
from brian2numba.generation.renderer import NumbaNodeRenderer
from brian2numba.generation.single_precision import SingleNumbers
from brian2numba.generation.statement_order import StatementOrder
from brian2numba.generation.unsigned import with_types
from brian2numba.generation.whole_numbers import as_written, explained

__all__ = ["NumbaCodeGenerator"]

#: The refractory period of a neuron: a name that guards give it
_PERIOD = models_name("_refractory_period")
_IS_PERIOD = f"_abs({_PERIOD}) < 1e300"

#: Variables of Brian's that no code may write
_FIXED = {"i", "j", "N", "t", "dt"}

#: What draws as many numbers for an element as it takes, from one stream
_DRAW_IN_SEQUENCE = ("synapses_create_generator",)


class NumbaCodeGenerator(CodeGenerator):
    """Code generator of the numba target.

    Scalar statements run once per call of the kernel, vector statements once per
    neuron or synapse. Arrays are called after the variable's name in the code object,
    never after the object that owns them: the same model made twice has the same code.
    """

    class_name = "numba"

    def __init__(self, *args: Any, **kwds: Any) -> None:
        super().__init__(*args, **kwds)
        # Brian found them in the order of a set, which differs between processes
        in_order = sorted(self.variables.items())
        self.variables.clear()
        self.variables.update(in_order)
        template = getattr(self.codeobj_class.templater, self.template_name)
        #: What the code has other names for than the kernel
        self._renamed = names_of_script(
            self.variables, self.template_name, template.variables
        )
        for name, other in self._renamed.items():
            # Brian's numpy target may be given the same dictionaries
            self.variables[other] = self.variables[name]
            self.variable_indices[other] = self.variable_indices[name]
        #: Variables that a template asks for without having them in its namespace
        self.extra_variables: dict[str, ArrayVariable] = {}
        self._conditions = correct_conditions(
            self.variables, self.variable_indices, self.owner
        )
        self._array_names = _array_names(self.variables)
        self._functions: KernelFunctions | None = None
        self._temporaries: dict[str, AuxiliaryVariable] = {}
        self._abstract_code: dict[str | None, str] = {}
        self._accesses = Accesses()
        #: Whether random numbers are counter-based
        self.counts = prefs["codegen.runtime.numba.random"] == "fast"
        is_in_sequence = not self.counts or self.template_name in _DRAW_IN_SEQUENCE
        self._draws = None if is_in_sequence else CounterDraws(self._sources)

    @property
    def functions(self) -> KernelFunctions:
        """The functions that the code may call."""
        if self._functions is None:
            self._functions = collect_functions(
                self.variables, self.codeobj_class, self.owner
            )
        return self._functions

    def _sources(self) -> list[str]:
        """Return the sources of the functions of users."""
        return self.functions.sources

    def get_array_name(self, var: ArrayVariable, access_data: bool = True) -> str:
        """Return the name that the kernel uses for the array of a variable.

        Parameters
        ----------
        var : `ArrayVariable`
            The variable.
        access_data : bool, optional
            Whether the data of the array is meant, or (``False``) the container that
            can grow.
        """
        key = id(var)
        if key not in self._array_names:
            name = f"_extra{len(self.extra_variables)}_{var.name}"
            self.extra_variables[name] = var
            self._array_names[key] = name
        prefix = "_array_" if access_data else "_container_"
        return prefix + self._array_names[key]

    def get_conditional_write_vars(self) -> dict[str, str]:
        """Return the names of conditions, by those of the variables they are for."""
        return {
            name: condition
            for name, condition in self._conditions.items()
            if self.variables[condition].name not in self.override_conditional_write
        }

    def translate(self, code: dict[str | None, str], dtype: Any) -> Any:
        """Translate blocks of abstract code, see Brian's `CodeGenerator`."""
        self._abstract_code = dict(code)
        code = {
            block: with_models_names(text, self.variables, self._renamed)
            for block, text in code.items()
        }
        if self.template_name == "synapses_create_generator":
            check_units_of_connections(code, self.variables)
        code = self._with_one_name_each(code)
        return super().translate(explained(code, self.variables), dtype)

    def _with_one_name_each(
        self, blocks: dict[str | None, str]
    ) -> dict[str | None, str]:
        """Return blocks of abstract code in which nothing has two names."""
        names = other_names(
            blocks.values(), self.variables, self.variable_indices, self._conditions
        )
        self.variables |= renamed_subexpressions(self.variables, names)
        self._conditions = {
            name: names.get(condition, condition)
            for name, condition in self._conditions.items()
        }
        return {block: one_name_each(code, names) for block, code in blocks.items()}

    def translate_expression(
        self, expr: str, is_single: bool = False, is_operand: bool = False
    ) -> str:
        """Translate an expression of the abstract code.

        Parameters
        ----------
        expr : str
            The expression.
        is_single : bool, optional
            Whether its numbers are rounded where they meet single precision.
        is_operand : bool, optional
            Whether it meets single precision itself.
        """
        functions, kinds = self.functions, self._kinds
        vectorised = {
            name
            for name, function in self.variables.items()
            if getattr(function, "auto_vectorise", False)
        }
        tree = as_written(ast.parse(expr.strip(), mode="eval").body)
        if self._is_unsigned:
            tree = with_types(tree, kinds)
        if is_single and kinds.has_single_precision:
            numbers = SingleNumbers(kinds, functions.names)
            tree = (numbers.operand if is_operand else numbers.rounded)(tree)
        renderer = NumbaNodeRenderer(
            functions.names, functions.hidden_arguments, vectorised, self._draws, kinds
        )
        return str(renderer.render_node(tree)).strip()

    @property
    def _kinds(self) -> NumberKinds:
        """What finds the kinds of expressions, of variables that are known so far."""
        return NumberKinds({**self._temporaries, **self.variables})

    @cached_property
    def _is_unsigned(self) -> bool:
        """Whether the code uses integers of 64 bits without sign."""
        kinds = NumberKinds(self.variables)
        return any(kinds.of_variable(name) == UNSIGNED for name in self.variables)

    def translate_statement(self, statement: Any) -> str:
        """Translate one statement; its value gets the type of its variable."""
        if statement.var not in self.variables:
            self._temporaries[statement.var] = AuxiliaryVariable(
                statement.var, dtype=self._dtype(statement), scalar=statement.scalar
            )
        is_float = np.dtype(statement.dtype).kind == "f"
        if statement.used_boolean_variables and is_float:
            code = "\n".join(self._cases(statement))
        else:
            code = self._assignment(statement, statement.expr)
        if statement.comment:
            code += f"  # {statement.comment}"
        if statement.var == _PERIOD:
            code += f"\n{self._period_check(statement.scalar)}"
        return code

    @staticmethod
    def _period_check(is_shared: bool) -> str:
        """Return what refuses a refractory period that is none.

        A loop over neurons goes on, so that it can be vector code: its template returns
        the status afterwards.
        """
        if is_shared:
            return f"if not ({_IS_PERIOD}):\n    return _Status.NO_REFRACTORY_PERIOD"
        # All bits are 0 for finite numbers: three vector instructions
        return f"_no_period |= _float64_bits(_abs({_PERIOD}) * 0.0)"

    def _cases(self, statement: Any) -> list[str]:
        """Return an assignment that is simpler where booleans are known.

        Brian's optimiser gives an expression for each combination of the booleans that
        the statement uses, e.g. one for refractory neurons and one for the others.
        """
        lines: list[str] = []
        cases = list(statement.boolean_simplified_expressions.items())
        for number, (values, expression) in enumerate(cases, start=1):
            condition = " and ".join(n if true else f"not {n}" for n, true in values)
            if number == 1:
                lines.append(f"if {condition}:")
            elif number < len(cases):
                lines.append(f"elif {condition}:")
            else:
                lines.append("else:")
            lines.append(indent(self._assignment(statement, expression)))
        return lines

    def _assignment(self, statement: Any, expr: str) -> str:
        """Return the line that assigns the value of `expr`, in the variable's type."""
        if statement.inplace and self._is_unsigned:
            # Both sides matter for the types
            name, operator = statement.var, statement.op[:-1]
            expr = f"{name} {operator} ({expr})"
            expression = self.translate_expression(expr)
        else:
            target = self._type_name(statement)
            # What is computed once can have all digits until the end
            is_single = target in ("float32", "bool") and not statement.scalar
            is_operand = statement.inplace and target == "float32"
            expression = self.translate_expression(expr, is_single, is_operand)
            if statement.inplace:
                expression = f"{statement.var} {statement.op[:-1]} ({expression})"
        return f"{statement.var} = {self._typed(statement, expr, expression)}"

    def _typed(self, statement: Any, expr: str, expression: str) -> str:
        """Convert the translation of `expr` to the type of the assigned variable."""
        target = self._type_name(statement)
        if target == "float64" and self._is_float64(statement, expr):
            return expression
        is_whole = target not in ("float64", "float32", "bool")
        if is_whole and self._kind(statement, expr) == FLOAT:
            whole = "_int_without_sign" if target == "uint64" else "_int"
            expression = f"{whole}({expression})"
        return cast(expression, target)

    def _type_name(self, statement: Any) -> str:
        """Return the name of the type of an assigned variable."""
        var = self._temporaries.get(statement.var)
        dtype = statement.dtype if var is None else var.dtype
        target = dtype_name(dtype, f"the variable '{statement.var}'")
        var = self.variables.get(statement.var)
        if target == "int32" and isinstance(var, AuxiliaryVariable):
            # It is in no array: an index that is too large must not become another one
            target = "int64"
        return target

    def _kind(self, statement: Any, expr: str) -> str:
        """Return the kind of the number that a statement assigns."""
        value = ast.parse(expr.strip(), mode="eval").body
        kind = self._kinds.of(as_written(value))
        is_float = self._kinds.of_variable(statement.var) == FLOAT
        is_quotient = statement.op == "/="
        return FLOAT if statement.inplace and (is_float or is_quotient) else kind

    def _dtype(self, statement: Any) -> Any:
        """Return the type of a variable that only the code has."""
        known = self._temporaries.get(statement.var)
        if not self._is_unsigned:
            return statement.dtype
        if known is not None and statement.op != ":=":
            return known.dtype
        return DTYPES[self._kind(statement, statement.expr)]

    def _is_float64(self, statement: Any, expr: str) -> bool:
        """Tell whether the value of a statement is a double without any conversion."""
        known = {**self._temporaries, **self.variables}
        if self.functions.are_users(get_identifiers(expr)):
            # A function of a user may return anything
            return False
        if NumberKinds(known).has_single_precision:
            return False
        return statement.inplace or brian_ast(expr, known).dtype == "float"

    def translate_to_read_arrays(self, names: list[str]) -> list[str]:
        """Return the lines that read the given variables from their arrays."""
        lines = []
        for name in names:
            var = self.variables[name]
            array, index = self.get_array_name(var), self.variable_indices[name]
            access = f"{array}[{index}]"
            if _is_range(var) and index == "_idx":
                # The neurons of a subgroup follow each other, which makes vector code
                access = f"({array}[0] + {index})"
            kind = dtype_name(var.dtype, f"the variable '{name}'")
            lines.append(f"{name} = {stored(access, kind)}")
        return lines

    def _refuse_fixed(self, names: set[str]) -> None:
        """Refuse code that assigns to what says which element it is, and when."""
        fixed = sorted(names & _FIXED)
        if fixed and self.variables[fixed[0]].read_only:
            raise TypeError(
                f"The code of '{self.owner.name}' assigns to '{fixed[0]}', which is "
                "read-only."
            )

    def check_indices(self, names: set[str]) -> list[str]:
        """Return the lines that check what the given variables are indexed by.

        Users can change an index variable whenever they like, also within a run. The
        indices that only Brian sets are checked before a run.
        """
        lines = []
        for name in sorted(names):
            index = self.variable_indices[name]
            variable = self.variables.get(index)
            if isinstance(variable, ArrayVariable) and not variable.read_only:
                size = f"_num{self.get_array_name(self.variables[name])}"
                lines += [
                    f"if {index} < 0 or {index} >= {size}:",
                    "    return _refuse("
                    f"_Status.NO_SUCH_ELEMENT, {index}, {size}, _report)",
                ]
        return lines

    def translate_to_write_arrays(self, names: list[str]) -> list[str]:
        """Return the lines that write the given variables to their arrays."""
        return [
            f"{self.get_array_name(self.variables[name])}"
            f"[{self.variable_indices[name]}] = {name}"
            for name in names
        ]

    def translate_statement_sequence(
        self,
        scalar_statements: dict[str | None, list[Any]],
        vector_statements: dict[str | None, list[Any]],
    ) -> tuple[dict[str | None, str], dict[str | None, str], dict[str, Any]]:
        """Translate all blocks: what runs once, what runs for each element."""
        scalar_code, vector_code = {}, {}
        for block, vector in vector_statements.items():
            scalar = scalar_statements[block]
            s_read, s_write, s_indices, s_conditions = self.arrays_helper(scalar)
            v_read, v_write, v_indices, v_conditions = self.arrays_helper(vector)
            self._refuse_fixed(s_write | v_write)
            # What the loop only reads and is the same for all elements is read once
            shared = {n for n in v_read - v_write if self.variables[n].scalar}
            self._accesses.once |= s_write
            self._accesses.read |= v_read - shared
            self._accesses.written |= v_write
            once = StatementOrder(self, s_conditions, s_read | s_write | s_indices)
            order = StatementOrder(self, v_conditions, v_read | v_write | v_indices)
            scalar_code[block] = "\n".join(
                self.translate_to_read_arrays(
                    sorted(s_indices) + sorted(s_read | shared)
                )
                + once.lines(scalar)
            )
            reads = (
                self.translate_to_read_arrays(sorted(v_indices))
                + self.check_indices(v_read | v_write)
                + self.translate_to_read_arrays(sorted(v_read - shared))
            )
            known = sorted(v_indices | v_read - shared)
            vector_code[block] = "\n".join(
                self.element_lines(reads, known, order, vector)
            )
        return scalar_code, vector_code, self.determine_keywords()

    def element_lines(
        self,
        reads: list[str],
        names: list[str],
        order: StatementOrder,
        statements: list[Any],
    ) -> list[str]:
        """Return the lines that run for each element.

        Parameters
        ----------
        reads : list of str
            The lines that read variables.
        names : list of str
            These variables.
        order : StatementOrder
            Puts statements into lines.
        statements : list of `Statement`
            The statements.
        """
        return reads + order.lines(statements)

    def determine_keywords(self) -> dict[str, Any]:
        """Return what the template needs to know beyond the statements."""
        return {
            "kernel_functions": self.functions,
            "abstract_code": self._abstract_code,
            "array_names": dict(self._array_names),
            "extra_variables": self.extra_variables,
            "accesses": self._accesses,
            "counter_based": self.counts,
        }


def _is_range(var: Any) -> bool:
    """Tell whether a variable is which neurons of its group a subgroup has."""
    return var.name == "_sub_idx" and var.read_only and isinstance(var.owner, Subgroup)


def _array_names(variables: dict[str, Any]) -> dict[int, str]:
    """Name each array after the first, in the alphabet, of its variable's names."""
    names: dict[int, str] = {}
    for name in sorted(variables):
        var = variables[name]
        if isinstance(var, ArrayVariable) and not isinstance(var, AuxiliaryVariable):
            names.setdefault(id(var), name)
    return names
