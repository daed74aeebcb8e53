"""Dynamic arrays behave like Brian's, and views of them stay valid."""

import ctypes
import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from numba import njit
from numba.core.runtime import _nrt_python, rtsys

from brian2numba.containers import DynamicArray1D, DynamicArray2D, append_rows
from brian2numba.containers.dynamic_array import Rows

DTYPES = ["float64", "float32", "int32", "int64", "bool", "uint64", "int8", "c16"]


def append(array, values):
    """Append rows the way a kernel does."""
    values = np.ascontiguousarray(values, array.dtype)
    address = append_rows.call(array.handle, len(values))
    assert address
    ctypes.memmove(address, values.ctypes.data, values.nbytes)


class ArrayMachine(RuleBasedStateMachine):
    """Compares with lists; keeps views, which must not change when the array grows."""

    @initialize(dtype=st.sampled_from(DTYPES), columns=st.integers(0, 3))
    def create(self, dtype, columns):
        self.row = [0] * columns if columns else 0
        self.rows = []
        if columns:
            self.array = DynamicArray2D((0, columns), dtype)
        else:
            self.array = DynamicArray1D(0, dtype)
        self.views = []

    @rule(size=st.integers(0, 70))
    def resize(self, size):
        new = [self.row] * max(size - len(self.rows), 0)
        self.rows = self.rows[:size] + new
        self.forget_views()
        columns = self.array.shape[1:]
        self.array.resize((size, *columns) if columns else size)

    @rule(size=st.integers(0, 70))
    def shrink(self, size):
        if size <= len(self.rows):
            self.rows = self.rows[:size]
        self.array.shrink(size)
        if size <= len(self.rows):
            assert len(self.array) == size

    @rule(values=st.lists(st.integers(0, 1), max_size=20))
    def append(self, values):
        rows = [
            [v] * len(self.row) if isinstance(self.row, list) else v for v in values
        ]
        self.rows = self.rows + rows
        if values:
            append(self.array, rows)

    @rule(value=st.integers(0, 1))
    def overwrite(self, value):
        self.forget_views()
        self.array[:] = value
        self.rows = [
            [value] * len(row) if isinstance(row, list) else value for row in self.rows
        ]

    @rule()
    def take_view(self):
        view = self.array.data
        self.views.append((view, view.copy()))

    def forget_views(self):
        """Changes in place are seen by views of the present buffer."""
        self.views.clear()

    @invariant()
    def is_the_same(self):
        expected = np.array(self.rows, self.array.dtype).reshape(self.array.shape)
        np.testing.assert_array_equal(self.array.data, expected)
        assert self.array.data.dtype == self.array.dtype
        assert len(self.array) == len(self.rows)
        for view, copy in self.views:
            np.testing.assert_array_equal(view, copy)

    def teardown(self):
        del self.array
        for view, copy in self.views:
            np.testing.assert_array_equal(view, copy)


TestArray = ArrayMachine.TestCase
TestArray.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)


@pytest.mark.parametrize("dtype", DTYPES)
def test_new_rows_are_zero_also_after_shrinking(dtype):
    array = DynamicArray1D(3, dtype)
    array[:] = 1
    array.resize(1)
    array.resize(3)
    assert array.data.tolist() == [1, 0, 0]


def test_looks_like_its_data():
    array = DynamicArray1D((2,), np.int32)
    assert str(array) == "[0 0]"
    assert repr(array) == "DynamicArray1D(array([0, 0], dtype=int32))"
    assert array.shape == (2,)
    assert array[1] == 0


def test_grows_only_along_the_first_dimension():
    array = DynamicArray2D((2, 3))
    with pytest.raises(ValueError, match="there are 3 columns, not 4"):
        array.resize((2, 4))
    array.resize_along_first((4, 17))
    assert array.shape == (4, 3)
    array.resize(5)
    assert array.shape == (5, 3)


def test_two_dimensions_shrink():
    array = DynamicArray2D((3, 4), np.int32)
    array[:] = np.arange(12).reshape(3, 4)
    old = array.data
    array.shrink((2, 3))
    assert array.data.tolist() == [[0, 1, 2], [4, 5, 6]]
    assert old[2, 3] == 11
    array.shrink((2, 4))
    assert array.shape == (2, 3)


