"""Hosts on which nothing may be compiled, and how it is said."""

import ctypes
import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from brian2 import (
    Function,
    Network,
    NeuronGroup,
    SpikeMonitor,
    implementation,
    ms,
    prefs,
    seed,
)
from numba.core.runtime import _nrt_python
from numba.core.runtime.nrt import rtsys

from brian2numba.compilation import host, machine_code
from brian2numba.containers import DynamicArray1D, SpikeQueue
from brian2numba.errors import (
    KernelCompilationError,
    NoExecutableMemoryError,
    UserFunctionError,
)
from brian2numba.kernels import random_buffers
from brian2numba.operations import Operation
from tests.causes import cause_of

FOLDER = Path(__file__).parents[2]

#: A model with all kinds of objects, in a process that may be forbidden to compile
SCRIPT = """
import ctypes, json, sys
from brian2 import *
import brian2numba
from brian2numba.compilation import machine_code

forbidden, jit = sys.argv[1:]
prefs.codegen.target = prefs.codegen.string_expression_target = "numba"
prefs.codegen.runtime.numba.jit = jit == "jit"
if forbidden == "memory":
    PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
    if ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0):
        print("unknown")
        sys.exit()
elif forbidden == "engine":
    def refused(*arguments):
        raise AssertionError("something was compiled")
    machine_code._machine = machine_code._engine = refused


@check_units(x=1, result=1)
def halved(x):
    total = 0.0
    for part in (x, x):
        total += part / 4
    return total


defaultclock.dt = 0.5*ms
seed(2)
cells = NeuronGroup(4, "dv/dt = (1.5 - halved(v))/(5*ms) : 1", threshold="v > 1",
                    reset="v = 0", method="euler", refractory=1*ms)
cells.v = "0.5 + 0.1*i"
source = SpikeGeneratorGroup(1, [0, 0], [1, 2]*ms)
noise = PoissonGroup(2, rates=500*Hz)
recurrent = Synapses(cells, cells, "w : 1", on_pre="v_post += w", on_post="w += 0.01")
recurrent.connect(condition="i != j", p=0.7)
recurrent.w = "0.01*i"
recurrent.delay = "0.5*ms*(1 + j)"
drive = Synapses(source, cells, on_pre="v_post += 0.2", delay=1*ms)
drive.connect(j="k for k in sample(N_post, size=2)")
random = Synapses(noise, cells, on_pre="v_post += 0.05")
random.connect()
spikes, states = SpikeMonitor(cells), StateMonitor(cells, "v", record=[0, 2])
rate = PopulationRateMonitor(cells)
network = Network(collect())
network.run(5*ms)
network.store()
network.run(3*ms)
network.restore()
network.run(3*ms)
arrays = [spikes.i[:], spikes.t/ms, states.v[:], recurrent.w[:], drive.j[:],
          cells.v["v > 0.1"]]
print(json.dumps([np.asarray(array).tolist() for array in arrays]))
"""


def run_script(tmp_path, *arguments, **variables):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=FOLDER,
        env={**os.environ, **variables},
        check=False,
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    finished = run_script(tmp_path_factory.mktemp("compiled"), "nothing", "jit")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1])


def assert_as_expected(finished, expected):
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout.splitlines()[-1])
    for mine, theirs in zip(results, expected, strict=True):
        np.testing.assert_allclose(mine, theirs)


@pytest.mark.long
def test_without_jit_nothing_is_compiled(tmp_path, expected):
    assert expected[0]
    assert_as_expected(run_script(tmp_path, "engine", "python"), expected)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="Linux can forbid a process this")
def test_memory_that_may_not_become_executable(tmp_path, expected):
    finished = run_script(tmp_path, "memory", "jit")
    if "unknown" in finished.stdout:
        pytest.skip("this kernel can't forbid it")
    assert finished.returncode == 1
    lines = [line for line in finished.stderr.splitlines() if "Error: " in line]
    assert len(lines) == 1
    assert "This system does not let memory become executable" in lines[0]
    assert "Failed to materialize" not in finished.stderr
    assert_as_expected(run_script(tmp_path, "memory", "python"), expected)


@pytest.fixture
def no_executable_memory(monkeypatch):
    monkeypatch.setattr(host, "_obstacle", lambda: "by a test")
    monkeypatch.setattr(host, "_obstacle_on_windows", lambda: "by a test")


def test_memory_that_is_executable_no_more(no_executable_memory):
    group = NeuronGroup(1, "dv/dt = -v/(7.125*ms) : 1", method="euler", name="cell")
    with pytest.raises(NoExecutableMemoryError, match=r"\(by a test\), which compiled"):
        machine_code._engine.__wrapped__()
    code = b"no machine code"
    with pytest.raises(NoExecutableMemoryError, match="jit = False"):
        machine_code.load_object(code, "nothing")
    assert issubclass(NoExecutableMemoryError, KernelCompilationError)
    prefs.codegen.runtime.numba.jit = False
    Network(group).run(0.1 * ms)


