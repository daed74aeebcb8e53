"""What operations of numbers have to give: exact arithmetic, and numpy's of floats.

An integer has 64 bits, and a sign unless it is of type uint64. Integers of both kinds
meet as floats, unless the one with a sign is written down and not negative, or its type
has none.
"""

import math

import numpy as np

BITS = 2**64
FLOATS = ("float64", "float32")
UNSIGNED = "uint64"

#: Numbers of each type that are likely to go wrong
VALUES = {
    "float64": [
        *(0.0, -0.0, 1.5, -2.5, 3.0, 1e10, 2.0**53, 2.0**63, -(2.0**63), 2.0**64),
        *(1.1e19, -1e19, 1e300, math.inf, -math.inf, math.nan),
    ],
    "float32": [0.0, 1.5, -2.5, 3.0, 2.0**25, 2.0**63, 2.0**90, math.inf, math.nan],
    "int64": [0, 1, -1, 2, -7, 2**31, 2**53 + 1, 2**62, 2**63 - 1, -(2**63)],
    "int32": [0, 1, -1, 7, -7, 2**31 - 1, -(2**31)],
    "uint64": [0, 1, 3, 7, 2**53 + 1, 2**63 - 1, 2**63, 2**63 + 2048, 2**64 - 1],
    "uint8": [0, 1, 7, 255],
    "bool": [False, True],
}
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}
COMPARISONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def wrapped(number, kind):
    """Return the lower 64 bits of an integer, as one of a kind."""
    number %= BITS
    return number - BITS if kind != UNSIGNED and number >= BITS // 2 else number


def kind_of(types):
    """Return the type in which numbers of several types are computed."""
    types = set(types)
    if types == {"float32"}:
        return "float32"
    if types & set(FLOATS):
        return "float64"
    if UNSIGNED not in types:
        return "int64"
    return "float64" if types & {"int64", "int32"} else UNSIGNED


def as_float(number, kind="float64"):
    return np.dtype(kind).type(number)


def operation(sign, a, b, types):
    """Return ``a sign b`` and its type."""
    kind = kind_of(types)
    if sign == "/":
        kind = kind if kind in FLOATS else "float64"
        return np.divide(as_float(a, kind), as_float(b, kind)), kind
    if sign == "**":
        return power(a, b, types)
    compute = OPERATIONS[sign]
    if kind == "float32" and sign in ("//", "%"):
        # numpy's own quotient is not the nearest number
        return as_float(compute(as_float(a), as_float(b)), kind), kind
    if kind in FLOATS:
        return compute(as_float(a, kind), as_float(b, kind)), kind
    a, b = int(a), int(b)
    if sign in ("//", "%") and b == 0:
        return 0, kind
    return wrapped(compute(a, b), kind), kind


def power(a, b, types):
    """Return ``a ** b``, which is an integer only if `b` can't be negative."""
    base, exponent = types
    is_whole = not set(types) & set(FLOATS)
    if is_whole and exponent in (UNSIGNED, "uint8", "bool"):
        kind = UNSIGNED if base == UNSIGNED else "int64"
        return wrapped(pow(int(a), int(b), BITS), kind), kind
    kind = "float32" if set(types) == {"float32"} else "float64"
    return np.power(as_float(a, kind), as_float(b, kind)), kind


def comparison(sign, a, b, types):
    """Return whether ``a sign b``, which is exact for integers."""
    compute = COMPARISONS[sign]
    if set(types) & set(FLOATS):
        kind = kind_of(types)
        return bool(compute(as_float(a, kind), as_float(b, kind)))
    return compute(int(a), int(b))


def stored(number, kind, target):
    """Return what a variable of a type gets of a number of a kind."""
    if target in FLOATS or target == "bool":
        return as_float(number, target)
    if kind in FLOATS:
        lowest, end = -(2.0**63), BITS if target == UNSIGNED else 2.0**63
        is_held = lowest <= number < end  # not what is no number
        number = int(number) if is_held else -(2**63)
    bits = np.uint64(int(number) % BITS)
    return bits.astype(target)
