"""What a package made of the recipe has to do: simulate, without a compiler."""

from brian2 import NeuronGroup, SpikeMonitor, Synapses, ms, prefs, run

import brian2numba

prefs.codegen.target = "numba"
group = NeuronGroup(
    3, "dv/dt = (2 - v) / (10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact"
)
synapses = Synapses(group, group, on_pre="v_post += 0.1")
synapses.connect(condition="i != j")
spikes = SpikeMonitor(group)
run(20 * ms)
assert spikes.num_spikes == 6, spikes.num_spikes  # noqa: PLR2004 (twice each)
assert all(kernel.llvm for kernel in brian2numba.inspect(group.state_updater))
print(brian2numba.__version__, brian2numba.__file__)
