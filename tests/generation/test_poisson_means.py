"""Means of Poisson numbers that are known before a loop."""

import pytest

from brian2numba.generation.poisson_means import with_means_before


def poisson(mean: str, draw: int = 1) -> str:
    stream = f"_uniform_stream_of(_vectorisation_idx, _random_streams, {draw})"
    return f"_poisson_by_one({mean}, _vectorisation_idx, {stream})"


def test_statements_that_a_mean_needs():
    code = f"""\
i = _array_i[_idx]
mean = _array_mean[_idx]
v = _array_v[_idx]
mean = mean * decay
unused = v + i
v = 2 * {poisson("_exp(mean) + i")} + 1
_array_mean[_idx] = mean
_array_v[_idx] = v
"""
    changed, means = with_means_before(code)
    assert changed == code.replace(poisson("_exp(mean) + i"), _NUMBER)
    assert means == {
        "1": """\
for _idx in _range(_start, _stop):
    i = _array_i[_idx]
    mean = _array_mean[_idx]
    mean = mean * decay
    _drawn1[_idx - _start] = _float64(_exp(mean) + i)"""
    }


_NUMBER = "_int64(_drawn1[_idx - _start])"
_READ = "mean = _array_mean[_idx]\n"


@pytest.mark.parametrize(
    "code",
    [
        # Another element may have changed it, or it may be no element
        f"mean = _array_mean[_other_idx]\nx = {poisson('mean')}",
        f"{_READ}x = {poisson('mean')}\n_array_mean[_other_idx] = x",
        # It depends on what is drawn
        f"mean = _rand_at(_vectorisation_idx, _random_key, 2)\nx = {poisson('mean')}",
        # A function of a user's may have effects
        f"mean = f(1.0)\nx = {poisson('mean')}",
        f"{_READ}x = {poisson('f(mean)')}",
        # No simple assignments
        f"{_READ}if is_active:\n    mean = 2.0\nx = {poisson('mean')}",
        f"{_READ}mean += 1.0\nx = {poisson('mean')}",
    ],
)
def test_means_that_are_not_known(code):
    assert with_means_before(code) == (code, {})


def test_of_a_poisson_number_only_the_inner_mean_is_known():
    code = f"{_READ}x = {poisson(poisson('mean'), 2)}"
    changed, means = with_means_before(code)
    assert changed == f"{_READ}x = {poisson(_NUMBER, 2)}"
    assert list(means) == ["1"]


def test_arguments_of_other_functions_are_left_alone():
    stream = "_uniform_stream_of(_vectorisation_idx, _random_streams, 1)"
    mean = f"f(mean, _vectorisation_idx, {stream})"
    code = f"{_READ}x = {poisson(mean, 2)}"
    assert with_means_before(code) == (code, {})


def test_what_is_assigned_later_plays_no_role():
    code = f"{_READ}x = {poisson('mean')}\nif x:\n    mean = f(x)"
    assert list(with_means_before(code)[1]) == ["1"]
