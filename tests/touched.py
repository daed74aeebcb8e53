"""A pytest plug-in: each module and template of the package takes part in the tests.

It notes the files whose functions run or are compiled, which templates are as well, and
fails a session that leaves one out. What is noted once is not looked at again, so this
costs nothing.
"""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "brian2numba"
#: What `sys.monitoring` has no other use for
TOOL = sys.monitoring.PROFILER_ID
STASH = pytest.StashKey[set]()
#: What Brian's suite runs, and not we
OF_BRIANS_SUITE = "testing"


def has_functions(path):
    """Tell whether a file is a template, or has a function that could run."""
    if path.suffix == ".py_":
        return True
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))


def untouched(touched):
    """Return the files of the package that are not among those given."""
    paths = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.py_")]
    missing = [p for p in paths if str(p) not in touched and has_functions(p)]
    names = sorted(path.relative_to(PACKAGE).as_posix() for path in missing)
    return [name for name in names if not name.startswith(OF_BRIANS_SUITE)]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Begin before the package is imported."""
    touched = early_config.stash[STASH] = set()

    def note(code, _):
        if code.co_name != "<module>":
            touched.add(code.co_filename)
        return sys.monitoring.DISABLE

    sys.monitoring.use_tool_id(TOOL, __name__)
    sys.monitoring.register_callback(TOOL, sys.monitoring.events.PY_START, note)
    sys.monitoring.set_events(TOOL, sys.monitoring.events.PY_START)


def pytest_unconfigure():
    sys.monitoring.set_events(TOOL, 0)
    sys.monitoring.free_tool_id(TOOL)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over what another process of pytest-xdist has noted."""
    node.config.stash[STASH].update(
        getattr(node, "workeroutput", {}).get("touched", ())
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    from brian2numba.language import definitions  # noqa: PLC0415 (not before)

    touched = session.config.stash[STASH]
    touched |= {sys.modules[name].__file__ for name in definitions._trees}
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["touched"] = sorted(
            path for path in touched if path.startswith(str(PACKAGE))
        )
    elif missing := untouched(touched):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(
            f"\nNo test of the selection runs or compiles anything of "
            f"{', '.join(missing)}: each needs a test that is not marked as long.",
            red=True,
        )
