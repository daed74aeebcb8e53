"""What Brian asks for when it wants a code object, and what its kernel depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.functions import Function
from brian2.core.preferences import prefs
from brian2.core.variables import Variable

from brian2numba.generation.library import LibraryCall
from brian2numba.reuse.descriptions import (
    Description,
    NotDescribedError,
    described,
    described_value,
    kind_of_number,
)
from brian2numba.reuse.identifiers import exponents
from brian2numba.reuse.owners import Aliases, identifiers_in
from brian2numba.target import NumbaCodeObject

__all__ = ["NEVER_READ", "Request", "key_of"]

#: What Brian gives to templates and ours never read: objects, and what is found in
#: their variables
NEVER_READ = frozenset(
    {
        "_registered_variables",
        "original_expression",
        "pathway",
        "record",
        "source_offset_val",
        "target_offset_val",
    }
)

#: The preferences that generation reads
_PREFERENCES = (
    "codegen.loop_invariant_optimisations",
    "codegen.runtime.numba.checked",
    "codegen.runtime.numba.random",
)


#: What Brian calls that which it moves out of loops
_INVARIANT = "_lio_"


@dataclass(frozen=True)
class Request:
    """The arguments of `Device.code_object`."""

    owner: Any
    name: str
    abstract_code: Any
    variables: dict[str, Any]
    template_name: str
    variable_indices: dict[str, str]
    codeobj_class: Any = None
    template_kwds: Mapping[str, Any] | None = None
    override_conditional_write: Any = None
    compiler_kwds: Mapping[str, Any] | None = None

    @property
    def keywords(self) -> Mapping[str, Any]:
        """What the template is given."""
        return self.template_kwds or {}

    def passed_to(self, make: Callable[..., Any], codeobj_class: Any) -> Any:
        """Return what a device's method makes, for a target."""
        return make(
            self.owner,
            self.name,
            self.abstract_code,
            self.variables,
            self.template_name,
            self.variable_indices,
            codeobj_class=codeobj_class,
            template_kwds=self.template_kwds,
            override_conditional_write=self.override_conditional_write,
            compiler_kwds=self.compiler_kwds,
        )


def key_of(request: Request, aliases: Aliases) -> Description | None:
    """Return what the kernel of a code object depends on.

    Parameters
    ----------
    request : Request
        What is asked for.
    aliases : Aliases
        The names that its variables have in the key.

    Returns
    -------
    tuple or None
        The key: texts and numbers only; ``None`` if it can't be described.
    """
    if request.compiler_kwds:
        return None
    try:
        return _key(request, aliases)
    except NotDescribedError:
        return None


def _key(request: Request, aliases: Aliases) -> Description:
    variables, keywords = request.variables, request.keywords
    given = sorted(keywords.keys() - NEVER_READ)
    of_keywords = [(f"{k} of the template", v) for k, v in _variables_in(keywords)]
    return (
        request.template_name,
        tuple(request.abstract_code.items()),
        described([*sorted(variables.items()), *of_keywords], aliases),
        _implementations(request),
        _indices(request, aliases),
        tuple(sorted(map(str, request.override_conditional_write or ()))),
        _conditions(request),
        aliases.owners,
        tuple((name, _described_keyword(keywords[name])) for name in given),
        _units_of_connections(request),
        repr(prefs["core.default_float_dtype"]),
        *(prefs[name] for name in _PREFERENCES),
    )


def _variables_in(keywords: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the variables that a template is given."""
    for name in sorted(keywords.keys() - NEVER_READ):
        value = keywords[name]
        if isinstance(value, Variable):
            yield name, value
        elif isinstance(value, Mapping):
            for key in sorted(value, key=str):
                if isinstance(value[key], Variable):
                    yield f"{name} {key}", value[key]


def _described_keyword(value: Any) -> Description:
    if isinstance(value, Variable):
        return ("variable",)
    if isinstance(value, Mapping):
        keys = sorted(value, key=str)
        return tuple((str(key), _described_keyword(value[key])) for key in keys)
    return described_value(value)


def _implementations(request: Request) -> Description:
    """Describe how functions are called: those of the library, by their names."""
    return tuple(
        (name, _called(function, request.owner))
        for name, function in sorted(request.variables.items())
        if isinstance(function, Function)
    )


def _called(function: Function, owner: Any) -> Description:
    implementation = function.implementations[NumbaCodeObject]
    if implementation.availability_check is not None:
        raise NotDescribedError
    try:
        code = implementation.get_code(owner)
    except Exception:
        # Generation says what is wrong
        raise NotDescribedError from None
    if code is None:
        return (str(implementation.name),)
    if not isinstance(code, LibraryCall):
        raise NotDescribedError
    given = [(name, _kind_given(value)) for name, value in code.given.items()]
    return code.function, code.draws, tuple(given)


def _kind_given(value: Any) -> str:
    return "doubles" if isinstance(value, np.ndarray) else kind_of_number(value)


def _indices(request: Request, aliases: Aliases) -> Description:
    """Describe the indices of all names that code has or that generation gives it."""
    indices, blocks = request.variable_indices, request.abstract_code.values()
    in_code = {n.lstrip("_") for block in blocks for n in identifiers_in(block)}
    factory = getattr(indices, "default_factory", None)
    found = [
        (aliases.of(name), index)
        for name, index in indices.items()
        # What else the object has may be called after other objects
        if name in request.variables
        # A kernel may have one more underscore
        or name.lstrip("_") in in_code
        or name.startswith(_INVARIANT)
    ]
    return None if factory is None else factory(), tuple(sorted(found))


def _conditions(request: Request) -> Description:
    """Describe what is known of the conditions under which variables change."""
    conditions = {
        condition.name
        for variable in request.variables.values()
        if (condition := getattr(variable, "conditional_write", None)) is not None
    }
    of_owner = request.owner.variables
    return tuple(
        (
            name,
            request.variables.get(name) is of_owner.get(name),
            _index(of_owner.indices, name),
        )
        for name in sorted(conditions)
    )


def _index(indices: Any, name: str) -> str | None:
    """Return an index without making it, as a `defaultdict` would."""
    factory = getattr(indices, "default_factory", None)
    return indices.get(name, None if factory is None else factory())


def _units_of_connections(request: Request) -> Description:
    """Return the exponents on which units depend that are checked while generating."""
    if request.template_name != "synapses_create_generator":
        return ()
    blocks = request.abstract_code.values()
    return tuple(exponents(b, request.variables) for b in blocks if "**" in b)
