"""Reports of progress: Brian's own forms, and the progress bar."""

import importlib
import io
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from brian2 import (
    Network,
    NeuronGroup,
    ms,
    network_operation,
    prefs,
    second,
    stop,
)

import brian2numba

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[True, False], ids=["native", "brian"])
def loop(request):
    """Run a test with the compiled loop and with Brian's."""
    prefs.codegen.runtime.numba.native_loop = request.param
    prefs._backup()


def network_of(seconds_a_step=0.0, dt=1 * ms):
    """Return a network whose time steps take so long, in real time."""
    group = NeuronGroup(1, "x : 1", dt=dt)
    group.run_regularly("x += 1")

    @network_operation(dt=dt)
    def work():
        time.sleep(seconds_a_step)

    return Network(group, work)


def test_calls_are_brians(loop):
    calls = []
    network = network_of(0.005)
    network.run(10 * ms)
    network.run(100 * ms, report=lambda *a: calls.append(a), report_period=0.1 * second)
    elapsed = [float(call[0]) for call in calls]
    completed = [call[1] for call in calls]
    assert (elapsed[0], completed[0], completed[-1]) == (0, 0, 1)
    assert all(call[2:] == (10 * ms, 100 * ms) for call in calls)
    between = [b - a for a, b in itertools.pairwise(elapsed[:-1])]
    assert between
    assert min(between) >= 0.1
    assert completed == sorted(completed)
    # Reports come between steps
    assert all(abs(100 * part - round(100 * part)) < 1e-9 for part in completed)


def test_no_report_before_its_period_but_first_and_last(loop):
    calls = []
    network_of().run(20 * ms, report=lambda *a: calls.append(a[1]))
    assert calls == [0, 1]


def test_a_stopped_run_reports_how_far_it_came(loop):
    calls = []
    network = network_of()

    @network_operation(dt=1 * ms)
    def stopping(t):
        if t >= 9 * ms:
            stop()

    network.add(stopping)
    network.run(20 * ms, report=lambda *a: calls.append(a[1]))
    assert calls == [0, pytest.approx(0.5)]


def test_the_end_is_reported_once(loop):
    calls = []
    period = 1e-9 * second
    network_of().run(
        20 * ms, report=lambda *a: calls.append(a[1]), report_period=period
    )
    assert calls.count(1) == 1
    # The first, the last, and one before each step; the clock may be too coarse for one
    assert len(calls) in (21, 22)


@pytest.mark.parametrize("report", ["text", "stdout", "stderr"])
def test_text(report, loop, capsys):
    network_of(0.005).run(40 * ms, report=report, report_period=0.05 * second)
    captured = capsys.readouterr()
    text, other = captured.out, captured.err
    if report == "stderr":
        text, other = other, text
    first, *middle, last = text.splitlines()
    assert first == "Starting simulation at t=0. s for a duration of 40. ms"
    assert middle
    for line in middle:
        pattern = r"\S+ ms \(\d+%\) simulated in .+, estimated .+ remaining\."
        assert re.fullmatch(pattern, line), line
    assert re.fullmatch(r"40\. ms \(100%\) simulated in .+", last)
    assert "simulat" not in other


class Drawn:
    """A progress bar, and what it draws."""

    def __init__(self, **options):
        pytest.importorskip("tqdm", reason="tqdm is an optional dependency")
        self.file = io.StringIO()
        self.bar = brian2numba.progress_bar(file=self.file, **options)

    def states(self):
        """Return what was drawn, one after the other."""
        return [s for s in re.split(r"[\r\n]+", self.file.getvalue()) if s.strip()]


def test_bar_shows_biological_time_and_steps(loop):
    drawn = Drawn()
    network_of(0.02).run(50 * ms, report=drawn.bar)
    states = drawn.states()
    # Twice at the beginning and at the end, and ten times a second between
    assert len(states) >= 6
    assert "0 of 50 ms" in states[1]
    assert "50.0/50.0" in states[-1]
    assert "steps/s" in states[-1]
    assert "50 of 50 ms" in states[-1]
    assert drawn.file.getvalue().endswith("\n")


def test_bar_is_drawn_once_a_period():
    drawn = Drawn(period=10 * second)
    network_of(0.01).run(20 * ms, report=drawn.bar)
    assert all("0 of 20 ms" in s or "steps/s" in s for s in drawn.states())
    assert len(drawn.states()) <= 5


def test_several_runs_with_one_bar(loop):
    drawn = Drawn()
    network = network_of()
    network.run(3 * ms, report=drawn.bar)
    network.run(0 * ms, report=drawn.bar)
    network.run(5 * second, report=drawn.bar)
    assert drawn.file.getvalue().count("\n") == 3
    assert "5.00k/5.00k" in drawn.states()[-1]


def test_several_clocks_and_times_of_events():
    drawn = Drawn()
    network = network_of()
    fast = NeuronGroup(1, "x : 1", dt=0.1 * ms)
    fast.run_regularly("x += 1")
    fast.run_at("x += 1", times=[1, 2] * ms)
    network.add(fast)
    network.run(5 * ms, report=drawn.bar)
    assert "50.0/50.0" in drawn.states()[-1]


def test_a_run_within_a_run():
    drawn = Drawn()
    inner, outer = network_of(), network_of()

    @network_operation(dt=1 * ms)
    def run_inner():
        inner.run(7 * ms, report=drawn.bar)

    outer.add(run_inner)
    outer.run(2 * ms, report=drawn.bar)
    assert "2.00/2.00" in drawn.states()[-1]
    assert sum("7.00/7.00" in state for state in drawn.states()) >= 2


