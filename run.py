#!/usr/bin/env python3
"""Set up an environment for brian2numba and run something in it.

    python3 run.py demo           simulate a network, with numpy as well, and plot it
    python3 run.py tests          run the tests that find most mistakes: five minutes
    python3 run.py tests --all    run all tests, as continuous integration: 28 minutes

These are times of two processors; the first time, one minute is for the environment.

Any Python from 3.6 on starts this script, on Linux, macOS and Windows; it finds one
that is recent enough for brian2numba, makes an environment in the folder `.venv` of
this repository, installs brian2numba there and goes on in it. The second start finds
the environment ready.

Arguments after `--` go to pytest: `run.py tests -- -k spike` runs the project's own
tests that have "spike" in their name. A single file is tested quicker without this
script, once its environment is active: `pytest tests/generation/test_conditions.py`.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from typing import List, MutableMapping, Optional, Tuple

from tools.find_python import (
    SUPPORTED,
    NoPythonFoundError,
    find_python,
    is_usable,
    version_of,
)
from tools.stages import Stage, chosen_stages, command_of, stages

ROOT = os.path.dirname(os.path.abspath(__file__))

# Which extras of pyproject.toml an extra brings along.
INCLUDES = {"examples": ("examples",), "dev": ("dev", "examples")}


class SetupFailedError(Exception):
    """The environment could not be made. The message says why."""


def main(arguments: List[str]) -> int:
    """Run one of the commands and return the exit code."""
    arguments, passed_on = split_at_dashes(arguments)
    options = parse(arguments)
    if options.command == "demo" and passed_on:
        print(
            "The demo takes no arguments: its sizes are in examples/cuba.py",
            file=sys.stderr,
        )
        return 2
    os.chdir(ROOT)
    adapt_environment(os.environ)
    try:
        python = prepare(options)
    except (NoPythonFoundError, SetupFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.command == "demo":
        return run([python, os.path.join("examples", "cuba.py")])
    chosen = chosen_stages(options.only, options.part, passed_on)
    return run_stages(python, chosen, passed_on)


def split_at_dashes(arguments: List[str]) -> Tuple[List[str], List[str]]:
    """Return the arguments before and after the first `--`."""
    if "--" not in arguments:
        return arguments, []
    position = arguments.index("--")
    return arguments[:position], arguments[position + 1 :]


def parse(arguments: List[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("demo", "tests"))
    parser.add_argument("--python", choices=SUPPORTED, help="use this Python")
    parser.add_argument("--brian2", metavar="VERSION", help="use this Brian 2")
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--all",
        action="store_const",
        dest="part",
        const="all",
        default="quick",
        help="run all tests: what `tests` runs, then what `--rest` does",
    )
    part.add_argument(
        "--rest",
        action="store_const",
        dest="part",
        const="rest",
        help="run what `tests` leaves out",
    )
    part.add_argument(
        "--only",
        metavar="STAGE",
        nargs="+",
        choices=[stage.name for stage in stages()],
        help="run these stages of the tests: %(choices)s",
    )
    return parser.parse_args(arguments)


def adapt_environment(environment: MutableMapping[str, str]) -> None:
    """Set what the programs we start need: no screen, no other Python's modules."""
    environment["MPLBACKEND"] = "Agg"
    environment["MATPLOTLIBRC"] = os.path.join(ROOT, "examples")
    environment["PIP_USER"] = "0"  # a configuration with user = true breaks venvs
    for variable in ("PYTHONPATH", "PYTHONHOME"):
        environment.pop(variable, None)


def run(command: List[str]) -> int:
    """Show a command, run it in the repository, and return its exit code."""
    print("$ " + " ".join(command), flush=True)
    return subprocess.call(command)


# The environment


def prepare(options: argparse.Namespace) -> str:
    """Make the environment, or find it ready, and return its Python."""
    extra = "dev" if options.command == "tests" else "examples"
    folder = environment_folder(options)
    python = environment_python(folder)
    wanted = (options.python,) if options.python else SUPPORTED
    if not is_usable(python, wanted):
        create(folder, find_python(wanted))
    stamp = stamp_of(python, options.brian2)
    if read(stamp_file(folder, extra)) != stamp:
        install(folder, extra, options.brian2)
        for name in INCLUDES[extra]:
            with open(stamp_file(folder, name), "w") as file:
                file.write(stamp)
    return python


def environment_folder(options: argparse.Namespace) -> str:
    """Return the environment's folder: one for each combination of versions."""
    parts = [".venv"]
    if options.python:
        parts.append(options.python)
    if options.brian2:
        parts.append("brian2-" + options.brian2)
    return os.path.join(ROOT, "-".join(parts))


def environment_python(folder: str) -> str:
    """Return the path of the Python in an environment of venv."""
    if os.name == "nt":
        return os.path.join(folder, "Scripts", "python.exe")
    return os.path.join(folder, "bin", "python")


def create(folder: str, base: str) -> None:
    """Make an empty environment, in place of what may be there."""
    print(f"Making {folder} with Python {version_of(base)} ({base})", flush=True)
    if run([base, "-m", "venv", "--clear", folder]) != 0:
        raise SetupFailedError(f"{base} could not make the environment {folder}")


def install(folder: str, extra: str, brian2: Optional[str]) -> None:
    """Install this repository, editable, and what it depends on."""
    print("Installing brian2numba; the first time takes a minute or more", flush=True)
    command = [
        environment_python(folder),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--prefer-binary",
    ]
    command += ["--disable-pip-version-check", "--editable", f".[{extra}]"]
    if brian2:
        command.append("brian2==" + brian2)
    if run(command) != 0:
        raise SetupFailedError(
            "pip could not install brian2numba: see its message above. Is the network "
            f"reachable? To start afresh, delete {folder}"
        )


def stamp_of(python: str, brian2: Optional[str]) -> str:
    """Return a hash of everything that decides what an environment contains."""
    # The folder counts: an editable installation points to it.
    parts = [str(version_of(python)), str(brian2), ROOT, str(read("pyproject.toml"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def stamp_file(folder: str, extra: str) -> str:
    """Return the file that says for what an environment was last made ready."""
    return os.path.join(folder, f"installed-{extra}.sha256")


def read(path: str) -> Optional[str]:
    """Return a file's text, or None if there is no such file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


# The tests


def run_stages(python: str, chosen: List[Stage], passed_on: List[str]) -> int:
    """Run stages up to the first that fails and say how long each took."""
    report = []
    code = 0
    for stage in chosen:
        if code != 0:
            report.append((stage, "not run", 0.0))
            continue
        print(f"\n=== {stage.name}: {stage.title}", flush=True)
        start = time.time()
        code = run(command_of(stage, python) + passed_on)
        result = "passed" if code == 0 else f"FAILED (exit code {code})"
        report.append((stage, result, time.time() - start))
    print()
    for stage, result, seconds in report:
        print(f"{stage.name:14} {stage.title:29} {seconds:7.1f} s  {result}")
    return 1 if code != 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
