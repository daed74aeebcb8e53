"""run.py: it starts on old Pythons, and finds a new one."""

import ast
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run
from tests.conftest import selected
from tools import find_python
from tools.find_python import NoPythonFoundError
from tools.stages import WITHOUT_COMPILER, chosen_stages, command_of, stages

ROOT = Path(run.__file__).parent

needs_shell = pytest.mark.skipif(
    os.name == "nt", reason="the fake interpreters are shell scripts"
)


def fake_python(path, answer):
    """Make a program that answers every question the same, or fails (None)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "exit 1" if answer is None else f"echo {answer}"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give a machine of which we know every Python: only one, that is too old."""
    for variable in ("PYENV_ROOT", "PYENV", "CONDA_PREFIX", "CONDA_EXE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(find_python, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "opt" / "python3.11"))
    old = fake_python(tmp_path / "opt" / "python3.11" / "bin" / "python3", "3.11.7")
    monkeypatch.setattr(sys, "executable", old)
    return tmp_path


@pytest.mark.parametrize("script", ["run.py", *sorted(ROOT.glob("tools/*.py"))])
def test_script_keeps_to_the_grammar_of_old_pythons(script):
    ast.parse((ROOT / script).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_running_interpreter_is_usable():
    assert find_python.is_usable(sys.executable)
    assert find_python.version_of(sys.executable) == sys.version.split()[0].rstrip("+")


@needs_shell
@pytest.mark.parametrize(
    "place",
    [
        "bin/python3.13",
        "bin/python3",
        "opt/python3.13/bin/python3",
        "home/.pyenv/versions/3.13.0/bin/python3",
        "home/miniforge3/bin/python3",
        "home/anaconda3/envs/brian/bin/python3",
    ],
)
def test_finds_a_python_wherever_it_is_installed(machine, place):
    python = fake_python(machine / place, "3.13.0")
    assert find_python.find_python() == python


@needs_shell
@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("PYENV_ROOT", "pyenv", "pyenv/versions/3.12.1/bin/python3"),
        ("CONDA_PREFIX", "active", "active/bin/python3"),
        ("CONDA_EXE", "conda/bin/conda", "conda/envs/brian/bin/python3"),
    ],
)
def test_finds_a_python_that_a_variable_points_to(
    machine, monkeypatch, variable, value, place
):
    monkeypatch.setenv(variable, str(machine / value))
    python = fake_python(machine / place, "3.12.1")
    assert find_python.find_python() == python


@needs_shell
def test_finds_pyenv_through_its_command(machine):
    fake_python(machine / "pyenv" / "libexec" / "pyenv", None)
    (machine / "bin").mkdir()
    (machine / "bin" / "pyenv").symlink_to(machine / "pyenv" / "libexec" / "pyenv")
    python = fake_python(machine / "pyenv/versions/3.12.1/bin/python3", "3.12.1")
    assert find_python.find_python() == python


@needs_shell
def test_prefers_the_running_interpreter(machine, monkeypatch):
    fake_python(machine / "bin" / "python3.14", "3.14.0")
    running = fake_python(machine / "running" / "python", "3.12.4")
    monkeypatch.setattr(sys, "executable", running)
    assert find_python.find_python() == running


@needs_shell
def test_a_version_asked_for_wins_over_the_running_interpreter(machine, monkeypatch):
    monkeypatch.setattr(sys, "executable", fake_python(machine / "python", "3.14.0"))
    python = fake_python(machine / "bin" / "python3.12", "3.12.4")
    assert find_python.find_python(["3.12"]) == python


@needs_shell
@pytest.mark.parametrize("answer", [None, "unusable", "3.11.9", "3.15.0", "hello"])
def test_passes_over_what_does_not_work(machine, answer):
    fake_python(machine / "bin" / "python3.14", answer)
    python = fake_python(machine / "bin" / "python3.12", "3.12.4")
    assert find_python.find_python() == python


@needs_shell
def test_asks_uv_to_install_when_nothing_else_is_left(machine):
    python = machine / "python3.13"
    uv = machine / "bin" / "uv"
    fake_python(uv, None)
    uv.write_text(
        f"""#!/bin/sh
        if [ "$2" = install ]; then
            printf "#!/bin/sh\\necho 3.13.1\\n" > "{python}"
            /bin/chmod +x "{python}"
        elif [ -e "{python}" ]; then
            echo "{python}"
        fi
        """
    )
    assert find_python.find_python() == str(python)


