"""Models whose random numbers are counter-based: what the numbers depend on."""

import numpy as np
import pytest
from brian2 import (
    DEFAULT_FUNCTIONS,
    BinomialFunction,
    Function,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    Synapses,
    check_units,
    defaultclock,
    get_device,
    implementation,
    magic_network,
    ms,
    prefs,
    restore,
    run,
    seed,
    start_scope,
    store,
)
from brian2.core.preferences import PreferenceError
from brian2.devices.device import RuntimeDevice
from numba import njit

from brian2numba.device.random_counters import attach_random_counters

NOISY = "dv/dt = -v/(10*ms) + sqrt(2/(10*ms))*xi : 1"


@pytest.fixture(autouse=True)
def fast():
    prefs.codegen.runtime.numba.random = "fast"


def noise(n=1000, name="neurons", others=(), n_steps=3):
    """Run neurons with others before them; return what noise made of them."""
    start_scope()
    objects = [NeuronGroup(7, NOISY, method="euler", name=other) for other in others]
    group = NeuronGroup(n, NOISY, method="euler", name=name)
    seed(1)
    Network(*objects, group).run(n_steps * defaultclock.dt)
    return group.v[:].copy()


def drawn(expression, n=1000, n_steps=1, **options):
    """Return what an expression gives in a time step, one row a step."""
    start_scope()
    group = NeuronGroup(n, "x : 1", name="drawing", **options)
    group.run_regularly(f"x = {expression}", name="operation")
    network, rows = Network(group), []
    for _ in range(n_steps):
        network.run(defaultclock.dt)
        rows.append(group.x[:].copy())
    return np.array(rows)


def test_a_seed_gives_the_same_numbers():
    assert (noise() == noise()).all()


def test_seeds_differ():
    first = noise()
    start_scope()
    group = NeuronGroup(1000, NOISY, method="euler", name="neurons")
    seed(2)
    Network(group).run(3 * defaultclock.dt)
    assert not (group.v[:] == first).any()


def test_without_a_number_seeds_are_random():
    results = []
    for _ in range(2):
        seed()
        results.append(drawn("rand()"))
    assert not (results[0] == results[1]).any()


def test_without_seed_it_is_made_of_numpys_state():
    def first_key(numpys_seed):
        np.random.seed(numpys_seed)
        counters = attach_random_counters(RuntimeDevice())
        return counters.get_state()["seed"]

    assert first_key(3) == first_key(3) != first_key(4)


def test_other_objects_play_no_role():
    alone = noise()
    assert (noise(others=["more", "and_more"]) == alone).all()


def test_the_name_plays_a_role():
    assert not (noise(name="other") == noise()).any()


def test_the_number_of_elements_plays_no_role():
    assert (noise(n=700) == noise(n=5000)[:700]).all()


def test_groups_of_the_same_name_that_still_exist_play_no_role():
    def build():
        seed(1)
        group = NeuronGroup(
            5, "x : 1\ny : 1\nr = rand() : 1 (constant over dt)", name="neurons"
        )
        group.run_regularly("x = rand()")
        group.run_regularly("y = rand()")
        Network(group).run(defaultclock.dt)
        return group

    first, second = build(), build()
    for name in "xyr":
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert not np.any(first.x[:] == first.y[:])


@pytest.mark.parametrize("name_of_first", ["a", "z"])
def test_the_order_of_objects_plays_no_role(name_of_first):
    start_scope()
    names = [name_of_first, "neurons"]
    groups = {
        name: NeuronGroup(
            300, NOISY, method="euler", name=name, order=1 - k if k else 0
        )
        for k, name in enumerate(names)
    }
    seed(1)
    Network(*groups.values()).run(3 * defaultclock.dt)
    assert (groups["neurons"].v[:] == noise(300)).all()


def test_brians_own_loop_gives_the_same():
    expected = noise()
    prefs.codegen.runtime.numba.native_loop = False
    assert (noise() == expected).all()


def test_one_pass_with_the_threshold_gives_the_same():
    def spiking(profile):
        start_scope()
        group = NeuronGroup(
            900, NOISY, method="euler", threshold="v > 1", reset="v = 0", name="spiking"
        )
        seed(4)
        Network(group).run(5 * ms, profile=profile)
        return group.v[:].copy()

    assert (spiking(True) == spiking(False)).all()


