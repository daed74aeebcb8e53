"""Which models `benchmarks.published` runs, and in which ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["CASES", "GOALS", "WAYS", "Case", "Goal", "Way"]


@dataclass(frozen=True)
class Way:
    """A way of running a model.

    Attributes
    ----------
    title : str
        What tables call it.
    target : str
        A target of Brian, or ``"nest"``.
    threads : int
        How many threads.
    settings : dict
        Preferences of the numba target. A version that has not all is left out.
    before : bool
        Whether the package of another folder runs it.
    """

    title: str
    target: str
    threads: int = 1
    settings: dict[str, Any] = field(default_factory=dict)
    before: bool = False


WAYS = {
    "numba": Way("numba", "numba"),
    "numba_2": Way("numba, 2 threads", "numba", 2, {"threads": 2}),
    "fast": Way('numba, `random = "fast"`', "numba", 1, {"random": "fast"}),
    "sleep": Way("numba, `sleep`", "numba", 1, {"sleep": True}),
    "before": Way("numba, build before", "numba", before=True),
    "cython": Way("Cython", "cython"),
    "standalone": Way("C++ standalone", "standalone"),
    "openmp": Way("C++ standalone, 2 threads", "standalone", 2),
    "nest": Way("NEST", "nest"),
    "nest_2": Way("NEST, 2 threads", "nest", 2),
}

_BRIAN = ("numba", "numba_2", "before", "cython", "standalone", "openmp")


@dataclass(frozen=True)
class Case:
    """A model that is run.

    Attributes
    ----------
    title : str
        What tables call it.
    model : str
        ``"microcircuit"`` or ``"fly"``.
    drive : str
        Of the microcircuit.
    ways : tuple of str
        Names of `WAYS`.
    """

    title: str
    model: str
    drive: str = ""
    ways: tuple[str, ...] = ()


CASES = {
    "poisson": Case(
        "microcircuit, Poisson drive",
        "microcircuit",
        "poisson",
        (*_BRIAN, "fast", "nest", "nest_2"),
    ),
    "dc": Case(
        "microcircuit, constant drive",
        "microcircuit",
        "dc",
        (*_BRIAN, "nest", "nest_2"),
    ),
    "fly": Case("fly brain", "fly", "", (*_BRIAN, "sleep")),
}


@dataclass(frozen=True)
class Goal:
    """A ratio of two times, of the time steps of a case run in a way.

    Attributes
    ----------
    title : str
        What the ratio tells.
    over, under : tuple of str
        The case and the way of the numerator and of the denominator.
    least, most : float or None
        What it should be.
    """

    title: str
    over: tuple[str, str]
    under: tuple[str, str]
    least: float | None = None
    most: float | None = None

    def is_met(self, ratio: float) -> bool:
        """Return whether a ratio is as it should be."""
        return (self.least or 0.0) <= ratio <= (self.most or float("inf"))

    @property
    def text(self) -> str:
        """What it should be, in words."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return f"at least {self.least:g}"


GOALS = (
    Goal(
        "microcircuit: Poisson drive over constant drive",
        ("poisson", "numba"),
        ("dc", "numba"),
        most=1.3,
    ),
    Goal(
        "microcircuit, Poisson drive: NEST over numba, a thread each",
        ("poisson", "nest"),
        ("poisson", "numba"),
        least=2.0,
    ),
    Goal(
        "microcircuit, constant drive: NEST over numba, a thread each",
        ("dc", "nest"),
        ("dc", "numba"),
        least=2.0,
    ),
    Goal(
        "microcircuit, Poisson drive: one thread over two",
        ("poisson", "numba"),
        ("poisson", "numba_2"),
        least=1.5,
    ),
    Goal(
        "microcircuit, constant drive: one thread over two",
        ("dc", "numba"),
        ("dc", "numba_2"),
        least=1.5,
    ),
    Goal("fly brain: before over now", ("fly", "before"), ("fly", "numba"), least=2.0),
    Goal(
        "fly brain: Cython over numba", ("fly", "cython"), ("fly", "numba"), least=8.0
    ),
    Goal(
        "fly brain: numba over numba with `sleep`",
        ("fly", "numba"),
        ("fly", "sleep"),
        least=4.0,
    ),
)
