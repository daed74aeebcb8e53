"""Counter-based random numbers: known answers, Python's own, and statistics."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import random_battery
from benchmarks.random_battery import Sample, p_values
from brian2numba.device.random_counters import RandomCounters, role_of
from brian2numba.kernels import counter_based, counter_streams, random_numbers
from brian2numba.language import float64s, int64s
from brian2numba.operations import operation

#: Counter, key and result of Philox4x32-7, from the tests of the authors' library
#: Random123 (kat_vectors)
KNOWN_ANSWERS = [
    (
        (0, 0, 0, 0, 0, 0),
        (0x5F6FB709, 0x0D893F64, 0x4F121F81, 0x4F730A48),
    ),
    (
        (0xFFFFFFFF,) * 6,
        (0x5207DDC2, 0x45165E59, 0x4D8EE751, 0x8C52F662),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
        (0x4DFCCABA, 0x190A87F0, 0xC47362BA, 0xB6B5242A),
    ),
]
KEY = counter_based.Key(0xA4093822, 0x299F31D0, 2**33 + 5, 0)


@operation
def philox_of_words(given: int, made: int):
    w, result = int64s(given), int64s(made)
    bits = counter_based.philox(w[0], w[1], w[2], w[3], w[4], w[5])
    result[0] = bits[0]
    result[1] = bits[1]
    result[2] = bits[2]
    result[3] = bits[3]
    return 0


@operation
def numbers_of_elements(address: int, out: int, first: int, n: int, draw: int):
    key, numbers = counter_based.open_key(address), float64s(out)
    for k in range(n):
        numbers[2 * k] = counter_based.rand_at(first + k, key, draw)
        numbers[2 * k + 1] = counter_based.randn_at(first + k, key, draw)
    return 0


@operation
def numbers_of_block(address: int, out: int, start: int, stop: int, draw: int):
    key = counter_based.open_key(address)
    counter_based.fill_rand(float64s(out), start, stop, key, draw)
    counter_based.fill_randn(float64s(out + 8 * 512), start, stop, key, draw)
    return 0


@operation
def numbers_of_streams(address: int, out: int, n: int, draw: int):
    streams, numbers = random_numbers.Streams(), float64s(out)
    counter_streams.open_counted_streams(streams, address)
    numbers[0] = random_numbers.rand(streams)
    for k in range(n):
        streams = counter_streams.stream_of(k, streams, draw)
        for i in range(20):
            numbers[1 + 40 * k + i] = random_numbers.rand(streams)
            numbers[1 + 40 * k + 20 + i] = random_numbers.randn(streams)
    counter_streams.close_counted_streams(streams)
    return 0


@pytest.fixture
def counters():
    counters = RandomCounters()
    counters.set_state({"seed": b"a seed", "runs": {"x": 7}})
    return counters


def made_by(call, make, size, *arguments):
    """Return what an operation writes, compiled (``call``) or not (``function``)."""
    out = np.zeros(size)
    getattr(make, call)(arguments[0], out.ctypes.data, *arguments[1:])
    return out


@pytest.mark.parametrize(("words", "answer"), KNOWN_ANSWERS)
@pytest.mark.parametrize("call", ["call", "python_call"])
def test_known_answers(words, answer, call):
    given, made = np.array(words, np.int64), np.zeros(4, np.int64)
    getattr(philox_of_words, call)(given.ctypes.data, made.ctypes.data)
    assert tuple(made) == answer


@pytest.mark.parametrize("call", ["call", "python_call"])
def test_a_block_has_the_numbers_of_its_elements(counters, call):
    address = counters.address("x")
    for start, n in ((0, 600), (512, 300), (1 << 31, 512), (0, 1)):
        n_block = min(n, 512)
        block = made_by(call, numbers_of_block, 1024, address, start, start + n, 3)
        single = made_by(call, numbers_of_elements, 2 * n, address, start, n, 3)
        assert (block[:n_block] == single[0 : 2 * n_block : 2]).all()
        assert (block[512 : 512 + n_block] == single[1 : 2 * n_block : 2]).all()


def test_python_makes_the_same_numbers(counters):
    address = counters.address("x")
    cases = [
        (numbers_of_elements, 2000, address, 0, 1000, 2),
        (numbers_of_block, 1024, address, 512, 1024, 65_535),
    ]
    for make, *arguments in cases:
        compiled = made_by("call", make, *arguments)
        assert (made_by("python_call", make, *arguments) == compiled).all()
        assert compiled.all()


def test_streams_are_the_same_in_python(counters):
    address, results = counters.address("x"), []
    for call in ("call", "python_call"):
        counters.set_state({"seed": b"a seed", "runs": {"x": 7}})
        results.append(made_by(call, numbers_of_streams, 401, address, 10, 2))
    assert (results[0] == results[1]).all()
    assert counters.get_state()["runs"] == {"x": 8}


def test_streams_repeat_no_number(counters):
    drawn = made_by("call", numbers_of_streams, 4001, counters.address("x"), 100, 1)
    again = made_by("call", numbers_of_streams, 4001, counters.address("x"), 100, 1)
    assert len(np.unique([drawn, again])) == drawn.size + again.size


def test_a_stream_does_not_depend_on_others(counters):
    address = counters.address("x")
    few = made_by("call", numbers_of_streams, 4001, address, 3, 1)
    counters.set_state({"seed": b"a seed", "runs": {"x": 7}})
    many = made_by("call", numbers_of_streams, 4001, address, 100, 1)
    assert (few[:121] == many[:121]).all()


def test_each_part_of_the_counter_counts():
    def numbers(element=1, key=KEY, draw=1):
        return counter_based.rand_at(element, key, draw)

    others = [
        numbers(element=2),
        numbers(element=1 + 256),
        numbers(element=1 + 512),
        numbers(draw=2),
        numbers(key=KEY._replace(low=1)),
        numbers(key=KEY._replace(high=1)),
        numbers(key=KEY._replace(run=5)),
        numbers(key=KEY._replace(run=2**33 + 6)),
        numbers(key=KEY._replace(run=2**47 + 2**33 + 5)),
    ]
    assert len({numbers(), *others}) == len(others) + 1
    assert numbers() == numbers()


def test_normal_numbers_are_box_and_mullers():
    rng = np.random.RandomState(1)
    words = rng.randint(0, 2**32, (500, 4), np.int64).tolist()
    extremes = [0, 1, 2**30 - 1, 2**30, 2**31, 3 * 2**30, 2**32 - 1]
    words += [[a, a, b, c] for a in extremes for b in extremes for c in extremes]
    for a, b, c, d in words:
        u = 1.0 - ((a << 20) | (b >> 12)) * 2.0**-52
        turn = (((c & (2**30 - 1)) << 22) | (d >> 10)) * 2.0**-54 - 0.125
        distance = math.sqrt(-2.0 * math.log(u))
        x, y = (f(2.0 * math.pi * turn) * distance for f in (math.cos, math.sin))
        x = -x if c >> 31 else x
        expected = (y, x) if c >> 30 & 1 else (x, y)
        pair = counter_based.normal_pair((a, b, c, d))
        assert pair == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_extreme_bits_make_finite_numbers():
    for bits in ((0,) * 4, (0xFFFFFFFF,) * 4):
        assert 0.0 <= counter_based.uniform(bits[0], bits[1]) < 1.0
        assert all(abs(x) < 8.6 for x in counter_based.normal_pair(bits))


def test_no_test_of_randomness_fails():
    """The generator is deterministic, and so are these p-values."""
    found = [
        (p, name)
        for seed in ("a", "b")
        for name, p in p_values(Sample(100_000, seed=seed))
    ]
    assert len(found) > 130
    assert min(found) > (1e-3 / len(found), "")
    # P-values are uniformly distributed, too
    assert 0.35 < np.mean([p for p, _ in found]) < 0.65


def test_the_battery_finds_what_is_not_random():
    regular = np.arange(400_000, dtype=np.uint32) * np.uint32(0x9E3779B9)
    assert min(p for _, p in random_battery._of_words(regular)) < 1e-10
    assert min(p for _, p in random_battery._of_uniform(regular * 2.0**-32)) < 1e-10
    rounded = np.round(Sample(100_000).normal(), 1)
    assert min(p for _, p in random_battery._of_normal(rounded)) < 1e-10


def test_the_battery_prints_p_values(capsys):
    assert random_battery.main(["--scale", "1", "--seeds", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(0.0 <= float(line.split()[0]) <= 1.0 for line in lines[:-1])
    assert lines[-1].startswith(f"{len(lines) - 1} tests; the least p-value is")


PARTS = ("group_1_stateupdater", "group_1_run_regularly_3", "group_1_run_regularly_4")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("group_1_stateupdater_codeobject", "group_1_stateupdater"),
        ("group_1_stateupdater_codeobject_12", "group_1_stateupdater"),
        ("group_1_run_regularly_3_codeobject", "group_1_run_regularly"),
        ("group_1_run_regularly_4_codeobject_5", "group_1_run_regularly_1"),
        ("group_1_codeobject_of_mine_2", "group_1_codeobject_of_mine_2"),
    ],
)
def test_roles_are_names_of_objects(name, role):
    parts = [SimpleNamespace(name=part) for part in PARTS]
    owner = SimpleNamespace(name="group_1", contained_objects=parts)
    assert role_of(name, owner) == role
