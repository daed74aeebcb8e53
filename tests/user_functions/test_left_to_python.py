"""Functions and types that can't be compiled: Brian's numpy target runs their code."""

import re
from logging import INFO

import numpy as np
import pytest
from brian2 import (
    BrianObjectException,
    Function,
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    ms,
    network_operation,
    prefs,
    run,
    seed,
)
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.utils.logger import catch_logs

import brian2numba
from brian2numba.errors import FunctionLeftToPythonError

CALLS = []
REWARD = np.zeros(1)


def of_all(x):
    return x - x.mean()


def of_all_by_numpy(x):
    return x / np.sum(x)


def length(x):
    return x * len(x)


def size(x):
    return x * np.size(x)


def row(x):
    return np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])[(x > 1) * 1][0][0] * x


def branches_on_all(x):
    if np.any(x > 1):
        return x + 10
    return x


def tells_arrays(x):
    if isinstance(x, np.ndarray):
        return x * 2
    return x * 3


def counts_calls(x):
    CALLS.append(1)
    return x + len(CALLS)


def rewards(x):
    REWARD[0] += 1
    return x + REWARD[0]


def random(x):
    return x + np.random.rand(len(x))


def in_place(x):
    y = x * 1
    y[y > 1] = 0
    return y


def matrix(x):
    return np.array([[1.0, 2.0, 3.0]] * 3) @ x


def with_text(x):
    return x * len("abc")


def tries(x):
    try:
        return x / 2
    except ZeroDivisionError:
        return x


FUNCTIONS = [
    of_all,
    of_all_by_numpy,
    length,
    size,
    row,
    branches_on_all,
    tells_arrays,
    counts_calls,
    rewards,
    random,
    in_place,
    matrix,
    with_text,
    tries,
]


def described(function, n=1):
    return Function(function, arg_units=[1] * n, return_unit=1)


def results(function, target):
    """Return what a model has after two runs."""
    prefs.codegen.target = target
    CALLS.clear()
    REWARD[:] = 0
    seed(3)
    group = NeuronGroup(3, "dv/dt = 1/ms : 1\nx : 1", method="euler", namespace={})
    group.v = [1, 2, 4]
    group.run_regularly("x = f(v)")
    network = Network(group)
    for _ in range(2):
        network.run(0.2 * ms, namespace={"f": described(function)})
    return group.x[:].tolist()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_results_are_numpys(function):
    assert results(function, "numba") == results(function, "numpy")


def one_by_one(x):
    names = {"a": 1.0}
    for name, value in names.items():
        if x > 1:
            return value + len(f"{name}{x:.0f}")
    return 0.0


def test_function_of_single_numbers_is_called_with_single_numbers():
    group = NeuronGroup(3, "x : 1", namespace={"f": described(one_by_one)})
    group.run_regularly("x = f(i)")
    run(0.1 * ms)
    assert group.x[:].tolist() == [0, 0, 3]


def code_object(group):
    return group.contained_objects[-1].code_objects[0]


def test_only_what_calls_the_function_is_left_to_python():
    group = NeuronGroup(3, "dv/dt = 1/ms : 1", method="euler", namespace={})
    group.run_regularly("v = f(v)")
    run(0.1 * ms, namespace={"f": described(of_all)})
    assert isinstance(code_object(group), NumpyCodeObject)
    assert group.state_updater.code_objects[0].class_name == "numba"


def test_one_message():
    def not_compiled(x):
        return x - x.mean()

    group = NeuronGroup(
        3, "x : 1", name="cells", namespace={"f": described(not_compiled)}
    )
    group.run_regularly("x = f(i)")
    with catch_logs(log_level=20) as logs:
        run(0.1 * ms)
        run(0.1 * ms)
    line = not_compiled.__code__.co_firstlineno
    messages = [m for _, name, m in logs if name.endswith("numba.functions")]
    assert len(messages) == 1
    assert re.match(
        r"Python runs the function 'not_compiled' \(test_left_to_python.py, line "
        rf"{line}\), used by 'cells', since it is not compiled: 'x.mean' makes "
        "something of all neurons' values. The code that calls it takes as long as "
        "with Brian's numpy target; everything else is compiled. To have it compiled, ",
        messages[0],
    )
    assert "codegen.runtime.numba.functions to 'compiled'" in messages[0]


def test_explain_says_why():
    group = NeuronGroup(3, "x : 1", name="cells", namespace={"f": described(of_all)})
    group.run_regularly("x = f(i)", name="regular")
    (row,) = brian2numba.explain(Network(group))["regular"]
    assert row.runs == "Python"
    assert re.fullmatch(
        r"it calls 'of_all' \(test_left_to_python.py, line \d+\): 'x.mean' makes "
        "something of all neurons' values",
        row.reason,
    )


