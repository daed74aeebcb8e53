"""Kernels draw what Brian's Cython target draws: numpy's numbers, through buffers."""

import ctypes
import pickle

import brian2
import numpy as np
import pytest
from brian2 import (
    BinomialFunction,
    NeuronGroup,
    get_device,
    prefs,
    run,
    seed,
)
from brian2.devices.device import RuntimeDevice, runtime_device
from brian2.utils.logger import catch_logs

from brian2numba.device import random_reserve, random_state
from brian2numba.device.random_state import RandomStreams, attach_random_streams
from brian2numba.kernels import binomial_numbers, random_buffers, random_numbers
from brian2numba.language import float64_from_bits, float64s
from brian2numba.operations import operation

SIZE = 20_000


@operation
def draw_uniform(address: int, out: int, n: int):
    streams = random_numbers.Streams()
    random_numbers.open_streams(streams, address)
    for i in range(n):
        float64s(out)[i] = random_numbers.rand(streams)
    random_numbers.close_streams(streams)
    return 0


@operation
def draw_normal(address: int, out: int, n: int):
    streams = random_numbers.Streams()
    random_numbers.open_streams(streams, address)
    for i in range(n):
        float64s(out)[i] = random_numbers.randn(streams)
    random_numbers.close_streams(streams)
    return 0


@operation
def draw_poisson(address: int, out: int, n: int, lam: int):
    streams = random_numbers.Streams()
    random_numbers.open_streams(streams, address)
    for i in range(n):
        float64s(out)[i] = random_numbers.poisson(float64_from_bits(lam), streams)
    random_numbers.close_streams(streams)
    return 0


@operation
def draw_binomial(address: int, out: int, n: int, trials: int, p_bits: int):
    streams = random_numbers.Streams()
    random_numbers.open_streams(streams, address)
    p = float64_from_bits(p_bits)
    q = 1.0 - p
    for i in range(n):
        float64s(out)[i] = random_numbers.binomial_by_inversion(
            trials, p, q, q ** float(trials), float(trials), streams
        )
    random_numbers.close_streams(streams)
    return 0


@operation
def draw_binomial_by_normal(address: int, out: int, n: int, loc: int, scale: int):
    streams = random_numbers.Streams()
    random_numbers.open_streams(streams, address)
    for i in range(n):
        float64s(out)[i] = binomial_numbers.binomial_by_normal(
            i, float64_from_bits(loc), float64_from_bits(scale), streams
        )
    random_numbers.close_streams(streams)
    return 0


@pytest.fixture(params=["in place", "copied"])
def streams(request, monkeypatch):
    """Streams of a device of its own, with both ways to numpy's number in reserve."""
    if request.param == "copied":
        monkeypatch.setattr(random_reserve, "_find_offset", lambda: None)
    generator = np.random.mtrand._rand._bit_generator
    device = RuntimeDevice()
    streams = attach_random_streams(device)
    streams.device = device
    yield streams
    np.random.set_bit_generator(generator)


def bits(number):
    """Return an integer, or the bits of a floating point number."""
    return np.array(number).view(np.int64).item()


def draw(streams, kernel, n, *parameters):
    """Draw numbers the way that the numba target does."""
    out = np.empty(n)
    streams.enter()
    kernel.call(streams.address, out.ctypes.data, n, *map(bits, parameters))
    streams.leave()
    return out


def test_the_number_in_reserve_is_found_in_place():
    assert random_reserve._find_offset() is not None


def test_unexpected_objects_are_not_used_in_place(monkeypatch):
    monkeypatch.setattr(random_reserve, "_memory", lambda instance: bytes(240))
    assert isinstance(random_reserve.normal_in_reserve(), random_reserve.ReserveCopy)


@pytest.mark.parametrize(
    ("kernel", "numpys"), [("uniform", "rand"), ("normal", "randn")]
)
def test_draws_numpys_sequence(streams, kernel, numpys):
    kernel = {"uniform": draw_uniform, "normal": draw_normal}[kernel]
    streams.device.seed(1)
    expected = np.concatenate([getattr(np.random, numpys)(SIZE) for _ in range(4)])
    streams.device.seed(1)
    sizes = [1, SIZE - 2, 7, SIZE, 20_000, 5]
    drawn = np.concatenate([draw(streams, kernel, n) for n in sizes])
    assert (drawn == expected[: len(drawn)]).all()


@pytest.mark.parametrize("n_words", [0, 1, 2, 623, 624, 625])
def test_draws_from_any_position_of_the_generator(streams, n_words):
    streams.device.seed(3)
    for _ in range(n_words):
        np.random.bytes(4)
    expected = np.random.rand(2 * SIZE)
    streams.device.seed(3)
    for _ in range(n_words):
        np.random.bytes(4)
    assert (draw(streams, draw_uniform, 2 * SIZE) == expected).all()


