"""Models as data: strings of Brian's language, in the places where they belong."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Model", "Population", "Projection", "Settings"]

#: Keyword arguments: names, and values as source
Keywords = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Settings:
    """Preferences that should not change the results.

    Attributes
    ----------
    float32 : bool
        Whether variables have single precision (for all targets).
    native_loop : bool
        Whether compiled code runs the time steps.
    threads : int
        How many threads share all that they may.
    random, math : str
        Which random numbers and which elementary functions.
    eager_delivery : bool
        Whether spikes are delivered in special ways wherever that is right.
    """

    float32: bool = False
    native_loop: bool = True
    threads: int = 1
    random: str = "numpy"
    math: str = "vector"
    eager_delivery: bool = False


@dataclass(frozen=True)
class Population:
    """A NeuronGroup.

    Attributes
    ----------
    name : str
        Its name in the script, and for Brian.
    size : int
        The number of neurons.
    equations : tuple of str
        The lines of its equations.
    keywords : tuple of pairs of str
        The other arguments.
    setup : tuple of str
        Lines of the script that follow, e.g. initial values.
    """

    name: str
    size: int
    equations: tuple[str, ...]
    keywords: Keywords
    setup: tuple[str, ...]


@dataclass(frozen=True)
class Projection:
    """A Synapses object.

    Attributes
    ----------
    name, source, target : str
        Its name, and the groups that it connects (or parts of them, as source).
    equations : tuple of str
        The lines of its equations.
    keywords : tuple of pairs of str
        The other arguments.
    setup : tuple of str
        Lines of the script that follow: connections, initial values, delays.
    """

    name: str
    source: str
    target: str
    equations: tuple[str, ...]
    keywords: Keywords
    setup: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """A network, and what is done with it.

    Attributes
    ----------
    step : str
        The time step, as source. The script calls it ``DT``; all times are multiples.
    definitions : tuple of str
        Timed arrays, functions and groups that produce spikes.
    populations, projections : tuple
        The groups of neurons and of synapses.
    others : tuple of str
        Lines that make monitors and what else there is.
    actions : tuple of str
        What happens once the network is complete: runs, and what is between them.
    noisy : bool
        Whether it draws random numbers.
    settings : Settings
        The preferences.
    """

    step: str
    definitions: tuple[str, ...]
    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    others: tuple[str, ...]
    actions: tuple[str, ...]
    noisy: bool
    settings: Settings
