"""
The cortical microcircuit in NEST, in a process of its own.

`benchmarks.published` starts it as a script with a Python that has NEST, and maybe
neither Brian nor this package. The network has the same parameters and the same numbers
of synapses; which neurons they connect is drawn by NEST. The last line that it prints
is a JSON object with the names of `benchmarks.runner.Measurement` that apply.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import nest
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from benchmarks.published import activity, parameters  # noqa: E402

RESOLUTION = 0.1  # ms, as Brian's default time step
SEED = 2014


def main() -> None:
    """Read the command line, run, and print what was found."""
    parser = argparse.ArgumentParser(description="Run the microcircuit in NEST.")
    add = parser.add_argument
    add("--duration", type=float, default=1.0, help="in seconds")
    add("--threads", type=int, default=1)
    add("--scale", type=float, default=0.1)
    add("--drive", default="poisson")
    options = parser.parse_args()
    circuit = parameters.scaled(options.scale, options.drive)
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=RESOLUTION, local_num_threads=options.threads, rng_seed=SEED)
    start = time.perf_counter()
    recorder = build(circuit)
    setup = time.perf_counter() - start
    nest.Prepare()
    start = time.perf_counter()
    nest.Run(options.duration * 1e3)
    seconds = time.perf_counter() - start
    nest.Cleanup()
    print(json.dumps(found(recorder, circuit, options.duration, setup, seconds)))


def build(circuit: parameters.Microcircuit) -> Any:
    """Make the network; return what records its spikes."""
    populations = [neurons(circuit, k) for k in range(len(circuit.sizes))]
    for (t, s), n in np.ndenumerate(circuit.n_synapses):
        if n:
            connect(circuit, populations, t, s)
    if circuit.drive == "poisson":
        drive(circuit, populations)
    recorder = nest.Create("spike_recorder")
    for population in populations:
        nest.Connect(population, recorder)
    return recorder


def neurons(circuit: parameters.Microcircuit, k: int) -> Any:
    """Make a population."""
    start = nest.random.normal(parameters.START_MEAN[k], parameters.START_DEVIATION[k])
    values = {
        "tau_m": parameters.TAU_M,
        "tau_syn_ex": parameters.TAU_SYN,
        "tau_syn_in": parameters.TAU_SYN,
        "C_m": parameters.CAPACITY,
        "E_L": parameters.REST,
        "V_th": parameters.THRESHOLD,
        "V_reset": parameters.RESET,
        "t_ref": parameters.REFRACTORY,
        "I_e": circuit.current[k],
        "V_m": start,
    }
    return nest.Create("iaf_psc_exp", int(circuit.sizes[k]), params=values)


def connect(
    circuit: parameters.Microcircuit, populations: list[Any], t: int, s: int
) -> None:
    """Draw the synapses from one population to another."""
    mean, delay = circuit.weights[t, s], circuit.delays()[s]
    weight = nest.random.normal(mean, abs(mean) * parameters.WEIGHT_DEVIATION)
    delays = nest.random.normal(delay, delay * parameters.DELAY_DEVIATION)
    nest.Connect(
        populations[s],
        populations[t],
        {"rule": "fixed_total_number", "N": int(circuit.n_synapses[t, s])},
        {
            "synapse_model": "static_synapse",
            "weight": weight,
            "delay": nest.math.redraw(delays, min=RESOLUTION / 2, max=np.inf),
        },
    )


def drive(circuit: parameters.Microcircuit, populations: list[Any]) -> None:
    """Give each population its random input."""
    for population, n in zip(populations, circuit.n_external.tolist(), strict=True):
        source = nest.Create(
            "poisson_generator", params={"rate": parameters.EXTERNAL_RATE * n}
        )
        synapse = {"weight": circuit.external_weight, "delay": parameters.DELAYS[0]}
        nest.Connect(source, population, syn_spec=synapse)


def found(
    recorder: Any,
    circuit: parameters.Microcircuit,
    duration: float,
    setup: float,
    seconds: float,
) -> dict[str, Any]:
    """Return what was measured."""
    events = recorder.get("events")
    times, senders = events["times"] * 1e-3, events["senders"] - 1
    return {
        "setup": setup,
        "run_loop": seconds,
        "spikes": len(times),
        "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "activity": activity.measured(times, senders, circuit, duration),
        "version": nest.__version__,
    }


if __name__ == "__main__":
    main()
