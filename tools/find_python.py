"""Find an installed Python that brian2numba can use.

The script that needs it may have been started with any Python, so this module keeps to
what Python 3.6 understands and to its standard library. No candidate is trusted before
it has been run: a pyenv shim of a version that is not active and the Windows Store's
`python.exe` both exist, and both only fail.
"""

import glob
import os
import shutil
import subprocess
import sys
from typing import Iterator, List, Optional, Sequence

# Newest first. A version belongs here once Brian 2 and numba publish wheels for it:
# without a C compiler nothing can be built from source.
SUPPORTED = ("3.14", "3.13", "3.12")
PREFERRED = "3.13"

# Where installers put Pythons that are not always on the PATH.
SYSTEM_FOLDERS = (
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
    "/Library/Frameworks/Python.framework/Versions/*/bin",
)
CONDA_FOLDERS = ("miniforge3", "mambaforge", "miniconda3", "anaconda3")

# A usable Python is a 64-bit CPython with a global lock (numba), venv and ensurepip.
PROBE = (
    "import ensurepip, sys, sysconfig, venv; "
    "usable = sys.implementation.name == 'cpython' and sys.maxsize > 2**32 "
    "and not sysconfig.get_config_var('Py_GIL_DISABLED'); "
    "print('%d.%d.%d' % sys.version_info[:3] if usable else 'unusable')"
)
PROBE_SECONDS = 60
INSTALL_SECONDS = 900


class NoPythonFoundError(Exception):
    """No usable Python of a wanted version is installed."""


def find_python(wanted: Sequence[str] = SUPPORTED) -> str:
    """Return the path of the first Python whose version is one of `wanted`.

    Parameters
    ----------
    wanted
        Versions like `"3.13"`, the best first.

    Raises
    ------
    NoPythonFoundError
        If there is none. The message says what to install.
    """
    tried = set()
    for candidate in candidates(wanted):
        if candidate in tried:
            continue
        tried.add(candidate)
        if is_usable(candidate, wanted):
            return candidate
    best = version_to_install(wanted)
    raise NoPythonFoundError(
        f"brian2numba needs Python {' or '.join(wanted)} (64-bit CPython with venv), "
        "and none was found. Install one from https://www.python.org/downloads/, with "
        f"conda (conda create -n python{best} python={best}) or with uv (uv python "
        f"install {best}), then start this again. Debian and Ubuntu have venv in the "
        "package python3-venv."
    )


def version_to_install(wanted: Sequence[str]) -> str:
    """Return the version to install where there is none."""
    return PREFERRED if PREFERRED in wanted else wanted[0]


def is_usable(python: str, wanted: Sequence[str] = SUPPORTED) -> bool:
    """Whether the file `python` runs, has what we need and is a wanted version."""
    version = version_of(python)
    return version is not None and version.rpartition(".")[0] in wanted


def version_of(python: str) -> Optional[str]:
    """Return the version that `python` reports, or None if it is of no use."""
    if not os.path.isfile(python):
        return None
    answer = output_of([python, "-I", "-c", PROBE], PROBE_SECONDS)
    return None if answer == "unusable" else answer


def output_of(command: List[str], seconds: int) -> Optional[str]:
    """Return what a command prints, or None if it fails or takes too long."""
    try:
        # Closed, as a launcher may otherwise wait for an answer.
        answer = subprocess.check_output(
            command,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            universal_newlines=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return answer.strip() or None


def candidates(wanted: Sequence[str]) -> Iterator[str]:
    """Yield paths where a Python may be, the least surprising choice first."""
    yield sys.executable or ""
    yield from on_path(wanted)
    if os.name == "nt":
        yield from from_windows_launcher(wanted)
    for pattern in prefix_patterns():
        for prefix in sorted(glob.glob(pattern), reverse=True):
            yield python_in_prefix(prefix)
    yield from from_uv(wanted)


def on_path(wanted: Sequence[str]) -> Iterator[str]:
    """Yield pythonX.Y, then python3 and python, of every folder on the PATH."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    for pattern in SYSTEM_FOLDERS:
        folders += sorted(glob.glob(pattern), reverse=True)
    suffix = ".exe" if os.name == "nt" else ""
    for name in ["python" + version for version in wanted] + ["python3", "python"]:
        for folder in folders:
            if folder:
                yield os.path.join(folder, name + suffix)


def from_windows_launcher(wanted: Sequence[str]) -> Iterator[str]:
    """Yield what the launcher `py` knows."""
    for version in wanted:
        command = ["py", "-" + version, "-c", "import sys; print(sys.executable)"]
        path = output_of(command, PROBE_SECONDS)
        if path:
            yield path


def prefix_patterns() -> Iterator[str]:
    """Yield patterns of the folders where pyenv, conda and others install Pythons."""
    # pyenv, uv and python.org on Windows: the versions are in one folder.
    yield os.path.join(os.path.dirname(sys.base_prefix), "*")
    for root in pyenv_roots():
        yield os.path.join(root, "versions", "*")
    for root in conda_roots():
        yield root
        yield os.path.join(root, "envs", "*")


def pyenv_roots() -> Iterator[str]:
    """Yield the folders that may be pyenv's, or pyenv-win's, own."""
    for variable in ("PYENV_ROOT", "PYENV"):
        if os.environ.get(variable):
            yield os.environ[variable]
    command = shutil.which("pyenv")
    if command:
        yield os.path.dirname(os.path.dirname(os.path.realpath(command)))
    yield os.path.expanduser(os.path.join("~", ".pyenv"))
    yield os.path.expanduser(os.path.join("~", ".pyenv", "pyenv-win"))


def conda_roots() -> Iterator[str]:
    """Yield the folders that may be an installation, or an environment, of conda."""
    if os.environ.get("CONDA_PREFIX"):
        yield os.environ["CONDA_PREFIX"]
    if os.environ.get("CONDA_EXE"):  # ROOT/bin/conda, or ROOT/Scripts/conda.exe
        yield os.path.dirname(os.path.dirname(os.environ["CONDA_EXE"]))
    for name in CONDA_FOLDERS:
        yield os.path.expanduser(os.path.join("~", name))


def python_in_prefix(prefix: str) -> str:
    """Return where an installation (not an environment of venv) has its Python."""
    if os.name == "nt":
        return os.path.join(prefix, "python.exe")
    return os.path.join(prefix, "bin", "python3")


def from_uv(wanted: Sequence[str]) -> Iterator[str]:
    """Yield Pythons that uv knows, at last one that it installs for us."""
    uv = shutil.which("uv")
    if uv is None:
        return
    find = [uv, "python", "find", "--system"]
    for version in wanted:
        yield output_of([*find, version], PROBE_SECONDS) or ""
    version = version_to_install(wanted)
    print(f"Asking uv to install Python {version} ...", flush=True)
    output_of([uv, "python", "install", version], INSTALL_SECONDS)
    yield output_of([*find, version], PROBE_SECONDS) or ""
