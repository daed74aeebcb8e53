"""What is wrong with a function in the language is said, and where, in sentences."""

from __future__ import annotations

import inspect

import pytest

from brian2numba.errors import NotInLanguageError
from brian2numba.kernels.events import first_not_below
from brian2numba.language import Pointer, Record, float64, int32, int64
from brian2numba.operations import operation


class Counter(Record):
    """A record."""

    n_events: int64


def inner(n: int) -> int:
    """Do nothing."""
    return n


@operation
def reads(counter: Counter) -> int:
    """Misspell a field."""
    return counter.n_evnts


@operation
def writes(counter: Counter) -> int:
    """Misspell a field that is written to."""
    counter.n_evnts = 1
    return 0


@operation
def sorts(counter: Counter) -> int:
    """Use something of Python."""
    return sorted([counter.n_events])


@operation
def has_statement(counter: Counter) -> int:
    """Use a statement of Python."""
    del counter
    return 0


@operation
def takes_item(n: int) -> int:
    """Take an item of a number."""
    return n[0]


@operation
def multiplies_addresses(counter: Counter, items: Pointer[int32]) -> int:
    """Multiply what can't be."""
    return items * counter


@operation
def reads_nothing(n: int) -> int:
    """Read a variable that was never written to."""
    for _ in range(n):
        total = total + n  # noqa: F821, F841 (that is the mistake)
    return n


@operation
def gives_too_few(n: int) -> int:
    """Call a function without its arguments."""
    return first_not_below()


@operation
def calls_other_function(n: int) -> int:
    """Call a function that is not in the package."""
    return inner(n)


@pytest.mark.parametrize(
    ("function", "what", "line"),
    [
        (
            reads,
            "the field n_evnts of Counter, whose fields are n_events",
            "    return counter.n_evnts\n",
        ),
        (writes, "the field n_evnts of Counter", "    counter.n_evnts = 1\n"),
        (
            sorts,
            "a call of <built-in function sorted>",
            "    return sorted([counter.n_events])\n",
        ),
        (has_statement, "the statement del counter", "    del counter\n"),
        (takes_item, "an item of int64", "    return n[0]\n"),
        (
            multiplies_addresses,
            "an operation of Pointer[int32] and Counter",
            "    return items * counter\n",
        ),
        (
            reads_nothing,
            "the variable total before it has a value",
            "        total = total + n",
        ),
        (
            gives_too_few,
            "a call of first_not_below with 0 arguments instead of 3",
            "    return first_not_below()\n",
        ),
        (
            calls_other_function,
            "a call of tests.language.test_errors_of_language.inner, which is none of",
            "    return inner(n)\n",
        ),
    ],
)
def test_says_what_and_where(function, what, line):
    with pytest.raises(NotInLanguageError) as raised:
        function.call(*[0] * function.function.__code__.co_argcount)
    message = str(raised.value)
    lines = inspect.getsource(inspect.getmodule(test_says_what_and_where))
    number = lines[: lines.index(line)].count("\n") + 1
    assert message.startswith(f"Line {number} of {__name__}, in ")
    assert what in message
    assert message.endswith("see docs/developers.md.")


@operation
def gives_number(n: int) -> int:
    """Give a function a number in place of a pointer."""
    return first_not_below(n, n, n)


def test_says_where_in_a_function_that_is_called():
    with pytest.raises(NotInLanguageError, match="an item of int64") as raised:
        gives_number.call(3)
    place = " of brian2numba.kernels.events, in first_not_below, is not in"
    assert place in str(raised.value)


def test_parameters_of_operations_are_annotated():
    def count(counter, n: int) -> int:
        return n

    with pytest.raises(TypeError, match=r"'counter' of the operation '.*count' has no"):
        operation(count)


@pytest.mark.parametrize("wrong", [float, float64, Pointer])
def test_parameters_of_operations_are_integers_or_addresses(wrong):
    def count(n):
        return n

    count.__annotations__ = {"n": wrong}
    with pytest.raises(TypeError, match=r"'n' of .* annotated with .* Annotate it"):
        operation(count).python_call(3)


def new_record_type(name, fields):
    """Return a class of records with these annotations."""
    members = {"__annotations__": fields, "__module__": __name__}
    return type(Record)(name, (Record,), members)


@pytest.mark.parametrize("wrong", [int, float, Pointer, Pointer[int], 3])
def test_fields_of_records_have_a_size(wrong):
    with pytest.raises(
        TypeError, match=r"The field n of Wrong is annotated with .* A field is a"
    ):
        new_record_type("Wrong", {"n": wrong})
