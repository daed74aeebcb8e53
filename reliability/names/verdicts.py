"""Which names work, and which do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from brian2 import Equations

from reliability.names.trials import TRIALS, outcome

__all__ = ["Verdict", "is_brians", "verdicts"]


@dataclass(frozen=True)
class Verdict:
    """What came of a name in one place.

    Attributes
    ----------
    name : str
        The name.
    kind : str
        ``"works"``, ``"refused"`` by both targets, ``"refused by numpy"`` only, or
        ``"different"``.
    detail : str
        What differs, or what the numpy target says.
    """

    name: str
    kind: str
    detail: str = ""


def verdicts(place: str, names: Sequence[str]) -> Iterator[Verdict]:
    """Yield a verdict for each name; those that all work need one model.

    Parameters
    ----------
    place : str
        One of `TRIALS`.
    names : sequence of str
        The names.
    """
    refused = [name for name in names if is_brians(name)]
    if refused and place != "groups":
        yield from (Verdict(name, "refused", "Brian's or Python's") for name in refused)
        names = [name for name in names if name not in refused]
    if names:
        yield from _compared(place, names)


def is_brians(name: str) -> bool:
    """Tell whether Brian refuses a name whatever the target."""
    try:
        Equations.check_identifier(name)
    except SyntaxError:
        return True
    return name in ("j", "k")


def _compared(place: str, names: Sequence[str]) -> Iterator[Verdict]:
    reference = outcome(TRIALS[place], names, "numpy")
    if not isinstance(reference, Exception):
        result = outcome(TRIALS[place], names, "numba")
        if not isinstance(result, Exception) and _same(result, reference):
            yield from (Verdict(name, "works") for name in names)
            return
    if len(names) > 1:
        middle = len(names) // 2
        yield from _compared(place, names[:middle])
        yield from _compared(place, names[middle:])
        return
    result = outcome(TRIALS[place], names, "numba")
    yield _of_one(names[0], result, reference)


def _same(result: list[np.ndarray], reference: list[np.ndarray]) -> bool:
    return all(
        np.allclose(a, b, rtol=1e-12, atol=1e-12)
        for a, b in zip(result, reference, strict=True)
    )


def _of_one(
    name: str,
    result: list[np.ndarray] | Exception,
    reference: list[np.ndarray] | Exception,
) -> Verdict:
    said = _said(reference) if isinstance(reference, Exception) else ""
    if not isinstance(result, Exception):
        return Verdict(name, "refused by numpy" if said else "different", said)
    if said and type(result) is type(reference):
        return Verdict(name, "refused", said)
    return Verdict(name, "different", f"{_said(result)} (numpy: {said or 'works'})")


def _said(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"
