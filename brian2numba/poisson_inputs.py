"""
The code of Poisson inputs, which is made again only where it could be another.

Brian makes the code objects of all that runs anew for each run. Large models have many
`PoissonInput` objects, with nothing in their code that could change but units.
"""

from __future__ import annotations

from typing import Any

from brian2.codegen.codeobject import CodeObject
from brian2.core.namespace import DEFAULT_UNITS
from brian2.core.preferences import prefs
from brian2.devices.device import get_device
from brian2.groups.group import CodeRunner
from brian2.input.poissoninput import PoissonInput
from brian2.utils.stringtools import get_identifiers

from brian2numba.target import NumbaCodeObject

__all__ = ["keep_code_of_poisson_inputs"]

#: Where an input keeps what its code object was made from
_KEPT = "_brian2numba_made_from"


def keep_code_of_poisson_inputs() -> None:
    """Let Poisson inputs for the numba target keep their code objects between runs."""
    if "create_code_objects" not in vars(PoissonInput):
        PoissonInput.create_code_objects = _create_code_objects


def _create_code_objects(self: PoissonInput, run_namespace: Any) -> None:
    """Do what ``CodeRunner.create_code_objects`` does, unless that is done already."""
    made_from = _made_from(self, run_namespace)
    if made_from is not None and vars(self).get(_KEPT) == made_from:
        # Arrays may be elsewhere
        self.codeobj.bind()
        return
    CodeRunner.create_code_objects(self, run_namespace)
    is_ours = type(self.codeobj) is NumbaCodeObject
    vars(self)[_KEPT] = made_from if is_ours else None


def _made_from(poisson_input: PoissonInput, run_namespace: Any) -> Any:
    """Return all that the code object depends on; None if that is not so simple."""
    group, code = poisson_input.group, poisson_input.abstract_code
    is_plain = type(poisson_input) is PoissonInput
    if not is_plain or isinstance(poisson_input.weight, str):
        return None
    variables = group.variables
    names = get_identifiers(code) - set(poisson_input.variables) - set(variables)
    namespaces = (getattr(group, "namespace", None) or {}, run_namespace or {})
    for name in names:
        unit = DEFAULT_UNITS.get(name)
        if unit is None or any(n.get(name, unit) is not unit for n in namespaces):
            return None
    classes: tuple[type[CodeObject] | None, ...] = (
        poisson_input.codeobj_class,
        group.codeobj_class,
    )
    size = int(variables["N"].item())
    numbers = poisson_input.N, float(poisson_input.rate), size
    target = variables[poisson_input.target_var]
    return code, numbers, classes, id(target), id(get_device()), dict(prefs.prefs)
