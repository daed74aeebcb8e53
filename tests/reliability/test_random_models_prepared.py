"""Random models do the same, bit by bit, whatever their runs prepare."""

import pytest
from brian2 import prefs

from brian2numba.testing.prepared_twice import prepare_twice
from reliability.random_models.execution import run_script
from reliability.random_models.harness import drawn_models
from reliability.random_models.script import write
from reliability.values import differing

N_MODELS, SEED = 40, 5


def outcome(script, prepare):
    prefs.codegen.runtime.numba.prepare = prepare
    # A script begins with what was kept
    prefs._backup()
    return run_script(script)


# Each of them runs several times, with changes in between
@pytest.mark.long
@pytest.mark.timeout(600)
def test_runs_that_keep_and_runs_that_prepare_agree():
    # Models that are refused leave objects behind
    prefs.logging.warn_for_unused_objects = False
    prefs._backup()
    n_same = 0
    with prepare_twice() as compared:
        before = compared.n_objects, compared.n_schedules
        for model in drawn_models(N_MODELS, SEED):
            script = write(model, "numba")
            always, changed = (outcome(script, how) for how in ("always", "changed"))
            said = (changed.error, changed.message)
            assert said == (always.error, always.message), script
            differences = list(differing(changed.values, always.values, 0))
            assert not differences, f"{script}\n{differences}"
            n_same += not always.error
        after = compared.n_objects, compared.n_schedules
    assert n_same > N_MODELS // 3
    assert after[0] - before[0] > N_MODELS
    assert after[1] > before[1]
