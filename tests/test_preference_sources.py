"""Preferences from files and from the environment, and what is said of wrong ones."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from brian2 import prefs
from brian2.core.preferences import PreferenceError
from brian2.utils.logger import catch_logs

import brian2numba
from brian2numba import preference_sources
from brian2numba.preference_sources import FILE_NAME, read_preferences, variable_of
from brian2numba.preferences import CATEGORY
from brian2numba.sweeps.environment import Environment

DEFINITIONS = prefs.pref_register[CATEGORY][0]
PAGE = Path(__file__).parents[1] / "docs" / "preferences.md"
#: A value of each preference, but for the processor another one than its default
OTHERS = {
    "prepare": "always",
    "native_loop": False,
    "cache_dir": "elsewhere",
    "store_state_updates": False,
    "reuse_sources": False,
    "shared_cache": True,
    "random": "fast",
    "functions": "compiled",
    "compiler": "numba",
    "cpu": "host",
    "threads": 3,
    "sleep": True,
    "math": "libm",
    "checked": True,
    "jit": False,
    "delete_source_files": False,
}


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Let the user's and the working directory be empty, and no variable be set."""
    home, work = tmp_path / "home", tmp_path / "work"
    (home / ".brian").mkdir(parents=True)
    work.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in DEFINITIONS:
        monkeypatch.delenv(variable_of(name), raising=False)
        prefs[f"{CATEGORY}.{name}"] = DEFINITIONS[name].default
    monkeypatch.chdir(work)
    monkeypatch.setattr(preference_sources._AtImport, "values", {})
    # Files that their group can write to are not trusted with everything
    mask = os.umask(0o022)
    yield home / ".brian" / FILE_NAME, work / FILE_NAME
    os.umask(mask)


def ours():
    return {name: prefs[f"{CATEGORY}.{name}"] for name in DEFINITIONS}


def test_later_sources_win(places, monkeypatch):
    users, here = places
    users.write_text(f"[{CATEGORY}]\nthreads = 2\nmath = 'libm'\nrandom = 'fast'\n")
    here.write_text(f"# why\n\n{CATEGORY}.threads = 3  # more\n{CATEGORY}.checked=True")
    monkeypatch.setenv("BRIAN2NUMBA_MATH", "vector")
    read_preferences()
    defaults = {name: definition.default for name, definition in DEFINITIONS.items()}
    changed = {"threads": 3, "checked": True, "random": "fast"}
    assert ours() == defaults | changed


def test_nothing_is_set_where_nothing_is_said(places):
    users, _ = places
    users.parent.rmdir()
    before = ours()
    read_preferences()
    assert ours() == before


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_preference_has_a_variable(name, monkeypatch):
    value = OTHERS[name]
    monkeypatch.setenv(variable_of(name), str(value))
    read_preferences()
    if name == "cache_dir":
        assert brian2numba.get_numba_cache_dir() == value
    else:
        assert ours()[name] == value


@pytest.mark.parametrize("name", DEFINITIONS)
def test_files_can_set_each_preference(name, places):
    value = OTHERS[name]
    places[0].write_text(f"{CATEGORY}.{name} = {value!r}")
    read_preferences()
    assert ours()[name] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [(t, True) for t in ("1", "True", "true", "yes", "ON")]
    + [(t, False) for t in ("0", "False", "false", "no", "off")],
)
def test_truth_in_words(text, value, monkeypatch):
    prefs[f"{CATEGORY}.jit"] = not value
    monkeypatch.setenv("BRIAN2NUMBA_JIT", text)
    read_preferences()
    assert prefs[f"{CATEGORY}.jit"] is value


def test_an_empty_variable_sets_nothing(monkeypatch):
    monkeypatch.setenv("BRIAN2NUMBA_THREADS", "")
    before = ours()
    read_preferences()
    assert ours() == before


def test_the_cache_is_where_the_last_one_says(places, monkeypatch):
    places[0].write_text(f"{CATEGORY}.cache_dir = 'of the file'")
    read_preferences()
    assert brian2numba.get_numba_cache_dir() == "of the file"
    prefs[f"{CATEGORY}.cache_dir"] = None
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", "of the variable")
    read_preferences()
    assert brian2numba.get_numba_cache_dir() == "of the variable"
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", "changed later")
    assert brian2numba.get_numba_cache_dir() == "changed later"
    prefs[f"{CATEGORY}.cache_dir"] = "of the script"
    assert brian2numba.get_numba_cache_dir() == "of the script"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("threads = 0", "sets {}.threads to 0; it has to be a whole number from 1 on."),
        ("jit = 0", "sets {}.jit to 0; it has to be True or False."),
        ("random = 'quick'", "sets {}.random to 'quick'; it has to be 'numpy' or"),
        ("cpu = 'abacus'", "sets {}.cpu to 'abacus'. The preference {}.cpu can't be"),
        ("thread = 2", "sets {}.thread, which is no preference. Is it {}.threads?"),
        ("else = 2", "sets {}.else, which is no preference."),
        ("random = fast", "is 'random = fast': what stands behind '=' has to be a"),
        ("random =", "is 'random =': what stands behind '=' has to be a number,"),
        ("threads = [].pop()", "is 'threads = [].pop()': what stands behind '='"),
        ("threads", "is 'threads'; it has to be a section in brackets, as [{}], or"),
        ("[codegen", "is '[codegen'; it has to be a section in brackets, as [{}], or"),
        ("[]\nthreads = 2", "sets .threads, which is no preference. Is it {}.thr"),
        ("[codegen]\ntarget = 'numba'", "sets codegen.target, a preference of Brian:"),
    ],
)
def test_a_line_that_is_wrong(line, message, places):
    _, here = places
    here.write_text(f"[{CATEGORY}]\nmath = 'libm'\n{line}\n")
    number = 3 + line.count("\n")
    with pytest.raises(PreferenceError) as raised:
        read_preferences()
    start = f"Line {number} of the file '{here}' "
    assert str(raised.value).startswith(start + message.replace("{}", CATEGORY))
    # An import that fails has set nothing, and can be repeated
    assert prefs[f"{CATEGORY}.math"] == "vector"
    here.unlink()
    read_preferences()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights")
