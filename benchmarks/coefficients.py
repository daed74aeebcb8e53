"""
The coefficients of `brian2numba/elementary/single`.

    python -m benchmarks.coefficients [name ...]

prints them, with the largest error that remains. What is minimised is the largest error
relative to the function, by Lawson's algorithm (C. L. Lawson, Contributions to the
theory of linear least maximum approximations, 1961): least squares, in which the weight
of a point grows with the error there. One coefficient after the other is rounded to
single precision, and the others are fitted again, so that they make up for it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mpmath
import numpy as np

type Exact = Callable[[mpmath.mpf], mpmath.mpf]

N_POINTS, N_ROUNDS = 600, 300
#: Digits in which functions are evaluated
EXACT_BITS = 200


@dataclass(frozen=True)
class Fit:
    """A function to approximate by a polynomial.

    Attributes
    ----------
    function : callable
        What the polynomial is close to.
    weight : callable
        By what its error is multiplied to be that of the whole function, relatively.
    low, high : float
        Between which arguments.
    n_coefficients : int
        How many coefficients there are.
    """

    function: Exact
    weight: Exact
    low: float
    high: float
    n_coefficients: int


def _root(function: Exact) -> Exact:
    """Return a function of the square of its argument."""
    return lambda z: function(mpmath.sqrt(z))


def _odd(function: Exact, high: float, n_coefficients: int) -> Fit:
    """Return the fit of ``(f(r) - r)/r**3`` as a polynomial in ``r**2``."""
    return Fit(
        _root(lambda r: (function(r) / r - 1) / r**2),
        _root(lambda r: r**3 / function(r)),
        1e-12,
        high**2,
        n_coefficients,
    )


FITS = {
    "exp": Fit(
        lambda r: (mpmath.expm1(r) - r - r**2 / 2) / r**3,
        lambda r: r**3 / mpmath.exp(r),
        -0.3467,
        0.3467,
        4,
    ),
    "log": Fit(
        lambda f: (mpmath.log1p(f) - f + f**2 / 2) / f**3,
        lambda f: f**3 / mpmath.log1p(f),
        0.5**0.5 - 1,
        2**0.5 - 1,
        8,
    ),
    "log_of_power": Fit(
        _root(lambda s: (2 * mpmath.atanh(s) / s - 2 - 2 * s**2 / 3) / s**4),
        _root(lambda s: s**5 / mpmath.atanh(s)),
        1e-12,
        0.1717**2,
        4,
    ),
    "sin": _odd(mpmath.sin, 0.78541, 4),
    "cos": Fit(
        _root(lambda r: (mpmath.cos(r) - 1 + r**2 / 2) / r**4),
        _root(lambda r: r**4 / mpmath.cos(r)),
        1e-12,
        0.78541**2,
        3,
    ),
    "tan": _odd(mpmath.tan, 0.78541, 7),
    "arcsin": _odd(mpmath.asin, 0.5, 5),
    "arctan": _odd(mpmath.atan, 0.41422, 5),
    "sinh": _odd(mpmath.sinh, 1.0, 4),
}


def polynomial(
    function: np.ndarray,
    weights: np.ndarray,
    points: np.ndarray,
    fixed: Sequence[float],
    n_free: int,
) -> np.ndarray:
    """Return the coefficients that follow the fixed ones."""
    target = function - np.polynomial.polynomial.polyval(points, fixed or [0.0])
    start = len(fixed)
    powers = points[:, None] ** np.arange(start, start + n_free)
    share = np.full(len(points), 1 / len(points))
    best, least = np.zeros(n_free), np.inf
    for _ in range(N_ROUNDS):
        by = np.sqrt(share) * weights
        scale = np.abs(powers * by[:, None]).max(axis=0)
        found, *_ = np.linalg.lstsq(
            powers * by[:, None] / scale, target * by, rcond=None
        )
        found = found / scale
        error = np.abs((target - powers @ found) * weights)
        if error.max() < least:
            best, least = found, error.max()
        share = share * (error + 1e-30)
        share /= share.sum()
    return best


def coefficients(fit: Fit) -> tuple[list[float], float]:
    """Return coefficients in single precision, and the largest error."""
    angles = np.linspace(0, np.pi, N_POINTS)
    middle, half = (fit.low + fit.high) / 2, (fit.high - fit.low) / 2
    points = middle - half * np.cos(angles)
    with mpmath.workprec(EXACT_BITS):
        exact = np.array([float(fit.function(mpmath.mpf(p))) for p in points])
        weights = np.array([float(fit.weight(mpmath.mpf(p))) for p in points])
    fixed: list[float] = []
    for k in range(fit.n_coefficients):
        found = polynomial(exact, weights, points, fixed, fit.n_coefficients - k)
        fixed.append(float(np.float32(found[0])))
    error = (exact - np.polynomial.polynomial.polyval(points, fixed)) * weights
    return fixed, float(np.abs(error).max())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the coefficients of some polynomials."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(FITS))
    for name in parser.parse_args(arguments).names:
        found, error = coefficients(FITS[name])
        print(f"{name}: error 2**{np.log2(error):.1f}")
        print("   ", ", ".join(f"{c!r}" for c in found))


if __name__ == "__main__":
    main()
