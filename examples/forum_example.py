"""
Ten neurons that forget, and the code that was generated for them.

Each membrane potential decays to zero with a time constant of 10 ms from its own start
value: the smallest model that shows the way from equations to compiled code. The
generated Python code is kept, so that you can open it, set a breakpoint in it, or find
its lines in a profiler. The script prints the directory where it is.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
from brian2 import *

import brian2numba

EQUATIONS = "dv/dt = -v/(10*ms) : 1"


def build(n_neurons=10):
    """Make the network: neurons that decay, and a recording of all of them."""
    neurons = NeuronGroup(n_neurons, EQUATIONS, method="exact", name="neurons")
    neurons.v = "(i + 1) / N"
    trace = StateMonitor(neurons, "v", record=True, name="trace")
    return Network(neurons, trace)


def plot(trace, output):
    """Save a picture of the recorded potentials."""
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    colours = plt.cm.viridis(np.linspace(0, 0.9, len(trace.v)))
    for potential, colour in zip(trace.v, colours, strict=True):
        axes.plot(trace.t / ms, potential, color=colour)
    axes.set(xlabel="Time (ms)", ylabel="v", title="Exponential decay, 10 neurons")
    figure.savefig(output, dpi=150)
    print(f"Picture: {output}")
    if plt.get_backend().lower() != "agg":  # there is a screen to show it on
        plt.show()


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--output", default="forum_example.png")
    options = parser.parse_args()

    prefs.codegen.target = "numba"
    prefs.codegen.runtime.numba.delete_source_files = False
    directory = brian2numba.get_numba_cache_dir()
    print(f"Generated code is kept in {directory}")

    network = build()
    network.run(100 * ms)

    for thing in network.sorted_objects:
        for code_object in thing.code_objects:
            for file in Path(directory).glob(f"{code_object.name}_*.py"):
                print(f"  {file.name}")
    plot(network["trace"], options.output)


if __name__ == "__main__":
    main()
