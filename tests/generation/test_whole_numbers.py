"""An operation of integers means the same in each place, and however it is written."""

import numpy as np
import pytest
from brian2 import (
    Function,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    prefs,
)
from numba import njit

BASES = [-3, 0, 2, 5, 1, -1]
MODES = ["vector", "libm", "python", "numba"]
MODEL = """
x : 1
k : integer
m : integer
j : integer
big : integer
flag : boolean
other : boolean
shared_k : integer (shared)
shared_m : integer (shared)
shared_x : 1 (shared)
reciprocal = k**m : 1
cut = k**m : integer
"""


class Model:
    """A group that runs code in some mode."""

    def __init__(self, mode, n, model, **settings):
        self.mode = mode
        prefs.codegen.runtime.numba.math = "libm" if mode == "libm" else "vector"
        prefs.codegen.runtime.numba.jit = mode != "python"
        same = Function(njit(lambda x: x), arg_units=[1], return_unit=1)
        namespace = {"minus": -1, "plus": 1, "two": 2, "five": 5, "half": 0.5}
        self.group = NeuronGroup(
            n, f"{model}\nz : 1", namespace={**namespace, "same": same}, **settings
        )
        self.network = Network(self.group)

    def run(self, code):
        """Run code once."""
        if self.mode == "numba":
            # numba compiles all of it
            code = f"z = same(1.0)\n{code}"
        operation = self.group.run_regularly(code)
        self.network.run(0.1 * ms)
        operation.active = False


def mixed(mode="vector", n=6):
    """Return a model with all sorts of variables."""
    model = Model(mode, n, MODEL, dtype={"big": np.int64})
    group = model.group
    group.k, group.m, group.shared_k, group.shared_m = BASES[:n], -1, 4, -1
    group.x = 7
    return model


RECIPROCALS = [
    "x = k**-1",
    "x = k**(-1)",
    "x = k**m",
    "x = (k)**(m)",
    "x = k**minus",
    "x = k**-plus",
    "x = k**(2 - 3)",
    "x = k**(m + 0)",
    "x = -(-k**m)",
    "x = half*k**m*2",
    "x = k**m/1",
    "x = half*(k**m + k**m)",
    "x = reciprocal",
    "x = half*reciprocal + half*k**-1",
    "a = k**m\nx = a",
    "a = k**-1\nb = a\nx = b",
    "a = m\nx = k**a",
    "x = 0\nx += k**m",
    "x = 0\nx = x + k**m",
    "x = 1\nx = x*k**-1",
    "x = clip(k**m, -100, inf)",
    "x = 0*m + k**m",
]


@pytest.mark.parametrize("mode", MODES)
def test_a_negative_power_is_a_fraction(mode):
    with np.errstate(divide="ignore"):
        expected = 1 / np.array(BASES, float)
    model = mixed(mode)
    # numba takes a second to compile one
    for code in RECIPROCALS[:: 6 if mode == "numba" else 1]:
        model.run(code)
        np.testing.assert_array_equal(model.group.x[:], expected, err_msg=code)


SHARED = [
    "shared_k**-1",
    "shared_k**shared_m",
    "shared_k**minus",
    "4**-1",
    "4**shared_m",
]


@pytest.mark.parametrize("mode", ["vector", "python"])
def test_negative_powers_that_are_the_same_for_all_neurons(mode):
    model = mixed(mode)
    group = model.group
    for power in SHARED:
        for code in (
            f"x = {power}",
            f"x = 0*k + {power}",
            f"x = (k + 1)*{power} - k*{power}",
            f"shared_x = {power}\nx = shared_x",
            f"a = {power}\nx = a*1",
        ):
            model.run(code)
            np.testing.assert_array_equal(group.x[:], 0.25, err_msg=code)


@pytest.mark.parametrize("mode", ["vector", "python"])
def test_integers_get_negative_powers_without_the_fraction(mode):
    model = mixed(mode)
    group = model.group
    for code in (
        "j = k**-1",
        "j = k**m",
        "j = k**minus",
        "j = cut",
        "j = 1\nj *= k**m",
    ):
        model.run(code)
        # As all numbers that are no integer of 64 bits, 1/0 is the least one there
        np.testing.assert_array_equal(group.j[:], [0, 0, 0, 0, 1, -1], err_msg=code)
    model.run("big = k**m")
    assert group.big[1] == -(2**63)
    model.run("j = 4*k**m")
    np.testing.assert_array_equal(group.j[2:], [2, 0, 4, -4])


