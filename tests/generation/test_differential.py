"""The same models on the numba target and on Brian's other targets."""

import numpy as np
import pytest
from brian2 import prefs

from tests.comparison import assert_same, simulate
from tests.models import DETERMINISTIC, RANDOM


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_same_values_as_numpy(name):
    result = simulate(DETERMINISTIC[name], "numba")
    reference = simulate(DETERMINISTIC[name], "numpy")
    # Where a cable's couplings are large, Brian's scheme loses some digits
    assert_same(result, reference, rtol=1e-6 if name == "branched_neuron" else 1e-10)


# Brian looks for values above 1e50, which single precision can't hold
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
# Brian's scheme for cables loses all digits in single precision: this one should be at
# -57 mV, and ends at -0.3 V with numpy and -21 V with Cython. See test_cable.py
@pytest.mark.parametrize("name", sorted({*DETERMINISTIC} - {"branched_neuron"}))
def test_single_precision(name):
    prefs.core.default_float_dtype = np.float32
    prefs._backup()
    result = simulate(DETERMINISTIC[name], "numba")
    reference = simulate(DETERMINISTIC[name], "numpy")
    assert_same(result, reference, rtol=2e-4)


@pytest.mark.parametrize("name", RANDOM)
def test_random_models_run_and_repeat(name):
    result = simulate(RANDOM[name], "numba")
    assert_same(simulate(RANDOM[name], "numba"), result, rtol=0)


@pytest.mark.compiler
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", RANDOM)
def test_same_draws_as_cython(name, tmp_path):
    prefs.codegen.runtime.cython.cache_dir = str(tmp_path)
    prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O0"]
    prefs._backup()
    result = simulate(RANDOM[name], "numba")
    reference = simulate(RANDOM[name], "cython")
    assert_same(result, reference, rtol=1e-10)
