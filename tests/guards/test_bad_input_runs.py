"""Errors within a run name the object, and leave what was there before."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from brian2 import (
    Function,
    Network,
    NeuronGroup,
    StateMonitor,
    Synapses,
    ms,
    network_operation,
)

from brian2numba.behaviours import synapse_creation
from tests.causes import cause_of


def make_picky(limit):
    def picky(x):
        if x > limit:
            raise ValueError("too large")
        return x

    return Function(picky, arg_units=[1], return_unit=1)


@pytest.mark.parametrize(
    "part", ["equations", "threshold", "reset", "synapses", "monitor", "string"]
)
def test_error_in_a_kernel_names_the_object(part):
    picky = make_picky(3)
    given = {"equations": "x : 1", "threshold": "x > 5", "reset": "x = 0", "pre": "x=0"}
    if part == "equations":
        given["equations"] = "dx/dt = picky(x)/ms : 1"
    elif part == "monitor":
        given["equations"] = "x : 1\ny = picky(x) : 1"
    elif part == "threshold":
        given["threshold"] = "picky(x) > 5"
    elif part == "reset":
        given["reset"] = "x = picky(x)"
    cells = NeuronGroup(
        2,
        given["equations"],
        threshold=given["threshold"],
        reset=given["reset"],
        method="euler",
        name="cells",
    )
    cells.x = [0, 10]
    objects = [cells]
    if part == "synapses":
        cells.resetter["spike"].active = False
        objects.append(Synapses(cells, cells, on_pre="x = picky(x_pre)", name="syn"))
        objects[-1].connect(j="i")
    if part == "monitor":
        objects.append(StateMonitor(cells, "y", record=True, name="mon", when="start"))

    def act():
        if part == "string":
            cells.x.set_item(slice(None), "picky(x)", namespace={"picky": picky})
        else:
            Network(*objects).run(0.2 * ms, namespace={"picky": picky})

    owner = {"synapses": "syn", "monitor": "mon"}.get(part, "cells")
    cause = cause_of(act, owner)
    assert type(cause) is ValueError
    (note,) = cause.__notes__
    assert re.match(
        rf"Raised by the function 'picky', called by the \w+ '{owner}', at t = ", note
    )


def test_exception_in_a_network_operation_comes_out_and_the_network_runs_on():
    group = NeuronGroup(2, "dx/dt = 1/ms : 1", method="euler")
    monitor = StateMonitor(group, "x", record=True)
    fails = [False, False, True, False, False]

    @network_operation(when="before_start")
    def fail():
        if fails.pop(0):
            raise RuntimeError("on purpose")

    network = Network(group, monitor, fail)
    with pytest.raises(RuntimeError, match="on purpose"):
        network.run(0.5 * ms)
    assert network.t / ms == pytest.approx(0.2)
    assert len(monitor.t) == 2
    network.run(0.2 * ms)
    assert network.t / ms == pytest.approx(0.4)
    assert monitor.x[0] == pytest.approx([0, 0.1, 0.2, 0.3])


def test_exception_in_before_run_comes_out_and_the_network_runs_on(monkeypatch):
    group = NeuronGroup(2, "dx/dt = 1/ms : 1", method="euler")
    monitor = StateMonitor(group, "x", record=True)

    def fail(run_namespace):
        raise RuntimeError("on purpose")

    network = Network(group, monitor)
    with monkeypatch.context() as context:
        context.setattr(monitor, "before_run", fail)
        cause = cause_of(lambda: network.run(0.5 * ms), "statemonitor")
    assert str(cause) == "on purpose"
    assert group.x[:].tolist() == [0, 0]
    network.run(0.2 * ms)
    assert group.x[:] == pytest.approx([0.2, 0.2])


# Memory

RECORD_UNTIL_MEMORY_IS_SHORT = """
import json, resource, sys
from brian2 import *
import brian2numba

prefs.codegen.target = "numba"
group = NeuronGroup(20_000, "dx/dt = 1/ms : 1", method="euler")
monitors = [StateMonitor(group, "x", record=True) for _ in range(2)]
network = Network(group, monitors)
network.run(1 * ms)
text = open("/proc/self/statm").read()
used = int(text.split()[0]) * resource.getpagesize()
limit = used + 100 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
report = {}
try:
    network.run(1000 * ms)
except BrianObjectException as error:
    report["message"] = str(error)
    report["kind"] = type(error.__cause__).__name__
    report["cause"] = str(error.__cause__)
report["sizes"] = [
    [len(m.t), m.x_.shape[1], m.x_.shape[0], int(m.variables["N"].item())]
    for m in monitors
]
report["last"] = [float(m.x_[7, -1]) for m in monitors]
report["first"] = [float(m.x_[19_999, 0]) for m in monitors]
print(json.dumps(report))
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux limits a process's memory so"
)
def test_memory_that_cannot_be_had_for_a_monitor(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(RECORD_UNTIL_MEMORY_IS_SHORT)
    # The folder that contains the package: it need not be installed
    folder = Path(synapse_creation.__file__).parents[1]
    finished = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout.splitlines()[-1])
    assert report["kind"] == "MemoryError"
    assert "object named 'statemonitor" in report["message"]
    assert report["cause"].startswith(
        "There is not enough memory for the StateMonitor 'statemonitor"
    )
    for n_times, n_rows, n_neurons, n in report["sizes"]:
        assert n_times == n_rows == n
        assert n_neurons == 20_000
        assert n > 10
    # x grows by 0.1 each step: what was recorded is what was there
    for (n, *_), last in zip(report["sizes"], report["last"], strict=True):
        assert last == pytest.approx(0.1 * (n - 1))
    assert report["first"] == [0, 0]