def test_preference_makes_it_an_error():
    prefs.codegen.runtime.numba.functions = "compiled"
    group = NeuronGroup(3, "x : 1", name="cells", namespace={"f": described(of_all)})
    group.run_regularly("x = f(i)")
    with pytest.raises(BrianObjectException) as caught:
        run(0.1 * ms)
    cause = caught.value.__cause__
    assert isinstance(cause, FunctionLeftToPythonError)
    assert "used by 'cells', can't be compiled: 'x.mean' makes" in str(cause)
    # Where a traceback ends
    (note,) = caught.value.__notes__
    assert "used by 'cells', can't be compiled: 'x.mean' makes" in note


def test_preference_has_two_values():
    with pytest.raises(Exception, match="functions"):
        prefs.codegen.runtime.numba.functions = "numpy"


# In each kind of code


@pytest.fixture
def doubled():
    """A function that is left to Python."""

    def doubled(x):
        return 2 * x if len(np.shape(x)) else 2.0 * x

    return described(doubled)


def test_everywhere_in_neurons(doubled):
    group = NeuronGroup(
        3,
        "dv/dt = f(1)/ms : 1 (unless refractory)\ny = f(v) : 1\nn : 1",
        threshold="f(v) > 1",
        reset="v = 0\nn += f(1)",
        refractory="f(0.1)*ms",
        method="euler",
        namespace={"f": doubled},
    )
    monitor = StateMonitor(group, "y", record=[0, 2])
    spikes = SpikeMonitor(group)
    network = Network(group, monitor, spikes)
    results = []
    for target in ("numba", "numpy"):
        prefs.codegen.target = target
        network.store()
        network.run(2 * ms)
        results.append(
            (monitor.y[:].tolist(), spikes.i[:].tolist(), group.n[:].tolist())
        )
        network.restore()
    assert results[0] == results[1]
    assert len(results[0][1]) > 3


def synapses_of(target, doubled):
    prefs.codegen.target = target
    source = NeuronGroup(4, "v : 1", threshold="i % 2 == int(t/ms) % 2", reset="v += 1")
    goal = NeuronGroup(3, "x : 1\ntotal : 1")
    synapses = Synapses(
        source,
        goal,
        "w : 1\ndz/dt = -f(z)/ms : 1 (clock-driven)\ntotal_post = f(w) : 1 (summed)",
        on_pre="x_post += f(w)\nz += 1",
        method="euler",
        namespace={"f": doubled},
    )
    synapses.connect("f(i) != 2*j")
    synapses.connect(j="k for k in range(int(f(1)))")
    synapses.w = "f(i + 10*j)"
    synapses.delay = "0.1*ms*int(f(j))"
    synapses.w["f(i) > 3"] = "f(w)"
    Network(source, goal, synapses).run(1 * ms)
    return [
        synapses.i[:].tolist(),
        synapses.j[:].tolist(),
        synapses.w[:].tolist(),
        synapses.z[:].tolist(),
        goal.x[:].tolist(),
        goal.total[:].tolist(),
    ]


def test_everywhere_in_synapses(doubled):
    for ours, numpys in zip(
        synapses_of("numba", doubled), synapses_of("numpy", doubled), strict=True
    ):
        assert ours == pytest.approx(numpys)


def test_rates_and_strings(doubled):
    namespace = {"f": doubled}
    group = PoissonGroup(3, rates="f(1e6)*Hz*(i > 0)", namespace=namespace)
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(0.2 * ms)
    assert sorted(spikes.i[:].tolist()) == [1, 1, 2, 2]
    cells = NeuronGroup(3, "x : 1\ny = f(x) : 1", namespace=namespace)
    cells.x = "f(i)"
    cells.x["f(i) > 3"] = "f(x)"
    assert cells.x[:].tolist() == [0, 2, 8]
    assert cells.y[:].tolist() == [0, 4, 16]
    assert cells.x["f(x) > 3"].tolist() == [2, 8]


def test_exception_of_a_function_that_python_runs():
    def strict(x):
        if np.max(x) > 2:
            raise ValueError(f"too large: {np.max(x)}")
        return x

    group = NeuronGroup(3, "dv/dt = 1/ms : 1", method="euler", namespace={})
    group.v = 1
    group.run_regularly("v = f(v)", when="start")
    with pytest.raises(BrianObjectException) as caught:
        run(2 * ms, namespace={"f": described(strict)})
    assert str(caught.value.__cause__).startswith("too large: 2.")
    assert isinstance(caught.value.__cause__, ValueError)


