"""The numba target as Brian sees it: a class of code objects."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from brian2.codegen.codeobject import CodeObject
from brian2.core.base import BrianObjectException
from brian2.core.variables import Constant
from brian2.devices.device import get_device
from brian2.utils.logger import get_logger

from brian2numba import pipeline
from brian2numba.behaviours import BEHAVIOURS, Behaviour, Offer
from brian2numba.behaviours.indices import check_arrays
from brian2numba.binding import BoundKernel
from brian2numba.device.arrays import refuse_rows_elsewhere
from brian2numba.device.random_counters import attach_random_counters, role_of
from brian2numba.device.random_state import RandomStreams, attach_random_streams
from brian2numba.errors import ReferenceChangedError
from brian2numba.generation.accesses import Accesses
from brian2numba.generation.counter_draws import RANDOM_KEY
from brian2numba.generation.generator import NumbaCodeGenerator
from brian2numba.generation.library import RANDOM_STREAMS
from brian2numba.generation.source import (
    GeneratedCode,
    KernelDraft,
    KernelSource,
    with_constants,
)
from brian2numba.generation.templater import NumbaTemplater
from brian2numba.preferences import runs_in_compiled_loop

__all__ = ["FUSIBLE_TEMPLATES", "NumbaCodeObject"]

logger = get_logger("brian2.codegen.runtime.numba")

#: The templates of code objects that a run may do in one pass over the elements
FUSIBLE_TEMPLATES = ("stateupdate", "threshold")


class NumbaCodeObject(CodeObject):
    """A code object that numba compiles to machine code.

    Attributes
    ----------
    code : GeneratedCode
        The Python source of the kernel.
    source : KernelSource
        The same with what it refers to, after `compile`.
    accesses : Accesses
        What its statements do with variables.
    draws : bool
        Whether the kernel draws random numbers.
    draws_in_sequence : bool
        Whether it draws them from numpy's generator.
    random_role : str
        What counter-based random numbers are for: they depend on it.
    """

    templater = NumbaTemplater()
    generator_class = NumbaCodeGenerator
    class_name = "numba"
    #: Whether Brian's numpy target can run the code where it can't be compiled
    has_stand_in = True

    def __init__(  # noqa: PLR0913, PLR0917 (what Brian calls)
        self,
        owner: Any,
        code: KernelDraft,
        variables: dict[str, Any],
        variable_indices: dict[str, str],
        template_name: str,
        template_source: str,
        compiler_kwds: dict[str, Any],
        name: str = "numba_code_object*",
    ) -> None:
        _refuse_compiler_keywords(compiler_kwds, name)
        self.device = get_device()
        super().__init__(
            owner,
            GeneratedCode({}),
            variables,
            variable_indices,
            template_name,
            template_source,
            compiler_kwds,
            name=name,
        )
        behaviour = BEHAVIOURS.get(template_name, Behaviour)
        self.behaviour = behaviour(self, code.keywords)
        self.accesses: Accesses = code.keywords["accesses"]
        self.streams = attach_random_streams(self.device)
        self.source = KernelSource("", ())
        self.draws = self.draws_in_sequence = False
        self.random_role = role_of(self.name, self.owner)
        self._offers: dict[str, Offer] = {}
        self._kernel: BoundKernel | None = None
        self._draft: KernelDraft | None = code
        self._run: Callable[[], Any] | None = None
        #: Makes the code object of Brian's numpy target for the same code
        self.make_stand_in: Callable[[], Any] | None = None
        self._left_to_python = ""
        #: What `check_arrays` looks at, and what it found to be right
        self.looked_at: Any = None
        self.checked_arrays: Any = None
        #: How often constants were given other values
        self.n_settings = 0

    def compile(self) -> None:
        """Generate the kernel's source; compile it unless that had better wait.

        Raises
        ------
        KernelCompilationError
            If numba does not compile the code of the model.
        """
        # Brian compiles each code object once; the draft would keep models alive
        draft, self._draft = self._draft, None
        if draft is None:
            return
        refuse_rows_elsewhere(self.variables.values(), self.template_name)
        counter_based = bool(draft.keywords["counter_based"])
        self._offers = {**self.behaviour.offers(), **self._random_offers(counter_based)}
        make_source = draft.make_source or pipeline.kernel_source
        self.source = make_source(self, draft, self._offers)
        self.code = GeneratedCode({"run": self.source.text})
        text = self.source.text
        self.draws = RANDOM_STREAMS in text or RANDOM_KEY in text
        self.draws_in_sequence = self.draws and not counter_based
        if not self._can_wait():
            self.finish()

    def _random_offers(self, counter_based: bool) -> dict[str, Offer]:
        """Return what the kernel draws random numbers through."""
        streams, counters = self.streams, attach_random_counters(self.device)
        if not counter_based:
            return {RANDOM_STREAMS: lambda: streams.address}
        # Looked up when the kernel is bound: it may be given the role of another
        itself = weakref.proxy(self)
        names = RANDOM_STREAMS, RANDOM_KEY
        return dict.fromkeys(names, lambda: counters.address(itself.random_role))

    def _can_wait(self) -> bool:
        """Tell whether the compiled loop decides if this kernel is needed at all.

        What calls functions of users may fail to compile, and Brian expects that here.
        """
        is_fusible = self.template_name in FUSIBLE_TEMPLATES
        is_known = not self.source.calls_users
        return is_fusible and is_known and runs_in_compiled_loop()

    def finish(self) -> None:
        """Compile the kernel and bind it to its arrays, if that has not been done.

        Raises
        ------
        KernelCompilationError
            If numba does not compile the code of the model.
        """
        if self._kernel is not None:
            return
        start = time.perf_counter()
        compiled = pipeline.compiled_kernel(self, self.source)
        self._kernel = pipeline.bound_kernel(self, self.source, compiled, self._offers)
        self._offers = {}
        self._run = self.behaviour.runner(self._kernel)
        if self.draws_in_sequence:
            self._run = _drawing(self._run, self.streams)
        logger.diagnostic(
            f"{self.name} compiled in {time.perf_counter() - start:.3f} s"
        )

    @property
    def kernel(self) -> BoundKernel:
        """The compiled kernel with the arrays that it works on."""
        self.finish()
        return cast("BoundKernel", self._kernel)

    @property
    def is_followed(self) -> bool:
        """Whether what functions of users refer to has to be looked up now and then."""
        is_compiled = self._kernel is not None and not self._left_to_python
        return is_compiled and self.kernel.is_followed

    def renew(self) -> None:
        """Look up what functions of users refer to.

        Where that is something else than what was compiled, Python takes over.
        """
        if self.is_followed:
            self._unless_changed(self.kernel.renew)

    def set_constant(self, name: str, number: Any) -> None:
        """Give a number that a name stands for another value of the same type."""
        known = self.variables.get(name)
        if not isinstance(known, Constant):
            return
        other = Constant(name, dimensions=known.dim, value=np.asarray(number))
        same = [n for n, variable in self.variables.items() if variable is known]
        self.take_constants(dict.fromkeys(same, other))

    def take_constants(self, variables: Mapping[str, Any]) -> None:
        """Take the numbers that others have for the names of constants."""
        numbers = {
            name: variable
            for name, variable in variables.items()
            if isinstance(variable, Constant) and name in self.variables
        }
        self.variables.update(numbers)
        self.source = with_constants(self.source, numbers)
        if self._kernel is not None:
            self._kernel.fill_again(self.source)
        self.n_settings += 1

    def know_seed(self) -> None:
        """Let counter-based numbers have a seed by now, if the kernel draws some."""
        if self.draws and not self.draws_in_sequence:
            attach_random_counters(self.device).know_seed()

    def bind(self) -> None:
        """Look for the arrays again, after another target took some of them over."""
        if self._kernel is not None:
            self._unless_changed(self._kernel.bind)

    def mark_written(self) -> None:
        """Say that the arrays that the kernel writes may have changed, if it exists."""
        if self._kernel is not None:
            self._kernel.mark_written()

    def written_arrays(self) -> list[Any]:
        """Return the dynamic arrays that the kernel may write, if it exists."""
        return [] if self._kernel is None else self._kernel.written_arrays

    def watched(self) -> list[Any]:
        """Return what has to be renewed after Python has run, if the kernel exists."""
        return [] if self._kernel is None else list(self._kernel.watched)

    def _unless_changed(self, look: Callable[[], None]) -> None:
        try:
            look()
        except ReferenceChangedError as change:
            if self.make_stand_in is None:
                raise
            self._run = self.make_stand_in()
            self._left_to_python = f"what its functions use has changed: {change}"

    def compile_block(self, block: str) -> None:
        """Do nothing: `compile` compiles all that there is."""

    def __call__(self, **kwds: Any) -> Any:
        """Run the kernel once.

        Returns
        -------
        object
            The indices or values that a code object was made to find, or ``None``.
        """
        try:
            if self.source.runs_once:
                check_arrays(self)
            if self._run is None:
                self.finish()
            self.renew()
            return cast("Callable[[], Any]", self._run)()
        except BrianObjectException:
            raise  # of what runs in its place
        except Exception as error:
            raise self._exception("run") from error

    @property
    def task(self) -> str:
        """What it does in a time step: the name of Brian's template."""
        return str(self.template_name)

    @property
    def obstacle(self) -> str | None:
        """Why Python has to run this; ``None`` if compiled code can call its kernel."""
        kernel = self.kernel
        if kernel.kernel.address == 0:
            return "its kernel is not compiled: Python runs the source"
        if self._left_to_python:
            return self._left_to_python
        if kernel.foreign is not None:
            return f"another target has taken over {kernel.foreign}"
        return self.behaviour.obstacle()

    def run_block(self, block: str) -> Any:
        """Run what the code object does before, in or after a run.

        Raises
        ------
        BrianObjectException
            If something went wrong; its cause says what.
        """
        if block == "run":
            return self()
        try:
            if block == "before_run":
                check_arrays(self)
            return getattr(self.behaviour, block)()
        except Exception as error:
            raise self._exception(block) from error

    def _exception(self, block: str) -> BrianObjectException:
        return BrianObjectException(
            f"An exception occurred during the execution of the '{block}' block of "
            f"code object '{self.name}'.\n",
            self.owner,
        )


def _drawing(run: Callable[[], Any], streams: RandomStreams) -> Callable[[], Any]:
    """Return `run` for kernels that draw random numbers."""

    def run_and_draw() -> Any:
        streams.enter()
        try:
            return run()
        finally:
            streams.leave()

    return run_and_draw


def _refuse_compiler_keywords(keywords: dict[str, Any], name: str) -> None:
    """Refuse what only makes sense for compilers of C++."""
    if keywords:
        given = ", ".join(f"'{key}'" for key in keywords)
        raise NotImplementedError(
            f"A function used by '{name}' is implemented with the keyword(s) {given}, "
            "which are for C++ compilers; the numba target has none. Give the function "
            "as Python with @implementation('numba', ...), or use the 'cython' target "
            "for this object."
        )
