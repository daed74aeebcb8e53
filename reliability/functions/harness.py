"""Drawing functions and counting what comes out of their comparison."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from brian2 import prefs
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from reliability.functions.cases import cases
from reliability.functions.description import Case
from reliability.functions.features import features_of
from reliability.functions.script import write
from reliability.functions.verdicts import Verdict, judge

__all__ = ["Batch", "Failure", "compare_batch"]

#: How long to look for a smaller case that shows a difference
_SECONDS_TO_SHRINK = 60


@dataclass(frozen=True)
class Failure:
    """The smallest case found of a difference.

    Attributes
    ----------
    scripts : dict of str
        Its scripts, by target.
    detail : str
        What differs.
    """

    scripts: dict[str, str]
    detail: str


@dataclass
class Batch:
    """What came out of a number of cases.

    Attributes
    ----------
    verdicts : dict of Verdict
        The verdicts, by the cases' scripts.
    failures : list of Failure
        The differences.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: Batch) -> None:
        """Add what came out of other cases."""
        self.verdicts |= other.verdicts
        self.failures += other.failures

    @property
    def kinds(self) -> Counter[str]:
        """How many cases there were by kind of verdict."""
        return Counter(verdict.kind for verdict in self.verdicts.values())

    @property
    def ways(self) -> Counter[str]:
        """How many functions went which way."""
        return Counter(verdict.way for verdict in self.compared.values())

    @property
    def compared(self) -> dict[str, Verdict]:
        """The cases that ran on both targets, as far as they should."""
        left_out = "refused", "for one number"
        return {s: v for s, v in self.verdicts.items() if v.kind not in left_out}

    @property
    def refusals(self) -> Counter[str]:
        """What the numpy target said of cases that it can't run."""
        refused = (v for v in self.verdicts.values() if v.kind == "refused")
        return Counter(verdict.detail for verdict in refused)

    @property
    def features(self) -> Counter[str]:
        """How many of the cases compared had each feature."""
        return Counter(f for script in self.compared for f in features_of(script))


class Disagreement(AssertionError):
    """Two targets differ."""


def _for_each_case(number: int, first_seed: int, visit: Callable[[Case], None]) -> None:
    """Draw cases and visit them; a failing visit is repeated with simpler ones."""
    options = settings(
        max_examples=number,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
    )
    seed(first_seed)(options(given(cases())(visit)))()


def compare_batch(number: int, first_seed: int) -> Batch:
    """Draw cases and compare them.

    Parameters
    ----------
    number : int
        How many. The batch ends earlier if there is a difference; the case that shows
        it is then made as small as possible.
    first_seed : int
        Decides which cases are drawn.
    """
    batch = Batch()
    smallest: list[Failure] = []
    deadline = math.inf

    def visit(case: Case) -> None:
        nonlocal deadline
        script = write(case, "numba")
        # hypothesis repeats some
        if time.monotonic() > deadline or (script in batch.verdicts and not smallest):
            return
        verdict = judge(case)
        if not smallest:
            batch.verdicts[script] = verdict
        if verdict.kind == "different":
            deadline = min(deadline, time.monotonic() + _SECONDS_TO_SHRINK)
            scripts = {target: write(case, target) for target in ("numba", "numpy")}
            smallest[:] = [Failure(scripts, verdict.detail)]
            raise Disagreement(verdict.detail)

    # Cases that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()
    try:
        _for_each_case(number, first_seed, visit)
    except (Disagreement, Flaky):
        batch.failures = smallest
    return batch
