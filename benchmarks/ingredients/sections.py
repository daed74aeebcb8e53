"""What `benchmarks.ingredients` measures, in which ways, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.published.ways import Way

__all__ = ["DRAWS", "SECTIONS", "TITLES", "WAYS", "Ratio", "Section"]

WAYS = {
    "numba": Way("numba", "numba"),
    "fast": Way('numba, `random = "fast"`', "numba", settings={"random": "fast"}),
    "numba_2": Way("numba, 2 threads", "numba", 2, {"threads": 2}),
    "before": Way("numba before", "numba", before=True),
    "before_fast": Way(
        'numba before, `random = "fast"`', "numba", 1, {"random": "fast"}, before=True
    ),
    "before_2": Way("numba before, 2 threads", "numba", 2, {"threads": 2}, before=True),
    "cython": Way("Cython", "cython"),
    "standalone": Way("C++ standalone", "standalone"),
}

#: What is measured but not a network: numbers of all random functions
DRAWS = "draws"
#: What the page calls networks
TITLES = {
    "poisson_input": "`PoissonInput`, 5000 neurons, mean 1.6 a step",
    "lif": "10 000 integrate-and-fire neurons",
    "lif_refractory": "10 000 integrate-and-fire neurons, refractory for 5 ms",
    "lif_period": "10 000 integrate-and-fire neurons, a refractory period each",
    "cuba_neurons": "10 000 neurons of CUBA, not refractory",
    "cuba_neurons_refractory": "10 000 neurons of CUBA, refractory for 5 ms",
    "delays": "10 000 neurons, 500 synapses each with weight and delay",
    "all_to_all": "2000 neurons, all to all, constant weight",
    "all_to_all_weighted": "2000 neurons, all to all, with weights",
    "one_to_one": "10 000 neurons, one to one",
    "neighbourhood": "10 000 neurons, the next 50 on either side",
    "summed": "1000 neurons, all to all, a summed variable",
    "cuba": "CUBA, 4000 neurons",
    "cuba_40000": "CUBA, 40 000 neurons",
    "cobahh": "COBAHH, 4000 neurons, double precision",
    "cobahh_single": "COBAHH, 4000 neurons, single precision",
}

type Which = tuple[str, str]


@dataclass(frozen=True)
class Ratio:
    """A ratio of what two networks, or two ways, need.

    Attributes
    ----------
    title : str
        What it tells.
    over, under : tuple of str
        The network and the way of the numerator and of the denominator.
    least, most : float or None
        What it should be, if anything.
    quantity : str
        ``"run_loop"``, seconds of time steps, or ``"peak_memory"``.
    """

    title: str
    over: Which
    under: Which
    least: float | None = None
    most: float | None = None
    quantity: str = "run_loop"

    def is_met(self, ratio: float) -> bool:
        """Return whether a ratio is as it should be."""
        return (self.least or 0.0) <= ratio <= (self.most or float("inf"))

    @property
    def text(self) -> str:
        """What it should be, in words."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return "" if self.least is None else f"at least {self.least:g}"


@dataclass(frozen=True)
class Section:
    """What is measured in turns, and shown together.

    Attributes
    ----------
    title, text : str
        Of the page.
    runs : tuple of tuple of str
        Networks and ways.
    ratios : tuple of Ratio
        Of them.
    """

    title: str
    text: str
    runs: tuple[Which, ...]
    ratios: tuple[Ratio, ...] = ()


def _each(models: tuple[str, ...], ways: tuple[str, ...]) -> tuple[Which, ...]:
    return tuple((model, way) for model in models for way in ways)


def _faster(title: str, model: str, least: float | None = None) -> Ratio:
    """Return how many times as long the package before takes."""
    return Ratio(
        f"{title}: before over now", (model, "before"), (model, "numba"), least
    )


def _extra(title: str, model: str, plain: str, most: float) -> tuple[Ratio, ...]:
    """Return how many times as long a network takes as a plain one."""
    return (
        Ratio(title, (model, "numba"), (plain, "numba"), most=most),
        Ratio(f"{title}, before", (model, "before"), (plain, "before")),
    )


def _not_slower(title: str, model: str) -> Ratio:
    return Ratio(
        f"{title}: two threads over one",
        (model, "numba_2"),
        (model, "numba"),
        most=1.02,
    )


_BOTH = ("numba", "before")
_CONNECTED = (
    "all_to_all",
    "all_to_all_weighted",
    "one_to_one",
    "neighbourhood",
    "summed",
)