def test_negative_powers_in_conditions_strings_and_synapses():
    group = mixed().group
    for power in ("k**-1", "k**m", "k**minus", "reciprocal"):
        group.x = 0
        group.x[f"{power} > 0.3 and {power} < 0.9"] = 1
        np.testing.assert_array_equal(group.x[:], [0, 0, 1, 0, 0, 0])
        group.x = f"{power} + 1"
        np.testing.assert_allclose(group.x[2:], [1.5, 1.2, 2, 0])
    group.x = "k"
    synapses = Synapses(group, group, "w : 1\nl : integer")
    synapses.connect(condition="i == j and k_pre != 0")
    synapses.l = -1
    for power in ("k_pre**-1", "k_pre**l", "k_pre**m_post", "reciprocal_pre"):
        synapses.w = power
        np.testing.assert_array_equal(synapses.w[:], 1 / np.array([-3.0, 2, 5, 1, -1]))


POWERS = {
    "x = k**3": lambda k: float(k) ** 3,
    "x = k**plus": float,
    "x = k**two": lambda k: float(k) ** 2,
    "x = k**(-m)": float,
    "m = 3\nx = k**m": lambda k: float(k) ** 3,
    "m = 0\nx = k**m": lambda k: 1.0,
    "x = k**flag": lambda k: 1.0,
    "a = k**2\nx = a": lambda k: float(k) ** 2,
    "x = (k**two) % 3": lambda k: float(k * k % 3),
    "x = 10**(20*plus)*k": lambda k: 1e20 * k,
    "x = (10*plus)**20*k": lambda k: 1e20 * k,
    "m = 20\nx = (0*k + 10)**m*k": lambda k: 1e20 * k,
    "x = k*(2**31)**3": lambda k: float(k) * 2.0**93,
}


@pytest.mark.parametrize("mode", ["vector", "libm", "python"])
@pytest.mark.parametrize("code", POWERS)
def test_other_powers_of_integers(code, mode):
    model = mixed(mode)
    model.run(code)
    expected = [POWERS[code](k) for k in BASES]
    np.testing.assert_allclose(model.group.x[:], expected, rtol=1e-15)


@pytest.mark.parametrize("mode", ["vector", "libm"])
def test_powers_that_floats_can_hold_are_exact(mode):
    pairs = [
        (k, m)
        for k in [*range(-12, 13), 97, 1000, 94906265]
        for m in range(54)
        if abs(k) ** m <= 2**53
    ]
    variables = "k : integer\nm : integer\nx : 1\nj : integer"
    model = Model(mode, len(pairs), variables, dtype={"j": np.int64})
    model.group.k, model.group.m = np.array(pairs).T
    model.run("x = k**m\nj = k**m")
    expected = [k**m for k, m in pairs]
    assert model.group.j[:].tolist() == expected
    assert model.group.x[:].tolist() == expected


TRUTHS = {
    "x = flag + other": lambda a, b: a + b,
    "a = flag + other\nx = a": lambda a, b: a + b,
    "x = flag - other": lambda a, b: a - b,
    "a = flag - other\nx = a": lambda a, b: a - b,
    "x = flag*other": lambda a, b: a * b,
    "x = flag*2 + other": lambda a, b: 2 * a + b,
    "a = flag\na += other\nx = a": lambda a, b: min(a + b, 1),
    "x = int(flag) + other": lambda a, b: a + b,
    "x = (flag + other)**2": lambda a, b: (a + b) ** 2,
    "x = abs(flag) + flag": lambda a, b: 2 * a,
}


@pytest.mark.parametrize("mode", ["vector", "python"])
@pytest.mark.parametrize("code", TRUTHS)
def test_truth_values_count_as_0_and_1(code, mode):
    model = mixed(mode, 4)
    group = model.group
    group.flag, group.other = [False, False, True, True], [False, True, False, True]
    model.run(code)
    expected = [
        TRUTHS[code](int(a), int(b))
        for a, b in zip(group.flag, group.other, strict=True)
    ]
    np.testing.assert_array_equal(group.x[:], expected)


LARGE = [1e10, 2.0**31, -(2.0**31) - 1, np.nan, 1e300, -np.inf, 3.7, -3.7]


@pytest.mark.parametrize("mode", MODES)
def test_large_floats_as_integers(mode):
    variables = "x : 1\ny : 1\nj : integer\nl : integer\nbig : integer\nu : integer"
    dtypes = {"big": np.int64, "u": np.uint64}
    model = Model(mode, len(LARGE), variables, dtype=dtypes)
    group = model.group
    group.x = LARGE
    model.run("j = int(x)\nl = x\nbig = x\ny = int(x)")
    least = -(2**63)
    held = [10**10, 2**31, -(2**31) - 1, least, least, least, 3, -3]
    assert group.big[:].tolist() == held
    assert group.y[:].tolist() == [float(number) for number in held]
    expected = np.array(held).astype(np.int32)
    np.testing.assert_array_equal(group.j[:], expected)
    np.testing.assert_array_equal(group.l[:], expected)
    # Without sign, modulo 2**64
    model.run("u = x\na = int(x)\nbig = a")
    assert group.u[:].tolist() == [number % 2**64 for number in held]
    assert group.big[:].tolist() == held


