"""
Code of strings that is made once: ``group.v = "rand()"``, ``group.v["i > 3"]``.

A group keeps it, with what it was made from, until that is something else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from threading import get_ident
from typing import Any

import numpy as np
from brian2.codegen import codeobject
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.variables import Constant
from brian2.groups import group as groups

from brian2numba.preferences import numba_is_target
from brian2numba.preparing.functions import NotKnownError
from brian2numba.preparing.names import ReadNames, reading_names
from brian2numba.preparing.records import STRINGS, Now, Record
from brian2numba.preparing.settings import Settings, is_always_prepared
from brian2numba.target import NumbaCodeObject

__all__ = ["keep_code_of_strings"]

#: The templates of what is said in strings; synapses are not made in this way
_TEMPLATES = frozenset(
    {
        "group_get_indices",
        "group_variable_get",
        "group_variable_get_conditional",
        "group_variable_set",
        "group_variable_set_conditional",
    }
)
#: The elements that are meant, which Python finds out each time
_INDICES = "_group_idx"
#: Their memory is kept, too, unless they are more
_MOST_INDICES = 2**20
#: How many strings a group keeps the code of: those that were used last. A number
#: that is assigned where a condition holds is part of the code
_MOST_STRINGS = 64


def keep_code_of_strings() -> None:
    """Let groups keep the code of strings for the numba target; for good."""
    create = codeobject.create_runner_codeobj
    keeping = _keeping(create)
    codeobject.create_runner_codeobj = groups.create_runner_codeobj = keeping


def _keeping(create: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``create_runner_codeobj``, which looks for what a group has kept."""

    @functools.wraps(create)
    def find_or_create(
        group: Any, code: Any, template_name: str, *args: Any, **kwds: Any
    ) -> Any:
        def create_now() -> Any:
            return create(group, code, template_name, *args, **kwds)

        is_string = template_name in _TEMPLATES and not args
        if not is_string or is_always_prepared() or not _is_ours(kwds):
            return create_now()
        # Behind a weak proxy
        owner = group.__repr__.__self__
        kept = vars(owner).setdefault(STRINGS, {})
        key = _key(code, template_name, kwds)
        now = Now(Settings.current(), kwds["run_namespace"])
        record = kept.get(key)
        if record is not None and not record.reason(owner, now):
            record.take_numbers(now)
            # The last to be forgotten
            kept[key] = kept.pop(key)
            return record.code_for(kwds["additional_variables"].get(_INDICES))
        names = ReadNames(now.shared)
        with reading_names(names):
            made = create_now()
        kept.pop(key, None)
        if _n_indices(kwds) > _MOST_INDICES:
            return made
        try:
            record = _StringRecord(owner, [made], names, now, str(code))
        except NotKnownError:
            return made
        record.settle(owner, now)
        if len(kept) >= _MOST_STRINGS:
            del kept[next(iter(kept))]
        kept[key] = record
        return record.code_for(None)

    return find_or_create


def _is_ours(kwds: Mapping[str, Any]) -> bool:
    """Tell whether code of a string is for numba, or for numpy beside numba's."""
    if "run_namespace" not in kwds:
        return False
    target = kwds.get("codeobj_class")
    return target is NumbaCodeObject or (
        target is NumpyCodeObject and numba_is_target()
    )


def _key(code: Any, template_name: str, kwds: Mapping[str, Any]) -> Any:
    """Return what differs between pieces of code of a group."""
    text = tuple(code.items()) if isinstance(code, Mapping) else code
    variables = kwds["additional_variables"]
    described = [
        (name, v.dtype, v.dim, v.scalar, variables.indices.get(name))
        for name, v in variables.items()
    ]
    indices = tuple(sorted(variables.indices.items()))
    others = kwds.get("check_units", True), kwds.get("user_code")
    # What code works on is set before it runs: no two threads can share it
    return template_name, text, tuple(described), indices, others, get_ident()


def _n_indices(kwds: Mapping[str, Any]) -> int:
    indices = kwds["additional_variables"].get(_INDICES)
    return 0 if indices is None else int(indices.size)


class _StringRecord(Record):
    """What the code of a string was made from."""

    _targets = (NumbaCodeObject, NumpyCodeObject)

    def code_for(self, indices: Any) -> Callable[[], Any]:
        """Return the code for other elements; for those that it was made for if None.

        Parameters
        ----------
        indices : `ArrayVariable` or None
            The elements.
        """
        (code_object,) = self.code_objects
        if indices is not None:
            own = code_object.variables[_INDICES]
            arrays = own.device.arrays
            arrays[own], own.size = arrays[indices], indices.size
        if type(code_object) is NumpyCodeObject:
            return functools.partial(_run_by_numpy, code_object)
        code_object.know_seed()
        code_object.bind()
        return code_object

    def _set_number(self, code_object: Any, name: str, number: Any) -> None:
        if type(code_object) is NumbaCodeObject:
            super()._set_number(code_object, name, number)
        else:
            known = code_object.variables[name]
            value = np.asarray(number)
            code_object.variables[name] = Constant(name, value, known.dim)


def _run_by_numpy(code_object: Any) -> Any:
    """Run code of Brian's numpy target, and keep no array in it."""
    namespace = code_object.namespace
    code_object.variables_to_namespace()
    try:
        return code_object()
    finally:
        own = {name: namespace[name] for name in ("_owner", "logical_not")}
        namespace.clear()
        namespace.update(own)
