"""The comparison of tools that could compile kernels."""

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.tools_compared import __main__ as command
from benchmarks.tools_compared import catalogue, job, report
from benchmarks.tools_compared.catalogue import TOOLS

#: Those of which the machine may lack something
WITH_CPLUSPLUS = ("cython", "cffi", "ctypes", "fast math", "cppyy")


@pytest.mark.long
@pytest.mark.parametrize(
    "tool",
    [
        *(pytest.param(tool, marks=pytest.mark.compiler) for tool in WITH_CPLUSPLUS),
        *("jitclass", "structref"),
    ],
)
def test_other_tools_do_the_job(tool, tmp_path):
    reason = catalogue.what_lacks(tool)
    if reason is not None:
        pytest.skip(reason)
    found = command.measure(tool, tmp_path / "cache", [50])
    assert all(found[quantity] > 0 for quantity in ("first_call", "call", "append"))


@pytest.mark.long
def test_the_command_writes_what_it_measured(monkeypatch, tmp_path, capsys):
    lacking = {"brian2numba": None, "cffi": "cffi is not installed"}
    monkeypatch.setattr(command, "what_lacks", lacking.get)
    options = ["--tools", *lacking, "--sizes", "50", "--repeat", "1"]
    assert command.main([*options, "--output", str(tmp_path)]) == 0

    remark = "Left out: cffi, as cffi is not installed."
    page = (tmp_path / "tools_compared.md").read_text(encoding="utf-8")
    assert remark in capsys.readouterr().out
    assert f"\n{remark}\n" in page

    data = json.loads((tmp_path / "tools_compared.json").read_text(encoding="utf-8"))
    results = data["results"]["brian2numba"]
    assert {kind: len(found) for kind, found in results.items()} == {
        "empty": 1,
        "first": 1,
        "filled": 1,
    }
    assert "append" not in results["empty"][0]
    lines = report.table(data).splitlines()
    assert len(lines) == 2 + len(report.rows_of([50])) + 2
    row = next(line for line in lines if line.startswith("| call from Python (us)"))
    assert float(row.split("|")[2]) == round(results["filled"][0]["call"] * 1e6, 2)


def test_a_tool_with_wrong_results_is_refused():
    from benchmarks.tools_compared import measure  # noqa: PLC0415 (imports Brian)

    class Wrong:
        def loop(self, kernel, state):
            return lambda n_steps: 3

    with pytest.raises(job.WrongResultError, match="lif has 3 spikes, not"):
        measure._check(Wrong(), "lif", None)


def test_a_process_that_fails_says_why(tmp_path):
    with pytest.raises(RuntimeError, match="invalid choice: 'gcc'"):
        command.measure("gcc", tmp_path, [50])


def test_says_what_a_tool_lacks(monkeypatch):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(catalogue.shutil, "which", lambda name: None)
    assert "no C++ compiler (c++, g++" in catalogue.what_lacks("ctypes")
    assert catalogue.what_lacks("structref") is None
    absent = replace(TOOLS["cppyy"], imports="no_such_module")
    monkeypatch.setitem(TOOLS, "cppyy", absent)
    assert catalogue.what_lacks("cppyy") == "no_such_module is not installed"


def test_sizes_of_packages_are_known():
    assert catalogue.installed_bytes("ctypes") == 0
    assert catalogue.installed_bytes("structref") > 50e6


def test_medians_leave_out_what_was_not_measured():
    results = {"filled": [{"call": 3.0}, {"call": 1.0}, {"call": 2.0}, {}]}
    assert report.median(results, "filled", "call") == 2.0
    assert report.median(results, "filled", "memory") is None


@pytest.mark.parametrize("name", job.UPDATES)
def test_the_job_has_spikes(name):
    n_spikes, v = job.expected_state(name, 200, 200)
    assert n_spikes > 100
    assert np.all(v <= 1.0)


@pytest.mark.parametrize(("load", "is_told"), [(0.5, False), (3.0, True)])
def test_says_that_the_machine_was_busy(load, is_told):
    data = {"machine": {"processors": 2, "load before": load}, "left_out": []}
    assert any("other work" in remark for remark in report.remarks(data)) == is_told
