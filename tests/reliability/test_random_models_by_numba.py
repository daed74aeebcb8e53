"""Random models do the same, bit by bit, if numba compiles their kernels."""

import pytest

from tests.reliability.two_ways import compare_models

N_MODELS, SEED = 14, 11


# In each of them, numba compiles some ten kernels
@pytest.mark.long
@pytest.mark.timeout(600)
def test_both_compilers_agree():
    n_same = compare_models(N_MODELS, SEED, "compiler", ("direct", "numba"))
    assert n_same > N_MODELS // 3
