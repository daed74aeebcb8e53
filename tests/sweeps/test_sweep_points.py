"""Points, seeds, values, digests, folders and tables of sweeps, in one process."""

import functools
import json
import subprocess
import sys
import types

import numpy as np
import pandas
import pytest
from brian2 import Hz, Quantity, ms, mV, nA, second, volt
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import brian2numba
from brian2numba.optional import required
from brian2numba.sweeps.failures import Failure
from brian2numba.sweeps.folder import Identity, ResultsFolder
from brian2numba.sweeps.functions import digest_of_functions, name_of_function
from brian2numba.sweeps.plan import Plan
from brian2numba.sweeps.points import points_of, seed_of_build, seed_of_point
from brian2numba.sweeps.results import Point, Report, SweepResult
from brian2numba.sweeps.values import Encoded, base_value, decoded, encoded, unit_of
from brian2numba.sweeps.worker import Outcome


def product(a, b=1):
    return a * b


def plan_of(parameters, function=product, seed=0):
    return Plan.of(function, parameters, None, seed)


# Points


def test_the_last_parameter_of_a_grid_changes_first():
    points = points_of({"a": [1, 2], "b": "x", "c": [5, 6] * mV})
    assert points.parameters == [
        {"a": a, "b": "x", "c": c * mV} for a in (1, 2) for c in (5, 6)
    ]
    assert list(points.axes) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("given_", "values"),
    [
        (3, [3]),
        (3 * mV, [3 * mV]),
        ("euler", ["euler"]),
        (range(2), [0, 1]),
        (np.array([1.5, 2]), [1.5, 2.0]),
        ([1 * ms, 2 * mV], [1 * ms, 2 * mV]),
        ((x for x in "ab"), ["a", "b"]),
    ],
)
def test_values_of_a_parameter(given_, values):
    assert points_of({"a": given_}).axes == {"a": values}


@pytest.mark.parametrize("kind", [list, iter, pandas.DataFrame])
def test_points_are_given_one_by_one(kind):
    points = [{"a": 1, "b": 0.5}, {"a": 2, "b": 1.5}]
    found = points_of(kind(points))
    assert found.parameters == points
    assert found.axes is None
    assert {type(point["a"]) for point in found.parameters} == {int}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"a": []}, "The parameter 'a' of the sweep has no values"),
        ([], "There are no points to compute"),
        ("a", "a dictionary with the values of each parameter, or a list of"),
        (5, "5 is neither"),
        ([1], "1 is neither"),
        ({"c": [1]}, "'product' can't be called with the parameters c of the sweep"),
        ({"b": [1]}, "missing a required argument: 'a'"),
        ({"a": [object]}, "The parameter 'a' is <class 'object'>, of the type type"),
        ([{1: 2}], "The name of a parameter has to be a string, not 1"),
        ({"a": 1, "status": 2}, "'status' can't be the name of a parameter"),
    ],
)
def test_parameters_that_are_refused(parameters, message):
    with pytest.raises((TypeError, ValueError), match=message):
        brian2numba.sweep(product, parameters)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"errors": "ignore"}, "'errors' has to be 'keep' or 'raise', not 'ignore'"),
        ({"workers": 0}, "'workers' is 0, but a sweep needs 1 at least"),
        ({"workers": "all"}, "'workers' is 'all'; it has to be a number of processes"),
        ({"seed": -1}, "The seed of the sweep is -1; it has to be an integer"),
        ({"seed": 1.5}, "The seed of the sweep is 1.5; it has to be an integer"),
    ],
)
def test_options_that_are_refused(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        brian2numba.sweep(product, {"a": 1}, **options)


# Seeds


def test_seeds_depend_on_the_sweeps_seed_and_the_place():
    tasks = plan_of({"a": range(100)}, seed=5).tasks
    seeds = [task.seed for task in tasks]
    assert len({*seeds, seed_of_build(5)}) == 101
    assert seeds[:50] == [task.seed for task in plan_of({"a": range(50)}, seed=5).tasks]
    assert not {*seeds} & {task.seed for task in plan_of({"a": range(100)}).tasks}
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_a_function_that_takes_a_seed_gets_it():
    (task,) = plan_of({"a": 2}, lambda a, seed: (a, seed)).tasks
    assert task.arguments == {"a": 2, "seed": task.seed}
    assert task.parameters == {"a": 2}
    (task,) = plan_of({"a": 2}, lambda a, **others: a).tasks
    assert task.arguments == {"a": 2}


def test_a_point_may_have_its_own_seed():
    assert seed_of_point(0, 3, {"seed": 17}) == 17
    (task,) = plan_of({"a": 2, "seed": 17}, lambda a, seed: a).tasks
    assert (task.seed, task.arguments) == (17, {"a": 2, "seed": 17})


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "a"])
def test_an_own_seed_has_to_be_one(seed):
    with pytest.raises(ValueError, match=f"The seed of a point is {seed!r}"):
        seed_of_point(0, 3, {"seed": seed})


