"""Whether a function does the same on the numba target and on Brian's numpy target."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reliability.functions.description import Case
from reliability.functions.execution import Outcome, run_script
from reliability.functions.script import write
from reliability.values import differing

__all__ = ["Verdict", "judge"]

#: What rounding may change, relative to the largest value
_RTOL = 1e-11
_NUDGE = 1e-14

#: The exceptions that a function raises on purpose, or for an index: others say that
#: numpy can't run it
_MEANT = ("IndexError", "AssertionError")
_TEXT = "too large"


@dataclass(frozen=True)
class Verdict:
    """What came out of a comparison.

    Attributes
    ----------
    kind : str
        ``"identical"`` bit by bit, ``"close"`` but for rounding errors, ``"raised"``
        the same exception, ``"refused"`` by the numpy target, ``"for one number"``: by
        both targets as its author wrote it, ``"ill-conditioned"``, or ``"different"``.
    way : str
        Which way the function went, see `Outcome`.
    detail : str
        What differs, or was raised.
    """

    kind: str
    way: str = ""
    detail: str = ""


def judge(case: Case) -> Verdict:
    """Run a case on both targets and compare all that comes out."""
    reference = run_script(write(case, "numpy"))
    if reference.error and not _is_meant(reference):
        return Verdict("refused", "", f"{reference.error}: {reference.message}")
    result = run_script(write(case, "numba"))
    verdict = _compared(case, result, reference)
    if verdict.kind != "different" or not case.one_number:
        return verdict
    # It may mean something for arrays as well, which is what numpy makes of it
    case = replace(case, one_number=False)
    as_written = run_script(write(case, "numpy"))
    if as_written.error and not _is_meant(as_written):
        is_same = not _difference_of_errors(result, as_written)
        return replace(verdict, kind="for one number") if is_same else verdict
    again = _compared(case, result, as_written)
    return verdict if again.kind == "different" else again


def _compared(case: Case, result: Outcome, reference: Outcome) -> Verdict:
    if result.error or reference.error:
        detail = _difference_of_errors(result, reference)
        return Verdict("different" if detail else "raised", result.way, detail)
    different = dict(differing(result.values, reference.values, _RTOL))
    if different:
        detail = "\n".join(f"{'.'.join(key)}: {how}" for key, how in different.items())
        is_explained = _is_ill_conditioned(case, reference, set(different))
        kind = "ill-conditioned" if is_explained else "different"
        return Verdict(kind, result.way, detail)
    is_identical = not list(differing(result.values, reference.values, 0))
    return Verdict("identical" if is_identical else "close", result.way)


def _is_meant(reference: Outcome) -> bool:
    return reference.error in _MEANT or _TEXT in reference.message


def _difference_of_errors(result: Outcome, reference: Outcome) -> str:
    """Return how two runs, at least one of which raised, differ."""
    outcomes = [
        f"{o.error or 'no error'}: {o.message} (at {o.time * 1000:g} ms)"
        for o in (result, reference)
    ]
    is_same = result.error == reference.error and result.time == reference.time
    # Of an index, ours tells more
    if is_same and reference.error != "IndexError":
        is_same = result.message == reference.message
    return "" if is_same else "\n".join(outcomes)


def _is_ill_conditioned(
    case: Case, reference: Outcome, keys: set[tuple[str, str]]
) -> bool:
    """Tell whether numpy, its argument nudged, differs from itself there as well."""
    nudged = run_script(write(case, "numpy", _NUDGE))
    return not nudged.error and keys <= {
        key for key, _ in differing(nudged.values, reference.values, _RTOL)
    }
