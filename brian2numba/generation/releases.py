"""
Refractoriness of which only ends are computed.

As long as no neuron spikes and nobody else writes it, ``not_refractory`` changes from
false to true only, once for each neuron. Where that depends on the time since the last
spike and on a constant, it is known before which time it can't happen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brian2.utils.stringtools import get_identifiers

__all__ = ["Releases", "releases"]

#: The statement by which Brian ends refractoriness
_RELEASE = re.compile(
    r"not_refractory = _bool\(_whole_steps\(t - lastspike, dt\) >= (.+)\)"
)
_READ = re.compile(r"not_refractory = (_array_\w+)\[_idx\] != 0")
_ASSIGNMENT = re.compile(r"(\w+) (?:\|)?= ")
#: What notes that a period is none
_CHECK = "_no_period |= "


@dataclass(frozen=True)
class Releases:
    """The statements of a loop over neurons, without those that end refractoriness.

    Attributes
    ----------
    code : str
        The other statements, which take ``not_refractory`` as it is.
    condition : str
        The statements that find out whether a neuron still is refractory.
    n_steps : str
        Its refractory period in time steps, as an expression after these statements.
    array : str
        The array of ``not_refractory``.
    """

    code: str
    condition: str
    n_steps: str
    array: str


def releases(code: str) -> Releases | None:
    """Take the statements that end refractoriness out of a loop.

    Parameters
    ----------
    code : str
        The statements of a loop over neurons.

    Returns
    -------
    Releases or None
        None if they are not of the usual form.
    """
    lines = code.splitlines()
    found = [(k, m) for k, line in enumerate(lines) if (m := _RELEASE.fullmatch(line))]
    reads = [m[1] for line in lines if (m := _READ.fullmatch(line))]
    if len(found) != 1 or len(reads) != 1:
        return None
    place, match = found[0]
    write = f"{reads[0]}[_idx] = not_refractory"
    if lines.count(write) != 1 or code.count("not_refractory = ") != 2:  # noqa: PLR2004
        return None
    needed = _needed(lines[:place], get_identifiers(lines[place]) - {"not_refractory"})
    if needed is None:
        return None
    rest = [line for k, line in enumerate(lines) if k != place and line != write]
    return Releases(
        "\n".join(_without_unused([r for r in rest if not r.startswith(_CHECK)])),
        "\n".join([*needed, lines[place]]),
        match[1],
        reads[0],
    )


def _needed(lines: list[str], names: set[str]) -> list[str] | None:
    """Return the assignments that give values to names, and checks of such values.

    None if there are other statements: under a condition, say.
    """
    kept: list[str] = []
    for line in reversed(lines):
        match = _ASSIGNMENT.match(line)
        if match is None:
            return None
        if match[1] in names or line.startswith(_CHECK):
            kept.append(line)
            names = names | get_identifiers(line)
    return kept[::-1]


def _without_unused(lines: list[str]) -> list[str]:
    """Return statements without the assignments at their begin that no other needs."""
    return [
        line
        for k, line in enumerate(lines)
        if not (
            (match := re.match(r"(lastspike|__refractory_period) = ", line))
            and match[1] not in get_identifiers("\n".join(lines[k + 1 :]))
        )
    ]
