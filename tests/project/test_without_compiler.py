"""tools/without_compiler.py: programs run, and find no compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import without_compiler
from tools.without_compiler import (
    environment_without_compiler,
    find_compilers,
    is_compiler,
    main,
)

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such links")


def make_program(path, text="exit 0"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    "name",
    [
        *("cc", "c++", "cpp", "gcc", "g++", "gcc-12", "g++-12", "gcc12", "gcc-ar-12"),
        *("clang", "clang++", "clang-18", "clang++-18", "clang-cl.exe", "cl.exe"),
        *("CL.EXE", "icx", "icpx", "ccache", "c99-gcc", "nvcc"),
        *("x86_64-linux-gnu-gcc", "x86_64-linux-gnu-g++-12"),
        *("arm64-apple-darwin20.0.0-clang", "x86_64-w64-mingw32-gcc.exe"),
    ],
)
def test_names_of_compilers(name):
    assert is_compiler(name)


@pytest.mark.parametrize(
    "name", ["python3", "ls", "clear", "cat", "ld", "as", "git", "cccp", "cctest"]
)
def test_names_of_other_programs(name):
    assert not is_compiler(name)


@posix
def test_other_programs_of_a_compilers_folder_stay(tmp_path, monkeypatch):
    mixed, plain = tmp_path / "mixed", tmp_path / "plain"
    make_program(mixed / "gcc")
    make_program(mixed / "tool", "echo from mixed")
    make_program(plain / "other")
    monkeypatch.setenv("PATH", os.pathsep.join([str(mixed), str(plain), "/missing"]))
    assert find_compilers(os.environ["PATH"]) == [str(mixed / "gcc")]
    with environment_without_compiler() as environment:
        path = environment["PATH"]
        assert shutil.which("gcc", path=path) is None
        assert shutil.which("other", path=path) == str(plain / "other")
        tool = shutil.which("tool", path=path)
        answer = subprocess.check_output([tool], env=environment, text=True)
    assert answer == "from mixed\n"
    assert not Path(tool).exists()


def test_no_compiler_is_found_on_this_machine():
    before = dict(os.environ)
    with environment_without_compiler() as environment:
        assert find_compilers(environment["PATH"]) == []
        assert not Path(environment["CC"]).exists()
        assert not Path(environment["CXX"]).exists()
    assert dict(os.environ) == before


def test_a_compiler_that_is_left_is_an_error(monkeypatch, tmp_path):
    make_program(tmp_path / "gcc.exe")
    monkeypatch.setattr(
        without_compiler, "path_without_compilers", lambda path, scratch: str(tmp_path)
    )
    with (
        pytest.raises(RuntimeError, match=r"still found: .*gcc\.exe"),
        environment_without_compiler(),
    ):
        pass


def test_runs_a_command_and_returns_its_exit_code():
    assert main([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_a_compiler_is_not_run(capsys):
    assert main(["gcc", "--version"]) == 127
    assert "gcc is not found" in capsys.readouterr().err


def test_without_a_command_it_explains_itself(capsys):
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().out


@pytest.mark.compiler
@pytest.mark.skipif(
    not find_compilers(os.environ.get("PATH", "")), reason="there is no C compiler"
)
def test_the_compiler_of_this_machine_is_hidden():
    (compiler, *_) = find_compilers(os.environ["PATH"])
    assert main([Path(compiler).name, "--version"]) == 127
