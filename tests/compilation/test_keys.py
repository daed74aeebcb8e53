"""The key of a stored kernel changes with all that its machine code depends on."""

import shutil

import llvmlite
import llvmlite.binding as llvm
import pytest

from brian2numba.compilation import keys
from brian2numba.compilation.machine_code import processor

digest = keys._library_digest.__wrapped__


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Let the keys be of a copy of the package, which can be changed."""
    copy = tmp_path / "brian2numba"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(keys._PACKAGE, copy, ignore=ignored)
    monkeypatch.setattr(keys, "_PACKAGE", copy)
    return copy


def key(source="def kernel(): return 0", of=None, level=3):
    return keys.kernel_key(source, of or processor("host"), level)


def test_the_key_is_the_same_for_the_same():
    assert key() == key()


@pytest.mark.parametrize(
    "file",
    [
        "language/memory.py",
        "kernels/cable.py",
        "lowering/calls.py",
        "simulation/loop.py",
    ],
)
def test_what_a_file_of_the_package_says_is_part_of_the_key(file, package):
    before = digest()
    path = package / file
    path.write_text(path.read_text(encoding="utf-8") + "\n# Another line\n")
    assert digest() != before


def test_where_a_file_of_the_package_is_is_part_of_the_key(package):
    before = digest()
    (package / "language" / "memory.py").rename(package / "kernels" / "zz.py")
    (package / "language" / "memory.py").touch()
    moved = digest()
    (package / "kernels" / "zz.py").rename(package / "kernels" / "zzz.py")
    assert len({before, moved, digest()}) == 3


def test_each_fact_is_part_of_the_key(monkeypatch):
    found = [
        key(),
        key(source="def kernel(): return 1"),
        key(of="another processor"),
        key(level=2),
    ]
    monkeypatch.setattr(llvmlite, "__version__", "0.0.1")
    found.append(key())
    monkeypatch.setattr(llvm, "llvm_version_info", (1, 2, 3))
    found.append(key())
    monkeypatch.setattr(keys, "_library_digest", lambda: "another library")
    found.append(key())
    assert len(set(found)) == len(found)
