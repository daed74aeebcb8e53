"""What users are told of the cache, and the commands for it."""

import logging
import re
import subprocess
import sys

import brian2
import pytest
from brian2 import NeuronGroup, ms, prefs, run
from brian2.core.preferences import PreferenceError
from brian2.utils.logger import catch_logs

import brian2numba
from brian2numba.command_line import main
from brian2numba.compilation import known_processors
from brian2numba.compilation.machine_code import processor
from brian2numba.compilation.work import WORK, Work
from brian2numba.simulation import run as run_module

#: What is compiled is counted here
pytestmark = pytest.mark.usefixtures("empty_cache")

SCRIPT = """
import sys
from brian2 import *

group = NeuronGroup(
    3, "dv/dt = -v / (8*ms) : 1", threshold="v > 1", reset="v = 0", method="euler"
)
monitor = StateMonitor(group, "v", record=True)
run(5*ms)
print(f"{len(monitor.t)} values")
run(5*ms)
print(f"t = {defaultclock.t/ms:.1f} ms", *sys.argv[1:])
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


def command(*arguments):
    """Run a command in a process of its own, in the test's cache."""
    line = [sys.executable, "-m", "brian2numba", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def simulate(exponent=1):
    """Run a model; another exponent is another kernel."""
    group = NeuronGroup(2, f"dv/dt = -v**{exponent}/(10*ms) : 1", method="euler")
    run(0.1 * ms)
    return group


def test_cache_info_tells_what_this_process_compiled():
    before = brian2numba.cache_info()
    simulate(exponent=11)
    after = brian2numba.cache_info()
    assert after.compiled > before.compiled
    assert after.compiling_time > before.compiling_time
    assert after.entries > before.entries == 0
    assert after.size > 0
    assert after.objection is None
    assert after.directory == brian2numba.get_numba_cache_dir()
    assert f"{after.compiled} kernels compiled" in str(after)


def test_cache_info_tells_why_the_cache_is_not_used(tmp_path):
    (tmp_path / "file").touch()
    prefs.codegen.runtime.numba.cache_dir = str(tmp_path / "file" / "cache")
    with catch_logs():
        info = brian2numba.cache_info()
    assert info.objection
    assert info.objection in str(info)
    assert info.entries == 0


def test_work_in_words():
    assert str(Work()) == "nothing compiled"
    assert str(Work(compiled=2, compiling_time=1.5)) == "2 kernels compiled (1.500 s)"
    work = Work(3, 2, 1, 0.25, 1.5)
    assert str(work) == (
        "2 kernels compiled, 1 functions compiled by numba, 3 found in the cache "
        "(1.750 s)"
    )
    assert Work(4, 2, 1, 0.5, 2.0) - work == Work(1, 0, 0, 0.25, 0.5)


def said_of_work(function):
    """Return the level and the text of what the log says of compiling."""
    run_module._Reported.work = WORK.copy()
    with catch_logs(log_level=logging.DEBUG) as logs:
        function()
    return [(level, text) for level, name, text in logs if name.endswith("numba.work")]


def test_the_log_tells_what_was_compiled():
    ((level, text),) = said_of_work(lambda: simulate(exponent=12))
    assert level == "DEBUG"
    assert re.search(r"numba target: [1-9]\d* kernels compiled", text)


def test_the_log_tells_loudly_why_the_user_waited(monkeypatch):
    monkeypatch.setattr(run_module, "_NOTICEABLE", 0.0)
    ((level, _),) = said_of_work(lambda: simulate(exponent=13))
    assert level == "INFO"


def test_the_log_tells_it_with_brians_loop():
    prefs.codegen.runtime.numba.native_loop = False
    ((_, text),) = said_of_work(lambda: simulate(exponent=14))
    assert "compiled" in text


def test_the_log_is_silent_when_nothing_was_compiled():
    simulate(exponent=15)
    assert not said_of_work(lambda: simulate(exponent=15))


def test_a_script_is_compiled_without_its_time_steps(script):
    compiled = command("compile", script, "with", "--its", "arguments")
    assert compiled.returncode == 0, compiled.stderr
    assert "0 values" in compiled.stdout
    assert "t = 10.0 ms with --its arguments" in compiled.stdout
    assert "2 runs prepared" in compiled.stdout
    n_compiled = int(re.search(r"(\d+) kernels compiled", compiled.stdout)[1])
    assert n_compiled > 3
    # all that the script needs when its time steps are run, too
    program = (
        "import brian2, brian2numba, runpy\n"
        "brian2.prefs.codegen.target = 'numba'\n"
        f"runpy.run_path({str(script)!r})\n"
        "info = brian2numba.cache_info()\n"
        "print(info.compiled, info.loaded)\n"
    )
    line = [sys.executable, "-c", program]
    result = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "50 values" in result.stdout
    assert result.stdout.splitlines()[-1] == f"0 {n_compiled}"


@pytest.mark.long
def test_what_numba_compiles_is_told(script):
    script.write_text(
        "from brian2 import *\n"
        "@check_units(x=1, result=1)\n"
        "def own(x):\n"
        "    return [x + 1][0]\n"
        "group = NeuronGroup(1, 'dv/dt = own(v)/ms : 1', method='euler')\n"
        "run(1*ms)\n"
    )
    compiled = command("compile", script)
    assert compiled.returncode == 0, compiled.stderr
    assert "1 functions compiled by numba" in compiled.stdout


def test_a_script_that_needs_results_is_told_so(script):
    script.write_text(SCRIPT + "\nmonitor.v[0][0]\n")
    compiled = command("compile", script)
    assert compiled.returncode == 1
    assert "IndexError" in compiled.stderr
    assert "after 2 runs" in compiled.stdout
    assert "kernels compiled" in compiled.stdout


@pytest.mark.parametrize(("line", "status"), [("sys.exit()", 0), ("sys.exit(3)", 1)])
def test_a_script_may_exit(script, line, status):
    script.write_text(f"{SCRIPT}\n{line}\n")
    assert command("compile", script).returncode == status


def test_without_a_cache_nothing_can_be_prepared(script, tmp_path):
    (tmp_path / "file").touch()
    compiled = command("--cache-dir", tmp_path / "file" / "cache", "compile", script)
    assert compiled.returncode == 1
    assert "Nothing can be stored" in compiled.stdout


def test_the_cache_is_shown_and_cleared(capsys):
    simulate(exponent=16)
    n_entries = brian2numba.cache_info().entries
    assert n_entries > 0
    main(["cache"])
    assert re.search(rf"entries\s+{n_entries},", capsys.readouterr().out)
    main(["clear"])
    assert f"{n_entries} entries removed" in capsys.readouterr().out
    assert brian2numba.cache_info().entries == 0


def test_facts_for_bug_reports(capsys):
    main(["info"])
    printed = capsys.readouterr().out
    for fact in (brian2.__version__, brian2numba.__version__, "native_loop", "LLVM"):
        assert fact in printed
    assert processor("host").cpu in printed
    assert brian2numba.get_numba_cache_dir() in printed


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no-such-processor", "LLVM does not know it"),
        ("pentium", "LLVM says|does not know"),
        (3, "is invalid"),
    ],
)
def test_a_processor_that_llvm_cannot_compile_for_is_refused(name, reason):
    with pytest.raises(PreferenceError, match=reason):
        prefs.codegen.runtime.numba.cpu = name
    assert prefs.codegen.runtime.numba.cpu == "host"


def test_a_processor_with_other_instructions_is_refused(monkeypatch):
    levels = {"x86-64-v9": ("avx9000",)}
    monkeypatch.setattr(known_processors, "_LEVELS", levels)
    with pytest.raises(PreferenceError, match=r"lacks avx9000"):
        prefs.codegen.runtime.numba.cpu = "x86-64-v9"


@pytest.mark.skipif(
    not processor("host").triple.startswith("x86_64"), reason="names of x86-64"
)
def test_common_processors_share_a_cache_with_others():
    simulate(exponent=18)
    n_entries = brian2numba.cache_info().entries
    prefs.codegen.runtime.numba.cpu = "x86-64"
    group = simulate(exponent=19)
    group.v = 2
    run(0.1 * ms)
    assert (group.v[:] < 2).all()
    assert brian2numba.cache_info().entries > n_entries
