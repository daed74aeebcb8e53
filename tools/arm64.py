"""Run brian2numba on ARM64 Linux under emulation, and compare it with this machine.

    python -m tools.arm64 [--folder DIR] [--suite trixie] [--mirror ADDRESS] [TEST ...]

Needs a Debian or Ubuntu with the packages qemu-user-static and debian-archive-keyring,
and an environment that has brian2numba, with a Python of the version that the suite has
(3.13 in trixie). An ARM64 Python of Debian's packages comes from where apt fetches this
machine's, or from --mirror; wheels come from pip's index. No rights are needed, nor a
kernel that knows how to start programs for other processors: the emulator is called by
its name.

A network runs here and there, in both modes of the elementary functions: its spikes
have to be the same. Then pytest runs the tests that are named, there; without any, a
selection. Emulation makes everything 20 to 50 times slower.
"""

import argparse
import glob
import os
import subprocess
import sys
import zipfile
from typing import Dict, List

from tools.arm64_root import fetch_root

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WHEELS = [
    "brian2",
    "numba",
    "numpy",
    "platformdirs",
    "sympy",
    "pytest",
    "pytest-timeout",
]
#: What pip calls systems whose C library is as old as wheels ask for, at most
PLATFORMS = ["manylinux2014_aarch64"] + [
    f"manylinux_2_{minor}_aarch64" for minor in (17, 26, 27, 28, 34)
]
#: Which tests run without others being named: hardly any starts a process, which only
#: a kernel can that knows the emulator
SELECTION = [
    "test_counter_based.py",
    "test_dynamic_array.py",
    "test_fast_random_numbers.py",
    "test_synapse_machine.py",
]
NETWORK = """
import hashlib, platform, sys
from brian2 import *
import brian2numba

prefs.codegen.target = "numba"
prefs.codegen.runtime.numba.math = sys.argv[1]
seed(3)
neurons = NeuronGroup(
    50,
    "dv/dt = (1.2 - v)/(10*ms) + 0.2*xi*ms**-0.5 : 1 (unless refractory)",
    threshold="v > 1", reset="v = 0", refractory=2*ms, method="euler",
)
synapses = Synapses(neurons, neurons, on_pre="v_post += 0.02*exp(-0.01*i)")
synapses.connect(p=0.1)
spikes = SpikeMonitor(neurons)
run(50*ms)
times = spikes.t_[:].tobytes() + spikes.i[:].tobytes() + neurons.v_[:].tobytes()
print(platform.machine(), file=sys.stderr)
print(spikes.num_spikes, "spikes,", hashlib.sha256(times).hexdigest()[:16])
"""


def install_wheels(root: str, version: str) -> None:
    """Put what the tests import where the emulated Python finds it."""
    wheels = os.path.join(root, "wheels")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", wheels]
    command += [
        "--only-binary=:all:",
        "--implementation=cp",
        "--python-version",
        version,
    ]
    for abi in ("cp" + version.replace(".", ""), "abi3", "none"):
        command += ["--abi", abi]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    subprocess.check_call(command + WHEELS)
    packages = packages_of(root)
    for wheel in glob.glob(os.path.join(wheels, "*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(packages)
    # The emulated Python would take minutes for what this one does in seconds
    libraries = os.path.join(root, "usr", "lib", "python" + version)
    compiler = [sys.executable, "-m", "compileall", "-q"]
    subprocess.call(compiler + [packages, libraries], stdout=subprocess.DEVNULL)


def packages_of(root: str) -> str:
    """Return the folder that Debian's Python looks for packages in."""
    return os.path.join(root, "usr", "lib", "python3", "dist-packages")


def emulated(root: str, version: str) -> List[str]:
    """Return the command that starts the emulated Python."""
    python = os.path.join(root, "usr", "bin", "python" + version)
    return ["qemu-aarch64-static", "-L", root, python]


def environment_of(folder: str) -> Dict[str, str]:
    """Return the environment of what runs, with a cache and settings of its own."""
    cache = os.path.join(folder, "cache")
    os.makedirs(folder, exist_ok=True)
    return dict(os.environ, PYTHONPATH=ROOT, HOME=folder, BRIAN2NUMBA_CACHE_DIR=cache)


def same_spikes(here: List[str], there: List[str], folder: str) -> bool:
    """Tell whether the network does the same here and there, and show what it does."""
    script = os.path.join(folder, "network.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(NETWORK)
    same = True
    for mode in ("vector", "libm"):
        results = [
            subprocess.check_output(
                command + [script, mode],
                env=environment_of(os.path.join(folder, place)),
                universal_newlines=True,
            ).strip()
            for place, command in (("here", here), ("there", there))
        ]
        print(f"math = {mode!r}: {' | '.join(results)}", flush=True)
        same = same and results[0] == results[1]
    return same


def selected_tests() -> List[str]:
    """Return the paths of the tests that run without others being named."""
    pattern = os.path.join(ROOT, "tests", "**", "test_*.py")
    paths = sorted(glob.glob(pattern, recursive=True))
    return [path for path in paths if os.path.basename(path) in SELECTION]


def main(arguments: List[str]) -> int:
    """Set the emulated machine up, compare and test; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", default=os.path.join(ROOT, ".venv-arm64"))
    parser.add_argument("--suite", default="trixie", help="Debian's (default: trixie)")
    parser.add_argument("--mirror", help="where Debian's packages are")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="what pytest runs")
    options = parser.parse_args(arguments)
    folder = os.path.abspath(options.folder)
    root = os.path.join(folder, "root")
    version = "{}.{}".format(*sys.version_info)
    if not os.path.isdir(packages_of(root)):
        fetch_root(root, options.suite, options.mirror)
    if not os.path.isfile(os.path.join(root, "usr", "bin", "python" + version)):
        sys.exit(
            f"{options.suite} has no Python {version}: start this with the Python that "
            "it has, or name another suite."
        )
    if not os.path.isdir(os.path.join(packages_of(root), "brian2")):
        install_wheels(root, version)
    there = emulated(root, version)
    if not same_spikes([sys.executable], there, folder):
        print("The spikes differ", file=sys.stderr)
        return 1
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "timeout=3000"]
    environment = environment_of(os.path.join(folder, "there"))
    command = there + pytest + (options.tests or selected_tests())
    return subprocess.call(command, cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
