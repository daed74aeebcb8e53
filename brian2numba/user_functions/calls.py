"""
What functions of users call: which functions kernels know, and by which expressions.

A function is called with all neurons' values by numpy, and with one neuron's by a
kernel. Each function that may be called is sorted by what it does to the former.
"""

from __future__ import annotations

import ast
import builtins
import enum
import math
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from brian2 import numpy_
from brian2.core.functions import DEFAULT_FUNCTIONS, Function
from brian2.units import unitsafefunctions

from brian2numba.c_functions import CFunction, of_scipy
from brian2numba.elementary import functions as elementary
from brian2numba.elementary import numpys
from brian2numba.errors import NotCompiledError

__all__ = [
    "ELEMENTWISE_METHODS",
    "Effect",
    "clipped",
    "effect_of",
    "library_name",
    "plain_function",
    "rewritten",
]


class Effect(enum.Enum):
    """What a function does where numpy gives it the values of all neurons."""

    #: The same for each neuron
    ELEMENTWISE = enum.auto()
    #: It takes one number only, and refuses arrays
    ONE_NUMBER = enum.auto()
    #: It makes something of all neurons' values
    OF_ALL = enum.auto()
    #: It gives the items of lists one by one
    GOES_THROUGH = enum.auto()
    #: It tells arrays from numbers
    TELLS_ARRAYS = enum.auto()


#: Functions of numpy's that are no ufuncs and treat each neuron alike
_OF_NUMPY = {
    getattr(np, name)
    for name in (
        "around",
        "array",
        "asarray",
        "clip",
        "digitize",
        "fix",
        "full_like",
        "imag",
        "interp",
        "isclose",
        "nan_to_num",
        "ones_like",
        "piecewise",
        "real",
        "round",
        "searchsorted",
        "select",
        "sinc",
        "where",
        "zeros_like",
    )
}
_TYPES_OF_NUMPY = {np.float64, np.float32, np.int64, np.int32, np.bool_}
_BUILTINS: dict[Any, Effect] = {
    **dict.fromkeys((abs, divmod, pow, sum), Effect.ELEMENTWISE),
    **dict.fromkeys((bool, float, int, max, min, range, round), Effect.ONE_NUMBER),
    **dict.fromkeys((all, any, sorted), Effect.ONE_NUMBER),
    **dict.fromkeys((enumerate, zip, reversed), Effect.GOES_THROUGH),
    **dict.fromkeys((isinstance, len, type), Effect.TELLS_ARRAYS),
    **dict.fromkeys((np.ndim, np.shape, np.size, np.isscalar), Effect.TELLS_ARRAYS),
}

#: Methods of results that treat each neuron alike
ELEMENTWISE_METHODS = {"astype", "clip", "copy", "round"}


def _of_brian() -> dict[int, Any]:
    """Map Brian's functions, which check units, to plain functions."""
    plain: dict[int, Any] = {}
    for name, function in DEFAULT_FUNCTIONS.items():
        replacement = getattr(np, name, None) or elementary.FUNCTIONS.get(f"_{name}")
        if replacement is not None and name not in ("int", "rand", "randn", "poisson"):
            plain[id(function)] = plain[id(function.pyfunc)] = replacement
    for module in (unitsafefunctions, numpy_):
        for name, function in vars(module).items():
            of_numpy = getattr(np, name, None)
            if isinstance(function, types.FunctionType) and of_numpy is not None:
                plain.setdefault(id(function), of_numpy)
    return plain


_PLAIN = _of_brian()


def plain_function(thing: Any) -> Any:
    """Return numpy's or our function for one of Brian's; anything else as it is."""
    return _PLAIN.get(id(thing)) or of_scipy(thing) or thing


def effect_of(thing: Any, name: str) -> Effect | None:
    """Return what calling a function does; None for a function that users wrote.

    Raises
    ------
    NotCompiledError
        If kernels can't call it.
    """
    thing = plain_function(thing)
    module = str(getattr(thing, "__module__", None) or "")
    package = module.split(".", maxsplit=1)[0]
    effect = _known_effect(thing, module)
    if effect is not None:
        return effect
    is_function = isinstance(thing, (types.FunctionType, Function))
    if (is_function or _is_jitted(thing)) and package not in _LIBRARIES:
        return None
    owner = getattr(thing, "__self__", None)
    if "random" in module or owner is np.random.mtrand._rand:
        raise NotCompiledError(f"it draws random numbers with '{name}'")
    if callable(thing) and package == "numpy":
        return Effect.OF_ALL
    raise NotCompiledError(f"it calls '{name}', which kernels do not know")


