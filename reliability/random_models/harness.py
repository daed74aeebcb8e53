"""Drawing models and counting what comes out of their comparison."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from brian2 import prefs
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from reliability.random_models.description import Model
from reliability.random_models.dressing import dressed
from reliability.random_models.features import features_of
from reliability.random_models.networks import models
from reliability.random_models.script import write
from reliability.random_models.verdicts import Verdict, judge

__all__ = ["Batch", "compare_batch", "drawn_models"]

#: How long to look for a smaller model that shows a difference
_SECONDS_TO_SHRINK = 120


@dataclass
class Batch:
    """What came out of a number of models.

    Attributes
    ----------
    verdicts : dict of Verdict
        The verdicts, by the models' scripts.
    failures : list of tuple of str
        A script and what differs, for the smallest model found of an unexplained
        difference.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Batch) -> None:
        """Add what came out of other models."""
        self.verdicts |= other.verdicts
        self.failures += other.failures

    @property
    def kinds(self) -> Counter[str]:
        """How many models there were by kind of verdict."""
        return Counter(verdict.kind for verdict in self.verdicts.values())

    @property
    def deviations(self) -> Counter[str]:
        """How many differences were explained, by deviation."""
        return Counter(v.deviation for v in self.verdicts.values() if v.deviation)

    @property
    def refusals(self) -> Counter[str]:
        """How many models both targets refused, by what they said."""
        refused = (v for v in self.verdicts.values() if v.kind == "refused")
        return Counter(verdict.detail for verdict in refused)

    @property
    def features(self) -> Counter[str]:
        """How many models that were not refused had each feature."""
        return Counter(
            feature
            for script, verdict in self.verdicts.items()
            if verdict.kind != "refused"
            for feature in features_of(script)
        )


class Disagreement(AssertionError):
    """Two targets differ, and nothing explains it."""


def _for_each_model(
    number: int, first_seed: int, visit: Callable[[Model], None]
) -> None:
    """Draw models and visit them; a failing visit is repeated with simpler models."""
    options = settings(
        max_examples=number,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
    )
    seed(first_seed)(options(given(models())(visit)))()


def drawn_models(number: int, first_seed: int) -> list[Model]:
    """Return the models that `compare_batch` compares."""
    drawn: list[Model] = []

    def visit(model: Model) -> None:
        drawn.append(model)

    _for_each_model(number, first_seed, visit)
    return drawn


def compare_batch(
    number: int, first_seed: int, cython: bool = False, is_dressed: bool = False
) -> Batch:
    """Draw models and compare them.

    Parameters
    ----------
    number : int
        How many. The batch ends earlier if a difference is not explained; the model
        that shows it is then made as small as possible.
    first_seed : int
        Decides which models are drawn.
    cython : bool, optional
        Whether to compare with Brian's Cython target rather than numpy.
    is_dressed : bool, optional
        Whether names and spellings are changed, see `dressing`.
    """
    batch = Batch()
    smallest: list[tuple[str, str]] = []

    deadline = math.inf

    def visit(model: Model) -> None:
        nonlocal deadline
        model = dressed(model) if is_dressed else model
        script = write(model, "numba")
        # hypothesis repeats some
        if time.monotonic() > deadline or (script in batch.verdicts and not smallest):
            return
        verdict = judge(model, cython)
        if not smallest:
            batch.verdicts[script] = verdict
        if verdict.kind == "unexplained":
            deadline = min(deadline, time.monotonic() + _SECONDS_TO_SHRINK)
            smallest[:] = [(script, verdict.detail)]
            raise Disagreement(verdict.detail)

    # Models that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    try:
        _for_each_model(number, first_seed, visit)
    except (Disagreement, Flaky):
        batch.failures = smallest
    return batch