# Values

numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.complex_numbers(),
    st.builds(Quantity, st.floats(), st.sampled_from([mV.dim, (Hz / nA**2).dim])),
)
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int32, np.bool_, np.complex128]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3),
)
values = st.one_of(
    numbers, arrays, st.builds(lambda a: Quantity(a + 0.0, dim=nA.dim), arrays)
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.text(), values, max_size=4))
def test_values_are_kept(named):
    kept = encoded(named, "result")
    json_and_back = json.loads(json.dumps(kept.data))
    found = decoded(Encoded(json_and_back, kept.arrays))
    assert list(found) == list(named)
    for name, value in named.items():
        assert getattr(found[name], "dim", None) == getattr(value, "dim", None)
        np.testing.assert_array_equal(base_value(found[name]), base_value(value))
        if isinstance(value, np.ndarray) and value.ndim:
            assert found[name].dtype == value.dtype


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.int32(3), 3),
        ([1 * mV, 2 * mV], [1, 2] * mV),
        ([1, 2.5], np.array([1, 2.5])),
        (Quantity(2.5), 2.5),
    ],
)
def test_values_become_pythons(value, expected):
    found = decoded(encoded({"x": value}, "result"))["x"]
    assert type(found) is type(expected)
    assert np.array_equal(found, expected)
    assert unit_of(found) == unit_of(expected)


@pytest.mark.parametrize("value", [{"a": 1}, [[1], [1, 2]], object(), b"a", print])
def test_what_no_file_can_hold_is_refused(value):
    with pytest.raises(TypeError, match=r"The result 'x' is .* It has to be a number"):
        encoded({"x": value}, "result")


def test_arrays_are_copies():
    array = np.zeros(2)
    kept = encoded({"x": array}, "result")
    array[:] = 1
    assert list(decoded(kept)["x"]) == [0, 0]


# The digest of a function


def module_of(source):
    """Return a module as a script would be; its source can be found."""
    module = types.ModuleType("__main__")
    name = f"<script {hash(source)}>"
    lines = source.splitlines(keepends=True)
    functools.partial(__import__, "linecache")().cache[name] = (1, None, lines, name)
    exec(compile(source, name, "exec"), module.__dict__)
    return module


SCRIPT = """
import numpy as np
from brian2 import *
TAU = 10*ms
EQUATIONS = "dv/dt = -v/TAU : 1"
UNUSED = 1

def helper(x):
    return np.mean(x)

def function(a):
    '''About UNUSED.'''
    return helper(EQUATIONS) * a
"""


@pytest.mark.parametrize(
    ("old", "new", "is_other"),
    [
        ("* a", "*a  # product", False),
        ("UNUSED = 1", "UNUSED = 2", False),
        ("* a", "* a + 1", True),
        ("np.mean", "np.max", True),
        ("10*ms", "20*ms", True),
        ("10*ms", "10*mV", True),
        ("-v/", "v/", True),
    ],
)
def test_digest_is_that_of_what_results_depend_on(old, new, is_other):
    one, other = module_of(SCRIPT), module_of(SCRIPT.replace(old, new))
    digests = {digest_of_functions(m.function) for m in (one, other)}
    assert len(digests) == (2 if is_other else 1)


