"""The workflows test what the project says that it runs on, and may do nothing else."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import run as run_script
from brian2numba.compatibility import OLDEST
from tools import check_release, check_workflows, find_python

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CLASSIFIERS = PROJECT["project"]["classifiers"]
PYTHONS = {c.rpartition(" ")[2] for c in CLASSIFIERS if re.search(r":: 3\.\d+$", c)}
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


def workflow(name):
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


def combinations(job):
    """Return the pairs of a system and a Python of a job's matrix."""
    matrix = job["strategy"]["matrix"]
    included = {(one["system"], one["python"]) for one in matrix["include"]}
    return included | {(s, p) for s in matrix["system"] for p in matrix["python"]}


def commands():
    """Yield what the steps of all workflows run."""
    for path in WORKFLOWS:
        for job in workflow(path.stem)["jobs"].values():
            yield from (step["run"] for step in job["steps"] if "run" in step)


def test_every_python_of_the_classifiers_is_tested_on_every_system():
    found = combinations(workflow("tests")["jobs"]["tests"])
    assert set(find_python.SUPPORTED) == PYTHONS
    for system in ("ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "windows-2025"):
        assert {python for s, python in found if s == system} == PYTHONS
    assert {python for _, python in found} == PYTHONS


def test_the_oldest_brian_is_tested():
    version = ".".join(map(str, OLDEST))
    (command,) = (c for c in commands() if "--brian2" in c)
    assert re.search(rf"--brian2 {re.escape(version)}\.\d+ ", command)
    assert workflow("tests")["jobs"]["oldest"]["name"].startswith(f"Brian {version}")


def test_stages_that_the_workflows_run_exist():
    names = {stage.name for stage in run_script.stages()}
    chosen = [c.partition("--only ")[2].split() for c in commands() if "--only" in c]
    assert chosen
    assert {name for stages in chosen for name in stages} <= names
    for command in commands():
        if command.startswith("python run.py"):
            own = command.replace("${{ matrix.python }}", "3.14").split()[2:]
            run_script.parse(own)


def test_brians_development_version_is_tested_weekly():
    # PyYAML reads the key "on" as a truth value
    triggers = workflow("development")[True]
    (time,) = triggers["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \d", time["cron"])


def test_only_the_upload_can_ask_for_a_token():
    jobs = workflow("release")["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"] == "release"
    # It runs nothing of the repository, nor of what builds it
    assert not any("run" in step for step in jobs["publish"]["steps"])
    assert [name for name, job in jobs.items() if "permissions" in job] == ["publish"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_are_pinned_and_may_only_read(path):
    text = path.read_text(encoding="utf-8")
    assert list(check_workflows.objections(text)) == []
    assert len(check_workflows.USES.findall(text)) == text.count("uses:")


@pytest.mark.parametrize(
    ("old", "new", "objection"),
    [
        (r"checkout@\w{40} # v[\d.]+", "checkout@v6", "'actions/checkout@v6' is not"),
        (r"(checkout@\w{40}) # v[\d.]+", r"\1", "is not pinned"),
        ("contents: read", "contents: write", "permissions have to be"),
        (r"permissions:\n.*", "", "permissions have to be"),
        (
            "    timeout-minutes: 15",
            "    permissions:\n      id-token: write",
            "The job 'build' may write: id-token.",
        ),
    ],
)
def test_objections(old, new, objection):
    text = (FOLDER / "release.yml").read_text(encoding="utf-8")
    found = list(check_workflows.objections(re.sub(old, new, text, count=1)))
    assert any(objection in one for one in found)


def test_without_actionlint(monkeypatch, capsys):
    monkeypatch.setattr(check_workflows, "find_actionlint", lambda: None)
    assert check_workflows.main() == 1
    assert "actionlint is not installed" in capsys.readouterr().err


def test_what_actionlint_says_counts(monkeypatch, tmp_path):
    program = tmp_path / "actionlint.py"
    program.write_text("import sys\nsys.exit(sys.argv[-1].endswith('tests.yml'))")

    call = subprocess.call

    def called(command, cwd):
        return call([sys.executable, program, *command[1:]], cwd=cwd)

    monkeypatch.setattr(check_workflows, "find_actionlint", lambda: "actionlint")
    monkeypatch.setattr(check_workflows.subprocess, "call", called)
    assert check_workflows.main() == 1


def recipe():
    return yaml.safe_load((ROOT / "recipe" / "recipe.yaml").read_text(encoding="utf-8"))


def of_recipe(entries):
    """Return requirements of the recipe as the project declares them, by name."""
    texts = [entry.replace("${{ python_min }}", minimum()) for entry in entries]
    pairs = (text.partition(" ")[::2] for text in texts)
    return dict(pairs)


def minimum():
    return recipe()["context"]["python_min"]


def declared(texts):
    found = map(Requirement, texts)
    return {one.name: str(one.specifier) for one in found}


def test_the_recipe_needs_what_the_package_needs():
    project = PROJECT["project"]
    needed = declared(project["dependencies"])
    needed["python"] = project["requires-python"]
    assert of_recipe(recipe()["requirements"]["run"]) == needed
    host = of_recipe(recipe()["requirements"]["host"])
    assert host.pop("pip") == ""
    assert host.pop("python") == f"{minimum()}.*"
    assert host == declared(PROJECT["build-system"]["requires"])


def test_the_recipe_says_what_the_project_says():
    about, project = recipe()["about"], PROJECT["project"]
    assert about["summary"] == project["description"]
    assert about["license"] == project["license"]
    assert [about["license_file"]] == project["license-files"]
    (python,) = (t["python"] for t in recipe()["tests"] if "python" in t)
    assert python["python_version"] == ["${{ python_min }}.*", "*"]
    assert minimum() == min(PYTHONS, key=lambda p: int(p.partition(".")[2]))


def test_what_is_wrong_with_a_release(monkeypatch, capsys):
    version = recipe()["context"]["version"]
    (wrong, *_) = check_release.objections("v99.0")
    assert wrong == (
        f"The tag is 'v99.0', but the version of the package is '{version}'."
    )
    found = list(check_release.objections(f"v{version}"))
    assert not any("tag" in one or "recipe" in one for one in found)
    assert any("address is the placeholder" in one for one in found)
    assert check_release.main([f"v{version}"]) == 1
    assert "python -m tools.set_home" in capsys.readouterr().err
