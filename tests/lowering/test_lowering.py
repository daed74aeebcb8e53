"""The direct translation of kernels means what numba's compiler means."""

import itertools
import math

import numpy as np
import pytest
from brian2 import ms, prefs

from brian2numba.compilation import compiler
from brian2numba.compilation.work import WORK
from brian2numba.errors import NotInLanguageError
from brian2numba.generation import library
from brian2numba.generation.source import KernelSource
from brian2numba.lowering import lower
from tests.comparison import simulate
from tests.models import DETERMINISTIC, RANDOM

FLOATS = [0.0, -0.0, 1.0, -1.5, 2.5, 0.3, 1e-300, 1e300, math.inf, -math.inf, math.nan]
INTEGERS = [0, 1, -1, 2, -3, 7, 63, -64, 2**31, -(2**40), 12345678901, -(2**63)]

KERNEL = """
def kernel(_table):
    _words = _int64s(_table)
    x = _{kind}s(_words[0])[0]
    y = _{kind}s(_words[0])[1]
    n = _int64s(_words[1])[0]
    m = _int64s(_words[1])[1]
    b = x < y
    c = n < m
    _{result}s(_words[2])[0] = {expression}
    return 0
"""

OF_FLOATS = """
x + y; x - y; x * y; x / y; -x; +x; x // y; x % y; x + n; n * x; n / m; x ** 2; x ** 3
x ** 0; x ** -1; x ** -2; abs(x); min(x, y); max(x, y); min(x, y, 1.0); min(n, x)
_sqrt(x); _exp(x); _log(x); _sin(x); _tanh(x); _expm1(x); _log1p(x); _log10(x); _atan(x)
_floor(x); _ceil(x); _clip(x, -1.0, 1.0); _exprel(x); x if b else y; n if c else m
1.0 if x != x else 0.0; (x > 0) * y; b + n; b * x; -b + x; x + True
_timestep(x, 0.5) + x
x ** 0.5; 2.0 ** y; x ** y; x ** n; n ** x; x ** -3; x ** 64; x ** 65; x ** -65
x % n; n // y; b - x; x / c; _float32(x); _float32(x) * _float32(y); _inf - x; 1e999 * x
2 * (x + y) - (x - y) / 3 ; _float64(n) / 3
""".replace("\n", ";")

OF_INTEGERS = """
n + m; n - m; n * m; -n; ~n; n // m; n % m; n // 3; n % 3; n // -7; n % -7; n // 0
n % 0; n & m; n | m; n ^ m; n << 3; n >> 2; abs(n); min(n, m); max(n, m); n if c else m
n ** 2; n ** 3; n ** 0; n ** 70; b ** 3; n ** c; n // -1; n % -1
n ** -2 > 1; _int32(n); _int64(n) + 1; _bool(n); not n; b; not b; b and c
b or c; b & c; b | c; b ^ c; n == m; n != m; n <= m; n > m; x == y; x != y
x <= y; x >= y
0 < n < m; n in (1, 2, 7); n not in (1, 2); b + c; b - c; _sign(x); (n > 0) - (n < 0)
n + True; n > 0 and m > 0; n > 0 and m // n > 1; n > 0 or m > 0 or b; x > 0 and y > 0
""".replace("\n", ";")


def split(expressions):
    return sorted({e.strip() for e in expressions.split(";") if e.strip()})


def run(kernel, numbers, kind, result):
    """Return what a kernel computes, as bits."""
    with np.errstate(over="ignore"):
        floats = np.array(numbers[:2], kind)
    integers = np.array(numbers[2:], np.int64)
    results = np.zeros(1, result)
    arrays = (floats, integers, results)
    table = np.array([array.ctypes.data for array in arrays], np.int64)
    assert kernel.entry(table.ctypes.data) == 0
    return results[0]


def both(expression, kind, result):
    """Compile an expression with the direct translation and with numba."""
    text = KERNEL.format(expression=expression, kind=kind, result=result)
    source = KernelSource(text, ())
    direct = compiler._lowered_kernel(source, library.namespace())
    return direct, compiler._numba_kernel(source, library.namespace(), None)


@pytest.mark.parametrize("mathematics", ["vector", "libm"])
@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("expression", split(OF_FLOATS))
def test_floating_point_numbers(expression, kind, mathematics):
    prefs["codegen.runtime.numba.math"] = mathematics
    direct, reference = both(expression, kind, "float64")
    pairs = list(itertools.product(FLOATS, FLOATS))
    integers = itertools.cycle(itertools.product(INTEGERS, INTEGERS[1:]))
    for (x, y), (n, m) in zip(pairs, integers, strict=False):
        value, expected = (
            run(kernel, (x, y, n, m), kind, np.float64)
            for kernel in (direct, reference)
        )
        where = f"{expression} of {x}, {y}, {n}, {m}"
        # Also the sign of a zero; what is not a number may have any bits
        np.testing.assert_equal(value, expected, err_msg=where)