_LIBRARIES = ("numpy", "math", "numba", "brian2", "scipy")


def _is_jitted(thing: Any) -> bool:
    return isinstance(getattr(thing, "py_func", None), types.FunctionType)


def _known_effect(thing: Any, module: str) -> Effect | None:
    """Return what a function does that is known one by one, or by its kind."""
    if isinstance(thing, np.ufunc) and library_name(thing) is not None:
        is_plain = thing.nout == 1 and thing.signature is None
        return Effect.ELEMENTWISE if is_plain else Effect.OF_ALL
    if isinstance(thing, types.BuiltinFunctionType) and module == "math":
        return Effect.ONE_NUMBER
    is_elementwise = (
        isinstance(thing, CFunction)
        or _is_known(thing, _OF_NUMPY)
        or _is_known(thing, _TYPES_OF_NUMPY)
        or module.startswith("brian2numba.elementary.")
    )
    if is_elementwise:
        return Effect.ELEMENTWISE
    return _BUILTINS[thing] if _is_known(thing, _BUILTINS) else None


def _is_known(thing: Any, known: Any) -> bool:
    try:
        return thing in known
    except TypeError:
        return False  # not hashable


def library_name(thing: Any) -> str | None:
    """Return the expression by which every kernel can call a function, if it can."""
    if getattr(np, _name(thing), None) is thing:
        return f"_np.{_name(thing)}"
    if getattr(math, _name(thing), None) is thing:
        return f"_math.{_name(thing)}"
    return _name(thing) if getattr(builtins, _name(thing), None) is thing else None


def _name(thing: Any) -> str:
    return str(getattr(thing, "__name__", ""))


# Calls as other expressions


def rewritten(
    thing: Any, call: ast.Call, use: Callable[[Any], ast.expr]
) -> ast.expr | None:
    """Return an expression of kernels in the place of a call, if there is one.

    Parameters
    ----------
    thing : callable
        What is called.
    call : ast.Call
        The call; its arguments are expressions of kernels already.
    use : callable
        Returns the expression for a function of the library.

    Raises
    ------
    NotCompiledError
        If it is called with arguments that have no meaning for one number.
    """
    rewrite = _REWRITTEN.get(thing) if _is_known(thing, _REWRITTEN) else None
    return None if rewrite is None else rewrite(call, use)


