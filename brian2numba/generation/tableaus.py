"""
Embedded Runge-Kutta methods: how much the slopes of their stages count, and where.

Each has a solution and, for an estimate of its error, another one of a lower order.

References
----------
Fehlberg, E. (1970). Klassische Runge-Kutta-Formeln vierter und niedrigerer Ordnung mit
Schrittweiten-Kontrolle und ihre Anwendung auf Wärmeleitungsprobleme. Computing 6(1),
61-71.

Cash, J. R., Karp, A. H. (1990). A variable order Runge-Kutta method for initial value
problems with rapidly varying right-hand sides. ACM Transactions on Mathematical
Software 16(3), 201-222.

Prince, P. J., Dormand, J. R. (1981). High order embedded Runge-Kutta formulae. Journal
of Computational and Applied Mathematics 7(1), 67-75.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

__all__ = ["TABLEAUS", "Tableau"]


@dataclass(frozen=True, eq=False)
class Tableau:
    """A method for ``n`` stages.

    Attributes
    ----------
    order : int
        The order that the control of steps goes by.
    nodes : array of shape (n + 1,)
        The time of each stage in units of the step, and that of the solution.
    weights : array of shape (n + 1, n)
        For each stage what the slopes before it count, and for the solution.
    error : array of shape (n,)
        What they count in the error of the solution.
    """

    order: int
    nodes: NDArray[np.float64]
    weights: NDArray[np.float64]
    error: NDArray[np.float64]

    @property
    def n_stages(self) -> int:
        """How many stages there are."""
        return len(self.error)


def _fractions(text: str, n: int) -> list[Fraction]:
    """Return the fractions in a text, followed by zeros up to a number of them."""
    fractions = [Fraction(word) for word in text.split()]
    return fractions + [Fraction(0)] * (n - len(fractions))


def _tableau(  # noqa: PLR0913, PLR0917
    order: int,
    nodes: str,
    stages: Sequence[str],
    solution: str,
    other: str,
    factor: Fraction = Fraction(1),
) -> Tableau:
    """Return a method, given as texts with fractions.

    Parameters
    ----------
    order : int
        The order that the control of steps goes by.
    nodes : str
        The times of the stages.
    stages : sequence of str
        What slopes count for each stage but the first.
    solution, other : str
        What they count for the solution, and for the other one.
    factor : Fraction, optional
        The error is so many times the difference of these. Defaults to 1.
    """
    n_stages = len(stages) + 1
    rows = [_fractions(row, n_stages) for row in ("", *stages, solution)]
    others = _fractions(other, n_stages)
    error = [factor * (a - b) for a, b in zip(rows[-1], others, strict=True)]
    # Each number is the double that is nearest to it
    return Tableau(
        order,
        np.array([*_fractions(nodes, n_stages), 1], np.float64),
        np.array(rows, np.float64),
        np.array(error, np.float64),
    )


_MIDPOINT_AND_KUTTA = _tableau(
    2, "0 1/2 1", ["1/2", "-1 2"], solution="1/6 2/3 1/6", other="0 1"
)

#: One step, and two steps of half the length, which are the solution
_CLASSICAL = _tableau(
    4,
    "0 1/2 1/2 1 1/4 1/4 1/2 1/2 3/4 3/4 1",
    [
        "1/2",
        "0 1/2",
        "0 0 1",
        "1/4",
        "0 0 0 0 1/4",
        "0 0 0 0 0 1/2",
        "1/12 0 0 0 1/6 1/6 1/12",
        "1/12 0 0 0 1/6 1/6 1/12 1/4",
        "1/12 0 0 0 1/6 1/6 1/12 0 1/4",
        "1/12 0 0 0 1/6 1/6 1/12 0 0 1/2",
    ],
    solution="1/12 0 0 0 1/6 1/6 1/12 1/12 1/6 1/6 1/12",
    other="1/6 1/3 1/3 1/6",
    # The difference, of fourth order, is 15 times the error; four times that is safe
    factor=Fraction(4, 15),
)

_FEHLBERG = _tableau(
    5,
    "0 1/4 3/8 12/13 1 1/2",
    [
        "1/4",
        "3/32 9/32",
        "1932/2197 -7200/2197 7296/2197",
        "439/216 -8 3680/513 -845/4104",
        "-8/27 2 -3544/2565 1859/4104 -11/40",
    ],
    solution="16/135 0 6656/12825 28561/56430 -9/50 2/55",
    other="25/216 0 1408/2565 2197/4104 -1/5",
)

_CASH_AND_KARP = _tableau(
    5,
    "0 1/5 3/10 3/5 1 7/8",
    [
        "1/5",
        "3/40 9/40",
        "3/10 -9/10 6/5",
        "-11/54 5/2 -70/27 35/27",
        "1631/55296 175/512 575/13824 44275/110592 253/4096",
    ],
    solution="37/378 0 250/621 125/594 0 512/1771",
    other="2825/27648 0 18575/48384 13525/55296 277/14336 1/4",
)

_PRINCE_AND_DORMAND = _tableau(
    8,
    "0 1/18 1/12 1/8 5/16 3/8 59/400 93/200 5490023248/9719169821 13/20"
    " 1201146811/1299019798 1 1",
    [
        "1/18",
        "1/48 1/16",
        "1/32 0 3/32",
        "5/16 0 -75/64 75/64",
        "3/80 0 0 3/16 3/20",
        "29443841/614563906 0 0 77736538/692538347 -28693883/1125000000"
        " 23124283/1800000000",
        "16016141/946692911 0 0 61564180/158732637 22789713/633445777"
        " 545815736/2771057229 -180193667/1043307555",
        "39632708/573591083 0 0 -433636366/683701615 -421739975/2616292301"
        " 100302831/723423059 790204164/839813087 800635310/3783071287",
        "246121993/1340847787 0 0 -37695042795/15268766246 -309121744/1061227803"
        " -12992083/490766935 6005943493/2108947869 393006217/1396673457"
        " 123872331/1001029789",
        "-1028468189/846180014 0 0 8478235783/508512852 1311729495/1432422823"
        " -10304129995/1701304382 -48777925059/3047939560 15336726248/1032824649"
        " -45442868181/3398467696 3065993473/597172653",
        "185892177/718116043 0 0 -3185094517/667107341 -477755414/1098053517"
        " -703635378/230739211 5731566787/1027545527 5232866602/850066563"
        " -4093664535/808688257 3962137247/1805957418 65686358/487910083",
        "403863854/491063109 0 0 -5068492393/434740067 -411421997/543043805"
        " 652783627/914296604 11173962825/925320556 -13158990841/6184727034"
        " 3936647629/1978049680 -160528059/685178525 248638103/1413531060 0",
    ],
    solution="14005451/335480064 0 0 0 0 -59238493/1068277825 181606767/758867731"
    " 561292985/797845732 -1041891430/1371343529 760417239/1151165299"
    " 118820643/751138087 -528747749/2220607170 1/4",
    other="13451932/455176623 0 0 0 0 -808719846/976000145 1757004468/5645159321"
    " 656045339/265891186 -3867574721/1518517206 465885868/322736535"
    " 53011238/667516719 2/45",
)

#: The methods by the names that GSL has for them
TABLEAUS = {
    "rk2": _MIDPOINT_AND_KUTTA,
    "rk4": _CLASSICAL,
    "rkf45": _FEHLBERG,
    "rkck": _CASH_AND_KARP,
    "rk8pd": _PRINCE_AND_DORMAND,
}
