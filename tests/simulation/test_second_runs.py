"""A second run sees what has changed since the first: the same as with numpy."""

import importlib
from contextlib import nullcontext
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2 import MagicNetwork, Network, ms, prefs
from brian2.devices.device import reinit_devices
from brian2.utils.logger import catch_logs

from brian2numba.testing.prepared_twice import prepare_twice
from tests.simulation.second_runs.cases import CASES, observed

for _path in sorted((Path(__file__).parent / "second_runs").glob("*.py")):
    importlib.import_module(f"tests.simulation.second_runs.{_path.stem}")

#: What is not as with numpy, and why
_GOES_ON = (
    "A step that an exception cut off is gone on with, not repeated: what is done once "
    "in a step is done once."
)
DIFFERENT = {
    "within_a_run_more_synapses": (
        ["[4 0]", "[[6 2] 2]"],
        "The numpy target fails: the queue of spikes does not know of new synapses.",
    ),
    "a_step_that_failed": (["[ValueError [2] 1 1]", "[[3] 3]"], _GOES_ON),
    "a_step_that_was_interrupted": (["[KeyboardInterrupt [2] 1]", "[[3] 3]"], _GOES_ON),
}
#: What counts runs, so that more of them make a difference
COUNTING = {
    "methods_of_an_object",
    "a_method_of_the_network",
    "a_preparation_that_changes_a_group",
    "a_preparation_that_changes_code",
    "the_class_of_an_object",
}


@pytest.fixture(params=["alone", "between runs of no duration", "prepared twice"])
def is_between(request, monkeypatch):
    """Let each run be preceded and followed by one of no duration, or not.

    Then changes come after runs that changed nothing, and such runs after changes. What
    these keep is compared with what is prepared anew, or not.
    """
    if request.param == "alone":
        yield False
        return
    _put_between(monkeypatch)
    with prepare_twice() if request.param == "prepared twice" else nullcontext():
        yield True


def _put_between(monkeypatch):
    """Let each run be preceded and followed by one of no duration."""
    run_once = Network.run

    def run(network, duration, *args, level=0, **options):
        def call(duration):
            run_once(network, duration, *args, level=level + 2, **options)

        if isinstance(network, MagicNetwork):
            call(duration)
            return
        call(0 * ms)
        call(duration)
        if not network._stopped:
            call(0 * ms)

    run.original_function = run_once.original_function
    monkeypatch.setattr(Network, "run", run)


_RUN = Network.run
_with_numpy = {}


def with_numpy(name, is_between):
    """Return what numpy sees; runs of no duration make no difference to it."""
    is_counting = is_between and name in COUNTING
    key = name, is_counting
    if key not in _with_numpy:
        with pytest.MonkeyPatch.context() as patch:
            if not is_counting:
                patch.setattr(Network, "run", _RUN)
            _with_numpy[key] = seen(name, "numpy")
    return _with_numpy[key]


def seen(name, target):
    """Return what a case sees with a target, in a process where nothing else was."""
    reinit_devices()
    kept = dict(prefs.prefs)
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    brian2.start_scope()
    np.random.seed(1)
    brian2.seed(1)
    try:
        return observed(name)
    finally:
        prefs.prefs.update(kept)
        brian2.defaultclock.dt = 0.1 * ms


@pytest.fixture(autouse=True)
def silence():
    """Cases do what Brian warns of."""
    with catch_logs():
        yield


@pytest.mark.parametrize("name", CASES)
def test_a_second_run_sees_the_same_as_with_numpy(name, is_between):
    expected = with_numpy(name, is_between)
    if name in DIFFERENT:
        assert expected != DIFFERENT[name][0]
        expected = DIFFERENT[name][0]
    assert seen(name, "numba") == expected
