"""
Memory of many networks in one process, beside what Brian's numpy target needs.

::

    python -m reliability.memory --networks 1000
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    prefs,
)

import brian2numba  # noqa: F401 (registers the target)
from reliability import results
from reliability.forks import plus_one

__all__ = ["MODELS", "resident_bytes", "run_networks", "slope"]

_BETWEEN_COLLECTIONS = 10


def the_same(number: int) -> Network:
    """Return a network like the one before."""
    return _network("0.5")


def another(number: int) -> Network:
    """Return a network whose equations no other one has."""
    return _network(f"{number + 0.5!r}")


def another_for_numba(number: int) -> Network:
    """Return one with a kernel that numba compiles, and no other network has."""
    group = NeuronGroup(3, "x : 1", namespace={"plus_one": plus_one})
    group.run_regularly(f"x = plus_one(x) + {number + 0.5!r}")
    return Network(group)


MODELS = {
    "the same network": the_same,
    "another network": another,
    "another for numba": another_for_numba,
}


def _network(drive: str) -> Network:
    group = NeuronGroup(
        50,
        f"dv/dt = ({drive} + 1.5 - v)/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
    )
    synapses = Synapses(group, group, "w : 1", on_pre=f"v_post += w*1e-9*{drive}")
    synapses.connect("i != j")
    synapses.w = f"{drive}*rand()"
    synapses.pre.delay = "rand()*ms"
    monitors = StateMonitor(group, "v", record=True), SpikeMonitor(group)
    return Network(group, synapses, *monitors)


def resident_bytes() -> int:
    """Return how much memory this process has, in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def run_networks(model: str, n: int) -> list[int]:
    """Run `n` networks, one after the other; return the resident bytes after each."""
    sizes = []
    for number in range(n):
        network = MODELS[model](number)
        network.run(1 * ms)
        del network
        # Each takes longer than the network does
        if number % _BETWEEN_COLLECTIONS == 0:
            gc.collect()
        sizes.append(resident_bytes())
    return sizes


def slope(sizes: list[int]) -> float:
    """Return the growth in bytes a network, of the second half."""
    half = sizes[len(sizes) // 2 :]
    return float(np.polyfit(range(len(half)), half, 1)[0])


def measured(model: str, target: str, n: int) -> list[int]:
    """Run networks in a process of their own, with a cache of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "reliability.memory"]
        output = subprocess.check_output(
            [*command, "--child", model, target, "--networks", str(n)],
            env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": folder},
            text=True,
        )
    return [int(size) for size in json.loads(output)]


def main() -> None:
    """Run networks with both targets, and leave the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--child", nargs=2, metavar=("MODEL", "TARGET"))
    options = parser.parse_args()
    if options.child:
        model, target = options.child
        prefs.codegen.target = prefs.codegen.string_expression_target = target
        # To warn, Brian collects garbage at each run
        prefs.logging.warn_for_unused_objects = False
        print(json.dumps(run_networks(model, options.networks)))
        return
    figures: dict[str, object] = {}
    for model in MODELS:
        for target in ("numba", "numpy"):
            sizes = measured(model, target, options.networks)
            name = f"{model} each time, {target} target"
            figures[f"bytes a network: {name}"] = round(slope(sizes))
            figures[f"MB after all: {name}"] = round(sizes[-1] / 1e6, 1)
    file = results.write("memory", f"--networks {options.networks}", figures)
    print(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
