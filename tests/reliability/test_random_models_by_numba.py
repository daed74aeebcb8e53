"""Random models do the same, bit by bit, if numba compiles their kernels."""

import pytest
from brian2 import prefs

from reliability.random_models.execution import run_script
from reliability.random_models.harness import drawn_models
from reliability.random_models.script import write
from reliability.values import differing

N_MODELS, SEED = 14, 11


def outcome(script, which):
    prefs.codegen.runtime.numba.compiler = which
    # A script begins with what was kept
    prefs._backup()
    return run_script(script)


# In each of them, numba compiles some ten kernels
@pytest.mark.long
@pytest.mark.timeout(600)
def test_both_compilers_agree():
    # Models that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()
    n_same = 0
    for model in drawn_models(N_MODELS, SEED):
        script = write(model, "numba")
        direct, by_numba = (outcome(script, which) for which in ("direct", "numba"))
        said = (by_numba.error, by_numba.message)
        assert said == (direct.error, direct.message), script
        differences = list(differing(by_numba.values, direct.values, 0))
        assert not differences, f"{script}\n{differences}"
        n_same += not direct.error
    assert n_same > N_MODELS // 3
