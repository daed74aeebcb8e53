"""The source of kernels: bodies from templates, headers from the slots they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from brian2.utils.stringtools import get_identifiers, indent

from brian2numba.generation.slots import Constant, Slot

__all__ = ["GeneratedCode", "KernelDraft", "KernelSource", "assemble", "with_constants"]


@dataclass(frozen=True)
class KernelDraft:
    """What a template made of a code object: the body of its kernel.

    Attributes
    ----------
    body : str
        The statements of the kernel; empty where there is nothing to run.
    keywords : mapping
        What the template was given, by name.
    make_source : callable, optional
        Makes the kernel's source where it is known already, and there is no body; its
        arguments are those of `brian2numba.pipeline.kernel_source`.
    """

    body: str
    keywords: Mapping[str, Any] = field(repr=False)
    make_source: Callable[..., KernelSource] | None = None

    def __str__(self) -> str:
        return self.body


@dataclass(frozen=True)
class KernelSource:
    """Python source of one kernel, and what its slots stand for.

    Attributes
    ----------
    text : str
        A module that defines ``kernel(table)`` and the user's functions.
    slots : tuple of Slot
        The slots of the kernel's table, in order.
    objects : mapping
        Objects that the text refers to and that are not part of the library.
    calls_users : bool
        Whether it calls functions that users wrote, which may allocate memory.
    runs_once : bool
        Whether it runs once rather than at each time step.
    model_code : str
        The abstract code that Brian made of the user's equations.
    user_functions : mapping
        The user's functions by their name in the kernel.
    translations : mapping
        Where plain functions come from, by their name in the kernel.
    implicit : frozenset of str
        The names of those that may be left to Python.
    takes_numbers : frozenset of str
        The names of those that can be called with single numbers only.
    called : tuple
        References of these to other functions, and what they led to.
    """

    text: str
    slots: tuple[Slot, ...]
    objects: Mapping[str, Any] = field(default_factory=dict)
    calls_users: bool = False
    runs_once: bool = False
    model_code: str = ""
    user_functions: Mapping[str, Any] = field(default_factory=dict)
    translations: Mapping[str, Any] = field(default_factory=dict)
    implicit: frozenset[str] = frozenset()
    takes_numbers: frozenset[str] = frozenset()
    called: tuple[tuple[Any, Any], ...] = ()


class GeneratedCode(Mapping[str, str]):
    """The source of a code object's blocks, as ``code`` shows it to users.

    Parameters
    ----------
    blocks : mapping of str to str
        The source of each block, e.g. of ``'run'``.
    """

    def __init__(self, blocks: Mapping[str, str]) -> None:
        self._blocks = dict(blocks)

    def __getattr__(self, name: str) -> str:
        try:
            return self.__dict__["_blocks"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name: str) -> str:
        return self._blocks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def __str__(self) -> str:
        return "\n".join(self._blocks.values())

    __repr__ = __str__


def assemble(
    body: str,
    candidates: Mapping[str, Slot],
    functions: list[str] | None = None,
    objects: Mapping[str, Any] | None = None,
) -> KernelSource:
    """Make a kernel of a body: declare what the body names, and nothing else.

    Parameters
    ----------
    body : str
        The statements of the kernel.
    candidates : mapping of str to Slot
        All that a body can refer to through a slot.
    functions : list of str, optional
        Source of functions that the body calls.
    objects : mapping, optional
        Objects that the body or the functions refer to.
    """
    used = get_identifiers(body) & set(candidates)
    if functions or objects:
        # Where a function that raises an exception leaves what it was called with
        used |= {"_report"} & set(candidates)
    used |= {name for slot in used for name in candidates[slot].needs}
    names = sorted(used, key=lambda name: (bool(candidates[name].needs), name))
    slots = tuple(candidates[name].for_body(body) for name in names)
    header = ["_slots = _int64s(_table)"]
    header += [slot.declaration(index) for index, slot in enumerate(slots)]
    closing = [line for slot in slots if (line := slot.closing())]
    body = _before_returns(body.strip("\n") + "\nreturn 0", closing)
    lines = "\n".join([*header, body])
    kernel = f"def kernel(_table):\n{indent(lines)}\n"
    text = "\n\n".join([*(functions or []), kernel])
    return KernelSource(text, slots, dict(objects or {}), bool(functions or objects))


def with_constants(source: KernelSource, variables: Mapping[str, Any]) -> KernelSource:
    """Return the same source with other numbers in its slots.

    Parameters
    ----------
    source : KernelSource
        The source.
    variables : mapping of str to `Constant`
        What names stand for.
    """
    values = {name: variable.value for name, variable in variables.items()}
    slots = tuple(
        Constant(slot.name, values[slot.name])
        if isinstance(slot, Constant) and slot.name in values
        else slot
        for slot in source.slots
    )
    return replace(source, slots=slots)


def _before_returns(body: str, closing: list[str]) -> str:
    """Insert lines wherever a kernel returns."""
    lines: list[str] = []
    for line in body.splitlines():
        statement = line.lstrip()
        if statement.startswith("return"):
            margin = line[: len(line) - len(statement)]
            lines += [margin + closing_line for closing_line in closing]
        lines.append(line)
    return "\n".join(lines)
