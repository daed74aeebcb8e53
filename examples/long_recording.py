# %% [markdown]
"""
# A recording larger than memory

Neurons that inhibit each other have a rhythm that no single one has: each of them
spikes some twenty times a second, as it likes, and all together do so seventy times a
second. To see both, one has to record every neuron at every time step for a long time,
which soon is more than a computer's memory. Here, all of it goes to disk while the
network runs; what is in memory at any time are some blocks of 8 MB.

What was recorded is read back with xarray, in two ways: everything, piece by piece, for
the mean over all neurons, and only a moment, or a neuron, of it.

Brunel N, Hakim V (1999). Fast global oscillations in networks of integrate-and-fire
neurons with low firing rates. Neural Computation 11(7):1621-1671.
<https://doi.org/10.1162/089976699300016179>
"""

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import xarray
from brian2 import *

import brian2numba  # gives Brian the target "numba"

prefs.codegen.target = "numba"
seed(1999)

# %% tags=["parameters"]
n_neurons = 1000
duration = 10 * second

# %% [markdown]
"""
Each neuron gets noise, and inhibition from a random tenth of the others, 5 ms after
they spiked.
"""

# %%
tau = 20 * ms
neurons = NeuronGroup(
    n_neurons,
    "dv/dt = (35*mV - v)/tau + 5*mV*xi*sqrt(2/tau) : volt (unless refractory)",
    threshold="v > 20*mV",
    reset="v = 10*mV",
    refractory=2 * ms,
    method="euler",
)
neurons.v = "rand()*20*mV"
inhibition = Synapses(neurons, neurons, on_pre="v -= 0.5*mV", delay=5 * ms)
inhibition.connect(p=100 / n_neurons)

voltages = StateMonitor(neurons, "v", record=True, dtype="float32", name="voltages")
network = Network(neurons, inhibition, voltages)

# %% [markdown]
"""
One line sends the recording to disk. The folder is a zarr store, which many programs
read.
"""

# %%
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "recording.zarr"
brian2numba.record_to_disk(network, path)
network.run(duration)

size = voltages.v.nbytes
print(
    f"{size / 1e6:.0f} MB were recorded, {voltages.v.shape[1]} values of each neuron."
)

# %% [markdown]
"""
`xarray.open_zarr` reads nothing yet. The mean over neurons is computed from one piece
after the other; its spectrum shows the rhythm. The last tenth of a second is read
without the rest.
"""

# %%
data = xarray.open_zarr(path, group="voltages")
mean = data.v.mean("neuron").values
mean = mean[len(mean) // 10 :]
power = np.abs(np.fft.rfft((mean - mean.mean()) * np.hanning(len(mean)))) ** 2
smooth = np.convolve(power, np.ones(11) / 11, mode="same")
frequencies = np.fft.rfftfreq(len(mean), d=data.attrs["dt"])

last = float(data.t[-1])
moment = data.v.sel(t=slice(last - 0.1, last)).isel(t=slice(None, None, 5))
trace = data.v.sel(neuron=0, t=slice(last - 0.1, last))
is_shown = (frequencies > 5) & (frequencies < 200)
strongest = frequencies[is_shown][smooth[is_shown].argmax()]
print(f"The rhythm has {strongest:.0f} Hz.")

# %%
figure, axes = plt.subplots(
    3, 1, figsize=(8, 7), height_ratios=[2, 1, 1.4], layout="constrained"
)
image = axes[0].pcolormesh(
    1000 * moment.t,
    moment.neuron,
    1000 * moment.T,
    vmin=0,
    vmax=20,
    cmap="viridis",
    rasterized=True,
)
figure.colorbar(image, ax=axes[0], label="v (mV)")
axes[0].set(ylabel="neuron", title="A tenth of a second of all neurons")
axes[1].plot(1000 * trace.t, 1000 * trace)
axes[1].set(xlabel="time (ms)", ylabel="v (mV)", title="One neuron")
axes[2].semilogy(frequencies[is_shown], smooth[is_shown])
axes[2].set(
    xlabel="frequency (Hz)", ylabel="power", title="The mean of all neurons, in full"
)
figure.savefig("long_recording.png")
plt.show()

# %%
del data, moment, trace
folder.cleanup()
