"""Scripts wrap what Brian has and what we put in its place, before and after us."""

import gc
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest
from brian2 import (
    Clock,
    EventClock,
    Network,
    NeuronGroup,
    StateMonitor,
    device,
    ms,
    network_operation,
    prefs,
)
from brian2.core.base import BrianObject
from brian2.core.variables import VariableView
from brian2.devices.device import RuntimeDevice

from brian2numba import explain
from brian2numba.guards.mechanism import _leaves_room
from brian2numba.hooks import own_function
from brian2numba.simulation import run as compiled_run

#: Kernels change arrays without asking the device, strings are looked at first, and
#: arrays are ours from the start
OTHER_COUNTS = {
    "RuntimeDevice.resize",
    "RuntimeDevice.fill_with_array",
    "RuntimeDevice.set_value",
    "VariableView.get_item",
    "device.add_array",
}
FOLDER = Path(__file__).parents[1]

#: A script that wraps methods, counts the calls, and finds variables of functions
SCRIPT = """
import collections, functools, json, sys
import brian2
from brian2 import *
from brian2.core.variables import VariableView
from brian2.devices.device import RuntimeDevice, get_device
from brian2.stateupdaters.exact import LinearStateUpdater

IMPORT, TARGET, STYLE = sys.argv[1:]
if IMPORT == "first":
    import brian2numba
calls = collections.Counter()


def wrap(owner, name, has_level=False):
    wrapped = getattr(owner, name)
    key = f"{getattr(owner, '__name__', 'device')}.{name}"

    def wrapper(*args, **kwds):
        calls[key] += 1
        if has_level:
            kwds["level"] = kwds.get("level", 0) + 1
        return wrapped(*args, **kwds)

    if STYLE == "wraps":
        wrapper = functools.wraps(wrapped)(wrapper)
    setattr(owner, name, wrapper)


def wrap_run_without_level():
    brian_run = Network.run

    def run(self, duration, report=None):
        calls["run without level"] += 1
        return brian_run(self, duration, report=report, level=1)

    Network.run = run


for name in ("before_run", "after_run", "store", "restore"):
    wrap(Network, name)
wrap(Network, "run", has_level=True)
wrap(Synapses, "connect", has_level=True)
wrap(VariableView, "set_item", has_level=True)
wrap(VariableView, "get_item", has_level=True)
for name in (
    "set_with_expression",
    "set_with_expression_conditional",
    "get_with_expression",
    "set_with_index_array",
):
    wrap(VariableView, name)
for owner in (NeuronGroup, Synapses, StateMonitor, SpikeGeneratorGroup):
    wrap(owner, "__init__")
wrap(NeuronGroup, "__getitem__")
wrap(LinearStateUpdater, "__call__")
wrap(Clock, "_set_t_update_dt")
for name in ("resize", "seed", "get_random_state", "set_value", "fill_with_array"):
    wrap(RuntimeDevice, name)
wrap(get_device(), "add_array")
wrap(get_device(), "set_random_state")
if STYLE == "explicit":
    wrap_run_without_level()
if IMPORT == "last":
    import brian2numba
prefs.codegen.target = TARGET
prefs.codegen.string_expression_target = "numpy"


def model():
    local = 3
    group = NeuronGroup(5, "dv/dt = (local - v)/(10*ms) : 1", threshold="v > 2",
                        reset="v = 0", method="exact", name="cells")
    group.v = "i/(local + 0.0)"
    group.v["i > local"] = "local/2.0"
    synapses = Synapses(group[:3], group, "w : 1", on_pre="v_post += w/local",
                        name="synapses")
    synapses.connect(condition="abs(i - j) < local")
    synapses.w = 0.25
    monitor = StateMonitor(group, "v", record=True, name="monitor")
    spikes = SpikeGeneratorGroup(1, [0], [1]*ms, name="generator")
    network = Network(group, synapses, monitor, spikes)
    network.store()
    network.run(5*ms)
    network.restore(restore_random_state=True)
    seed(5)
    network.run(20*ms)
    large = group.v["v > local/10.0"]
    return [float(v) for v in group.v], [float(v) for v in large], len(synapses)


results = model()
print(json.dumps([results, calls], sort_keys=True))
"""


def output_of(tmp_path, *arguments):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    finished = subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=FOLDER,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def as_with_brian(tmp_path_factory):
    """Return what the script gives without this package: results, numbers of calls."""
    return output_of(tmp_path_factory.mktemp("alone"), "never", "numpy", "explicit")


@pytest.mark.long
@pytest.mark.parametrize("order", ["first", "last"])
def test_wrappers_are_called_as_without_the_import(tmp_path, order, as_with_brian):
    assert output_of(tmp_path, order, "numpy", "explicit") == as_with_brian


