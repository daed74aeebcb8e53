# %% [markdown]
"""
# Ten neurons that forget, and their compiled code

Each membrane potential decays to zero with a time constant of 10 ms from its own start
value: the smallest model that shows the way from equations to compiled code. The
generated Python code is kept, so that you can open it, set a breakpoint in it, or find
its lines in a profiler.
"""

# %%
from pathlib import Path

import matplotlib.pyplot as plt
from brian2 import *

import brian2numba

# %% tags=["parameters"]
n_neurons = 10
duration = 50 * ms

# %%
EQUATIONS = "dv/dt = -v/(10*ms) : 1"


def build(n_neurons=n_neurons):
    """Make the network: neurons that decay, and a recording of all of them."""
    neurons = NeuronGroup(n_neurons, EQUATIONS, method="exact", name="neurons")
    neurons.v = "(i + 1) / N"
    trace = StateMonitor(neurons, "v", record=True, name="trace")
    return Network(neurons, trace)


# %% [markdown]
"""
One preference chooses the target; another one keeps the sources in files.
"""

# %%
if __name__ == "__main__":  # the benchmarks import the model only
    prefs.codegen.target = "numba"
    prefs.codegen.runtime.numba.delete_source_files = False
    network = build()
    network.run(duration)

    directory = Path(brian2numba.get_numba_cache_dir())
    print("Files with generated code:")
    for thing in network.sorted_objects:
        for code_object in thing.code_objects:
            for file in directory.glob(f"{code_object.name}_*.py"):
                print(f"  {file.name}")

# %% [markdown]
"""
The code itself is an attribute as well. It is Python, one loop over the neurons.
"""

# %%
if __name__ == "__main__":
    print(network["neurons"].state_updater.codeobj.code)

# %%
if __name__ == "__main__":
    trace = network["trace"]
    figure, axes = plt.subplots()
    colours = plt.cm.viridis(np.linspace(0, 0.9, n_neurons))
    for potential, colour in zip(trace.v, colours, strict=True):
        axes.plot(trace.t / ms, potential, color=colour)
    axes.set(xlabel="Time (ms)", ylabel="v", xlim=(0, duration / ms), ylim=(0, 1.02))
    axes.set_title("Exponential decay with a time constant of 10 ms")

    figure.savefig("forum_example.png")
    plt.show()
