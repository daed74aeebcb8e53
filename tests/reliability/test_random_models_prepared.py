"""Random models do the same, bit by bit, whatever their runs prepare."""

import pytest

from brian2numba.testing.prepared_twice import prepare_twice
from tests.reliability.two_ways import compare_models

N_MODELS, SEED = 40, 5


# Each of them runs several times, with changes in between
@pytest.mark.long
@pytest.mark.timeout(600)
def test_runs_that_keep_and_runs_that_prepare_agree():
    with prepare_twice() as compared:
        before = compared.n_objects, compared.n_schedules
        n_same = compare_models(N_MODELS, SEED, "prepare", ("always", "changed"))
        after = compared.n_objects, compared.n_schedules
    assert n_same > N_MODELS // 3
    assert after[0] - before[0] > N_MODELS
    assert after[1] > before[1]