def test_digest_of_functions_without_source_closures_and_parts():
    def maker(n):
        return lambda x: x + n

    exec(compile("def f(x): return x + 1", "<none>", "exec"), one := {})
    exec(compile("def f(x): return x + 2", "<none>", "exec"), two := {})
    functions = [
        *(maker(1), maker(2), one["f"], two["f"], product, SweepResult.to_dataset),
        *(functools.partial(product, b=2), functools.partial(product, b=3)),
    ]
    assert len({digest_of_functions(function) for function in functions}) == 8
    assert digest_of_functions(maker(1)) == digest_of_functions(maker(1))
    assert name_of_function(functions[-1]) == "product"


def test_digest_ends_for_functions_that_call_themselves():
    module = module_of("def f(x):\n    return f(x - 1)\nf.own = f\n")
    assert digest_of_functions(module.f) != digest_of_functions(product)


# Folders

IDENTITY = Identity("product", "0" * 64, 0)


def test_a_folder_keeps_points(tmp_path):
    folder = ResultsFolder(tmp_path / "a" / "b", IDENTITY)
    (task,) = plan_of({"a": 2 * mV}).tasks
    results = encoded({"x": [1, 2] * mV, "y": 3.5}, "result")
    folder.keep("key", task, Outcome(0, results, 0.5))
    found = ResultsFolder(tmp_path / "a" / "b", IDENTITY).found("key", 7)
    assert (found.index, found.seconds) == (7, 0.5)
    assert str(decoded(found.results)) == str(decoded(results))
    assert not list(folder.path.glob("*.part"))
    assert json.loads((folder.path / "key.json").read_text())["parameters"] == {
        "a": str(2 * mV)
    }


@pytest.mark.parametrize("name", ["key.json", "key.npz"])
@pytest.mark.parametrize("n_bytes", [None, 0, 30])
def test_a_point_in_damaged_files_is_not_there(tmp_path, name, n_bytes):
    folder = ResultsFolder(tmp_path, IDENTITY)
    (task,) = plan_of({"a": 2}).tasks
    folder.keep("key", task, Outcome(0, encoded({"x": [1, 2]}, "result"), 0.5))
    assert folder.found("key", 0) is not None
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if n_bytes is not None:
        (tmp_path / name).write_bytes(content[:n_bytes])
    assert folder.found("key", 0) is None


def test_a_point_that_failed_is_to_be_tried_again(tmp_path):
    folder = ResultsFolder(tmp_path, IDENTITY)
    (task,) = plan_of({"a": 2}).tasks
    failure = Failure("ValueError: no", "...")
    folder.keep("key", task, Outcome(0, Encoded(), 0.5, failure))
    assert folder.found("key", 0) is None
    assert "ValueError: no" in (tmp_path / "key.json").read_text()


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (Identity("f", "0" * 64, 0), "of the function 'product', not 'f'"),
        (Identity("product", "1" * 64, 0), "'product' as it was before a change"),
        (Identity("product", "0" * 64, 3), "with the seed 0, not 3"),
    ],
)
def test_a_folder_of_another_sweep_is_refused(tmp_path, other, reason):
    ResultsFolder(tmp_path, IDENTITY)
    with pytest.raises(ValueError, match=f"the results of another sweep: .*{reason}"):
        ResultsFolder(tmp_path, other)


def test_keys_of_points_differ():
    plans = [
        plan_of({"a": [1, 1, 1.0, "1", 1 * mV, None]}),
        plan_of({"b": 1, "a": 1}),
        plan_of({"a": 1}, seed=1),
        plan_of({"a": 1}, lambda a: a),
        plan_of([{"a": np.zeros(2)}, {"a": np.ones(2)}]),
    ]
    keys = [plan.key(task) for plan in plans for task in plan.tasks]
    assert len(set(keys)) == len(keys) == 11


# Tables


def result_of(function, parameters):
    plan = plan_of(parameters, function)
    points = []
    for task in plan.tasks:
        results = function(**task.parameters)
        failure = None if results else Failure("ValueError: no", "...")
        kept = encoded(results or {}, "result")
        points.append(Point.of(task, Outcome(task.index, kept, 0.5, failure)))
    return SweepResult(tuple(points), plan.axes, Report.of(points, [], 0, 1.0))


