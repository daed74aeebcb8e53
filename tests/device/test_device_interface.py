"""Our device does what Brian's does, method by method and for each form of argument."""

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    device,
    linked_var,
    ms,
    mV,
    network_operation,
    prefs,
    seed,
)
from brian2.devices.device import RuntimeDevice, get_device

from tests.causes import cause_of


def outcome(target, job):
    """Return what a job gives with a target; the type of the exception if it fails."""
    prefs.codegen.target = target
    group = NeuronGroup(3, "v : 1", name="cells")
    try:
        result = job(group)
    except Exception as error:
        result = type(error)
    del group
    return result


def described(variable):
    """Return all that matters of a variable's array."""
    array = variable.get_value()
    items = array.tolist() if array.dtype.kind in "biufcO" else str(array)
    flags = array.flags.c_contiguous, array.flags.writeable
    return array.shape, str(array.dtype), flags, items


def static(**given):
    def job(group):
        group.variables.add_array("x", **given)
        return described(group.variables["x"])

    return job


def dynamic(new_size=None, **given):
    def job(group):
        group.variables.add_dynamic_array("x", **given)
        variable = group.variables["x"]
        variable.set_value(np.arange(np.prod(variable.size)).reshape(variable.size))
        if new_size is not None:
            variable.resize(new_size)
        return described(variable)

    return job


def call(kind, method):
    """Call a method of the device for a variable; return its result and the array."""

    def job(group):
        add = f"add_{kind}"
        getattr(group.variables, add)("x", size=3)
        variable = group.variables["x"]
        variable.set_value([1, 2, 3])
        result = method(variable)
        return result, described(variable)

    return job


def write_through(variable):
    variable.get_value()[1] = 8


def items_of(value):
    return value[:].tolist()


SIZES = [
    4,
    0,
    (4, 3),
    (4,),
    (2, 3, 2),
    (0, 3),
    (3, 0),
    [4, 3],
    np.int64(4),
    -1,
    (2, -1),
]
SIZES += [np.array(4), np.array([2, 2]), 2.0, (2.0, 3), "3", None, True]
DTYPES = [np.float32, int, np.int8, np.uint16, np.uint64, bool, complex, object, "U3"]
DTYPES += ["S2", "U", [("a", int), ("b", float)], np.longdouble, "float64", None]
METHODS = {
    "init_with_zeros": lambda v: device.init_with_zeros(v, float),
    "init_with_zeros by name": lambda v: device.init_with_zeros(var=v, dtype=float),
    "init_with_arange": lambda v: device.init_with_arange(v, 4, int),
    "init_with_arange by name": lambda v: device.init_with_arange(
        var=v, start=1, dtype=float
    ),
    "fill_with_array": lambda v: device.fill_with_array(v, [4, 5, 6]),
    "fill_with_array by name": lambda v: device.fill_with_array(var=v, arr=[7, 8, 9]),
    "fill_with_array with a number": lambda v: device.fill_with_array(v, 9),
    "fill_with_array with too few": lambda v: device.fill_with_array(v, [1, 2]),
    "fill_with_array with text": lambda v: device.fill_with_array(v, "a"),
    "fill_with_array with units": lambda v: device.fill_with_array(v, [1, 2, 3] * mV),
    "set_value": lambda v: device.set_value(v, [3, 2, 1]),
    "set_value by name": lambda v: device.set_value(var=v, value=2),
    "get_value": lambda v: items_of(device.get_value(v)),
    "get_value by name": lambda v: items_of(device.get_value(var=v, access_data=True)),
    "get_value of the container": lambda v: items_of(device.get_value(v, False)),
    "get_array_name": device.get_array_name,
    "get_array_name of the container": lambda v: device.get_array_name(
        v, access_data=False
    ),
    "resize": lambda v: device.resize(v, 4),
    "resize by name": lambda v: device.resize(var=v, new_size=2),
    "get_len": lambda v: v.get_len(),
    "item": lambda v: v.item(),
    "write through": write_through,
}
JOBS = {
    **{f"static, size {size!r}": static(size=size) for size in SIZES},
    **{f"static, type {dtype}": static(size=2, dtype=dtype) for dtype in DTYPES},
    **{f"table of type {dtype}": static(size=(2, 1), dtype=dtype) for dtype in DTYPES},
    "values": static(size=3, values=[1.5, 2, 3], dtype=int),
    "too few values": static(size=3, values=[1, 2]),
    "a table of values": static(size=(2, 2), values=[[1, 2], [3, 4]]),
    "no values": static(size=0, values=[]),
    "one value": static(size=1, values=7, scalar=True),
    "two values where one is": static(size=2, scalar=True),
    **{
        f"dynamic, size {size!r}": dynamic(size=size) for size in (0, 3, (2, 3), (0, 3))
    },
    **{
        f"dynamic, type {dtype}": dynamic(size=2, dtype=dtype)
        for dtype in (np.float32, int, np.int32, bool, np.int64)
    },
    **{f"3 resized to {new!r}": dynamic(new, size=3) for new in (5, 1, 0, 5.0, "5")},
    "3 resized to a numpy integer": dynamic(np.int64(5), size=3),
    **{
        f"table resized to {new!r}": dynamic(new, size=(2, 3))
        for new in ((4, 3), (1, 3), (0, 3), (2, 5), (3, 2), 5, (4,))
    },
    **{
        f"table resized along the first to {new!r}": dynamic(
            new, size=(2, 3), resize_along_first=True
        )
        for new in ((4, 3), (1, 3), (4, 5), 5)
    },
    **{
        f"static: {name}": call("array", method)
        for name, method in METHODS.items()
        # numpy's arrays can be resized while nothing else knows of them
        if not name.startswith("resize")
    },
    **{
        f"dynamic: {name}": call("dynamic_array", method)
        for name, method in METHODS.items()
    },
}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_same_as_brians(job):
    expected = outcome("numpy", job)
    result = outcome("numba", job)
    assert result == expected or failed_both(result, expected)