@pytest.mark.parametrize("name", ["cache_dir", "shared_cache"])
def test_who_decides_on_the_code_that_runs(name, places, monkeypatch):
    _, here = places
    here.write_text(f"{CATEGORY}.threads = 2\n{CATEGORY}.{name} = {OTHERS[name]!r}")
    here.chmod(0o666)
    message = "rights, but others can write to the file \\(mode 666\\). Take the right"
    with pytest.raises(PreferenceError, match=message):
        read_preferences()
    here.chmod(0o644)
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: os.stat(here).st_uid + 1)
        if os.stat(here).st_uid:
            with pytest.raises(PreferenceError, match="belongs to the user with the"):
                read_preferences()
    read_preferences()
    assert ours()[name] == OTHERS[name]
    # What else such a file says is harmless
    here.write_text(f"{CATEGORY}.threads = 3")
    here.chmod(0o666)
    read_preferences()
    assert ours()["threads"] == 3


def test_a_file_that_is_no_text(places):
    places[1].write_bytes(b"\xff\xfe\0")
    with pytest.raises(PreferenceError, match="can't be read as text in UTF-8"):
        read_preferences()


def test_a_file_that_can_not_be_read_is_told(places):
    places[1].mkdir()
    with catch_logs() as logs:
        read_preferences()
    ((_, _, text),) = logs
    assert text.startswith("The preferences in a file can't be read: ")
    assert FILE_NAME in text


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("THREADS", "two", "'two'; it has to be a whole number from 1 on."),
        ("THREADS", "-2", "'-2'; it has to be a whole number from 1 on."),
        ("JIT", "maybe", "'maybe'; it has to be True or False."),
        ("CPU", "abacus", "'abacus'. The preference codegen.runtime.numba.cpu can't"),
    ],
)
def test_a_variable_that_is_wrong(variable, text, message, monkeypatch):
    monkeypatch.setenv(f"BRIAN2NUMBA_{variable}", text)
    start = f"The environment variable BRIAN2NUMBA_{variable} is {message}"
    with pytest.raises(PreferenceError, match=re.escape(start)):
        read_preferences()


@pytest.mark.parametrize(
    ("variable", "hint"),
    [("THREAD", " Is BRIAN2NUMBA_THREADS meant?"), ("ROOT", ""), ("GUARD_PAGES", None)],
)
def test_a_variable_of_no_preference_is_told(variable, hint, monkeypatch):
    monkeypatch.setenv(f"BRIAN2NUMBA_{variable}", "2")
    with catch_logs() as logs:
        read_preferences()
    said = [text for _, _, text in logs]
    assert said == [
        f"The environment variable BRIAN2NUMBA_{variable} belongs to no preference of "
        f"brian2numba, and does nothing.{hint}"
        for _ in range(hint is not None)
    ]


def test_an_import_reads_and_refuses(places):
    users, here = places
    program = (
        "import brian2\n"
        "try:\n"
        "    import brian2numba\n"
        "except brian2.core.preferences.PreferenceError as error:\n"
        f"    print(error); open({str(here)!r}, 'w').close()\n"
        "import brian2numba\n"
        f"print(brian2.prefs['{CATEGORY}.threads'], brian2.prefs['{CATEGORY}.math'])\n"
        "brian2.prefs.codegen.target = 'numba'\n"
        "brian2.run(0*brian2.ms)\n"
    )
    users.write_text(f"{CATEGORY}.threads = 2")
    here.write_text(f"{CATEGORY}.threads = 0")
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "BRIAN2NUMBA_MATH": "libm",
            "PYTHONPATH": str(Path(brian2numba.__file__).parents[1]),
        },
    )
    refusal, values = finished.stdout.splitlines()
    assert refusal.startswith(f"Line 1 of the file '{here}' sets {CATEGORY}.threads")
    assert values == "2 libm"


def test_what_a_script_sets_back_holds_in_other_processes(monkeypatch):
    """They read the same files and variables before they get the sweep's."""
    monkeypatch.setenv("BRIAN2NUMBA_RANDOM", "fast")
    read_preferences()
    name = f"{CATEGORY}.random"
    assert Environment.current().preferences[name] == "fast"
    prefs[name] = "numpy"
    assert Environment.current().preferences[name] == "numpy"
    assert f"{CATEGORY}.math" not in Environment.current().preferences


def test_the_page_has_each_preference_with_its_variable_and_default():
    text = PAGE.read_text(encoding="utf-8")
    for name, definition in DEFINITIONS.items():
        default = repr(definition.default).replace("'", '"')
        assert f"\n| `{name}` | `{variable_of(name)}` | `{default}` | " in text
    assert text.count("| `BRIAN2NUMBA_") == len(DEFINITIONS)
    assert f"`.brian/{FILE_NAME}`" in text