def test_an_exception_closes_the_bar(loop):
    drawn = Drawn()
    network = network_of()

    @network_operation(dt=1 * ms)
    def failing(t):
        if t >= 9 * ms:
            raise ZeroDivisionError("on purpose")

    network.add(failing)
    with pytest.raises(ZeroDivisionError):
        network.run(20 * ms, report=drawn.bar)
    assert drawn.file.getvalue().endswith("\n")
    network.remove(failing)
    network_of().run(4 * ms, report=drawn.bar)
    assert "4.00/4.00" in drawn.states()[-1]


def test_a_run_that_can_not_be_prepared_draws_nothing(loop):
    drawn = Drawn()
    group = NeuronGroup(1, "dx/dt = unknown/ms : 1", method="euler")
    with pytest.raises(Exception, match="preparing an object"):
        Network(group).run(1 * ms, report=drawn.bar)
    assert drawn.states() == []


@pytest.mark.parametrize("period", [0 * second, -1 * second, float("inf") * second])
def test_periods_that_are_refused(period):
    with pytest.raises(ValueError, match="has to be positive and finite, but it is"):
        brian2numba.progress_bar(period=period)


def test_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(ImportError, match="'pip install tqdm' installs it"):
        brian2numba.progress_bar()


def test_import_leaves_alone_what_few_scripts_use():
    # Brian itself imports matplotlib
    script = (
        "import sys, brian2numba; "
        "print({'tqdm', 'pandas', 'IPython', 'numba', 'brian2numba.explanation', "
        "'brian2numba.inspection', 'brian2numba.progress'} & set(sys.modules))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=ROOT,
        check=True,
    )
    assert finished.stdout.strip() == "set()"


def test_names_that_are_imported_later():
    for name in ("explain", "inspect", "progress_bar"):
        assert getattr(brian2numba, name).__name__ == name
        assert name in brian2numba.__all__
    with pytest.raises(AttributeError, match="has no attribute 'else'"):
        _ = getattr(brian2numba, "else")


SCRIPT = """
from brian2 import *
import brian2numba
prefs.codegen.target = "numba"
group = NeuronGroup(1, "x : 1")
group.run_regularly("x += 1")
network = Network(group)
network.run(0*ms)
network.run({duration}*second, report=brian2numba.progress_bar())
print("steps:", int(group.x[0]) == round(float(network.t/defaultclock.dt)), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("interrupts", [False, True])
def test_in_a_terminal(interrupts, tmp_path):
    pytest.importorskip("tqdm", reason="tqdm is an optional dependency")
    pty, termios = importlib.import_module("pty"), importlib.import_module("termios")
    leader, follower = pty.openpty()
    termios.tcsetwinsize(leader, (24, 100))
    terminal_before = termios.tcgetattr(leader)
    # What nobody waits for, or a second or so
    script = SCRIPT.format(duration=1e5 if interrupts else 100)
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=follower,
        stderr=follower,
        cwd=ROOT,
        env={**os.environ, "BRIAN2NUMBA_CACHE_DIR": str(tmp_path)},
        start_new_session=True,
    )
    os.close(follower)
    output, is_sent = b"", not interrupts
    try:
        while chunk := _read(leader):
            output += chunk
            if not is_sent and output.count(b" of 100 ks") > 4:
                is_sent = True
                child.send_signal(signal.SIGINT)
        terminal_after = termios.tcgetattr(leader)
        child.wait(60)
    finally:
        child.kill()
        os.close(leader)
    *_, bar, last = output.decode().replace("\r\n", "\n").splitlines()
    assert last == "steps: True"
    assert ("100%|" in bar) != interrupts
    assert terminal_before == terminal_after
    assert child.returncode == 0


def _read(terminal):
    """Read what there is; nothing when the child has closed its end."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


#: A bar that vanishes, one that is not shown, and one of a run that fails
MORE_CELLS = [
    "network.run(20*ms, report=brian2numba.progress_bar(leave=False))",
    "network.run(20*ms, report=brian2numba.progress_bar(disable=True))",
    """
start_scope()
group = NeuronGroup(1, "x : 1")

@network_operation(dt=1*ms)
def failing(t):
    if t > 9*ms:
        raise ZeroDivisionError

try:
    run(20*ms, report=brian2numba.progress_bar(period=1*usecond))
except ZeroDivisionError:
    pass
""",
]


def test_in_a_notebook(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat", reason="notebooks are optional")
    client = pytest.importorskip("nbclient", reason="notebooks are optional")
    pytest.importorskip("ipykernel", reason="notebooks are optional")
    pytest.importorskip("ipywidgets", reason="notebooks are optional")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.v4.new_notebook()
    cells = [SCRIPT.format(duration=50), *MORE_CELLS]
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    executed = client.NotebookClient(notebook, timeout=200).execute()
    outputs = executed.cells[0].outputs
    kinds = [kind for o in outputs for kind in o.get("data", {})]
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert any("steps: True" in o.get("text", "") for o in outputs)
    widgets = executed.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]
    states = [model["state"] for model in widgets["state"].values()]
    bars = [state for state in states if state.get("bar_style")]
    assert (bars[0]["value"], bars[0]["bar_style"]) == (500_000, "success")
    assert any(
        "50\u2007of\u200750\u2007s" in str(state.get("value")) for state in states
    )
    # What is shown where there are no widgets
    texts = [
        [o.data["text/plain"] for o in cell.outputs if o.output_type == "display_data"]
        for cell in executed.cells
    ]
    (whole,), (vanished,), none, (failed,) = texts
    assert re.match(r"100%\|.*\| 500k/500k .*50 of 50 s", whole)
    assert (vanished, none) == ("", [])
    assert re.match(r" *\d+%\|.*/200 ", failed)
    assert "0.00/200" not in failed
