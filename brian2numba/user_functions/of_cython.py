"""
Functions that are given as text for Brian's Cython target, as Python source.

The text counts if it is in the simple part of Cython that is Python with types of C:
see `brian2numba.user_functions.cython_syntax`. Types are left out, and the conversions
that they stand for are written down.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from brian2.core.functions import Function

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.c_expressions import (
    NAMESPACE,
    Expressions,
    NoTypeYetError,
    Signature,
)
from brian2numba.user_functions.c_types import (
    TYPES,
    CType,
    Typed,
    conversion,
    converted,
)
from brian2numba.user_functions.cython_syntax import CythonText, read_cython

__all__ = ["OfCython", "SourceOfCython", "of_cython"]


class SourceOfCython(str):
    """Python source that was made of Cython: the user gave none for this target."""

    __slots__ = ()


@dataclass(frozen=True)
class OfCython:
    """A function that is given as Cython.

    Attributes
    ----------
    code : SourceOfCython
        It, and the functions that its text has for it, as Python.
    name : str
        What it is called there.
    dependencies : mapping
        The functions that it calls beyond these.
    namespace : mapping
        The arrays that it reads.
    """

    code: SourceOfCython
    name: str
    dependencies: Mapping[str, Function]
    namespace: Mapping[str, Any]


def of_cython(function: Function) -> OfCython | None:
    """Return a function as it is given for Brian's Cython target.

    Parameters
    ----------
    function : `Function`
        The function.

    Returns
    -------
    OfCython or None
        The function; ``None`` if no text is given for Cython, or if it is not simple.
    """
    given = _given(function)
    if given is None:
        return None
    dependencies = given.dependencies or {}
    with suppress(NotCompiledError):
        text = read_cython(given.get_code(None))
        name = _own_name(text, given, function)
        known = {key: _signature_of(f) for key, f in dependencies.items()}
        arrays = {key: _items(array) for key, array in (given._namespace or {}).items()}
        code = SourceOfCython(_translated(text, known, arrays))
        return OfCython(code, name, dependencies, given._namespace or {})
    return None


def _given(function: Function) -> Any:
    """Return the implementation for Cython if that is nothing but a text."""
    for key, given in function.implementations._implementations.items():
        if getattr(key, "class_name", key) == "cython":
            is_plain = not (given.dynamic or given.availability_check)
            return given if is_plain and isinstance(given._code, str) else None
    return None


def _own_name(text: CythonText, given: Any, function: Function) -> str:
    """Return which of the functions of a text is called by equations."""
    name: str = given.name or getattr(function.pyfunc, "__name__", "")
    if len(text.functions) == 1:
        return next(iter(text.functions))
    if name not in text.functions:
        raise NotCompiledError(f"its text does not define '{name}'")
    return name


def _signature_of(function: Function) -> Signature:
    """Return what is known of a function that another one depends on."""
    given = _given(function)
    if given is not None:
        with suppress(NotCompiledError):
            text = read_cython(given.get_code(None))
            name = _own_name(text, given, function)
            return _signature(text.functions[name])
    kinds = {"boolean": CType.TRUTH, "integer": CType.INTEGER}
    return Signature(kinds.get(function._return_type, CType.DOUBLE))


def _signature(tree: ast.FunctionDef) -> Signature:
    arguments = (_named(argument.annotation) for argument in tree.args.args)
    return Signature(_named(tree.returns), tuple(arguments))


def _named(annotation: ast.expr | None) -> CType:
    """Return the type that an annotation names."""
    if not isinstance(annotation, ast.Constant) or annotation.value not in TYPES:
        raise NotCompiledError("an annotation is no type of C")
    return TYPES[str(annotation.value)]


#: The types of the items that arrays may have
_ITEMS = {
    "float64": CType.DOUBLE,
    "float32": CType.SINGLE,
    "int64": CType.INTEGER,
    "int32": CType.INTEGER,
}


def _items(array: Any) -> CType:
    """Return the type of an array's items."""
    name = str(getattr(array, "dtype", None))
    if name not in _ITEMS or array.ndim != 1:
        raise NotCompiledError("its namespace has something else than lists of numbers")
    return _ITEMS[name]


def _translated(
    text: CythonText,
    dependencies: Mapping[str, Signature],
    arrays: Mapping[str, CType],
) -> str:
    functions = {name: _signature(tree) for name, tree in text.functions.items()}
    known = {**dependencies, **functions}
    if arrays.keys() & known.keys():
        raise NotCompiledError("an array is called like a function")
    trees = []
    for name, tree in text.functions.items():
        expressions = Expressions(known, text.imported, arrays)
        trees.append(_Function(tree, functions[name], expressions).translated())
    module = ast.fix_missing_locations(ast.Module(list(trees), []))
    return ast.unparse(module)


