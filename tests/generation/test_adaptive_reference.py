"""
States and numbers of steps are those of the GNU Scientific Library.

Where the library and a compiler are, Brian's Cython target computes the same models
with it. Elsewhere there is a table of what it found with version 2.7.1.
"""

import functools
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from brian2 import prefs
from brian2.devices.device import reinit_devices

from tests.adaptive_models import METHODS, MODELS, traces
from tools.without_compiler import find_compilers

TABLE = Path(__file__).with_name("adaptive_reference.json")
#: Brian's own flags let compilers fuse and reorder: spikes amplify that to 1e-10, and
#: two builds of the library's own models differ as much
STRICT = ["-w", "-O0", "-ffp-contract=off", "-std=c++11"]
PROGRAM = "#include <gsl/gsl_odeiv2.h>\nint main(void) {return !gsl_odeiv2_step_rkf45;}"
COUNTS = ["_step_count", "_failed_steps"]

#: Brian looks for values above 1e50, also where there can't be any
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in cast")


@functools.cache
def obstacle():
    """Return why nothing can be compared with the library; empty if it can."""
    if platform.machine() not in {"x86_64", "AMD64"} or sys.platform == "win32":
        return "only on x86-64, but for Windows, the library's numbers are those here"
    for compiler in find_compilers(os.environ["PATH"]):
        with tempfile.TemporaryDirectory() as folder:
            command = [compiler, "-x", "c", "-", "-o", f"{folder}/a.out"]
            made = subprocess.run(
                [*command, "-lgsl", "-lgslcblas", "-lm"],
                input=PROGRAM.encode(),
                capture_output=True,
                check=False,
            )
        if made.returncode == 0:
            return ""
    return "it needs the GNU Scientific Library (Debian: libgsl-dev)"


@pytest.fixture(scope="session")
def folder_of_strict_code(tmp_path_factory):
    return str(tmp_path_factory.mktemp("strict"))


def of_library(name, method, folder):
    """Return what Brian's Cython target computes with the library."""
    reinit_devices()
    prefs.codegen.target = "cython"
    prefs.codegen.runtime.cython.cache_dir = folder
    prefs.codegen.cpp.extra_compile_args_gcc = STRICT
    return traces(name, method)


def distance(found, expected):
    """Return the largest difference, relative to the largest value of the element."""
    assert found.shape == expected.shape
    largest = np.abs(expected).max(axis=1, keepdims=True)
    return np.max(np.abs(found - expected) / np.where(largest == 0, 1, largest))


def check(model, found, expected):
    """Check that values and numbers of steps are as expected."""
    assert found.keys() == expected.keys()
    for variable in model.variables:
        assert np.isfinite(found[variable]).all()
        assert distance(found[variable], expected[variable]) <= model.tolerance
    for variable in set(COUNTS) & found.keys():
        wrong = np.abs(found[variable] - expected[variable]).sum()
        assert wrong <= model.miscounted * found.get("_step_count", wrong).sum()


@pytest.mark.compiler
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MODELS)
def test_library(name, method, folder_of_strict_code):
    if obstacle():
        pytest.skip(obstacle())
    found = traces(name, method)
    check(MODELS[name], found, of_library(name, method, folder_of_strict_code))


def summary(model, found):
    """Return the values at the end, and how many steps each element has done."""
    ends = {v: found[v][:, [-1]] for v in model.variables}
    sums = {v: found[v].sum(axis=1) for v in COUNTS if v in found}
    return ends | sums


@functools.cache
def table():
    return json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MODELS)
def test_table(name, method):
    model = MODELS[name]
    found = traces(name, method)
    largest = {v: np.abs(found[v]).max(axis=1) for v in model.variables}
    row = table()[name][method]
    for variable, scale in largest.items():
        apart = np.abs(found[variable][:, -1] - row[variable])
        assert (apart <= model.tolerance * np.where(scale == 0, 1, scale)).all()
    for variable in set(COUNTS) & found.keys():
        wrong = np.abs(found[variable].sum(axis=1) - row[variable]).sum()
        assert wrong <= model.miscounted * np.sum(found.get("_step_count", wrong))


def test_most_models_have_every_digit_that_can_be():
    strict = [m for m in MODELS.values() if m.tolerance <= 1e-12 and not m.miscounted]
    assert len(strict) >= 14
    assert table().keys() == MODELS.keys()
    assert all(list(rows) == METHODS for rows in table().values())