@pytest.mark.parametrize("generator", [None, np.random.PCG64, np.random.SFC64])
def test_draws_between_pythons_own(streams, generator):
    device = streams.device
    device.seed(2)
    draw(streams, draw_normal, 1)
    if generator is not None:
        np.random.set_bit_generator(generator(3))
    start = np.random.get_state(legacy=False)
    np.random.randn(1)
    buffers = [np.random.randn(SIZE)]
    two = np.random.randn(2)
    buffers.append(np.random.randn(SIZE))
    uniform = np.random.rand(SIZE)
    end = np.random.randn(3)

    np.random.set_state(start)
    streams.forget()
    np.random.randn(1)
    assert (draw(streams, draw_normal, SIZE) == buffers[0]).all()
    assert (np.random.randn(2) == two).all()
    assert (draw(streams, draw_normal, SIZE) == buffers[1]).all()
    assert (draw(streams, draw_uniform, SIZE) == uniform).all()
    assert (np.random.randn(3) == end).all()


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_python_makes_the_same_numbers(size):
    def made_by(call):
        np.random.seed(15)
        streams = RandomStreams.with_own_buffers(size)
        streams.enter()
        for refill in (random_buffers.refill_normal, random_buffers.refill_uniform) * 3:
            getattr(refill, call)(streams.address, 0, 0, 0)
        streams.leave()
        arrays = streams.arrays
        return np.r_[arrays["rand_buffer"], arrays["randn_buffer"], np.random.randn(3)]

    assert (made_by("call") == made_by("python_call")).all()


def test_odd_buffers_leave_a_number_in_reserve(monkeypatch):
    streams = RandomStreams.with_own_buffers(5)
    np.random.seed(4)
    expected = np.random.randn(23)
    np.random.seed(4)
    drawn = draw(streams, draw_normal, 20)
    assert (drawn == expected[:20]).all()
    assert (np.random.randn(3) == expected[20:]).all()


def log_factorial(k):
    """Stirling's series as in numpy's legacy generator, k counted from 0."""
    coefficients = [
        8.333333333333333e-02, -2.777777777777778e-03, 7.936507936507937e-04,
        -5.952380952380952e-04, 8.417508417508418e-04, -1.917526917526918e-03,
        6.410256410256410e-03, -2.955065359477124e-02, 1.796443723688307e-01,
        -1.39243221690590e00,
    ]  # fmt: skip
    x = float(k + 1)
    if x in (1.0, 2.0):
        return 0.0
    shift = max(0, int(7 - x))
    x += shift
    series = 0.0
    for c in reversed(coefficients):
        series = series / (x * x) + c
    result = series / x + 0.5 * np.log(2 * np.pi) + (x - 0.5) * np.log(x) - x
    return result - sum(np.log(x - i) for i in range(1, shift + 1))


def poisson_model(lam, uniform):
    """One Poisson number from an iterator of uniform ones."""
    if lam == 0:
        return 0
    if lam < 10:
        count, product = 0, next(uniform)
        while product > np.exp(-lam):
            count, product = count + 1, product * next(uniform)
        return count
    b = 0.931 + 2.53 * np.sqrt(lam)
    a = -0.059 + 0.02483 * b
    while True:
        u, v = next(uniform) - 0.5, next(uniform)
        us = 0.5 - abs(u)
        k = int(np.floor((2 * a / us + b) * u + lam + 0.43))
        if us >= 0.07 and v <= 0.9277 - 3.6224 / (b - 2):
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        left = np.log(v) + np.log(1.1239 + 1.1328 / (b - 3.4))
        if left - np.log(a / (us * us) + b) <= (
            -lam + k * np.log(lam) - log_factorial(k)
        ):
            return k


@pytest.mark.parametrize("lam", [0, 0.1, 3, 9.99, 10, 12.5, 40, 1e4, 1e9])
def test_poisson_numbers_are_the_models(streams, lam):
    streams.device.seed(5)
    uniform = iter(np.random.rand(SIZE).tolist())
    expected = [poisson_model(lam, uniform) for _ in range(300)]
    streams.device.seed(5)
    assert draw(streams, draw_poisson, 300, float(lam)).tolist() == expected


@pytest.mark.parametrize("lam", [2.0, 30.0])
def test_poisson_numbers_have_mean_and_variance(streams, lam):
    streams.device.seed(6)
    drawn = draw(streams, draw_poisson, 50_000, lam)
    assert abs(drawn.mean() - lam) < 0.02 * lam
    assert abs(drawn.var() - lam) < 0.05 * lam


@pytest.mark.parametrize("lam", [-1.0, float("nan")])
def test_poisson_numbers_of_no_mean_are_0(streams, lam):
    assert not draw(streams, draw_poisson, 10, lam).any()


