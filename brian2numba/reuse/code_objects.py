"""Code objects of the numba target, made of a source that is known if there is one."""

from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from brian2.codegen.codeobject import CodeObject
from brian2.core.names import find_name
from brian2.core.variables import Subexpression
from brian2.utils.stringtools import get_identifiers

from brian2numba.hooks import is_brians
from brian2numba.preferences import sources_are_reused
from brian2numba.reuse.comparison import Comparison, facts_of
from brian2numba.reuse.generation import is_as_in_files
from brian2numba.reuse.known_sources import (
    KnownSource,
    NotKnownError,
    known_source,
)
from brian2numba.reuse.owners import Aliases
from brian2numba.reuse.requests import Request, key_of
from brian2numba.reuse.stored import StoredTable
from brian2numba.target import NumbaCodeObject

__all__ = ["attach_known_sources", "forget_sources"]

#: An entry has some 10 000 bytes
_known = StoredTable(512)


def attach_known_sources(device: Any) -> None:
    """Let a device's code objects for the numba target be made of known sources.

    Parameters
    ----------
    device : `RuntimeDevice`
        The device; its other targets stay as they are.
    """
    if not isinstance(vars(device).get("_brian2numba_known_sources"), _CodeObjects):
        device._brian2numba_known_sources = _CodeObjects(device)


def forget_sources() -> None:
    """Forget the sources that this process knows; what is stored stays."""
    _known.clear()


class _CodeObjects:
    """A device's method that makes code objects."""

    def __init__(self, device: Any) -> None:
        self._device = device
        self._make = device.code_object
        # Somebody may have replaced it, and want to be asked for each code object
        self._is_brians = is_brians(device.code_object)
        device.code_object = self.code_object

    def code_object(self, *args: Any, **kwds: Any) -> CodeObject:
        """Make a code object, see `Device.code_object`."""
        request = Request(*args, **kwds)
        of_class = self._device.code_object_class(request.codeobj_class)
        is_usual = isinstance(request.abstract_code, Mapping)
        if not (is_usual and self._can_be_known(of_class)):
            return self._anew(request, of_class)
        aliases = Aliases(request.variables, request.abstract_code.values())
        key = key_of(request, aliases)
        if key is None:
            return self._anew(request, of_class)
        known: KnownSource | None = _known.get(key)
        if known is None:
            return self._first(key, request, aliases)
        anew = self._facts_anew(request) if Comparison.is_on else None
        if aliases:
            known = known.renamed(aliases.lengthened())
        made = _made(known, request)
        if anew is not None:
            _compare(_facts(made), anew)
        return made

    def _can_be_known(self, of_class: Any) -> bool:
        """Tell whether sources are reused, and nobody has changed how they are made."""
        return (
            of_class is NumbaCodeObject
            and self._is_brians
            and sources_are_reused()
            and is_as_in_files()
        )

    def _anew(self, request: Request, of_class: Any) -> Any:
        """Return what is made where nothing is known."""
        return request.passed_to(self._make, of_class)

    def _first(self, key: Any, request: Request, aliases: Aliases) -> Any:
        """Make a code object whose source is not known, and remember the source."""
        variables, indices = dict(request.variables), dict(request.variable_indices)
        with _listening() as listener:
            made = self._anew(request, NumbaCodeObject)
        # What is said of the code has to be said each time; and names of objects may be
        # in a source in order that two names in it differ
        code = get_identifiers(f"{made.source.text}\n{made.source.model_code}")
        if not listener.has_heard and not aliases.are_in(code):
            with contextlib.suppress(NotKnownError):
                known = known_source(made, request, variables, indices)
                _known.put(key, known.renamed(aliases.shortened()))
        return made

    def _facts_anew(self, request: Request) -> dict[str, Any]:
        """Return what is to be compared of a code object that is generated anew."""
        own = replace(
            request,
            variables=dict(request.variables),
            variable_indices=copy.copy(request.variable_indices),
        )
        return _facts(self._anew(own, NumbaCodeObject))


def _made(known: KnownSource, request: Request) -> NumbaCodeObject:
    """Return a code object with a source that is known."""
    name = find_name(request.name)
    template = getattr(NumbaCodeObject.templater, request.template_name)
    made = NumbaCodeObject(
        request.owner,
        known.draft(request),
        request.variables,
        request.variable_indices,
        template_name=request.template_name,
        template_source=template.template_source,
        name=name,
        compiler_kwds={},
    )
    made.compile()
    return made


def _facts(made: Any) -> dict[str, Any]:
    """Return all that generation decides on of a code object."""
    of = f"of {made.template_name} of '{made.owner.name}'"
    return {
        f"the source {of}": facts_of(made.source),
        f"the accesses {of}": made.accesses,
        f"the names {of}": list(made.variables),
        f"the variables {of}": [_what_it_is(v) for v in made.variables.values()],
        f"the indices {of}": dict(made.variable_indices),
        f"the random numbers {of}": (made.draws, made.draws_in_sequence),
    }


def _what_it_is(variable: Any) -> Any:
    """Return what a variable can be told from others by."""
    # Generation may put another one in the place of a subexpression
    is_expression = isinstance(variable, Subexpression)
    return (variable.name, variable.expr) if is_expression else id(variable)


def _compare(found: dict[str, Any], anew: dict[str, Any]) -> None:
    """Refuse a code object that is not as the one that was generated anew."""
    for what, fact in found.items():
        Comparison.compare(what, fact, anew[what])


class _Listener(logging.Handler):
    """Notes whether something was said to the user."""

    has_heard = False

    def emit(self, record: logging.LogRecord) -> None:
        """Note it."""
        self.has_heard = True


@contextlib.contextmanager
def _listening() -> Any:
    """Listen to what is logged of warnings and worse."""
    listener, logger = _Listener(logging.INFO), logging.getLogger("brian2")
    # Nobody hears what is not even asked for
    listener.has_heard = not logger.isEnabledFor(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield listener
    finally:
        logger.removeHandler(listener)