def test_numpys_random_numbers_follow_the_seed():
    def noisy(x):
        return x + np.random.rand(len(x))

    drawn = []
    for _ in range(2):
        seed(8)
        group = NeuronGroup(5, "dv/dt = xi*ms**-0.5 : 1\nx : 1", method="euler")
        group.run_regularly("x = f(v) + rand()")
        run(0.3 * ms, namespace={"f": described(noisy)})
        drawn.append(group.x[:].tolist())
    assert drawn[0] == drawn[1]


def test_a_network_operation_sees_what_a_function_did():
    seen = []

    def rewarded(x):
        REWARD[0] += 1
        return x

    @network_operation(when="end")
    def look():
        seen.append(REWARD[0])

    REWARD[:] = 0
    group = NeuronGroup(3, "x : 1", namespace={"f": described(rewarded)})
    group.run_regularly("x = f(i)")
    Network(group, look).run(0.3 * ms)
    assert seen == [1, 2, 3]


def series(n):
    return 1.0 if n < 1 else 1.0 + 0.5 * series(n - 1)


def with_series(x):
    # The helper takes single numbers, and is given one; the function takes arrays
    return x + series(3) * (x > 1).astype(float)


def test_helper_of_single_numbers_in_a_function_of_arrays():
    assert results(with_series, "numba") == results(with_series, "numpy")


def test_what_takes_numbers_only_is_found_out():
    # Nothing is known of what `limit` gives: numpy refuses the condition
    limit = np.vectorize(lambda x: x)

    def limited(x):
        return 2.0 if limit(x) > 1 else 0.0

    group = NeuronGroup(3, "x : 1", namespace={"f": described(limited)})
    group.run_regularly("x = f(i)")
    run(0.1 * ms)
    assert group.x[:].tolist() == [0, 0, 2]


FLAGS = np.array([True, False, True])
PER_NEURON = np.array([0.0, 1.0, 2.0])

#: Arrays and lists that have an item for each neuron
PAIRED = {
    "literal": lambda x: np.where([True, False, True], x, 0),
    "flags": lambda x: np.where(FLAGS, x, 0),
    "comparison": lambda x: np.where(PER_NEURON > 1, x, 0),
    "logical": lambda x: np.logical_and(FLAGS, x > 0) * x,
    "select": lambda x: np.select([FLAGS, x > 2], [x, 2 * x], 0),
    "maximum": lambda x: np.maximum(x, PER_NEURON[::-1]),
    "limits": lambda x: np.clip(x, 0, [1, 2, 3]),
    "sorted": lambda x: np.array(sorted(x)),
    "largest": lambda x: max(x) + x,
    "empty index": lambda x: PER_NEURON[x.astype(int) % 3][()],
}


@pytest.mark.parametrize("name", PAIRED)
def test_items_for_each_neuron(name):
    assert results(PAIRED[name], "numba") == results(PAIRED[name], "numpy")


# Data types


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize(
    ("dtypes", "n_left"),
    [
        ({"v": np.float16, "k": np.int16}, 4),
        ({"v": np.longdouble, "k": np.int8}, 4),
        ({"v": np.float64, "k": np.uint16}, 1),
    ],
)
def test_types_that_kernels_do_not_have(dtypes, n_left):
    def values(target):
        prefs.codegen.target = prefs.codegen.string_expression_target = target
        seed(1)
        cells = NeuronGroup(
            4,
            """dv/dt = (2 - v)/ms + 0.1*xi*ms**-0.5 : 1
            w : 1
            k : integer""",
            threshold="v > 1",
            reset="v = 0; k += 1",
            method="euler",
            dtype=dtypes,
            name=f"cells_of_{target}",
        )
        cells.v = "i*0.3"
        synapses = Synapses(cells, cells, "c : 1", on_pre="w += c; v_post += 0.01*c")
        synapses.connect(condition="i != j")
        synapses.c = "i + j*0.5"
        network = Network(cells, synapses)
        network.run(5 * ms)
        found = [cells.v[:], cells.w[:], cells.k[:], cells.v["k > 0"]]
        return [a.tolist() for a in found], found[0].dtype, network

    expected, dtype, _ = values("numpy")
    with catch_logs(log_level=INFO) as logs:
        result, same_dtype, network = values("numba")
    assert (result, same_dtype) == (expected, dtype)
    reasons = [row.reason for row in brian2numba.explain(network).rows if row.reason]
    assert len(reasons) == n_left
    name = np.dtype(dtypes["k"]).name
    assert f"the variable 'k' has the data type '{name}'" in reasons
    said = [text for _, _, text in logs if "has the data type" in text]
    assert any(
        text.startswith("Python runs code of 'cells_of_numba' in which the variable")
        for text in said
    )
    assert len(said) == len(set(said))
