"""Sweeps of scripts of which only what they need is to be compiled."""

import os
import sys

import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    defaultclock,
    ms,
    network_operation,
    prefs,
    second,
)

import brian2numba
from brian2numba.command_line import main
from brian2numba.compilation import compiler
from brian2numba.errors import SweepError
from brian2numba.simulation import Preparation, without_time_steps


def simulate(a, size, needs_spikes=False):
    """Run twice, where no time step may be run."""
    group = NeuronGroup(
        size, "dv/dt = (a - v)/(9*ms) : 1", threshold="v > 1", reset="v = 0"
    )
    group.run_regularly("v += rand()", dt=2 * ms)
    spikes = SpikeMonitor(group)

    @network_operation(dt=1 * ms)
    def never():
        raise AssertionError("a time step was run")

    network = Network(group, spikes, never)
    network.run(2 * ms)
    network.run(2 * ms)
    assert network.t == 4 * ms
    last = spikes.t[-1] if needs_spikes else 0 * second
    return {"n": spikes.num_spikes, "v": group.v[:], "last": last}


def test_the_first_point_is_prepared_and_stands_for_all(tmp_path, kernel_count):
    parameters = {"a": [2, 3], "size": [4, 5, 6]}
    before, dt = dict(prefs.prefs), defaultclock.dt
    compiler._compiled.clear()
    with without_time_steps():
        result = brian2numba.sweep(
            simulate, parameters, folder=tmp_path / "kept", workers=2
        )
    assert Preparation.n_runs == 2
    assert kernel_count() > 3
    assert not (tmp_path / "kept").exists()
    assert [point.results["n"] for point in result.points] == [0] * 6
    assert result.to_dataset().v.shape == (2, 3, 4)
    assert str(result) == "the first of 6 points was prepared"
    assert (dict(prefs.prefs), defaultclock.dt) == (before, dt)


def test_what_it_sets_does_not_outlive_a_point():
    def change():
        prefs.codegen.target = "numpy"
        defaultclock.dt = 3 * ms
        return 1

    with without_time_steps():
        brian2numba.sweep(change, [{}])
    assert prefs.codegen.target == "numba"
    assert defaultclock.dt == 0.1 * ms


def test_a_function_that_needs_results_is_told_so():
    parameters = {"a": [2], "size": [4], "needs_spikes": [True]}
    message = (
        "The function 'simulate' of a sweep was called for the first point, a=2, "
        "size=4, needs_spikes=True, where runs take no time steps, and failed: "
        "IndexError: .*\nline .* last = "
    )
    with without_time_steps(), pytest.raises(SweepError, match=message) as raised:
        brian2numba.sweep(simulate, parameters)
    assert len(raised.value.result.errors) == 1


SCRIPT = """
from brian2 import *
import brian2numba

def build():
    group = NeuronGroup(2, "dv/dt = -v*size/(9*ms) : 1\\nsize : 1", name="group")
    return Network(group)

def simulate(network, a):
    network["group"].size = a
    network.run(1e9*second)
    return network["group"].v[0]

if __name__ == "__main__":
    result = brian2numba.sweep(simulate, {"a": range(1000)}, build=build, progress=True)
    print(len(result.to_dataframe()))
    group = NeuronGroup(2, "dv/dt = -v/(9*ms) : 1", method="euler")
    run(1e9*second)
    print("the end")
"""


def test_a_script_with_a_sweep_comes_to_its_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("MPLBACKEND", os.environ.get("MPLBACKEND", "Agg"))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    assert main(["compile", str(script)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:3] == [
        "1000",
        "the end",
        "The sweep of 'simulate': the first of 1000 points was prepared.",
    ]
    assert printed[3].startswith("2 runs prepared: ")


def test_the_version(capsys):
    with pytest.raises(SystemExit) as raised:
        main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out == f"brian2numba {brian2numba.__version__}\n"