def test_a_threshold_that_draws_is_no_part_of_a_state_update():
    def spiking(native_loop):
        prefs.codegen.runtime.numba.native_loop = native_loop
        start_scope()
        group = NeuronGroup(
            900,
            NOISY,
            method="euler",
            threshold="v > rand()",
            reset="v = -rand()",
            name="both",
        )
        seed(4)
        Network(group).run(5 * ms)
        return group.v[:].copy()

    assert (spiking(True) == spiking(False)).all()


def test_time_steps_and_elements_and_draws_differ():
    start_scope()
    group = NeuronGroup(700, "x : 1\ny : 1", name="drawing")
    group.run_regularly("x = rand()\ny = rand()")
    network, rows = Network(group), []
    for _ in range(3):
        network.run(defaultclock.dt)
        rows += [group.x[:].copy(), group.y[:].copy()]
    assert len(np.unique(rows)) == 6 * 700


def six_of(n_draws):
    """Draw so many numbers in a time step; return the first six, and the source."""
    start_scope()
    names = "abcdfgh"[:n_draws]
    group = NeuronGroup(600, "\n".join(f"{k} : 1" for k in names), name="drawing")
    operation = group.run_regularly(
        "\n".join(f"{k} = rand{'n' * (i % 2)}()" for i, k in enumerate(names)),
        name="operation",
    )
    seed(3)
    Network(group).run(defaultclock.dt)
    return np.array([getattr(group, k)[:] for k in "abcdfg"]), operation.codeobj.code


def test_more_draws_are_made_one_by_one_and_are_the_same():
    in_blocks, source = six_of(6)
    assert "_fill_randn" in source["run"]
    one_by_one, source = six_of(7)
    assert "_fill_randn" not in source["run"]
    assert (in_blocks == one_by_one).all()
    assert len(np.unique(in_blocks)) == in_blocks.size


def test_successive_assignments_differ():
    start_scope()
    group = NeuronGroup(100, "x : 1\ny : 1", name="assigned")
    results = []
    for variable in ("x", "x", "y"):
        setattr(group, variable, "rand()")
        results.append(getattr(group, variable)[:].copy())
    group.x[group.x[:] >= 0] = "rand()"
    results += [group.x[:].copy()]
    group.x["i >= 0"] = "rand()"
    results += [group.x[:].copy()]
    assert len(np.unique(results)) == 500


def test_indices_by_chance_differ():
    start_scope()
    group = NeuronGroup(1000, "x : 1", name="chosen")
    first, second = (group.indices["rand() < 0.5"].tolist() for _ in range(2))
    assert first != second
    assert 400 < len(first) < 600


def connected(condition, **options):
    start_scope()
    group = NeuronGroup(200, "x : 1", name="connected")
    synapses = Synapses(group, group, name="synapses")
    synapses.connect(condition, **options)
    first = set(zip(synapses.i[:].tolist(), synapses.j[:].tolist(), strict=True))
    return first, synapses


@pytest.mark.parametrize("p", [0.1, 0.6])
def test_connections_by_chance(p):
    seed(6)
    first, synapses = connected(None, p=p)
    assert abs(len(first) - 40_000 * p) < 5 * np.sqrt(40_000 * p * (1 - p))
    synapses.connect(p=p)
    n = len(first)
    second = set(zip(synapses.i[n:].tolist(), synapses.j[n:].tolist(), strict=True))
    # Independent of the first
    assert abs(len(first & second) - 40_000 * p * p) < 5 * 200 * p
    seed(6)
    assert connected(None, p=p)[0] == first


@pytest.mark.parametrize("size", [5, 100])
def test_connections_to_samples(size):
    start_scope()
    group = NeuronGroup(200, "x : 1", name="connected")
    synapses = Synapses(group, group, name="sampling")
    seed(7)
    synapses.connect(j=f"k for k in sample(N_post, size={size})")
    assert (np.bincount(synapses.i[:]) == size).all()
    counts = np.bincount(synapses.j[:], minlength=200)
    assert ((counts - size) ** 2).sum() / size < 300


