"""State updates that adapt their steps: what is known of them when they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from brian2numba.behaviours.base import Behaviour, Offer
from brian2numba.binding import BoundKernel
from brian2numba.errors import IntegrationError, Status
from brian2numba.kernels.adaptive_steps import Doing, Journal
from brian2numba.language import address_of, pointer_to
from brian2numba.reports import Report

__all__ = ["AdaptiveStepsBehaviour"]

#: The slot for what is kept to take a time step back
_ADDRESS_OF_JOURNAL = "_address_of_journal"

#: What is wrong, and what to do, where an element can't go on
_REASONS = {
    Doing.TAKES_TOO_MANY_STEPS: (
        "more than {most_steps} steps are not enough to reach its end. Allow a larger "
        "error (the method options 'absolute_error' and 'absolute_error_per_variable') "
        "or more steps ('max_steps'), or take a shorter time step"
    ),
    Doing.STEP_IS_TOO_SHORT: (
        "no step is short enough for the error that is allowed. Allow a larger error "
        "(the method options 'absolute_error' and 'absolute_error_per_variable'), and "
        "check whether the equations have a singularity there"
    ),
    Doing.ERROR_IS_TOO_LARGE: (
        "the error of the step is larger than what is allowed, and 'adaptable_timestep'"
        " is False. Allow a larger error (the method options 'absolute_error' and "
        "'absolute_error_per_variable'), a step that adapts, or take a shorter time "
        "step"
    ),
    Doing.IS_NOT_A_NUMBER: (
        "a variable becomes infinite or NaN, which is not a number. Check whether the "
        "equations divide by 0 there, or whether variables start far from where they "
        "belong"
    ),
}


class AdaptiveStepsBehaviour(Behaviour):
    """A time step in which an element fails is taken back for all of them."""

    def __init__(self, codeobj: Any, keywords: Mapping[str, Any]) -> None:
        super().__init__(codeobj, keywords)
        variables, steps = keywords["variables"], keywords["steps"]
        self._changed: list[ArrayVariable] = [c.variable for c in steps.changed]
        self._n = variables["N"]
        self._clock = variables["t"]
        self._most_steps = steps.most_steps
        self._journal = Journal()
        self._make_room()

    def offers(self) -> dict[str, Offer]:
        """Return where is kept what elements had before a time step."""
        return {
            **super().offers(),
            _ADDRESS_OF_JOURNAL: lambda: address_of(self._journal),
        }

    def before_run(self) -> None:
        """Make room for all elements: there may be more than in the last run."""
        self._make_room()
        # The time of this run's first step may be one that an earlier run has reached
        self._times.fill(-np.inf)

    def _make_room(self) -> None:
        n = int(self._n.item())
        if n != self._journal.n_elements or n == 0:
            self._times = np.full(n, -np.inf)
            self._before = np.zeros((len(self._changed), n))
            self._n_steps = np.zeros((2, n), np.int64)
            self._journal.n_elements = n
            self._journal.n_updates = 0
            self._journal.n_steps_in_all = pointer_to(self._n_steps[0])
            self._journal.most_steps = pointer_to(self._n_steps[1])
            self._journal.times = pointer_to(self._times)
            self._journal.before = pointer_to(self._before)

    def runner(self, kernel: BoundKernel) -> Callable[[], Any]:
        """Return the kernel, which is told how to explain a failure."""
        kernel.explanations[Status.INTEGRATION_FAILED] = self._failure
        return kernel

    def _failure(self, report: Report) -> IntegrationError:
        """Take the time step back, and return what says why it failed."""
        t = float(self._clock.item())
        self._take_back(t)
        journal, element = self._journal, report.index
        reason = _REASONS[Doing(report.size)].format(most_steps=self._most_steps)
        owner = self.codeobj.owner
        is_all = int(self._n.item()) == journal.n_elements
        but = "" if is_all else ", but for those of synapses made in this run"
        return IntegrationError(
            f"The equations of '{owner.name}' can't be integrated for the element with "
            f"index {element} in the time step that begins at {t:.12g} s: {reason}. "
            f"The last step that was tried begins at {journal.t:.12g} s and is "
            f"{journal.length:.6g} s long, after {journal.n_steps} others. The "
            f"variables of '{owner.name}' are as they were before the time step{but}."
        )

    def steps_done(self) -> tuple[float, int] | None:
        """Return how many steps elements did on average in a time step, and at most.

        ``None`` if there was none yet.
        """
        n_done = self._journal.n_updates * self._journal.n_elements
        if not n_done:
            return None
        return self._n_steps[0].sum() / n_done, int(self._n_steps[1].max())

    def _take_back(self, t: float) -> None:
        """Give elements that have done the time step what they had before."""
        is_done = self._times == t
        for variable, values in zip(self._changed, self._before, strict=True):
            array = variable.get_value()[: len(values)]
            array[is_done] = values[is_done]
