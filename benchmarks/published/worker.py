"""
One run of a model on one of Brian's targets, in a process of its own.

`benchmarks.published` starts it as a script, so that the package ``brian2numba`` can be
that of another folder, which is in ``PYTHONPATH``. The last line that it prints is a
JSON object: a `benchmarks.runner.Measurement`, and what `_facts` returns.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("numba", "cython", "numpy", "standalone")


def main() -> None:
    """Read the command line, run, and print what was found."""
    options = parse()
    if options.target == "numba":
        import brian2numba  # noqa: F401, PLC0415 (of the folder that is measured)
    # Models are this folder's, whatever package is measured
    sys.path.insert(0, str(ROOT))
    from benchmarks import runner  # noqa: PLC0415 (see above)
    from benchmarks.models import Model  # noqa: PLC0415

    built: list[b2.Network] = []
    build = builder(options)

    def kept() -> b2.Network:
        built.append(build())
        return built[0]

    model = Model(kept, options.duration, profile=options.profile)
    not_there = None
    if options.target == "numba":
        not_there = runner.set_preferences(dict(options.set))
    if options.target == "standalone":
        n_threads = options.threads if options.threads > 1 else 0
        found = runner.measure_standalone(model, options.cache, n_threads)
    else:
        found = runner.measure_runtime(model, options.target, options.cache)
    found = replace(found, not_there=not_there)
    print(json.dumps({**asdict(found), **_facts(built[0], options)}))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run one model on one target.")
    add = parser.add_argument
    add("model", choices=("microcircuit", "fly"))
    add("target", choices=TARGETS)
    add("cache", type=Path, help="folder for compiled code")
    add("--duration", type=float, default=1.0, help="in seconds")
    add("--threads", type=int, default=1, help="of C++ standalone mode")
    add("--scale", type=float, default=0.1, help="of the microcircuit")
    add("--drive", default="poisson", help="of the microcircuit")
    add("--connectome", type=Path, help="a file of `benchmarks.published.tables`")
    add("--profile", action="store_true", help="measure each object")
    add("--set", action="append", type=setting, default=[], metavar="NAME=VALUE")
    return parser.parse_args()


def setting(text: str) -> tuple[str, Any]:
    """Read a preference of the command line, as in ``threads=2``."""
    name, _, value = text.partition("=")
    return name, json.loads(value)


def builder(options: argparse.Namespace) -> Callable[[], b2.Network]:
    """Return what makes the network."""
    from benchmarks.published import (  # noqa: PLC0415 (see `main`)
        fly_brain,
        microcircuit,
        tables,
    )

    if options.model == "microcircuit":
        return lambda: microcircuit.build(options.scale, options.drive)
    return lambda: fly_brain.build(tables.load(options.connectome))


def _facts(network: b2.Network, options: argparse.Namespace) -> dict[str, Any]:
    """Return what is known of the run's spikes.

    Returns
    -------
    dict
        ``digest`` of all spikes; ``active``, how many neurons fired; ``events``, how
        many synapses got a spike; ``neurons`` and ``synapses``, how many there are; of
        the microcircuit ``activity``.
    """
    spikes, synapses = network["spikes"], network["synapses"]
    times, neurons = np.asarray(spikes.t_[:]), np.asarray(spikes.i[:], dtype=np.int64)
    counts = np.bincount(neurons, minlength=len(network["neurons"]))
    outgoing = np.bincount(synapses.i[:], minlength=len(counts))
    digest = hashlib.sha256(neurons.tobytes())
    digest.update(times.tobytes())
    found = {
        "digest": digest.hexdigest(),
        "active": int(np.count_nonzero(counts)),
        "events": int(counts @ outgoing),
        "neurons": len(counts),
        "synapses": len(synapses),
    }
    if options.model == "microcircuit":
        from benchmarks.published import activity, parameters  # noqa: PLC0415

        circuit = parameters.scaled(options.scale, options.drive)
        found["activity"] = activity.measured(times, neurons, circuit, options.duration)
    return found


if __name__ == "__main__":
    main()