def binomial_model(n, p, uniform):
    """One binomial number from an iterator of uniform ones."""
    count, px, u = 0, (1 - p) ** n, next(uniform)
    while u > px:
        count += 1
        if count > n:
            count, px, u = 0, (1 - p) ** n, next(uniform)
        else:
            u -= px
            px = (n - count + 1) * p * px / (count * (1 - p))
    return count


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (10, 0.3), (40, 0.05), (5, 0.0)])
def test_binomial_numbers_are_the_models(streams, n, p):
    streams.device.seed(7)
    uniform = iter(np.random.rand(SIZE).tolist())
    expected = [binomial_model(n, p, uniform) for _ in range(1000)]
    streams.device.seed(7)
    drawn = draw(streams, draw_binomial, 1000, n, p)
    assert drawn.tolist() == expected
    assert abs(drawn.mean() - n * p) < 0.1 * n * p + 1e-12


def test_binomial_numbers_by_normal_are_of_single_precision(streams):
    streams.device.seed(8)
    normal = np.random.randn(SIZE)[:100]
    streams.device.seed(8)
    drawn = draw(streams, draw_binomial_by_normal, 100, 30.0, 4.5)
    assert (drawn == (normal * 4.5 + 30.0).astype(np.float32)).all()


def test_streams_are_the_devices_own(streams):
    device = streams.device
    assert attach_random_streams(device) is streams
    if device.rand_buffer.size == SIZE:
        assert streams.arrays["rand_buffer"] is device.rand_buffer
        assert "seed" not in vars(device)


@pytest.mark.parametrize("kernel", [draw_uniform, draw_normal])
def test_a_state_continues_exactly(streams, kernel):
    device = streams.device
    device.seed(9)
    draw(streams, kernel, 1234)
    state = pickle.loads(pickle.dumps(device.get_random_state()))
    expected = draw(streams, kernel, SIZE)
    draw(streams, kernel, 77)
    device.set_random_state(state)
    assert (draw(streams, kernel, SIZE) == expected).all()


def test_seed_empties_the_buffers(streams):
    streams.device.seed(10)
    first = draw(streams, draw_uniform, 10)
    draw(streams, draw_uniform, 10)
    streams.device.seed(10)
    assert (draw(streams, draw_uniform, 10) == first).all()


def test_states_without_numbers_are_accepted_with_a_warning(streams):
    device = streams.device
    device.seed(11)
    expected = draw(streams, draw_uniform, 10)
    device.seed(11)
    state = device.get_random_state()
    state.pop("brian2numba", None)
    for name in ("rand", "randn"):
        state[f"{name}_buffer"] = np.zeros(1, np.intp)
        state[f"{name}_buffer_index"] = np.array([3], np.int32)
    with catch_logs() as logs:
        device.set_random_state(state)
    assert any("does not contain the numbers" in log[2] for log in logs)
    assert (draw(streams, draw_uniform, 10) == expected).all()


def test_states_of_brian_2_11_are_accepted():
    device = RuntimeDevice()
    streams = attach_random_streams(device)
    device.seed(12)
    draw(streams, draw_uniform, 10)
    state = device.get_random_state()
    # as another version would have stored it
    newer = {"numpy_state": state["numpy_state"], **streams.get_state()}
    expected = draw(streams, draw_uniform, 10)
    draw(streams, draw_uniform, 10)
    device.set_random_state(newer)
    assert (draw(streams, draw_uniform, 10) == expected).all()


def test_streams_are_pickled_with_their_numbers():
    streams = RandomStreams.with_own_buffers(6)
    np.random.seed(13)
    draw(streams, draw_uniform, 2)
    other = pickle.loads(pickle.dumps(streams))
    assert (draw(other, draw_uniform, 4) == draw(streams, draw_uniform, 4)).all()
    assert other.address != streams.address


def test_the_address_is_constant(streams):
    before = streams.address
    np.random.set_bit_generator(np.random.PCG64(1))
    draw(streams, draw_uniform, 10)
    assert streams.address == before


@pytest.mark.compiler
# Brian 2.10 calls functions of pyparsing by their old names
@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("expression", "kernel", "parameters"),
    [
        ("rand()", draw_uniform, ()),
        ("randn()", draw_normal, ()),
        ("poisson(4.5)", draw_poisson, (4.5,)),
        ("poisson(45.0)", draw_poisson, (45.0,)),
        ("few()", draw_binomial, (10, 0.25)),
        ("many()", draw_binomial_by_normal, (50.0, np.sqrt(37.5))),
    ],
)
def test_is_like_the_cython_target(expression, kernel, parameters):
    prefs.codegen.target = "cython"
    namespace = {
        "few": BinomialFunction(10, 0.25),
        "many": BinomialFunction(200, 0.25),
    }
    n = 30_000
    group = NeuronGroup(n, "x : 1", namespace=namespace)
    group.run_regularly(f"x = {expression}", dt=brian2.defaultclock.dt)
    seed(14)
    run(brian2.defaultclock.dt)
    streams = attach_random_streams(get_device())
    get_device().seed(14)
    drawn = draw(streams, kernel, n, *parameters)
    np.testing.assert_array_equal(group.x[:], drawn)


def test_the_runtime_device_has_streams():
    assert random_state.attach_random_streams(runtime_device).address is not None
    address = attach_random_streams(runtime_device).address
    assert ctypes.c_int64.from_address(address).value
