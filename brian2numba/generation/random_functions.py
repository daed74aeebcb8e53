"""Brian's `BinomialFunction` in kernels."""

from __future__ import annotations

import numpy as np
from brian2.core.functions import Function

__all__ = ["binomial"]


def _library_function(name: str, n_arguments: int) -> Function:
    """Describe a function of the kernels' library to Brian."""

    def not_in_python(*arguments: float) -> float:
        raise NotImplementedError(f"'{name}' exists in compiled code only.")

    function = Function(
        not_in_python, arg_units=[1] * n_arguments, return_unit=1, stateless=False
    )
    function.implementations.add_implementation("numba", code=None, name=name)
    return function


_BY_NORMAL = _library_function("_binomial_by_normal", 2)
_BY_INVERSION = _library_function("_binomial_by_inversion", 5)


def binomial(
    n: int, p: float, use_normal: bool, name: str
) -> tuple[str, dict[str, Function]]:
    """Return the source of a binomial function, and what it depends on.

    For the same seed the numbers are those of Brian's Cython target, but for p > 0.5
    without the normal approximation: there Brian's recurrence uses p in the place of
    1 - p and draws from another distribution, which this one does not repeat.

    Parameters
    ----------
    n : int
        The number of trials.
    p : float
        The probability of a success.
    use_normal : bool
        Whether to approximate the distribution by a normal one.
    name : str
        The name of the function.
    """
    if use_normal:
        loc, scale = _rounded(n * p), _rounded(np.sqrt(n * p * (1 - p)))
        draw = f"_binomial_by_normal({loc}, {scale})"
        return _source(name, draw), {"_binomial_by_normal": _BY_NORMAL}
    rarer = min(p, 1 - p)
    often = 1 - rarer
    # Beyond so many trials, the probability of no success is no normal number
    most = n if often == 1 else min(n, int(-700 / np.log(often)))
    full, rest = divmod(int(n), int(most)) if n > most else (0, n)
    source = _LOOP.format(
        name=name,
        full=full,
        most=_inversion(most, rarer, often),
        rest=_inversion(rest, rarer, often),
        result=f"{int(n)} - successes" if p > rarer else "successes",
    )
    return source, {"_binomial_by_inversion": _BY_INVERSION}


_LOOP = """
def {name}(index):
    successes = 0
    for _ in range({full}):
        successes += {most}
    successes += {rest}
    return {result}
"""


def _inversion(n: float, rarer: float, often: float) -> str:
    """Return the call that draws from a binomial distribution by inversion."""
    bound = min(n, n * rarer + 10.0 * np.sqrt(n * rarer * often + 1))
    q_to_n = np.exp(n * np.log(often))
    numbers = ", ".join(_rounded(x) for x in (rarer, often, q_to_n, bound))
    return f"_binomial_by_inversion({int(n)}, {numbers})"


def _rounded(x: float) -> str:
    """Return a number with the digits that Brian's Cython target has of it.

    There they are rounded to 15 decimals; a tiny number must not become 0, though.
    """
    rounded = f"{x:.15f}"
    return rounded if float(rounded) else repr(float(x))


def _source(name: str, draw: str) -> str:
    return f"def {name}(index):\n    return {draw}\n"