def results_with_a_gap(a, b):
    if (a, b) == (2, 5 * mV):
        return None
    spikes = np.arange(a)
    return {"v": a * b, "pair": [a, a + 1] * second, "spikes": spikes, "name": "x"}


def test_a_data_frame_has_a_row_for_each_point():
    result = result_of(results_with_a_gap, {"a": [1, 2], "b": [5, 6] * mV})
    table = result.to_dataframe()
    columns = ["a", "b", "v", "pair", "spikes", "name", "status", "seconds", "message"]
    assert list(table.columns) == columns
    assert list(table.b) == [0.005, 0.006, 0.005, 0.006]
    assert list(table.v)[:2] == [0.005, 0.006]
    assert np.isnan(table.v[2])
    assert list(table.status) == ["ok", "ok", "failed", "ok"]
    assert table.attrs["units"] == {"b": "V", "v": "V", "pair": "s"}
    assert [point.parameters for point in result.errors] == [{"a": 2, "b": 5 * mV}]
    assert result.errors[0].description == "a=2, b=5. mV"


def test_a_dataset_has_a_dimension_for_each_parameter():
    result = result_of(results_with_a_gap, {"a": [1, 2], "b": [5, 6] * mV})
    dataset = result.to_dataset()
    assert dict(dataset.sizes) == {"a": 2, "b": 2, "pair_0": 2}
    assert dataset.v.sel(a=1, b=0.006).item() == 0.006
    assert dataset.v.attrs["units"] == dataset.b.attrs["units"] == "V"
    assert np.isnan(dataset.v.sel(a=2, b=0.005))
    assert dataset.pair.dims == ("a", "b", "pair_0")
    assert list(dataset.pair.sel(a=2, b=0.006)) == [2, 3]
    assert list(dataset.spikes.sel(a=2, b=0.006).item()) == [0, 1]
    assert dataset.status.values.tolist() == [["ok", "ok"], ["failed", "ok"]]


def test_points_one_by_one_are_no_dataset():
    result = result_of(lambda a: {"x": a}, [{"a": 1}])
    with pytest.raises(ValueError, match="no whole grid: they were given one by one"):
        result.to_dataset()


def test_units_that_differ_can_not_be_in_one_table():
    result = result_of(lambda a: {"x": a}, {"a": [1 * mV, 1 * nA]})
    with pytest.raises(ValueError, match=r"'a' have different units .*, V and A"):
        result.to_dataframe()


def test_parameters_in_other_units_are_the_same():
    one, other = (plan_of({"a": value}).tasks[0] for value in (1 * mV, 0.001 * volt))
    plan = plan_of({"a": 1})
    assert plan.key(one) == plan.key(other)


# Missing libraries


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("cloudpickle", lambda result: brian2numba.sweep(product, {"a": 1}, workers=1)),
        ("joblib", lambda result: brian2numba.sweep(product, {"a": 1})),
        ("tqdm.auto", lambda r: brian2numba.sweep(product, {"a": 1}, progress=True)),
        ("pandas", SweepResult.to_dataframe),
        ("xarray", SweepResult.to_dataset),
    ],
)
def test_a_missing_library_is_named(monkeypatch, module, call):
    result = result_of(lambda a: {"x": a}, {"a": 1})
    monkeypatch.setitem(sys.modules, module, None)
    package = module.partition(".")[0]
    message = rf"needs the package {package}.*pip install 'brian2numba\[sweep\]'"
    with pytest.raises(ImportError, match=message):
        call(result)


def test_importing_brian2numba_imports_none_of_them():
    program = (
        "import sys, brian2numba\n"
        "names = 'joblib', 'dask', 'distributed', 'tqdm', 'pandas', 'xarray'\n"
        "print([n for n in (*names, 'cloudpickle') if n in sys.modules])"
    )
    line = [sys.executable, "-c", program]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert required("json", "This test") is json