@needs_shell
def test_says_what_to_install_when_there_is_no_python(machine):
    with pytest.raises(NoPythonFoundError) as caught:
        find_python.find_python()
    for advice in ("3.14 or 3.13 or 3.12", "python.org", "conda create", "uv python"):
        assert advice in str(caught.value)


@needs_shell
def test_a_run_without_python_ends_with_the_advice(machine, monkeypatch, capsys):
    monkeypatch.setattr(run, "ROOT", str(machine))
    monkeypatch.chdir(machine)
    monkeypatch.setattr(run, "adapt_environment", lambda environment: None)
    assert run.main(["demo"]) == 1
    assert "none was found" in capsys.readouterr().err


def test_arguments_after_the_dashes_are_passed_on():
    assert run.split_at_dashes(["tests", "--", "-k", "spike"]) == (
        ["tests"],
        ["-k", "spike"],
    )
    assert run.split_at_dashes(["demo"]) == (["demo"], [])


def test_the_demo_takes_no_arguments(capsys):
    assert run.main(["demo", "--", "--neurons", "10"]) == 2
    assert "The demo takes no arguments" in capsys.readouterr().err


def names(only=None, part="quick", passed_on=()):
    return [stage.name for stage in chosen_stages(only, part, list(passed_on))]


def test_passed_on_arguments_choose_the_own_tests():
    assert names(passed_on=["-x"]) == ["own"]
    assert names(only=["brian"], passed_on=["-x"]) == ["brian"]


def test_parts_of_the_tests_are_all_of_them():
    assert names()[0] == "lint"
    assert names(part="all") == names() + names(part="rest")
    assert set(names(part="all")) == {stage.name for stage in stages()} - {"own"}


def test_part_of_a_command_line():
    assert run.parse(["tests"]).part == "quick"
    assert run.parse(["tests", "--rest"]).part == "rest"
    assert run.parse(["tests", "--all"]).part == "all"
    with pytest.raises(SystemExit):
        run.parse(["tests", "--all", "--only", "lint"])


def test_a_selection_has_the_first_case_of_each_test():
    names = ["t.py::f[1]", "t.py::f[2]", "t.py::g", "u.py::f", "u.py::long"]
    items = [
        SimpleNamespace(nodeid=name, get_closest_marker=name.endswith) for name in names
    ]
    assert selected(items) == {"t.py::f[1]", "t.py::g", "u.py::f"}


def test_versions_have_environments_of_their_own():
    options = run.parse(["tests", "--python", "3.12", "--brian2", "2.10.1"])
    folder = Path(run.environment_folder(options))
    assert folder == Path(run.ROOT, ".venv-3.12-brian2-2.10.1")
    assert Path(run.environment_folder(run.parse(["demo"]))).name == ".venv"


def test_the_stamp_changes_with_what_is_installed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stamps = {run.stamp_of(sys.executable, None), run.stamp_of(sys.executable, "2.10")}
    (tmp_path / "pyproject.toml").write_text("dependencies = []")
    stamps.add(run.stamp_of(sys.executable, None))
    assert len(stamps) == 3
    assert run.stamp_of(sys.executable, None) in stamps


def test_stages_stop_at_the_first_failure(monkeypatch, capsys):
    codes = iter([0, 3])
    monkeypatch.setattr(run, "run", lambda command: next(codes))
    assert run.run_stages("python", stages()[:3], []) == 1
    lines = capsys.readouterr().out.splitlines()[-3:]
    assert [line.split(" s  ")[1] for line in lines] == [
        "passed",
        "FAILED (exit code 3)",
        "not run",
    ]


def test_what_must_not_need_a_compiler_cannot_find_one():
    hidden = {stage.name for stage in stages() if not stage.compiler}
    suites = {"brian", "long", "loop", "threads", "checked", "numpy", "numba_compiler"}
    suites |= {"always", "twice"}
    own = {"own", "selection", "others"}
    assert hidden - {"guarded"} == {"docs", "package", *own, *suites}
    for stage in stages():
        command = command_of(stage, "python")
        assert (WITHOUT_COMPILER in command) == (stage.name in hidden)
