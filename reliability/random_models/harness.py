"""Drawing models and counting what comes out of their comparison."""

from __future__ import annotations

import gc
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from brian2 import prefs
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from reliability.random_models.description import Model
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
    scripts : set of str
        The scripts that were compared.
    kinds, deviations, features, refusals : Counter
        How many models there were by kind of verdict, by accepted deviation, by what
        they have and by why they were refused.
    failures : list of tuple of str
        A script and what differs, for the smallest model found of an unexplained
        difference.
    """

    scripts: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    deviations: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)

    def count(self, model: Model, verdict: Verdict) -> None:
        """Count a model."""
        script = write(model, "numba")
        if script in self.scripts:
            return
        self.scripts.add(script)
        self.kinds[verdict.kind] += 1
        if verdict.kind == "refused":
            self.refusals[verdict.detail] += 1
            return
        if verdict.deviation:
            self.deviations[verdict.deviation] += 1
        self.features.update(features_of(script))

    def add(self, other: Batch) -> None:
        """Add what came out of other models, but for scripts that were here before."""
        self.scripts |= other.scripts
        for name in ("kinds", "deviations", "features", "refusals"):
            getattr(self, name).update(getattr(other, name))
        self.failures += other.failures


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


def compare_batch(number: int, first_seed: int, cython: bool = False) -> Batch:
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
    """
    batch = Batch()
    smallest: list[tuple[str, str]] = []

    deadline = math.inf

    def visit(model: Model) -> None:
        nonlocal deadline
        if time.monotonic() > deadline:
            return
        verdict = judge(model, cython)
        if not smallest:
            batch.count(model, verdict)
        if verdict.kind == "unexplained":
            deadline = min(deadline, time.monotonic() + _SECONDS_TO_SHRINK)
            smallest[:] = [(write(model, "numba"), verdict.detail)]
            raise Disagreement(verdict.detail)

    # Models that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    # What has been imported is no garbage: Brian looks for some before each model
    gc.freeze()
    try:
        _for_each_model(number, first_seed, visit)
    except (Disagreement, Flaky):
        batch.failures = smallest
    finally:
        gc.unfreeze()
    return batch
