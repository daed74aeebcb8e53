"""
The models that are measured.

Most are the examples'; each is a function that builds a network, and a duration.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from brian2 import Network, ms

from benchmarks import networks, scalable
from examples import cable, cobahh, cuba, forum_example, stdp

__all__ = ["MODELS", "SCALABLE", "Model", "model_named"]


@dataclass(frozen=True)
class Model:
    """What is run in a measurement.

    Attributes
    ----------
    build : callable
        Builds the network, from a seed that is set before.
    duration : float
        How long to run it, in seconds of biological time.
    n_runs : int
        How many runs to make, each of this duration.
    profile : bool
        Whether to ask for the time that each object takes.
    preferences : mapping
        Preferences of the numba target, without ``codegen.runtime.numba``.
    """

    build: Callable[[], Network]
    duration: float
    n_runs: int = 1
    profile: bool = False
    preferences: Mapping[str, Any] = field(default_factory=dict)


#: The models by name. The names are those that `compare` knows.
MODELS = {
    "forum": Model(forum_example.build, 0.1),
    "small_lif": Model(networks.build_small_lif, 0.2),
    "lif_profiled": Model(networks.build_small_lif, 0.2, profile=True),
    "lif_op_1ms": Model(lambda: networks.build_with_operation(1 * ms), 0.2),
    "lif_op_step": Model(lambda: networks.build_with_operation(0.1 * ms), 0.2),
    "short_runs": Model(networks.build_small_lif, 0.001, n_runs=10_000),
    "single": Model(networks.build_single, 1.0),
    "cuba": Model(cuba.build, 1.0),
    "cuba_40000": Model(lambda: cuba.build(40_000), 1.0),
    "coba": Model(networks.build_coba, 1.0),
    "cobahh": Model(cobahh.build, 1.0),
    "cobahh_single": Model(scalable.in_single_precision(cobahh.build), 1.0),
    "stdp": Model(stdp.build, 5.0),
    "cable": Model(cable.build, 0.025),
    "noisy": Model(networks.build_noisy, 0.2),
    "noisy_fast": Model(networks.build_noisy, 0.2, preferences={"random": "fast"}),
    "delays": Model(networks.build_delays, 1.0),
    "synapse_heavy": Model(networks.build_synapse_heavy, 0.1),
    "cuba_200000": Model(lambda: cuba.build(200_000), 0.2),
    "cuba_200000_profiled": Model(lambda: cuba.build(200_000), 0.2, profile=True),
    "cobahh_200000": Model(lambda: cobahh.build(200_000), 0.05),
    "cobahh_200000_profiled": Model(lambda: cobahh.build(200_000), 0.05, profile=True),
}

#: Models of any size. ``cuba_neurons:1000`` is the name of one with 1000 neurons.
SCALABLE: dict[str, Callable[[int], Network]] = {
    "lif_neurons": networks.build_small_lif,
    "cuba_neurons": scalable.build_cuba_neurons,
    "cobahh_neurons": scalable.build_cobahh_neurons,
    "cobahh_neurons_single": scalable.in_single_precision(
        scalable.build_cobahh_neurons
    ),
    "events": partial(scalable.build_events, weighted=False),
    "weighted_events": partial(scalable.build_events, weighted=True),
}

#: Of a scalable model: about how many neuron-steps to run, and at least how many steps
NEURON_STEPS = 30_000_000
LEAST_STEPS, MOST_STEPS = 50, 5000
STEP = 0.0001


def model_named(name: str) -> Model:
    """Return a model by its name, which may have a size.

    Raises
    ------
    ArgumentTypeError
        If there is no model of this name.
    """
    base, _, size = name.partition(":")
    if name in MODELS:
        return MODELS[name]
    if base not in SCALABLE or not size.isdecimal():
        raise ArgumentTypeError(
            f"invalid choice: {name!r} (choose from {', '.join(MODELS)}, or from "
            f"{', '.join(SCALABLE)} with a size, as in cuba_neurons:1000)"
        )
    n_steps = min(max(NEURON_STEPS // int(size), LEAST_STEPS), MOST_STEPS)
    build = partial(SCALABLE[base], int(size))
    return Model(build, n_steps * STEP, profile="events" in base)