def test_expressions_of_patterns_draw_one_after_the_other():
    start_scope()
    group = NeuronGroup(20, "x : 1", name="connected")
    synapses = Synapses(group, group, name="by_condition")
    seed(8)
    synapses.connect("rand() < 0.5")
    pairs = np.zeros((20, 20), bool)
    pairs[synapses.i[:], synapses.j[:]] = True
    assert 140 < pairs.sum() < 260
    assert len(np.unique(pairs, axis=0)) == len(np.unique(pairs, axis=1)) == 20


def test_synapses_draw_for_themselves():
    start_scope()
    source = NeuronGroup(100, "v : 1", threshold="True", name="source")
    target = NeuronGroup(1, "v : 1", name="target")
    synapses = Synapses(
        source, target, "x : 1\ny : 1", on_pre="x = randn()", on_post="", name="pathway"
    )
    synapses.connect()
    synapses.x = -100
    net = Network(source, target, synapses)
    seed(9)
    net.run(2 * defaultclock.dt)
    first = synapses.x[:].copy()
    net.run(defaultclock.dt)
    assert len(np.unique([first, synapses.x[:]])) == 200
    assert abs(first).max() < 6


def test_poisson_numbers():
    seed(10)
    for mean in (0.5, 4.0, 60.0):
        numbers = drawn(f"poisson({mean})", n=20_000, n_steps=2)
        assert abs(numbers.mean() - mean) < 5 * np.sqrt(mean / numbers.size)
        assert abs(numbers.var() - mean) < 0.06 * mean
        assert abs(np.corrcoef(*numbers)[0, 1]) < 0.03


@pytest.mark.parametrize("approximate", [True, False])
def test_binomial_numbers(approximate):
    many = BinomialFunction(100, 0.3, approximate=approximate)
    seed(11)
    numbers = drawn("many()", n=20_000, n_steps=2, namespace={"many": many})
    assert abs(numbers.mean() - 30) < 0.15
    assert abs(numbers.var() - 21) < 0.8
    assert abs(np.corrcoef(*numbers)[0, 1]) < 0.03


def test_poisson_input_and_group():
    start_scope()
    group = NeuronGroup(5000, "x : 1", name="receiving")
    given = PoissonInput(group, "x", 100, 50 * Hz, 1)
    spiking = PoissonGroup(2000, 100 * Hz, name="spiking")
    counting = NeuronGroup(2000, "x : 1", name="counting")
    synapses = Synapses(spiking, counting, on_pre="x += 1", name="counted")
    synapses.connect("i == j")
    seed(12)
    Network(group, given, spiking, counting, synapses).run(20 * ms)
    assert abs(group.x[:].mean() - 100) < 1
    assert abs(group.x[:].var() - 100) < 10
    assert abs(counting.x[:].mean() - 2) < 0.2


def test_functions_of_users_draw_as_often_as_they_like():
    def unknown(n):
        raise NotImplementedError

    f = Function(
        unknown, arg_units=[1], return_unit=1, stateless=False, auto_vectorise=True
    )
    f.implementations.add_implementation(
        "numba",
        "def f(n, _idx):\n"
        "    total = 0.0\n"
        "    for _ in range(int(n)):\n"
        "        total += _uniform(0)\n"
        "    return total",
        dependencies={"_uniform": DEFAULT_FUNCTIONS["rand"]},
    )
    seed(13)
    numbers = drawn("f(12)", n=5000, n_steps=2, namespace={"f": f})
    assert len(np.unique(numbers)) == numbers.size
    assert abs(numbers.mean() - 6) < 0.05
    assert abs(numbers.var() - 1) < 0.1
    assert abs(np.corrcoef(*numbers)[0, 1]) < 0.06


def test_kernels_that_numba_compiles_draw_the_same():
    @implementation("numba", njit(lambda x: x + 0.0))
    @check_units(x=1, result=1)
    def same(x):
        return x

    seed(14)
    expected = drawn("rand() + 10*randn() + 100*poisson(3)", n=600)
    seed(14)
    compiled = drawn(
        "same(rand() + 10*randn() + 100*poisson(3))", n=600, namespace={"same": same}
    )
    np.testing.assert_array_equal(compiled, expected)