def test_shrinking_frees_memory():
    array = DynamicArray1D(1000)
    array.shrink(10)
    assert Rows.from_address(array.payload).capacity == 10


def test_views_outlive_growth_and_the_array():
    array = DynamicArray1D(3, np.int32)
    array[:] = [1, 2, 3]
    before = array.data
    array.resize(1000)
    array[:3] = 7
    after = array.data
    del array
    gc.collect()
    assert before.tolist() == [1, 2, 3]
    assert after[:4].tolist() == [7, 7, 7, 0]


def test_payload_and_handle_are_constant():
    array = DynamicArray1D(0)
    before = array.payload, array.handle
    array.resize(10_000)
    array.shrink(0)
    assert (array.payload, array.handle) == before


def test_numba_functions_take_arrays():
    @njit
    def size_in_bytes(array):
        return array.n_rows * array.row_bytes, array.buffer.size

    array = DynamicArray2D((3, 5), np.float32)
    assert size_in_bytes(array.structref) == (60, 60)


def test_appending_nothing_gives_the_next_address():
    array = DynamicArray1D(0)
    address = append_rows.call(array.handle, 0)
    assert address
    assert append_rows.call(array.handle, 0) == address


@pytest.mark.parametrize("n_new", [-1, 2**62, 2**63 - 1])
def test_refuses_absurd_numbers_of_rows(n_new):
    array = DynamicArray1D(3)
    assert append_rows.call(array.handle, n_new) == 0
    assert array.data.tolist() == [0, 0, 0]


@pytest.mark.parametrize("size", [2**62, 2**63, 2**80])
def test_memory_errors_name_the_size(size):
    array = DynamicArray1D(3)
    with pytest.raises(MemoryError, match=f"{size}.*float64.*{8 * size} bytes"):
        array.resize(size)
    assert len(array) == 3


def test_rows_can_be_too_large():
    with pytest.raises(MemoryError, match="shape"):
        DynamicArray2D((1, 2**62), np.float64)


def test_a_row_of_no_bytes():
    array = DynamicArray2D((0, 0))
    array.resize(5)
    assert array.data.shape == (5, 0)


@pytest.mark.parametrize("size", [-1, (-1,)])
def test_refuses_negative_sizes(size):
    with pytest.raises(ValueError, match="can't be negative: -1"):
        DynamicArray1D(size)


def test_refuses_python_objects():
    with pytest.raises(TypeError, match="Python objects"):
        DynamicArray1D(3, object)


def test_other_targets_refuse_the_capsule():
    is_valid = ctypes.pythonapi.PyCapsule_IsValid
    is_valid.argtypes = [ctypes.py_object, ctypes.c_char_p]
    capsule = DynamicArray1D(3).get_capsule()
    assert is_valid(capsule, b"brian2numba container")
    assert not is_valid(capsule, b"DynamicArray1D")


LIMITED = """
import resource
MEGABYTE = 2**20
from brian2numba.containers import DynamicArray1D
array = DynamicArray1D(3)
array[:] = [1, 2, 3]
array.resize(4)
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
limit = used + 512 * MEGABYTE
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    array.resize(600 * MEGABYTE // 8)
    raise SystemExit("no error")
except MemoryError as error:
    assert "bytes" in str(error)
assert array.data.tolist() == [1, 2, 3, 0]
array.resize(300 * MEGABYTE // 8)
# for twice as much there is no memory: asks for no more than is needed then
array.resize(301 * MEGABYTE // 8)
assert array.data[:4].tolist() == [1, 2, 3, 0]
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS works on Linux only")
def test_running_out_of_memory_changes_nothing():
    command = [sys.executable, "-c", LIMITED]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_no_reference_is_lost():
    _nrt_python.memsys_enable_stats()
    DynamicArray1D(1).shrink(0)
    gc.collect()
    before = rtsys.get_allocation_stats()
    for _ in range(10):
        array = DynamicArray1D(3)
        view = array.data
        array.resize(100)
        array.shrink(5)
        assert len(view) == 3
    del array, view
    gc.collect()
    after = rtsys.get_allocation_stats()
    assert after.alloc > before.alloc
    assert after.alloc - before.alloc == after.free - before.free
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free


def test_can_be_referred_to_weakly():
    array = DynamicArray1D(3)
    reference = weakref.ref(array)
    del array
    gc.collect()
    assert reference() is None
