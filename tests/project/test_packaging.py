"""What is declared of the package agrees, and versions that can't work are refused."""

import re
import tomllib
from pathlib import Path

import brian2
import pytest
from packaging.requirements import Requirement

from brian2numba.compatibility import NEWEST, OLDEST, check_brian

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def environment():
    """Return what conda's environment has from conda-forge, by name."""
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = re.findall(r"^  - ([\w.-]+[\w.<>=-]*)$", text, re.MULTILINE)
    found = [Requirement(line) for line in lines if line != "conda-forge"]
    return {requirement.name: requirement.specifier for requirement in found}


def of_extra(name):
    """Yield the packages of an extra and of those that it names."""
    for text in PROJECT["project"]["optional-dependencies"][name]:
        requirement = Requirement(text)
        if requirement.name != PROJECT["project"]["name"]:
            yield requirement.name
        for extra in requirement.extras:
            yield from of_extra(extra)


def test_the_environment_has_what_the_package_needs():
    needed = {
        "python": PROJECT["project"]["requires-python"],
        **{
            requirement.name: str(requirement.specifier)
            for requirement in map(
                Requirement,
                [
                    *PROJECT["project"]["dependencies"],
                    *PROJECT["build-system"]["requires"],
                ],
            )
        },
    }
    extra = environment().keys() - needed.keys()
    assert extra == {*of_extra("all"), "pip"}
    assert {name: str(environment()[name]) for name in needed} == needed


def test_the_declared_brian_is_the_checked_one():
    declared = next(
        Requirement(text)
        for text in PROJECT["project"]["dependencies"]
        if text.startswith("brian2")
    )
    assert str(declared.specifier) == ">=" + ".".join(map(str, OLDEST))


@pytest.mark.parametrize("version", ["2.10", "2.10.1", "2.11.0", brian2.__version__])
def test_tested_versions_of_brian_are_silent(version):
    assert check_brian(version) is None


@pytest.mark.parametrize("version", ["2.9.0", "2.5.4", "1.4.3"])
def test_old_versions_of_brian_are_refused(version):
    with pytest.raises(ImportError, match=f"this is Brian {version}. Install a newer"):
        check_brian(version)


@pytest.mark.parametrize("version", ["2.12.0", "2.12.0.dev3", "3.0"])
def test_unknown_versions_of_brian_are_named(version):
    message = check_brian(version)
    assert message.startswith(
        f"This version of brian2numba was tested with Brian 2.10 to 2.11; this is "
        f"Brian {version}."
    )


def test_the_newest_version_tried_is_the_one_of_the_main_environment():
    installed = tuple(map(int, brian2.__version__.split(".")[:2]))
    assert OLDEST <= installed <= NEWEST