@pytest.mark.parametrize(
    ("order", "style"), [("first", "explicit"), ("last", "explicit"), ("last", "wraps")]
)
def test_wrappers_are_called_under_numba(tmp_path, order, style, as_with_brian):
    expected, expected_calls = as_with_brian
    results, calls = output_of(tmp_path, order, "numba", style)
    assert results[0] == pytest.approx(expected[0])
    assert results[1] == pytest.approx(expected[1])
    assert results[2] == expected[2]
    wrapped_once_more = {"run without level"} if style == "wraps" else set()
    for name in set(expected_calls) - OTHER_COUNTS - wrapped_once_more:
        assert calls[name] == expected_calls[name], name


def test_the_replaced_function_is_found_and_kept(monkeypatch):
    brian_run = Network.run

    def timed_run(*args, **kwds):
        brian_run(*args, **kwds)

    monkeypatch.setattr(Network, "run", timed_run)
    # It is looked for when the package is imported, before libraries are left out of
    # garbage collections, and not found in them later
    own_functions = [Network.__dict__["run"], brian_run]
    monkeypatch.setattr(gc, "get_objects", lambda: own_functions)
    found = own_function(Network, "run")
    assert found.original_function is compiled_run._Original.run
    prefs.codegen.target = "numpy"
    group = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler")
    Network(group).run(1 * ms, level=1)
    assert group.v[0] == pytest.approx(1)


def test_what_is_nowhere_is_not_found(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Clock, "dt", property(Clock.dt.fget))
        assert own_function(Clock, "dt") is None
        patch.setattr(Clock, "anything", print, raising=False)
        assert own_function(Clock, "anything") is None


def test_without_brians_function_brians_loop_runs(monkeypatch):
    monkeypatch.setattr(compiled_run, "overridden", lambda *args: None)
    own = RuntimeDevice()
    compiled_run.attach_run(own)
    assert not hasattr(own, "network_run")


def test_methods_of_devices_that_are_replaced_later_are_called(monkeypatch):
    sizes = []
    resize = RuntimeDevice.resize

    def noted_resize(self, var, new_size):
        sizes.append(new_size)
        resize(self, var, new_size)

    monkeypatch.setattr(RuntimeDevice, "resize", noted_resize)
    group = NeuronGroup(1, "v : 1", name="cell")
    variables = group.variables
    variables.add_dynamic_array("grown", size=0)
    variables["grown"].resize(3)
    assert sizes == [3]
    assert len(device.get_value(variables["grown"])) == 3


def test_a_replaced_run_of_all_objects_is_called(monkeypatch):
    n_calls = []
    run = BrianObject.run

    def counted(self):
        n_calls.append(self.name)
        run(self)

    monkeypatch.setattr(BrianObject, "run", counted)
    group = NeuronGroup(1, "dv/dt = 1/ms : 1", method="euler", name="cell")
    network = Network(group)
    network.run(0.3 * ms)
    assert group.v[0] == pytest.approx(0.3)
    assert n_calls.count("cell_stateupdater") == 3
    reasons = {row.reason for row in explain(network).rows}
    assert reasons == {"the method run() of Brian's objects was replaced"}


def times_of(clock):
    """Run a network with a clock of its own kind; return when it stood where."""
    times = []

    @network_operation(clock=clock)
    def note(t):
        times.append(round(float(t / ms), 3))

    network = Network(note)
    network.run(0.3 * ms)
    reason = f"the clock '{clock.name}' has an advance() of its own"
    assert reason in str(explain(network))
    return times


def test_a_class_of_clocks_that_advances_in_its_own_way():
    is_second = []

    class SlowClock(Clock):
        # Brian looks for what can be set in an object's own class
        dt, dt_ = Clock.dt, Clock.dt_

        def advance(self):
            is_second.append(1)
            if len(is_second) % 2 == 0:
                super().advance()

    assert times_of(SlowClock(0.1 * ms)) == [0.0, 0.0, 0.1, 0.1, 0.2, 0.2]


@pytest.mark.parametrize("kind", [Clock, EventClock])
def test_a_replaced_method_of_clocks_is_called(kind, monkeypatch):
    advance, n_calls = kind.advance, []

    def counted(self):
        n_calls.append(1)
        advance(self)

    monkeypatch.setattr(kind, "advance", counted)
    argument = 0.1 * ms if kind is Clock else [0.0, 0.1, 0.25] * ms
    expected = [0.0, 0.1, 0.2] if kind is Clock else [0.0, 0.1, 0.25]
    assert times_of(kind(argument)) == expected
    assert len(n_calls) == 3


def test_a_wrapper_that_looks_for_the_callers_variables_has_no_frame_in_front():
    # As if it had been there before this package: it is not Brian's, and has no level
    def set_item(self, item, value):
        raise AssertionError

    assert not _leaves_room(set_item, inspect.signature(VariableView.set_item))
    assert _leaves_room(set_item, inspect.signature(StateMonitor.__init__))
    assert not _leaves_room(len, inspect.signature(StateMonitor.__init__))