class _Function:
    """Translates one of the functions of a text.

    Parameters
    ----------
    tree : ast.FunctionDef
        The function.
    signature : Signature
        What it takes and gives.
    expressions : Expressions
        Translates its expressions.
    """

    def __init__(
        self, tree: ast.FunctionDef, signature: Signature, expressions: Expressions
    ) -> None:
        self._tree, self._expressions = tree, expressions
        self._signature = signature
        self._variables = expressions.variables
        self._arguments = [argument.arg for argument in tree.args.args]
        nodes = [node for part in tree.body for node in ast.walk(part)]
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._variables[node.id] = None
        self._variables |= zip(self._arguments, signature.arguments or (), strict=True)
        declared = [node for node in nodes if isinstance(node, ast.AnnAssign)]
        self._declared = {
            node.target.id: _named(node.annotation)
            for node in declared
            if isinstance(node.target, ast.Name)
        }
        self._variables |= self._declared
        if self._variables.keys() & expressions.arrays.keys():
            raise NotCompiledError("an array is called like a variable")
        self._typed = {n for n, kind in self._variables.items() if kind is not None}
        self._infer(nodes)

    def _infer(self, nodes: Sequence[ast.AST]) -> None:
        """Find the types of variables that have none, as Cython does."""
        before = None
        while before != self._variables:
            before = dict(self._variables)
            for node in nodes:
                with suppress(NoTypeYetError):
                    self._look_at(node)

    def _look_at(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._meet(name, self._expressions.typed(value).kind)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                self._meet(name, self._changed(name, op, value).kind)
            case ast.For(target=ast.Name(id=name)):
                self._meet(name, CType.INTEGER)

    def _meet(self, name: str, kind: CType) -> None:
        if name in self._typed:
            return
        known = self._variables[name]
        if known is not None and known != kind and CType.TRUTH in (known, kind):
            raise NotCompiledError(f"'{name}' is a truth value and a number")
        if CType.NATURAL in (known, kind):
            raise NotCompiledError(f"'{name}' has no declared type")
        self._variables[name] = kind if known is None else max(known, kind)

    def _changed(self, name: str, op: ast.operator, value: ast.expr) -> Typed:
        before = self._expressions.typed(ast.Name(name, ast.Load()))
        return self._expressions.operation(before, op, self._expressions.typed(value))

    def translated(self) -> ast.FunctionDef:
        """Return the function as Python."""
        try:
            body = [*self._first(), *self._block(self._tree.body)]
        except NoTypeYetError:
            raise NotCompiledError("a variable has no value") from None
        if not _ends(body):
            body.append(ast.Return(_zero(self._signature.result)))
        arguments = [ast.arg(self._given(name)) for name in self._arguments]
        return ast.FunctionDef(
            self._tree.name,
            ast.arguments([], arguments, None, [], [], None, []),
            body,
            [],
            type_params=[],
        )

    def _given(self, name: str) -> str:
        """Return what an argument is called before it has its type."""
        given = f"{name}_given"
        while given in self._variables:
            given += "_"
        return given

    def _first(self) -> Iterator[ast.stmt]:
        """Convert arguments; C may read variables before they have a value."""
        for name in self._arguments:
            kind = self._variables[name]
            assert kind is not None
            given: ast.expr = ast.Name(self._given(name), ast.Load())
            if kind.is_whole:
                # Fractions have no bits: Cython refuses them as well, and the Python
                # function takes over
                given = ast.BinOp(given, ast.BitAnd(), ast.Constant(-1))
            yield _assignment(name, conversion(given, kind))
        for node in ast.walk(self._tree):
            if isinstance(node, ast.AnnAssign) and node.value is None:
                name = ast.unparse(node.target)
                yield _assignment(name, _zero(self._declared[name]))

    def _block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        found = [new for node in statements for new in self._statement(node)]
        return found or [ast.Pass()]

    def _statement(self, node: ast.stmt) -> Iterator[ast.stmt]:
        match node:
            case ast.Expr(value=ast.Constant()) | ast.AnnAssign(value=None):
                pass
            case ast.Global(names=names) if all(
                name.removeprefix(NAMESPACE) in self._expressions.arrays
                for name in names
            ):
                pass
            case ast.Pass() | ast.Break() | ast.Continue():
                yield node
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                yield self._assigned(name, self._expressions.typed(value))
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                yield self._assigned(name, self._changed(name, op, value))
            case ast.Return(value=ast.expr() as value):
                result = self._expressions.typed(value)
                yield ast.Return(converted(result, self._signature.result))
            case ast.If(test=test, body=body, orelse=other):
                condition = self._expressions.typed(test).node
                orelse = self._block(other) if other else []
                yield ast.If(condition, self._block(body), orelse)
            case ast.While(test=test, body=body, orelse=[]):
                condition = self._expressions.typed(test).node
                yield ast.While(condition, self._block(body), [])
            case ast.For(target=ast.Name(id=name), orelse=[]):
                yield self._loop(node, name)
            case _:
                raise NotCompiledError(f"its text has '{ast.unparse(node)}'")

    def _assigned(self, name: str, value: Typed) -> ast.stmt:
        kind = self._variables[name]
        if kind is None:
            raise NoTypeYetError
        return _assignment(name, converted(value, kind))

    def _loop(self, node: ast.For, name: str) -> ast.For:
        """Return a loop over a range of integers."""
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
                limits = [self._expressions.typed(argument) for argument in args]
            case _:
                raise NotCompiledError(f"its text goes through '{ast.unparse(node)}'")
        kinds = {limit.kind for limit in limits} | {self._variables[name]}
        if not kinds <= {CType.INTEGER, CType.NATURAL}:
            raise NotCompiledError(f"its text goes through '{ast.unparse(node.iter)}'")
        call = ast.Call(
            ast.Name("_range", ast.Load()), [limit.node for limit in limits], []
        )
        return ast.For(ast.Name(name, ast.Store()), call, self._block(node.body), [])


def _assignment(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _zero(kind: CType) -> ast.expr:
    return Typed(ast.Constant(0), CType.INTEGER).cast(kind).node


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Tell whether statements surely return."""
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    return isinstance(last, ast.Return)
