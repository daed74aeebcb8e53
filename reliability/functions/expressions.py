"""
What expressions in functions are made of, for arrays and for one number.

In the templates, ``{a}`` and ``{b}`` are numbers, ``{x}`` is a number that surely is an
array where Brian calls the function with arrays, ``{k}`` and ``{m}`` are integers,
``{p}`` and ``{q}`` booleans, and ``{c}`` and ``{d}`` constants, with c < d.
"""

from __future__ import annotations

import ast

__all__ = ["TEMPLATES", "in_parentheses"]

_ARITHMETIC = (
    "{a} + {b}",
    "{a} - {b}",
    "{c}*{a}",
    "{a}*{b}",
    "{a}/4",
    "-{a}",
    "{a}**2",
    "{c}*{k}",
    "{a}/(1 + abs({b}))",
)
_NUMBERS_OF_ARRAYS = (
    *_ARITHMETIC,
    "np.where({p}, {a}, {b})",
    "np.clip({a}, {c}, {d})",
    "np.clip(a_max={d}, a={a}, a_min={c})",
    "np.clip({a}, {c}, None)",
    "np.clip({a}, a_min=None, a_max={d})",
    "np.maximum({a}, {b})",
    "np.minimum({a}, {c})",
    "np.tanh({x}).clip({c}, {d})",
    "({x} + {a}).clip({c}, {d})",
    "np.select([{x} < {c}, {x} < {d}], [{a}, {b}], default={c})",
    "np.select([{x} > {c}], [{a}])",
    "np.piecewise({x}, [{x} < {c}, {x} >= {c}], [lambda u: {c}*u, {d}])",
    "np.piecewise({x}, [{x} < {c}, {x} >= {d}], [{c}, lambda u: u**2, -{d}])",
    "np.heaviside({a}, {c})",
    "np.power(np.abs({a}), {c})",
    "np.power({a}, 2)",
    "np.exp(-np.abs({a}))",
    "np.tanh({a})",
    "np.sin({a})",
    "np.sqrt(np.abs({a}))",
    "np.log1p(np.abs({a}))",
    "np.arctan2({a}, {d})",
    "np.hypot({a}, {c})",
    "b2.exp(-np.abs({a}))",
    "b2.tanh({a})",
    "b2.clip({a}, {c}, {d})",
    "exp(-abs({a}))",
    "exprel({a}/4)",
    "np.floor({a})",
    "np.rint({a})",
    "np.trunc({a})",
    "np.round({a}, 1)",
    "np.mod({a}, 0.75)",
    "np.fmod({a}, 0.75)",
    "{a} % 0.75",
    "{a} // 0.5",
    "np.sign({a})",
    "np.copysign({d}, {a})",
    "np.square({a})",
    "np.cbrt({a})",
    "np.asarray({a})*{c}",
    "np.zeros_like({x}) + {a}",
    "({p})*{a}",
    "({p}) + {a}",
    "({x} > {c}).astype(float)",
    "{x}.astype(int) + {a}",
    "np.nan_to_num({c}/{x})",
    "sum(u*{a} for u in (0.25, {c}))",
    "(lambda u: u*{c})({a})",
    "(v + {c}*mV)/mV",
    "np.exp(-abs(v)/(20*b2.mV))",
    "abs((1 + 0.5j)*{a})",
    "np.real(np.exp(1j*{a}))",
    "special.erf({a})",
    "special.expit({a})",
)
_INTEGERS_OF_ARRAYS = (
    "{k} + {m}",
    "{k} - {m}",
    "2*{k}",
    "{k} % 3",
    "{k} // 2",
    "-{k}",
    "abs({k})",
    "np.digitize({a}, (-0.5, 0.5, 1.0))",
    "np.searchsorted([-0.5, 0.5, 1.0], {a})",
    "np.where({p}, {k}, {m})",
    "np.maximum({k}, 1)",
    "{k} & 3",
)
_BOOLEANS_OF_ARRAYS = (
    "{a} < {b}",
    "{a} >= {c}",
    "{k} == {m}",
    "{k} != 2",
    "({p}) & ({q})",
    "({p}) | ({q})",
    "~({x} > {c})",
    "np.logical_and({p}, {q})",
    "np.logical_not({p})",
    "np.isfinite({a})",
    "({p}) ^ ({q})",
)
_NUMBERS_OF_ONE = (
    *_ARITHMETIC,
    "({a} if {p} else {b})",
    "max({a}, {b})",
    "min({a}, {c}, {b})",
    "math.exp(-abs({a}))",
    "math.sqrt(abs({a}))",
    "math.floor({a})",
    "math.tanh({a})",
    "math.atan2({a}, {d})",
    "math.copysign({d}, {a})",
    "np.clip({a}, {c}, {d})",
    "float(np.where({p}, {a}, {b}))",
    "np.heaviside({a}, {c})",
    "np.exp(-np.abs({a}))",
    "np.maximum({a}, {c})",
    "b2.exp(-abs({a}))",
    "float({k})",
    "float({p})",
    "round({a})",
    "abs({a})",
    "sum([{a}, {b}, {c}])",
    "max([{a}, {c}])",
    "[{a}, {b}, {c}][{k} % 3]",
    "({a}, {b})[{k} % 2]",
    "np.array([{a}, {c}, {d}])[{k} % 3]",
    "np.array([{a}, {b}]).sum()",
    "{a} % 0.75",
    "{a} // 0.5",
    "pow({a}, 2)",
    "(lambda u: u*{c})({a})",
    "sum([u*{a} for u in (0.25, {c})])",
)
_INTEGERS_OF_ONE = (
    "{k} + {m}",
    "{k} - {m}",
    "{k} % 3",
    "{k} // 2",
    "-{k}",
    "int(4*math.tanh({a}))",
    "({k} if {p} else {m})",
    "max({k}, 1)",
    "int({p})",
    "{k}**2 % 7",
    "len([{a}, {b}])",
    "{k} & 3",
    "1 << ({k} & 3)",
)
_BOOLEANS_OF_ONE = (
    "{a} < {b}",
    "{c} < {a} <= {d}",
    "{k} == {m}",
    "(({p}) and ({q}))",
    "(({p}) or ({q}))",
    "(not ({p}))",
    "{k} in (1, 3)",
    "bool({k})",
    "math.isfinite({a})",
)

#: By whether a function is for one number, and by type
TEMPLATES = {
    False: {
        "number": _NUMBERS_OF_ARRAYS,
        "integer": _INTEGERS_OF_ARRAYS,
        "boolean": _BOOLEANS_OF_ARRAYS,
    },
    True: {
        "number": _NUMBERS_OF_ONE,
        "integer": _INTEGERS_OF_ONE,
        "boolean": _BOOLEANS_OF_ONE,
    },
}

_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute)


def in_parentheses(expression: str) -> str:
    """Return an expression as it may be part of any other one."""
    tree = ast.parse(expression, mode="eval").body
    return expression if isinstance(tree, _ATOMS) else f"({expression})"