def _arguments(call: ast.Call, names: Sequence[str]) -> list[ast.expr | None]:
    """Return the arguments of a call in order; None for those that are not given."""
    given: dict[str | None, ast.expr] = {}
    given.update(zip(names, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg not in names:
            raise NotCompiledError(
                f"the argument '{keyword.arg}' of {ast.unparse(call.func)} means "
                "something for arrays only"
            )
        given[keyword.arg] = keyword.value
    if len(call.args) > len(names):
        raise NotCompiledError(f"{ast.unparse(call)} has too many arguments")
    return [given.get(name) for name in names]


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _required(call: ast.Call, names: Sequence[str]) -> list[ast.expr]:
    arguments = _arguments(call, names)
    if any(_is_none(argument) for argument in arguments):
        raise NotCompiledError(f"{ast.unparse(call)} lacks an argument")
    return [argument for argument in arguments if argument is not None]


def _apply(function: ast.expr, *arguments: ast.expr) -> ast.Call:
    return ast.Call(function, list(arguments), [])


def _to(function: Any, *names: str) -> Callable[..., ast.expr]:
    """Return what rewrites a call as one of a function of the library."""

    def rewrite(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
        return _apply(use(function), *_required(call, names))

    return rewrite


def _where(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    condition, if_true, if_false = _required(call, ("condition", "x", "y"))
    return ast.IfExp(condition, if_true, if_false)


def _clip(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    names = {"min": "a_min", "max": "a_max"}
    for keyword in call.keywords:
        keyword.arg = names.get(str(keyword.arg), keyword.arg)
    value, low, high = _arguments(call, ("a", "a_min", "a_max"))
    if value is None:
        raise NotCompiledError(f"{ast.unparse(call)} lacks an argument")
    return clipped(value, low, high, use)


def clipped(
    value: ast.expr,
    low: ast.expr | None,
    high: ast.expr | None,
    use: Callable[[Any], ast.expr],
) -> ast.expr:
    """Return a value within limits, as numpy has it; either limit may be None."""
    if not _is_none(low):
        assert low is not None
        value = _apply(use(numpys.maximum), value, low)
    if not _is_none(high):
        assert high is not None
        value = _apply(use(numpys.minimum), value, high)
    return value


def _listed(node: ast.expr | None, call: ast.Call) -> list[ast.expr]:
    if not isinstance(node, (ast.List, ast.Tuple)):
        raise NotCompiledError(f"{ast.unparse(call.func)} needs lists that are written")
    return node.elts


def _select(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    conditions, choices, default = _arguments(
        call, ("condlist", "choicelist", "default")
    )
    result = default or ast.Constant(0)
    pairs = list(zip(_listed(conditions, call), _listed(choices, call), strict=False))
    for condition, choice in reversed(pairs):
        result = ast.IfExp(condition, choice, result)
    return result


def _piecewise(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    x, listed, functions = _required(call, ("x", "condlist", "funclist"))
    conditions, pieces = _listed(listed, call), _listed(functions, call)
    values = [_piece(piece, x) for piece in pieces]
    result = values.pop() if len(values) > len(conditions) else ast.Constant(0)
    # Of several that are true, the last one counts
    for condition, value in zip(conditions, values, strict=True):
        result = ast.IfExp(condition, value, result)
    return result


def _piece(piece: ast.expr, x: ast.expr) -> ast.expr:
    """Return what one of the functions of np.piecewise gives."""
    if isinstance(piece, ast.Lambda):
        (argument,) = piece.args.args
        return _Substitution(argument.arg, x).visit(piece.body)
    is_called = isinstance(piece, (ast.Name, ast.Attribute))
    return _apply(piece, x) if is_called else piece


class _Substitution(ast.NodeTransformer):
    """Puts an expression in the place of a name."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.value if node.id == self.name else node


def _itself(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr | None:
    """Return the argument of np.asarray, if it is one number."""
    is_plain = len(call.args) == 1 and not call.keywords
    is_list = is_plain and isinstance(
        call.args[0], (ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)
    )
    return call.args[0] if is_plain and not is_list else None


def _power(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    base, exponent = _required(call, ("x1", "x2"))
    return ast.BinOp(base, ast.Pow(), exponent)


def _square(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    (base,) = _required(call, ("x",))
    return ast.BinOp(base, ast.Pow(), ast.Constant(2))


def _logical(operator: type[ast.boolop]) -> Callable[..., ast.expr]:
    def rewrite(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
        values: list[ast.expr] = [
            _apply(use(numpys.is_true), value)
            for value in _required(call, ("x1", "x2"))
        ]
        return ast.BoolOp(operator(), values)

    return rewrite


def _not(call: ast.Call, use: Callable[[Any], ast.expr]) -> ast.expr:
    (value,) = _required(call, ("x",))
    return ast.UnaryOp(ast.Not(), value)


_REWRITTEN: dict[Any, Callable[..., ast.expr | None]] = {
    np.where: _where,
    np.clip: _clip,
    np.select: _select,
    np.piecewise: _piecewise,
    np.asarray: _itself,
    np.array: _itself,
    np.power: _power,
    np.square: _square,
    np.zeros_like: _to(numpys.zeros_like, "a"),
    np.ones_like: _to(numpys.ones_like, "a"),
    np.full_like: _to(numpys.full_like, "a", "fill_value"),
    np.maximum: _to(numpys.maximum, "x1", "x2"),
    np.minimum: _to(numpys.minimum, "x1", "x2"),
    np.heaviside: _to(numpys.heaviside, "x1", "x2"),
    np.sign: _to(numpys.sign, "x"),
    np.isnan: _to(numpys.isnan, "x"),
    np.isfinite: _to(numpys.isfinite, "x"),
    np.isinf: _to(numpys.isinf, "x"),
    np.logical_and: _logical(ast.And),
    np.logical_or: _logical(ast.Or),
    np.logical_not: _not,
    elementary.clip: _clip,
}
