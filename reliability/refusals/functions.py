"""Inputs of functions, most of them given for the numba target."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

_FOR_NUMBA = "What is given for this target has no part in others."
_USE = """\
@check_units(a=1, result=1)
def f(a):
    return 2*a
cells.x = "f(x)"
cells.x[:]"""


def _given(arguments: str) -> str:
    """Return code that calls a function with an implementation for the target."""
    return f"@implementation({arguments})\n{_USE}"


ROWS = (
    Row(
        _given('"numba", "def f(a): return 3*a", libraries=["m"]'),
        f"There is no C++ compiler that could use it. {_FOR_NUMBA}",
    ),
    Row(_given('"numba", "f(a) = 2*a"'), f"It is not Python. {_FOR_NUMBA}"),
    Row(
        _given('"numba", "def g(a): return a\\n\\ndef h(a): return 2*a"'),
        f"Which of the two is meant can't be told. {_FOR_NUMBA}",
    ),
    Row(_given('"numba", 3'), f"It is no function. {_FOR_NUMBA}"),
    Row(_given('"numba", np.add'), f"Its source can't be read. {_FOR_NUMBA}"),
    Row(
        _given(
            '"numba", eval(compile("lambda a: k*a", "nowhere", "eval")), '
            'namespace={"k": 2}'
        ),
        f"The source is needed to bring in the namespace. {_FOR_NUMBA}",
    ),
    Row(
        _given(
            '"numba", "def f(a): return k[0].real", '
            'namespace={"k": np.zeros(2, complex)}'
        ),
        "Machine code is made for the types of numbers that Brian's variables have. "
        + _FOR_NUMBA,
    ),
    Row(
        _given('"numba", "def f(a): return np.random.rand()*a"'),
        "It would draw from a generator that `seed()` does not set. " + _FOR_NUMBA,
    ),
    Row(
        "prefs.codegen.runtime.numba.functions = 'compiled'\n"
        "@check_units(a=1, result=1)\n"
        "def f(a):\n"
        "    return a - a.mean()\n"
        'cells.x = "f(x)"\n'
        "cells.x[:]",
        "The preference says that it is an error. Else Python would run the function.",
    ),
)
