"""Models written out as Brian scripts."""

from __future__ import annotations

from collections.abc import Iterator

from reliability.random_models.description import (
    Keywords,
    Model,
    Population,
    Projection,
    Settings,
)

__all__ = ["write"]

_IMPORTS = """\
import numpy as np
from brian2 import *
import brian2numba
"""


def write(model: Model, target: str, nudge: float = 0.0) -> str:
    """Return the script of a model.

    Parameters
    ----------
    model : Model
        The model.
    target : str
        The code generation target.
    nudge : float, optional
        By how much all neurons' states are changed at each time step, relative to
        their values: what this changes about the results tells how well-conditioned
        the model is.

    Returns
    -------
    str
        The source. Once it has run, ``net`` is the network, and ``seen`` a dictionary
        of arrays that the script looked at on its way.
    """
    lines = [
        _IMPORTS,
        *_preferences(model.settings, target),
        f"DT = {model.step}",
        "defaultclock.dt = DT",
        "seed(4321)",
        "seen = {}",
        *model.definitions,
        *(line for p in model.populations for line in _population(p)),
        *(line for p in model.projections for line in _projection(p)),
        *model.others,
        *(_nudge(p, nudge) for p in model.populations if nudge),
        "net = Network(collect())",
        *model.actions,
    ]
    return "\n".join(lines) + "\n"


def _preferences(settings: Settings, target: str) -> Iterator[str]:
    yield f'prefs.codegen.target = prefs.codegen.string_expression_target = "{target}"'
    if settings.float32:
        yield "prefs.core.default_float_dtype = float32"
    if target != "numba":
        return
    numba = "prefs.codegen.runtime.numba"
    yield f"{numba}.native_loop = {settings.native_loop}"
    yield f'{numba}.random = "{settings.random}"'
    yield f'{numba}.math = "{settings.math}"'
    yield f"{numba}.threads = {settings.threads}"
    if settings.threads > 1:
        yield "from brian2numba.testing.eager_threads import share_eagerly"
        yield "share_eagerly()"
    if settings.eager_delivery:
        yield "from brian2numba.testing.eager_delivery import deliver_eagerly"
        yield "deliver_eagerly()"


def _population(population: Population) -> Iterator[str]:
    yield f"{population.name} = NeuronGroup("
    yield f"    {population.size},"
    yield from _arguments(population.equations, population.keywords, population.name)
    yield from population.setup


def _projection(projection: Projection) -> Iterator[str]:
    yield f"{projection.name} = Synapses("
    yield f"    {projection.source},"
    yield f"    {projection.target},"
    yield from _arguments(projection.equations, projection.keywords, projection.name)
    yield from projection.setup


def _arguments(
    equations: tuple[str, ...], keywords: Keywords, name: str
) -> Iterator[str]:
    yield '    """'
    yield from (f"    {line}" for line in equations)
    yield '    """,'
    yield from (f"    {keyword}={value}," for keyword, value in keywords)
    yield f'    name="{name}",'
    yield ")"


def _nudge(population: Population, nudge: float) -> str:
    states = [
        line[1 : line.index("/")] for line in population.equations if "/dt =" in line
    ]
    code = "; ".join(f"{state} *= {1 + nudge!r}" for state in states)
    return f'{population.name}.run_regularly("{code}", when="end")'
