"""How much memory a recording takes that goes to disk."""

import subprocess
import sys

import pytest

#: Records more than it may take, and prints the bytes that were recorded and by how
#: many the process has grown since the end of a first run
SCRIPT = """
import resource, sys
from brian2 import *
from brian2numba import record_to_disk

prefs.codegen.target = "numba"
group = NeuronGroup(2000, "dv/dt = xi*ms**-0.5 : 1", threshold="v > 5 and rand() < 0.5",
                    reset="v = 0", method="euler")
states, spikes = StateMonitor(group, "v", record=True), SpikeMonitor(group, "v")
made = Network(group, states, spikes)
record_to_disk(made, sys.argv[1])

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

made.run(200*ms)
before = peak()
n_steps = int(sys.argv[2])
made.run(n_steps * defaultclock.dt)
assert states.v.shape == (2000, 2000 + n_steps)
# Reading a neuron or a moment is nothing new, either
last = states.v[:, -1], states.v[7, -100:], spikes.t[-5:]
print(states.v.nbytes, peak() - before)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells no peak this way")
def test_200_mb_in_60(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, script, tmp_path / "x.zarr", "12000"]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    assert output.returncode == 0, output.stderr
    recorded, grown = map(int, output.stdout.split())
    assert recorded > 200e6
    assert grown < 60e6