@pytest.mark.parametrize("expression", split(OF_INTEGERS))
def test_integers_and_truth_values(expression):
    direct, reference = both(expression, "float64", "int64")
    for n, m in itertools.product(INTEGERS, INTEGERS):
        x, y = n / 2, m / 3
        value, expected = (
            run(kernel, (x, y, n, m), "float64", np.int64)
            for kernel in (direct, reference)
        )
        assert value == expected, f"{expression} of {x}, {y}, {n}, {m}"


def run_statements(lines, *numbers):
    """Run statements that set ``result``, translated directly, on integers."""
    names = [f"    {'abcd'[k]} = _int64s(_table)[{k}]" for k in range(len(numbers))]
    body = [f"    {line}" for line in lines.strip("\n").splitlines()]
    end = f"    _int64s(_table)[{len(numbers)}] = result"
    text = "\n".join(["def kernel(_table):", *names, *body, end, "    return 0"])
    kernel = compiler._lowered_kernel(KernelSource(text, ()), library.namespace())
    table = np.array([*numbers, 0], np.int64)
    assert kernel.entry(table.ctypes.data) == 0
    namespace = dict(zip("abcd", numbers, strict=False))
    exec(lines, {}, namespace)
    assert table[-1] == namespace["result"]


STATEMENTS = {
    "for": "result = 0\nfor k in range(a):\n    result += k * b",
    "for with start": "result = 0\nfor k in range(b, a):\n    result += k",
    "for with step": "result = 0\nfor k in range(b, a, 3):\n    result += k",
    "for downwards": "result = 0\nfor k in range(a, b, -2):\n    result += k",
    "loop variable after": "k = -1\nresult = 0\nfor k in range(a):\n    result = k\n",
    "changed in loop": (
        "result = 0\nfor k in range(a):\n    j = k\n    k = 2 * k\n    result += j + k"
    ),
    "while": "result = 1\nwhile result < a:\n    result *= 2",
    "break": (
        "result = 0\nwhile True:\n    result += 1\n    if result > a:\n        break"
    ),
    "continue": (
        "result = 0\nfor k in range(a):\n    if k % 3 == 0:\n        continue\n"
        "    result += k"
    ),
    "nested": (
        "result = 0\nfor k in range(a):\n    for j in range(k):\n"
        "        if j > b:\n            break\n        result += j"
    ),
    "elif": (
        "if a > 5:\n    result = 1\nelif a > 3:\n    result = 2\nelse:\n    result = 3"
    ),
    "tuple": "x, y = a, b\nx, y = y, x\nresult = x - 2 * y",
    "several targets": "x = y = a + 1\nresult = x * y",
    "in place": "result = a\nresult -= b\nresult *= 3\nresult //= 2\nresult |= 1",
    "condition": "result = a if a > b else b\nresult += 1 if a > 2 and b > 2 else 0",
}


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("numbers", [(0, 0), (1, 3), (4, 2), (10, -3), (7, 7)])
def test_statements_mean_what_they_mean_in_python(name, numbers):
    run_statements(STATEMENTS[name], *numbers)


@pytest.mark.parametrize("name", sorted({*DETERMINISTIC, *RANDOM}))
def test_no_model_needs_numba_or_is_compiled_twice(name, empty_cache, monkeypatch):
    def refuse(*arguments):
        raise AssertionError("numba was asked to compile a kernel")

    monkeypatch.setattr(compiler, "_numba_kernel", refuse)
    model = {**DETERMINISTIC, **RANDOM}[name]
    simulate(model, "numba", 0.2 * ms)
    before = WORK.copy()
    # As when a notebook's cell is run again: other objects, with other names
    simulate(model, "numba", 0.2 * ms)
    assert (WORK - before).n_kernels == 0


NOT_IN_LANGUAGE = [
    "result = [a]",
    "result = undefined_name",
    "result = a\nresult = 0.5",
    "for k in (1, 2):\n    result = k",
    "result = (lambda: 1)()",
    "result = 'a'",
    "try:\n    result = 1\nfinally:\n    result = 2",
    "result = np.zeros(3)[0]",
    "result = len(a)",
    "result = later\nlater = 1",
]


@pytest.mark.parametrize("lines", NOT_IN_LANGUAGE)
def test_other_python_is_left_to_numba(lines):
    body = "\n".join(f"    {line}" for line in lines.splitlines())
    text = f"def kernel(_table):\n    a = _int64s(_table)[0]\n{body}\n    return result"
    with pytest.raises(NotInLanguageError):
        lower(text, library.namespace(), "kernel")