def failed_both(*results):
    """Tell whether there were exceptions only, of whatever types."""
    return all(isinstance(result, type) for result in results)


def test_no_method_is_missing():
    runtime = get_device()
    ours = {name for name in vars(runtime) if not name.startswith("_")}
    methods = {name for name in dir(RuntimeDevice) if callable(getattr(runtime, name))}
    overrides = {n for n in ours if n.startswith(("network_", "variableview_"))}
    assert "network_run" in overrides
    extended = {n for n in ours - overrides if callable(getattr(runtime, n))}
    assert extended - {"synapses_connect"} <= methods


@pytest.mark.parametrize("shape", [(2, 2, 2), (1, 1, 1, 1)])
def test_dynamic_arrays_have_two_dimensions_at_most(shape):
    group = NeuronGroup(1, "v : 1")
    with pytest.raises(ValueError, match="has one or two dimensions, not"):
        group.variables.add_dynamic_array("x", size=shape)


def test_random_state():
    device.seed(seed=1)
    state = device.get_random_state()
    numbers = np.random.rand(3)
    device.set_random_state(state=state)
    assert np.random.rand(3).tolist() == numbers.tolist()
    device.seed()
    assert np.random.rand(3).tolist() != numbers.tolist()
    assert {"numpy_state", "rand_buffer", "randn_buffer"} <= set(state)


# Arrays of several dimensions


def table(group):
    group.variables.add_array("table", size=(3, 2))
    group.variables["table"].set_value(np.arange(6).reshape(3, 2))


def set_item(item, value):
    def job(group):
        group.table[item] = value
        return group.table[:].tolist()

    return job


def stored_and_restored(group):
    network = Network(group)
    network.store()
    group.variables["table"].set_value(0)
    network.restore()
    return group.table[:].tolist()


def set_states(group):
    group.set_states({"table": np.zeros((3, 2))})
    return group.get_states(["table"])["table"].tolist()


VIEWS = {
    **{
        f"get {item!r}": lambda group, item=item: group.table[item].tolist()
        for item in (slice(None), 1, slice(1, None), [0, 2], -1, "i > 0", (1, 0))
    },
    "as an array": lambda group: np.asarray(group.table).tolist(),
    "sum": lambda group: (group.table + 1).tolist(),
    "length": lambda group: len(group.table),
    "set all": set_item(slice(None), 7),
    "set all to a table": set_item(slice(None), np.ones((3, 2))),
    "set a row": set_item(1, 9),
    "set rows": set_item(slice(0, 2), np.ones((2, 2))),
    "set rows by a condition": set_item("i > 1", 5),
    "set states": set_states,
    "store and restore": stored_and_restored,
}


@pytest.mark.parametrize("job", VIEWS.values(), ids=VIEWS)
def test_views_of_tables(job):
    prefs.codegen.string_expression_target = "numpy"

    def with_table(group):
        table(group)
        return job(group)

    expected = outcome("numpy", with_table)
    assert outcome("numba", with_table) == expected


def test_a_table_is_filled_in_a_run():
    group = NeuronGroup(3, "dv/dt = 1/ms : 1", method="euler")
    group.variables.add_array("buffer", size=(4, 3))
    buffer = group.variables["buffer"].get_value()

    @network_operation
    def keep():
        buffer[round(float(group.t / group.dt)) % 4] = group.v_[:]

    Network(group, keep).run(0.6 * ms)
    expected = [[0.4] * 3, [0.5] * 3, [0.2] * 3, [0.3] * 3]
    assert buffer.tolist() == [pytest.approx(row) for row in expected]


@pytest.mark.parametrize("code", ["table = 1", "v = table"])
def test_code_does_not_take_a_table_for_a_list(code):
    group = NeuronGroup(3, "v : 1", name="cells")
    table(group)
    group.run_regularly(code)
    cause = cause_of(lambda: Network(group).run(0.1 * ms), "cells")
    assert type(cause) is NotImplementedError
    assert "variable 'table' of 'cells' has the shape (3, 2)" in str(cause)
    assert group.table[:].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_a_resized_array_is_found_by_kernels():
    seed(1)
    group = NeuronGroup(3, "v : 1", name="cells")
    other = NeuronGroup(3, "w : 1 (linked)\nu : 1", name="other")
    other.w = linked_var(group, "v")
    other.run_regularly("u = w")
    network = Network(group, other)
    group.v = 1
    network.run(0.1 * ms)
    before = group.variables["v"].get_value()
    device.resize(group.variables["v"], 5)
    group.variables["v"].get_value()[:] = 2
    network.run(0.1 * ms)
    assert other.u[:].tolist() == [2, 2, 2]
    assert before.tolist() == [1, 1, 1]
