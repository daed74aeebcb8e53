"""The source of a kernel without the model that it was generated for."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from brian2.core.preferences import prefs
from brian2.core.variables import Subexpression
from brian2.utils.stringtools import get_identifiers

from brian2numba.behaviours import Offer
from brian2numba.generation.accesses import Accesses
from brian2numba.generation.source import KernelDraft, KernelSource
from brian2numba.generation.whole_numbers import FUNCTIONS
from brian2numba.pipeline import runs_once
from brian2numba.reuse.comparison import facts_of
from brian2numba.reuse.requests import Request
from brian2numba.reuse.slot_rows import NotKnownError, Row, row_of, slots_of

__all__ = ["KnownSource", "NotKnownError", "known_source"]

#: What a name that generation added stands for: a variable, the condition of one, a
#: function of generation's own, or a subexpression of the same name that says more
_SAME, _CONDITION = "same", "condition"
_FUNCTION, _EXPRESSION = "function", "expression"


@dataclass(frozen=True)
class KnownSource:
    """What was generated for a code object, without anything of its model.

    Attributes
    ----------
    text, model_code : str
        As of `KernelSource`.
    slots : list of Row
        What the slots are made again from.
    accesses : dict of list of str
        The fields of `Accesses`.
    variables : list of tuple of str
        The names that generation added to the variables or changed: each with what it
        stands for, one of `_SAME`, `_CONDITION`, `_FUNCTION` and `_EXPRESSION`, and the
        variable that it is, or whose condition it is, or the expression.
    indices : dict of str
        The indices that it changed, or added.
    """

    text: str
    model_code: str
    slots: list[Row]
    accesses: dict[str, list[str]]
    variables: list[tuple[str, str, str]]
    indices: dict[str, str]

    def packed(self) -> bytes:
        """Return what is stored."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, content: bytes) -> KnownSource | None:
        """Return what was stored; None if it is something else."""
        try:
            fields = json.loads(content)
            for name in ("slots", "variables"):
                fields[name] = [tuple(row) for row in fields[name]]
            return cls(**fields)
        except (KeyError, TypeError, ValueError):
            return None

    def renamed(self, changed: Callable[[str], str]) -> KnownSource:
        """Return the same with other names of variables."""
        return replace(
            self,
            slots=[(kind, changed(name), changed(of)) for kind, name, of in self.slots],
            accesses={
                how: [changed(name) for name in names]
                for how, names in self.accesses.items()
            },
            variables=[
                (changed(name), how, changed(of)) for name, how, of in self.variables
            ],
            indices={changed(name): index for name, index in self.indices.items()},
        )

    def draft(self, request: Request) -> KernelDraft:
        """Return the draft for another code object; what it names is added to it."""
        variables = request.variables
        before = dict(sorted(variables.items()))
        variables.clear()
        variables.update(before)
        for name, how, of in self.variables:
            variables[name] = _variable(name, how, of, before)
        request.variable_indices.update(self.indices)
        accesses = {name: set(names) for name, names in self.accesses.items()}
        keywords = {
            **request.keywords,
            "variables": variables,
            "accesses": Accesses(**accesses),
            "counter_based": prefs["codegen.runtime.numba.random"] == "fast",
        }
        return KernelDraft("", keywords, self._source)

    def _source(
        self, codeobj: Any, draft: KernelDraft, offers: Mapping[str, Offer]
    ) -> KernelSource:
        """Return the source for a code object, see `pipeline.kernel_source`."""
        return KernelSource(
            self.text,
            slots_of(self.slots, draft.keywords, codeobj),
            runs_once=runs_once(codeobj.template_name),
            model_code=self.model_code,
        )


def known_source(
    codeobj: Any,
    request: Request,
    variables: Mapping[str, Any],
    indices: Mapping[str, str],
) -> KnownSource:
    """Return what was generated for a code object.

    Parameters
    ----------
    codeobj : NumbaCodeObject
        The code object.
    request : Request
        What was asked for.
    variables, indices : mapping
        Those of the request, as they were before.

    Raises
    ------
    NotKnownError
        If it can't be made again from that: functions of users belong to it, or what a
        slot stands for is not found.
    """
    source = codeobj.source
    own = {slot.name for slot in codeobj.behaviour.slots()}
    keywords = {**request.keywords, "variables": codeobj.variables}
    accesses = codeobj.accesses
    known = KnownSource(
        source.text,
        source.model_code,
        [row_of(slot, keywords, own) for slot in source.slots],
        {
            "once": sorted(accesses.once),
            "read": sorted(accesses.read),
            "written": sorted(accesses.written),
        },
        list(_added(codeobj.variables, variables)),
        {
            name: index
            for name, index in codeobj.variable_indices.items()
            if indices.get(name) != index
        },
    )
    again = known._source(codeobj, KernelDraft("", keywords), {})
    if facts_of(again) != facts_of(source):
        raise NotKnownError("it has parts that are not known")
    return known


def _added(
    variables: Mapping[str, Any], before: Mapping[str, Any]
) -> Iterable[tuple[str, str, str]]:
    """Yield the names that were added or changed, and what they stand for."""
    names = {id(variable): name for name, variable in before.items()}
    conditions = {
        id(v.conditional_write): name
        for name, v in before.items()
        if getattr(v, "conditional_write", None) is not None
    }
    for name, variable in variables.items():
        if before.get(name) is variable:
            continue
        if FUNCTIONS.get(name) is variable:
            yield name, _FUNCTION, ""
        elif id(variable) in names:
            yield name, _SAME, names[id(variable)]
        elif id(variable) in conditions:
            yield name, _CONDITION, conditions[id(variable)]
        elif _is_other_expression(variable, before.get(name)):
            yield name, _EXPRESSION, variable.expr
        else:
            raise NotKnownError(f"'{name}' was made for it")


def _is_other_expression(variable: Any, before: Any) -> bool:
    """Tell whether two subexpressions differ in their expressions only."""
    if type(variable) is not Subexpression or type(before) is not Subexpression:
        return False
    differing = {"expr", "identifiers"}
    facts, facts_before = vars(variable), vars(before)
    return facts.keys() == facts_before.keys() and all(
        facts[name] is facts_before[name] for name in facts.keys() - differing
    )


def _variable(name: str, how: str, of: str, variables: Mapping[str, Any]) -> Any:
    """Return what a name stands for that `_added` found."""
    if how == _FUNCTION:
        return FUNCTIONS[name]
    if how == _EXPRESSION:
        other = copy.copy(variables[name])
        other.expr, other.identifiers = of, get_identifiers(of)
        return other
    return variables[of] if how == _SAME else variables[of].conditional_write
