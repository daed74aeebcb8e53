"""Build the sdist and the wheel, and use them in an empty environment.

The wheel is built from the sdist, as whoever packages brian2numba does it, and must
have all that the package needs at run time: a network runs with nothing else. Then the
environment gets what the documentation says to install, and the code of the pages that
newcomers read runs in it. Dependencies come from a package index.
"""

import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile
import zipfile
from typing import List

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The page that says what to install, and those whose code has to run with it
INSTALL = "docs/install.md"
PAGES = ("README.md", "docs/start.md", "docs/progress.md", "docs/sweeps.md")

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
    environment = dict(
        os.environ,
        BRIAN2NUMBA_CACHE_DIR=os.path.join(folder, "cache"),
        MPLBACKEND="Agg",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_PREFER_BINARY="1",
        PIP_QUIET="1",
    )
    environment.pop("PYTHONPATH", None)
    finished = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=False
    )
    if finished.returncode != 0:
        sys.exit(f"That failed with exit code {finished.returncode}")
    return finished.stdout.decode()


def blocks(page: str, kind: str) -> List[str]:
    """Return the blocks of code of a page of the repository."""
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        text = file.read()
    pattern = re.compile(rf"^```{kind}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return pattern.findall(text)


def install_command() -> List[str]:
    """Return the command with which the documentation installs the package."""
    commands = {
        line
        for page in (INSTALL,) + PAGES
        for block in blocks(page, "sh")
        for line in block.splitlines()
        if line.startswith("pip install")
    }
    if len(commands) != 1:
        sys.exit("The pages say different things: " + ", ".join(sorted(commands)))
    return shlex.split(commands.pop())


def run_pages(python: str, folder: str) -> None:
    """Run each block of Python of the pages as a script."""
    script = os.path.join(folder, "script.py")
    for page in PAGES:
        for number, block in enumerate(blocks(page, "python")):
            print(f"Block {number + 1} of {page}")
            with open(script, "w", encoding="utf-8") as file:
                file.write(block)
            run([python, script], folder)


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


def use_wheel(python: str, wheel: str, folder: str) -> None:
    """Install the wheel and what it needs, and run a network with that."""
    run([python, "-m", "pip", "install", wheel], folder)
    printed = run([python, "-c", SCRIPT], folder)
    print(printed)
    environment = os.path.dirname(os.path.dirname(python))
    if os.path.realpath(environment) not in os.path.realpath(printed.split()[-1]):
        sys.exit("That was not the package of the empty environment")


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
        use_wheel(python, wheel, folder)
        run([python, "-m"] + install_command(), ROOT)
        run_pages(python, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
