"""Run a command where no C or C++ compiler can be found.

    python tools/without_compiler.py COMMAND [ARGUMENT ...]

brian2numba promises to need no compiler, so its tests run this way. A compiler mostly
lives in a folder with a thousand other programs (/usr/bin): such a folder is replaced
on the PATH by a temporary one that links to everything in it but the compilers. On
Windows, where links need privileges, it is left out. `CC` and `CXX` name a file that
does not exist.

A program that is called by its absolute path is still found, and PATH's other programs
see a link to them instead of the file: nothing here is a sandbox.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, Iterator, List

# gcc, gcc-12, x86_64-linux-gnu-gcc-ar, c++, cl.exe, clang-18, ccache, ...
COMPILER = re.compile(
    r"""(?:.+-)?
    (?:gcc|g\+\+|cc|c\+\+|cpp|c89|c99|clang|clang\+\+|cl|icc|icpc|icx|icpx|dpcpp|tcc|pcc
      |nvc|nvc\+\+|nvcc|pgcc|pgc\+\+|xlc|zig|hipcc|ccache|sccache|distcc|xcrun)
    (?:-?[\d.]+)?(?:-.*)?(?:\.(?:exe|bat|cmd))?""",
    re.VERBOSE | re.IGNORECASE,
)


def is_compiler(name: str) -> bool:
    """Whether a program of this name is, or stands in for, a C or C++ compiler."""
    return COMPILER.fullmatch(name) is not None


def find_compilers(path: str) -> List[str]:
    """Return the compilers in the folders of a PATH."""
    return [
        os.path.join(folder, name)
        for folder in folders_of(path)
        for name in filter(is_compiler, names_in(folder))
        if shutil.which(name, path=folder)
    ]


def folders_of(path: str) -> List[str]:
    """Return the folders of a PATH that exist, each once."""
    folders = []  # type: List[str]
    for folder in path.split(os.pathsep):
        if os.path.isdir(folder) and folder not in folders:
            folders.append(folder)
    return folders


def names_in(folder: str) -> List[str]:
    """Return the names of the files in a folder, none if it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


@contextlib.contextmanager
def environment_without_compiler() -> Iterator[Dict[str, str]]:
    """Give a copy of this process's environment in which no compiler is found.

    Yields
    ------
    environment
        For `subprocess`; valid inside the `with` block only.

    Raises
    ------
    RuntimeError
        If a compiler can be found in spite of everything.
    """
    with tempfile.TemporaryDirectory(prefix="without-compiler-") as scratch:
        environment = dict(os.environ)
        path = environment.get("PATH", os.defpath)
        environment["PATH"] = path_without_compilers(path, scratch)
        for variable in ("CC", "CXX"):
            environment[variable] = os.path.join(scratch, "there-is-no-compiler")
        # Otherwise setuptools asks Visual Studio's installer where its compiler is.
        environment.update(DISTUTILS_USE_SDK="1", MSSdk="1")
        left = find_compilers(environment["PATH"])
        if left:
            raise RuntimeError(f"Compilers are still found: {', '.join(left)}")
        yield environment


def path_without_compilers(path: str, scratch: str) -> str:
    """Return a PATH with the same programs but the compilers.

    Parameters
    ----------
    path
        The PATH to start from.
    scratch
        An existing folder, where folders of links are made.
    """
    kept = []
    for number, folder in enumerate(folders_of(path)):
        if not find_compilers(folder):
            kept.append(folder)
        elif os.name != "nt":
            kept.append(os.path.join(scratch, f"bin{number}"))
            link_all_but_compilers(folder, kept[-1])
    return os.pathsep.join(kept)


def link_all_but_compilers(folder: str, mirror: str) -> None:
    """Make the folder `mirror` with links to the other files in `folder`."""
    os.mkdir(mirror)
    for name in names_in(folder):
        if not is_compiler(name):
            target = os.path.abspath(os.path.join(folder, name))
            os.symlink(target, os.path.join(mirror, name))


def main(command: List[str]) -> int:
    """Run a command without compilers and return its exit code."""
    if not command:
        print(__doc__)
        return 2
    with environment_without_compiler() as environment:
        program = shutil.which(command[0], path=environment["PATH"])
        if program is None:
            print(f"{command[0]} is not found without compilers", file=sys.stderr)
            return 127
        return subprocess.call([program] + command[1:], env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
