"""The structure of the package: imports run one way, files and functions are small."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "brian2numba"
MAX_LINES_OF_A_FILE = 500
MAX_LINES_OF_A_FUNCTION = 60

#: From the bottom to the top; a module may import from its own layer and those below.
LAYERS = [
    {"home"},
    {
        "bars",
        "compatibility",
        "errors",
        "hooks",
        "optional",
        "own_faults",
        "ownership",
        "preference_sources",
        "preferences",
    },
    {"c_functions", "language", "operations", "reference_counting", "reports"},
    {"containers", "elementary", "kernels", "with_numba"},
    {"lowering", "user_functions"},
    {"device", "generation"},
    {"binding", "compilation", "failed_calls", "failures", "store"},
    {"behaviours"},
    {"noise_order", "pipeline", "state_updates"},
    {"adaptive", "target"},
    {
        "adaptive",
        "assignments",
        "guards",
        "inspection",
        "left_to_python",
        "preparing",
        "recordings",
        "reuse",
        "simulation",
        "single_values",
    },
    {"cache", "explanation", "progress", "registration", "sweeps", "testing"},
    {"command_line"},
    {"__init__", "__main__"},
]
MODULES = sorted(PACKAGE.rglob("*.py"))


def level(module):
    """Return the number of the layer that a part of the package belongs to."""
    return next(number for number, layer in enumerate(LAYERS) if module in layer)


def imported_parts(tree):
    """Yield the parts of the package that a module imports at run time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "brian2numba":
                yield from parts[1:2] or [alias.name for alias in node.names]


def name_of(path):
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_one_way(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for part in imported_parts(tree):
        assert level(part) <= level(own), f"{own} imports {part}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_are_small(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES_OF_A_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < MAX_LINES_OF_A_FUNCTION, node.name


def test_every_part_has_a_layer():
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES}
    assert parts == set().union(*LAYERS)


def test_tests_lie_where_what_they_test_does():
    folders = {p.name for p in TESTS.iterdir() if (p / "__init__.py").exists()}
    assert folders - {"docs", "project", "reliability"} <= {
        p.name for p in PACKAGE.iterdir() if p.is_dir()
    }
    parts = {p.stem.removeprefix("test_") for p in TESTS.glob("test_*.py")}
    assert parts <= {p.stem for p in PACKAGE.glob("*.py")}