UNSIGNED = [0, 1, 7, 2**53 + 1, 2**63, 2**63 + 2048, 2**64 - 1]
OF_UNSIGNED = {
    "u = -u": lambda u: -u,
    "u = abs(u)": lambda u: u,
    "u = int(u)": lambda u: u,
    "u = sign(u)": lambda u: int(u > 0),
    "u = clip(u, 5, 2**63 + 1000)": lambda u: min(max(u, 5), 2**63 + 1000),
    "u = clip(u, five, 1000)": lambda u: min(max(u, 5), 1000),
    "u = u**3 + 1": lambda u: u**3 + 1,
    "u = u**five": lambda u: u**5,
    "u = u**small": lambda u: u**3,
    "u = 3**u": lambda u: pow(3, u, 2**64),
    "u += 5": lambda u: u + 5,
    "u *= five": lambda u: u * 5,
    "u -= 2": lambda u: u - 2,
    "u = u - 2": lambda u: u - 2,
    "u = 2 - u": lambda u: 2 - u,
    "u = u // 10": lambda u: u // 10,
    "u = u % five": lambda u: u % 5,
    "u = u + u": lambda u: 2 * u,
    "a = u % five\nu = a*3": lambda u: u % 5 * 3,
    "a = u + 1\nb = a // five\nu = b": lambda u: (u + 1) % 2**64 // 5,
    "u = u // shared_u": lambda u: u // 3,
    "u = u % (shared_u + 2)": lambda u: u % 5,
    "u = u + (shared_u*2**63 - 1)": lambda u: u + 3 * 2**63 - 1,
    "u = u*6364136223846793005 + 1442695040888963407": lambda u: (
        u * 6364136223846793005 + 1442695040888963407
    ),
    "u = u + flag": lambda u: u + 1,
    "u = small - u": lambda u: 3 - u,
    "u = twice": lambda u: 2 * u,
    "u = 10*int(u > minus) + int(u >= 2**63) + 100*int(minus < u)": lambda u: (
        110 + (u >= 2**63)
    ),
    "u = int(u == 2**53 + 1) + 2*int(u != shared_u)": lambda u: (
        (u == 2**53 + 1) + 2 * (u != 3)
    ),
}


@pytest.mark.parametrize("mode", ["vector", "python", "numba"])
def test_integers_without_sign(mode):
    variables = """
    u : integer
    small : integer
    flag : boolean
    shared_u : integer (shared)
    twice = 2*u : integer
    """
    dtypes = dict.fromkeys(("u", "shared_u", "twice"), np.uint64)
    model = Model(mode, len(UNSIGNED), variables, dtype={**dtypes, "small": np.uint8})
    group = model.group
    group.small, group.flag, group.shared_u = 3, True, 3
    for code in list(OF_UNSIGNED)[:: 6 if mode == "numba" else 1]:
        group.variables["u"].set_value(np.array(UNSIGNED, np.uint64))
        model.run(code)
        expected = [int(OF_UNSIGNED[code](u)) % 2**64 for u in UNSIGNED]
        found = group.variables["u"].get_value().tolist()
        assert found == expected, code


def test_integers_without_sign_in_strings_monitors_and_synapses():
    group = NeuronGroup(
        3,
        "u : integer\nx : 1\nnext_u = u + 1 : integer",
        dtype=dict.fromkeys(("u", "next_u"), np.uint64),
        threshold="u % 7 == 3",
        reset="u += 4",
        namespace={"large": 2**63},
    )
    group.u = "2**63 + i"
    assert group.u[:].tolist() == [2**63, 2**63 + 1, 2**63 + 2]
    group.u = "u // 3"
    assert group.u[:].tolist() == [2**63 // 3, (2**63 + 1) // 3, (2**63 + 2) // 3]
    values = [3, 2**63 + 2048, 2**64 - 1]
    group.variables["u"].set_value(np.array(values, np.uint64))
    assert group.u["u > large"].tolist() == values[1:]
    recorded = StateMonitor(group, ["u", "next_u"], record=True)
    spikes = SpikeMonitor(group, variables="u")
    synapses = Synapses(group, group, "w : integer", dtype={"w": np.uint64})
    synapses.connect(condition="u_pre > u_post")
    synapses.w = "u_pre // 3"
    assert synapses.w[:].tolist() == [values[1] // 3, values[2] // 3, values[2] // 3]
    Network(group, recorded, spikes, synapses).run(0.2 * ms)
    assert recorded.u[:, 1].tolist() == [7, *values[1:]]
    assert recorded.next_u[:, 1].tolist() == [8, values[1] + 1, 0]
    assert spikes.u[:].tolist() == [3]