def test_restored_runs_go_on_with_new_numbers_unless_these_are_wanted_again():
    start_scope()
    group = NeuronGroup(100, NOISY, method="euler", name="stored")
    seed(15)
    run(1 * ms)
    store()
    results = []
    for again in (False, False, True, True):
        restore(restore_random_state=again)
        run(1 * ms)
        results.append(group.v[:].copy())
    first, second, third, fourth = results
    assert not (first == second).any()
    assert (third == first).all()
    assert (fourth == first).all()
    assert magic_network.t == 2 * ms


def test_a_stored_file_brings_the_numbers_to_another_device(tmp_path):
    start_scope()
    group = NeuronGroup(100, NOISY, method="euler", name="stored")
    network = Network(group)
    seed(16)
    network.run(1 * ms)
    network.store(filename=str(tmp_path / "state"))
    network.run(1 * ms)
    expected = group.v[:].copy()
    seed(17)
    network.run(1 * ms)
    network.restore(filename=str(tmp_path / "state"), restore_random_state=True)
    network.run(1 * ms)
    assert (group.v[:] == expected).all()


def test_states_without_counters_make_a_seed():
    device = get_device()
    seed(18)
    state = device.get_random_state()
    del state["brian2numba_counters"]
    results = []
    for _ in range(2):
        device.set_random_state(state)
        results.append(drawn("rand()"))
    assert (results[0] == results[1]).all()


def test_a_seed_during_a_run_reaches_its_kernels():
    start_scope()
    group = NeuronGroup(100, NOISY, method="euler", name="reseeded")
    network = Network(group)
    network.run(1 * ms)
    seed(19)
    group.v = 0
    network.run(1 * ms)
    first = group.v[:].copy()
    seed(19)
    group.v = 0
    network.run(1 * ms)
    assert (group.v[:] == first).all()


def test_numpys_generator_is_left_alone():
    seed(20)
    state = np.random.get_state()[1].tolist()
    drawn("rand() + poisson(20)")
    assert np.random.get_state()[1].tolist() == state


def test_both_kinds_in_one_script():
    seed(21)
    fast = drawn("rand()")
    prefs.codegen.runtime.numba.random = "numpy"
    seed(21)
    slow = drawn("rand()")[0]
    seed(21)
    assert (slow == np.random.rand(20_000)[:1000]).all()
    assert not (fast == slow).any()


def test_other_choices_are_refused():
    with pytest.raises(PreferenceError, match="random"):
        prefs.codegen.runtime.numba.random = "slow"


def test_names_and_seeds_compile_nothing(kernel_count):
    noise(name="one")
    n_compiled = kernel_count()
    noise(name="two")
    assert kernel_count() == n_compiled


def test_noise_is_what_it_should_be():
    start_scope()
    group = NeuronGroup(20_000, NOISY, method="euler", name="stationary")
    group.v = 0
    seed(22)
    Network(group).run(50 * ms)
    assert abs(group.v[:].mean()) < 0.04
    assert abs(group.v[:].var() - 1) < 0.05


def test_a_seed_is_the_same_whenever_it_is_looked_at():
    device = RuntimeDevice()
    counters = attach_random_counters(device)
    for number in (0, 3, 2**32 - 1, 3):
        device.seed(number)
        # As if the generator's state had been read at once
        counters.reseed()
        at_once = counters.get_state()
        device.seed(number)
        np.random.random(7)
        assert counters.get_state() == at_once
        device.seed(number)
        counters.address("x")
        record = counters._counted["x"].record
        keys = record.key_low, record.key_high
        device.seed(number)
        assert (record.key_low, record.key_high) == keys
        counters._counted.clear()


def test_a_seed_counts_though_nobody_has_looked_at_it():
    device = RuntimeDevice()
    counters = attach_random_counters(device)
    device.seed(5)
    with counters.undisturbed():
        first = counters.get_state()["seed"]
    np.random.seed(6)
    assert counters.get_state()["seed"] == first
    state = device.get_random_state()
    device.seed(7)
    device.set_random_state(state)
    assert counters.get_state()["seed"] == first