SECTIONS = {
    "drive": Section(
        "Random drive",
        "Time steps of neurons that do nothing but to add what a `PoissonInput` of "
        "2000 inputs at 8 Hz gives them.",
        _each(
            ("poisson_input",), ("numba", "fast", "before", "before_fast", "standalone")
        ),
        (
            _faster("`PoissonInput`", "poisson_input", 6.0),
            Ratio(
                '`PoissonInput`, "fast": before over now',
                ("poisson_input", "before_fast"),
                ("poisson_input", "fast"),
                15.0,
            ),
            Ratio(
                "`PoissonInput`: C++ standalone over numba",
                ("poisson_input", "standalone"),
                ("poisson_input", "numba"),
                10.0,
            ),
        ),
    ),
    DRAWS: Section(
        "Random functions",
        "Nanoseconds a number, drawn for 5000 neurons in each time step. "
        "`PoissonGroup` compares it with a threshold, `xi` is part of an equation, "
        "synapses are stored.",
        _each((DRAWS,), ("numba", "fast", "before", "before_fast")),
    ),
    "refractoriness": Section(
        "Refractoriness",
        "Unconnected neurons that fire at 10 Hz, those of CUBA at 6 Hz, as in CUBA.",
        _each(
            (
                "lif",
                "lif_refractory",
                "lif_period",
                "cuba_neurons",
                "cuba_neurons_refractory",
            ),
            _BOTH,
        ),
        (
            *_extra("refractory over not", "lif_refractory", "lif", 1.3),
            *_extra("a period each over not refractory", "lif_period", "lif", 1.3),
            *_extra(
                "CUBA's neurons: refractory over not",
                "cuba_neurons_refractory",
                "cuba_neurons",
                1.1,
            ),
        ),
    ),
    "delays": Section(
        "Delays and weights",
        "Delays of up to 5 ms, drawn for each of five million synapses; neurons fire "
        "at some 16 Hz. Neurons take a small part of the time steps.",
        _each(("delays",), ("numba", "before", "cython", "standalone")),
        (
            _faster("weights and delays", "delays", 2.5),
            Ratio(
                "weights and delays: C++ standalone over numba",
                ("delays", "standalone"),
                ("delays", "numba"),
                3.0,
            ),
            Ratio(
                "weights and delays: memory, numba over Cython",
                ("delays", "numba"),
                ("delays", "cython"),
                most=1.0,
                quantity="peak_memory",
            ),
        ),
    ),
    "patterns": Section(
        "Targets that follow each other",
        "Neurons that fire at 50 Hz (one to one: 2000 Hz) and add to a variable of "
        "their targets. An event of the summed variable is a synapse in a time step.",
        _each(_CONNECTED, _BOTH),
        (
            _faster("all to all, constant weight", "all_to_all", 2.5),
            _faster("all to all, with weights", "all_to_all_weighted", 1.5),
            _faster("one to one", "one_to_one"),
            _faster("neighbourhood", "neighbourhood"),
            _faster("all to all, summed", "summed"),
        ),
    ),
    "threads": Section(
        "Threads",
        "Large and small networks, whose results two threads leave as they are.",
        (
            *_each(("cuba_40000",), ("numba", "numba_2", "before", "before_2")),
            *_each(("cuba", "lif_refractory"), ("numba", "numba_2")),
        ),
        (
            Ratio(
                "CUBA, 40 000 neurons: one thread over two",
                ("cuba_40000", "numba"),
                ("cuba_40000", "numba_2"),
                1.4,
            ),
            Ratio(
                "CUBA, 40 000 neurons: one thread over two, before",
                ("cuba_40000", "before"),
                ("cuba_40000", "before_2"),
            ),
            _not_slower("CUBA, 4000 neurons", "cuba"),
            _not_slower("10 000 refractory neurons", "lif_refractory"),
        ),
    ),
    "precision": Section(
        "Single precision",
        "With `prefs.core.default_float_dtype = float32`.",
        _each(("cobahh", "cobahh_single"), _BOTH),
        (
            Ratio(
                "COBAHH: double over single precision",
                ("cobahh", "numba"),
                ("cobahh_single", "numba"),
                1.6,
            ),
            Ratio(
                "COBAHH: double over single precision, before",
                ("cobahh", "before"),
                ("cobahh_single", "before"),
            ),
        ),
    ),
}