def test_numba_is_not_asked_where_it_would_end_the_process(no_executable_memory):
    with pytest.raises(NoExecutableMemoryError):
        host.check_numba()


def test_the_variable_that_keeps_numba_from_compiling_is_named(monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    plain = Function(lambda x: x, arg_units=[1], return_unit=1)
    source = "def summed(x):\n    return [x, 0.0625][1]"
    group = NeuronGroup(
        1,
        "dv/dt = -summed(v)/ms : 1",
        method="euler",
        name="cell",
        namespace={"summed": implementation("numba", source)(plain)},
    )
    cause = cause_of(lambda: Network(group).run(0.1 * ms), "cell")
    assert type(cause) is UserFunctionError
    assert "the environment variable NUMBA_DISABLE_JIT is set" in str(cause)


def test_the_variable_does_not_matter_without_functions(tmp_path, expected):
    finished = run_script(tmp_path, "engine", "python", NUMBA_DISABLE_JIT="1")
    assert_as_expected(finished, expected)


#: Machine code that objects of other tests may refer to
KEPT = []


@pytest.fixture
def fresh_operations():
    """Let operations be as in a process that has not compiled them."""
    modules = [m for n, m in sys.modules.items() if n.startswith("brian2numba.")]
    things = {id(t): t for module in modules for t in vars(module).values()}
    operations = [t for t in things.values() if type(t) is Operation]
    assert operations
    for operation in operations:
        KEPT.extend(
            vars(operation).pop(name)
            for name in ("_compiled", "_compiled_call")
            if name in vars(operation)
        )


def test_what_python_ran_is_compiled_later(fresh_operations):
    def noisy_cell():
        group = NeuronGroup(
            1, "dv/dt = xi/sqrt(ms) : 1", method="euler", threshold="v > 0", reset=""
        )
        group.v = "randn()"
        return group, SpikeMonitor(group)

    prefs.codegen.runtime.numba.jit = False
    seed(3)
    group, monitor = noisy_cell()
    network = Network(group, monitor)
    network.run(0.3 * ms)
    assert random_buffers.refill_normal.is_python
    prefs.codegen.runtime.numba.jit = True
    network.run(0.3 * ms)
    assert not random_buffers.refill_normal.is_python
    seed(3)
    again, same = noisy_cell()
    Network(again, same).run(0.6 * ms)
    assert group.v[0] == again.v[0]
    assert monitor.t[:].tolist() == same.t[:].tolist()


def test_containers_of_python_give_back_their_memory(fresh_operations, request):
    if not _nrt_python.memsys_stats_enabled():
        _nrt_python.memsys_enable_stats()
        request.addfinalizer(_nrt_python.memsys_disable_stats)
    prefs.codegen.runtime.numba.jit = False

    def use_memory():
        array = DynamicArray1D(10)
        array.resize(1000)
        view = array.data
        queue = SpikeQueue(0, 2)
        queue.prepare(np.array([3e-4]), 1e-4, np.array([0, 1], np.int32))
        queue.push(np.array([0], np.int32))
        del array
        view[999] = 7

    def in_use():
        gc.collect()
        stats = rtsys.get_allocation_stats()
        return stats.alloc - stats.free, stats.mi_alloc - stats.mi_free

    use_memory()
    before = in_use()
    for _ in range(3):
        use_memory()
    assert in_use() == before


def test_a_page_can_be_made_executable():
    if sys.platform == "win32":
        assert host._obstacle_on_windows() is None
    else:
        assert host._obstacle() is None
    assert ctypes.get_errno() == 0


THREADS = """
import threading

outcomes = []


def attempt(what):
    try:
        outcomes.append(what())
    except Exception as error:
        outcomes.append(f"{type(error).__name__}: {error}")


def in_thread(what):
    thread = threading.Thread(target=attempt, args=[what])
    thread.start()
    thread.join()


def run_there():
    from brian2 import NeuronGroup, Network, ms, prefs
    prefs.codegen.target = "numba"
    group = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    Network(group).run(1*ms)
    return round(float(group.v[0]), 3)


in_thread(lambda: __import__("brian2"))
import brian2numba
in_thread(run_there)
print(outcomes)
"""


def test_brian_is_imported_in_the_main_thread(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(THREADS)
    finished = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=FOLDER,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    message = "ValueError: signal only works in main thread of the main interpreter"
    assert finished.stdout.splitlines()[-1] == str([message, 1.0])
    page = (FOLDER / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert message in page
