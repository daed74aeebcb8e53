"""Whether a model does the same on two targets, and what explains it if it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reliability.random_models.description import Model
from reliability.random_models.deviations import DEVIATIONS, Case, rounding
from reliability.random_models.execution import Outcome, run_script
from reliability.random_models.script import write
from reliability.values import differing

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True)
class Verdict:
    """What came out of a comparison.

    Attributes
    ----------
    kind : str
        ``"identical"`` bit by bit, ``"close"`` but for rounding errors, ``"refused"``
        by both targets, ``"explained"`` or ``"unexplained"``.
    deviation : str
        The name of the deviation that explains the difference.
    detail : str
        What differs.
    """

    kind: str
    deviation: str = ""
    detail: str = ""


def judge(model: Model, cython: bool = False) -> Verdict:
    """Run a model on two targets and compare all that comes out.

    Parameters
    ----------
    model : Model
        The model.
    cython : bool, optional
        Whether to compare with Brian's Cython target rather than numpy.
    """
    other = _reference(model, cython)
    case = Case(
        model,
        run_script(write(model, "numba")),
        other.run(0.0),
        other.target,
        other.run,
    )
    detail = _difference(case.result, case.reference, other.rtol)
    if detail:
        names = [d.name for d in DEVIATIONS if d.explains(case)]
        kind = "explained" if names else "unexplained"
        return Verdict(kind, names[0] if names else "", detail)
    if case.result.error:
        return Verdict("refused", detail=case.result.message)
    is_identical = not _difference(case.result, case.reference, 0)
    return Verdict("identical" if is_identical else "close")


@dataclass(frozen=True)
class _Reference:
    """Another way to run a model: the target, how to, and what rounding may change."""

    target: str
    run: Callable[[float], Outcome]
    rtol: float


def _reference(model: Model, cython: bool) -> _Reference:
    """Return what a model is compared with.

    Other targets draw other random numbers, but for Cython. A model that draws some is
    compared with itself, on one thread and without the compiled loop: bit by bit.
    """
    if model.noisy and not (cython and model.settings.random == "numpy"):
        settings = replace(model.settings, native_loop=False, threads=1)
        target, model, rtol = "numba", replace(model, settings=settings), 0.0
    else:
        target = "cython" if cython else "numpy"
        rtol = rounding(model)
    return _Reference(
        target, lambda nudge: run_script(write(model, target, nudge)), rtol
    )


def _difference(result: Outcome, reference: Outcome, rtol: float) -> str:
    """Return what differs, or nothing."""
    if result.error or reference.error:
        if result.error and reference.error:
            return ""
        return (
            f"{result.error or 'no error'}: {result.message}\n"
            f"{reference.error or 'no error'}: {reference.message}"
        )
    return "\n".join(
        f"{owner}.{name}: {how}"
        for (owner, name), how in differing(result.values, reference.values, rtol)
    )
