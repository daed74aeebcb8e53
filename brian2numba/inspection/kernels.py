"""Kernels to be read: their source, and what LLVM made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from brian2.core.base import BrianObject

from brian2numba.compilation.compiler import CompiledKernel
from brian2numba.compilation.work import Work
from brian2numba.inspection.loops import Loop, Vectorisation, loops_of
from brian2numba.target import NumbaCodeObject

__all__ = ["Kernel", "inspect", "kernel_of", "origin"]


@dataclass(frozen=True)
class Kernel:
    """A compiled kernel, to be read.

    What was found in the store as machine code is translated again for this, in
    milliseconds: the same source gives the same code.

    Attributes
    ----------
    name : str
        The name of the code object.
    python : str
        The generated Python source.
    """

    name: str
    python: str = field(repr=False)
    _compiled: CompiledKernel = field(repr=False)

    @property
    def origin(self) -> str:
        """Where its machine code comes from, see `origin`."""
        return origin(self._compiled)

    @property
    def work(self) -> Work:
        """What was done, and how long, to get the machine code into this process."""
        return self._compiled.work

    @property
    def llvm(self) -> str:
        """The code in LLVM's language, optimised.

        Raises
        ------
        ValueError
            If Python runs the kernel.
        """
        return self._listings[0]

    @property
    def assembly(self) -> str:
        """The instructions in the processor's language; errors are those of `llvm`."""
        return self._listings[1]

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """The loops of the kernel and of what it calls; errors are those of `llvm`."""
        return loops_of(self.llvm)

    @property
    def vectorisation(self) -> Vectorisation:
        """What its loops became that compute; errors are those of `llvm`."""
        return Vectorisation.of(self.loops)

    @property
    def is_vectorised(self) -> bool:
        """Whether loops compute several elements at once, in all of the arithmetic.

        The last elements, which are too few, are left to a loop that does not count.
        Errors are those of `llvm`.
        """
        return self.vectorisation == Vectorisation.ALL

    @cached_property
    def _listings(self) -> tuple[str, str]:
        if self._compiled.listings is None:
            raise ValueError(
                f"The kernel of '{self.name}' is not compiled: Python runs its source, "
                "because of the preferences codegen.runtime.numba.jit or checked."
            )
        return self._compiled.listings()

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.origin}", ""]
        if self._compiled.listings is not None:
            vectors = [loop for loop in self.loops if loop.is_vector]
            widths = sorted({loop.width for loop in vectors})
            more = " or more" if any(loop.is_scalable for loop in vectors) else ""
            several = f", {' or '.join(map(str, widths))}{more} elements at a time"
            facts = f"{self.vectorisation}{several if widths else ''}"
            lines.insert(1, facts)
        return "\n".join([*lines, self.python])


def origin(kernel: CompiledKernel) -> str:
    """Return where the machine code of a kernel comes from, in a few words."""
    if kernel.address == 0:
        return "Python runs it"
    if kernel.is_numbas:
        return "compiled by numba"
    if kernel.work.compiled_by_numba:
        return "compiled, with functions by numba"
    return "compiled" if kernel.work.compiled else "from the store"


def kernel_of(code_object: NumbaCodeObject) -> Kernel:
    """Return the kernel of a code object, which is compiled if it has not been."""
    return Kernel(code_object.name, code_object.source.text, code_object.kernel.kernel)


def inspect(thing: Any) -> list[Kernel]:
    """Return the kernels of an object, to be read.

    Parameters
    ----------
    thing : `BrianObject` or NumbaCodeObject
        A code object; or an object of a model that has run before, e.g. a
        `NeuronGroup`: then its kernels are those of all that it consists of, one by
        one. `brian2numba.explain` has those that do the work of two.

    Returns
    -------
    list of Kernel
        Their attributes `python`, `llvm`, `assembly`, `loops` and `is_vectorised` have
        what the name says; printed, they give an overview.

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If there is no kernel, because the object has not run, or not with the target
        numba.

    Examples
    --------
    >>> print(brian2numba.inspect(group.state_updater)[0].assembly)
    """
    if isinstance(thing, NumbaCodeObject):
        return [kernel_of(thing)]
    if not isinstance(thing, BrianObject):
        raise TypeError(
            "Only objects of a model and code objects can be inspected, and "
            f"{thing!r} is neither."
        )
    kernels = [kernel_of(c) for c in _code_objects(thing) if _is_ours(c)]
    if not kernels:
        raise ValueError(
            f"The {type(thing).__name__} '{thing.name}' has no compiled kernel. Those "
            "of a model are made when its network runs (for 0 s, if need be) with the "
            "target numba."
        )
    return kernels


def _code_objects(thing: BrianObject) -> Iterator[Any]:
    """Yield the code objects of an object and of those within it."""
    yield from thing.code_objects
    for part in thing.contained_objects:
        yield from _code_objects(part)


def _is_ours(code_object: Any) -> bool:
    # Brian has weak references to some
    return isinstance(code_object, NumbaCodeObject)
