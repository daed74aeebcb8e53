"""Build the sdist and the wheel, and use them in an empty environment.

The wheel is built from the sdist, as whoever packages brian2numba does it, and must
have all that the package needs at run time. Dependencies come from a package index.
"""

import glob
import os
import subprocess
import sys
import tempfile
import zipfile
from typing import List

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Runs a network with a synapse, a recording and a function; shows where it came from
SCRIPT = """
from brian2 import *
import brian2numba

prefs.codegen.target = "numba"
group = NeuronGroup(3, "dv/dt = -v/(10*ms) : 1", method="exact", threshold="v > 0.5",
                    reset="v = 0")
synapses = Synapses(group, group, on_pre="v_post += exp(-0.1*i)")
synapses.connect(condition="i != j")
monitor = StateMonitor(group, "v", record=True)
group.v[0] = 1
run(2*ms)
assert monitor.v[1].max() > 0.5
print(brian2numba.__version__, brian2numba.__file__)
"""


def run(command: List[str], folder: str) -> str:
    """Run a command, show it, and return what it printed; end with its error."""
    print("$ " + " ".join(command), flush=True)
    environment = dict(os.environ, BRIAN2NUMBA_CACHE_DIR=os.path.join(folder, "cache"))
    environment.pop("PYTHONPATH", None)
    finished = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=False
    )
    if finished.returncode != 0:
        sys.exit(f"That failed with exit code {finished.returncode}")
    return finished.stdout.decode()


def the_only(pattern: str) -> str:
    """Return the one file that a pattern stands for."""
    (path,) = glob.glob(pattern)
    return path


def missing_files(wheel: str) -> List[str]:
    """Return the files of the package that are not in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    command = ["git", "ls-files", "brian2numba"]
    try:
        tracked = subprocess.check_output(command, cwd=ROOT).decode().split()
    except (OSError, subprocess.CalledProcessError):
        tracked = ["brian2numba/__init__.py", "brian2numba/py.typed"]
    return sorted(set(tracked) - packed)


def main() -> int:
    """Build, install and use; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "build", "--outdir", folder, ROOT]
        run(build, folder)
        wheel = the_only(os.path.join(folder, "*.whl"))
        missing = missing_files(wheel)
        if missing:
            sys.exit("The wheel has no " + ", ".join(missing))
        empty = os.path.join(folder, "empty")
        run([sys.executable, "-m", "venv", empty], folder)
        scripts = "Scripts" if os.name == "nt" else "bin"
        python = os.path.join(empty, scripts, "python")
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        run(pip + ["install", "--quiet", "--prefer-binary", wheel], folder)
        printed = run([python, "-c", SCRIPT], folder)
        print(printed)
        if os.path.realpath(empty) not in os.path.realpath(printed.split()[-1]):
            sys.exit("That was not the package of the empty environment")
    return 0


if __name__ == "__main__":
    sys.exit(main())
