"""The mode in which accesses outside of arrays end the process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brian2numba.testing.guard_pages import GuardedMemory

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="the mode is for POSIX systems: it maps memory by mmap"
)

BEGINNING = """
import sys
from brian2 import *
import brian2numba
from brian2numba.testing.guard_pages import guard_arrays

guard_arrays(sys.argv[1])
prefs.codegen.target = "numba"
prefs.logging.file_log = False
cells = NeuronGroup(5, "v : 1\\nx : 1", threshold="v > 1", reset="v = 0")
synapses = Synapses(cells, cells, "w : 1", on_pre="x_post += w")
synapses.connect(j="i")
synapses.w = 1
cells.v = 2
network = Network(cells, synapses)
targets = synapses.variables["_synaptic_post"].get_value()
"""

#: Indices are looked at before a run
LATER = """
@network_operation(when="start", order=-1)
def break_it():
    targets[3] = {}

network.add(break_it)
"""

ACCESSES = {
    "one element too far": ("right", LATER.format(5), "network.run(1*ms)"),
    "one element too early": ("left", LATER.format(-1), "network.run(1*ms)"),
    "an array that has gone": (
        "left",
        "address = cells.variables['v'].get_value().ctypes.data",
        "del network, synapses, cells, targets\nimport ctypes, gc\n"
        "from brian2.devices.device import reinit_devices\nreinit_devices()\n"
        "gc.collect()\nctypes.c_double.from_address(address).value",
    ),
}


def run_script(text, side, tmp_path):
    environment = {
        **os.environ,
        "BRIAN2NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-c", BEGINNING + text, side],
        capture_output=True,
        text=True,
        timeout=200,
        env=environment,
        check=False,
    )


@pytest.mark.parametrize("name", ACCESSES)
def test_a_wrong_access_ends_the_process(name, tmp_path):
    side, preparation, access = ACCESSES[name]
    script = f"{preparation}\nprint('prepared', flush=True)\n{access}\nprint('done')"
    finished = run_script(script, side, tmp_path)
    assert finished.stdout == "prepared\n", finished.stderr
    assert finished.returncode in (-signal.SIGSEGV, -signal.SIGBUS)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_right_model_runs(side, tmp_path):
    script = "network.run(1*ms)\nsynapses.connect(j='i')\nprint(cells.x[:].tolist())"
    finished = run_script(script, side, tmp_path)
    assert finished.stdout == "[1.0, 1.0, 1.0, 1.0, 1.0]\n", finished.stderr


def test_other_sides_are_refused():
    with pytest.raises(ValueError, match="guarded at right or left, not top"):
        GuardedMemory("top")
