"""
One measurement, in a process of its own.

`benchmarks.ingredients` starts it as a script, so that the package ``brian2numba`` can
be that of another folder, which is in ``PYTHONPATH``. The last line that it prints is a
JSON object: a `benchmarks.runner.Measurement`, ``events`` and ``fired``, or, of random
functions, ``numbers``, the seconds that a number of each takes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
N_DRAWING = 5000
SECONDS_A_FUNCTION = 0.2


def main() -> None:
    """Read the command line, measure, and print what was found."""
    options = parse()
    if options.target == "numba":
        import brian2numba  # noqa: F401, PLC0415 (of the folder that is measured)
    # Networks are this folder's, whatever package is measured
    sys.path.insert(0, str(ROOT))
    from benchmarks import runner  # noqa: PLC0415 (see above)

    settings = dict(map(runner.setting, options.set))
    not_there = runner.set_preferences(settings) if options.target == "numba" else None
    found = draws(options) if options.model == "draws" else network(options)
    print(json.dumps({**found, "not_there": not_there}))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure one network on one target.")
    add = parser.add_argument
    add("model", help="a name of `benchmarks.ingredients.networks`, or draws")
    add("target", choices=("numba", "cython", "standalone"))
    add("cache", type=Path, help="folder for compiled code")
    add("--share", type=float, default=1.0, help="of neurons and time steps")
    add("--set", action="append", default=[], metavar="NAME=VALUE")
    return parser.parse_args()


def draws(options: argparse.Namespace) -> dict[str, Any]:
    """Measure all random functions."""
    from benchmarks.ingredients.draws import measured  # noqa: PLC0415 (see `main`)
    from benchmarks.runner import SEED  # noqa: PLC0415

    b2.prefs.codegen.target = options.target
    b2.seed(SEED)
    n_neurons = max(round(options.share * N_DRAWING), 100)
    return {"numbers": measured(n_neurons, options.share * SECONDS_A_FUNCTION)}


def network(options: argparse.Namespace) -> dict[str, Any]:
    """Build and run a network, and gather what is known of it."""
    from benchmarks import runner  # noqa: PLC0415 (see `main`)
    from benchmarks.ingredients.networks import NETWORKS, STEP  # noqa: PLC0415
    from benchmarks.models import Model  # noqa: PLC0415

    sized = NETWORKS[options.model]
    if sized.single:
        b2.prefs.core.default_float_dtype = np.float32
    n_neurons, n_steps = sized.share(options.share)
    built: list[b2.Network] = []

    def build() -> b2.Network:
        built.append(sized.build(n_neurons))
        return built[0]

    model = Model(build, n_steps * STEP)
    if options.target == "standalone":
        found = runner.measure_standalone(model, options.cache)
    else:
        found = runner.measure_runtime(model, options.target, options.cache)
    more = {"events": n_events(built[0], n_steps), "fired": fired(built[0])}
    return {**asdict(found), **more}


def n_events(network: b2.Network, n_steps: int) -> int | None:
    """Count how often a synapse did something; None if there is none."""
    if "synapses" not in network:
        return None
    synapses = network["synapses"]
    for monitor in ("spikes", "counts"):
        if monitor in network:
            counts = np.asarray(network[monitor].count[:])
            return int(np.dot(counts, np.asarray(synapses.N_outgoing_pre)))
    return n_steps * len(synapses)  # a summed variable


def fired(network: b2.Network) -> str | None:
    """Return a hash of all spikes; None if none are recorded."""
    if "spikes" not in network:
        return None
    spikes = network["spikes"]
    digest = hashlib.sha256(np.asarray(spikes.i[:], dtype=np.int64).tobytes())
    digest.update(np.asarray(spikes.t_[:]).tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
