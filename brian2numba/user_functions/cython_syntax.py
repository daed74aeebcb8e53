"""
The simple part of Cython, read as Python whose annotations are types of C.

That is what functions of numbers are written in: functions and variables with types,
casts, and functions of C's mathematics. A cast becomes a call of a name such as
``<double>``, which nothing else can have.
"""

from __future__ import annotations

import ast
import io
import keyword
import re
import textwrap
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from tokenize import TokenInfo

from brian2numba.errors import NotCompiledError
from brian2numba.user_functions.c_types import TYPES

__all__ = ["CythonText", "is_cast", "read_cython"]

_TYPE = "|".join(sorted(map(re.escape, TYPES), key=len, reverse=True))
_DECLARATION = re.compile(rf"cdef (?P<type>{_TYPE}) (?P<rest>[^\W\d].*)")
_FUNCTION = re.compile(
    rf"c(p)?def (inline )?(?P<type>{_TYPE}) (?P<name>\w+) "
    r"\( (?P<parameters>[^()]*?) ?\)(?P<after>[ \w]*) :(?P<body>.*)"
)
#: What may stand between the parameters and the colon: without Python's lock, or
#: without exceptions, the numbers are the same
_AFTER_PARAMETERS = ("nogil", "noexcept")
_PARAMETER = re.compile(rf"(const )?(?P<type>{_TYPE}) (?P<name>\w+)")
_IMPORT = re.compile(r"from libc \. math cimport (?P<names>.*)")
_IMPORTED = re.compile(r"(?P<name>\w+)( as (?P<own>\w+))?")


@dataclass(frozen=True)
class CythonText:
    """What a text defines.

    Attributes
    ----------
    functions : mapping
        The functions by their names. Annotations of arguments, of the result and of
        variables are names of types.
    imported : mapping
        What is imported of C's mathematics, by the names that it is given.
    """

    functions: Mapping[str, ast.FunctionDef]
    imported: Mapping[str, str]


def read_cython(text: str) -> CythonText:
    """Read Cython.

    Parameters
    ----------
    text : str
        What is given to Brian's ``@implementation("cython", ...)``.

    Raises
    ------
    NotCompiledError
        If there is anything in it that is not known here.
    """
    reader = _Reader()
    try:
        lines = reader.read(textwrap.dedent(text))
        module = ast.parse("\n".join(lines))
    except (SyntaxError, tokenize.TokenError) as error:
        raise NotCompiledError(f"its text is not understood: {error}") from None
    functions = {}
    for node in _with_casts(module, reader.casts).body:
        # A function of Python's says nothing of its result
        if not isinstance(node, ast.FunctionDef) or not node.returns:
            raise NotCompiledError(f"its text has '{ast.unparse(node)}'")
        if node.decorator_list:
            raise NotCompiledError(f"its text has decorators of '{node.name}'")
        functions[node.name] = node
    return CythonText(functions, reader.imported)


def is_cast(node: ast.expr) -> str | None:
    """Return the type that a call converts to, if it stands for a cast."""
    is_one = isinstance(node, ast.Name) and node.id.startswith("<")
    return node.id[1:-1] if is_one and isinstance(node, ast.Name) else None


class _Reader:
    """Goes through the lines of a text."""

    def __init__(self) -> None:
        self.imported: dict[str, str] = {}
        #: The types of casts in the order of the unary pluses that stand for them;
        #: None for those that were there
        self.casts: list[str | None] = []

    def read(self, text: str) -> Iterator[str]:
        """Yield each logical line as Python."""
        depth, line = 0, list[TokenInfo]()
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            match token.type:
                case tokenize.INDENT:
                    depth += 1
                case tokenize.DEDENT:
                    depth -= 1
                case tokenize.NEWLINE:
                    yield "    " * depth + self._python(self._words(line), depth)
                    line = []
                case tokenize.NL | tokenize.COMMENT | tokenize.ENDMARKER:
                    pass
                case _:
                    line.append(token)

    def _words(self, line: Sequence[TokenInfo]) -> list[str]:
        """Return the words of a line, with a unary plus for each cast."""
        words: list[str] = []
        rest = [token.string for token in line]
        while rest:
            is_first = not words or _is_before_operand(words[-1])
            if rest[0] == "<" and ">" in rest and is_first:
                end = rest.index(">")
                self.casts.append(" ".join(rest[1:end]))
                words.append("+")
                rest = rest[end + 1 :]
                continue
            if rest[0] == "+" and is_first:
                self.casts.append(None)
            words.append(rest.pop(0))
        return words

    def _python(self, words: Sequence[str], depth: int) -> str:
        line = " ".join(words)
        if words[0] not in ("cdef", "cpdef", "from"):
            return line
        if found := _IMPORT.fullmatch(line):
            self._import(found["names"])
            return "pass" if depth else ""
        if depth == 0 and (found := _FUNCTION.fullmatch(line)):
            return self._function(found)
        if depth > 0 and (found := _DECLARATION.fullmatch(line)):
            parts = _parts(found["rest"].split(" "))
            return "; ".join(_declared(part, found["type"]) for part in parts)
        raise NotCompiledError(f"its text has '{line}'")

    def _import(self, names: str) -> None:
        for name in names.strip("() ").split(" , "):
            found = _IMPORTED.fullmatch(name)
            if found is None:
                raise NotCompiledError(f"its text imports '{name}'")
            self.imported[found["own"] or found["name"]] = found["name"]

    @staticmethod
    def _function(found: re.Match[str]) -> str:
        if not set(found["after"].split()) <= set(_AFTER_PARAMETERS):
            raise NotCompiledError(f"its text has '{found[0]}'")
        arguments = []
        parameters = found["parameters"].removesuffix(" ,")
        for parameter in filter(None, parameters.split(" , ")):
            known = _PARAMETER.fullmatch(parameter)
            if known is None:
                raise NotCompiledError(f"its text has the argument '{parameter}'")
            arguments.append(f"{known['name']}: '{known['type']}'")
        given = ", ".join(arguments)
        return f"def {found['name']}({given}) -> '{found['type']}':{found['body']}"


def _is_before_operand(word: str) -> bool:
    """Tell whether an operand has to follow a word, not an operator."""
    if keyword.iskeyword(word):
        return word not in ("True", "False", "None")
    is_name_or_number = word[0].isalnum() or word[0] in "_.\"'"
    return not is_name_or_number and word not in (")", "]", "}")


def _parts(words: Sequence[str]) -> Iterator[str]:
    """Split words at the commas that are in no brackets."""
    depth, part = 0, list[str]()
    for word in words:
        depth += (word in ("(", "[", "{")) - (word in (")", "]", "}"))
        if word == "," and depth == 0:
            yield " ".join(part)
            part = []
        else:
            part.append(word)
    yield " ".join(part)


def _declared(part: str, kind: str) -> str:
    """Return the declaration of a variable, which may have a value, as Python."""
    name, *value = part.split(" = ", maxsplit=1)
    if not name.isidentifier():
        raise NotCompiledError(f"its text declares '{name}'")
    return " = ".join([f"{name}: '{kind}'", *value])


def _with_casts(module: ast.Module, casts: Sequence[str | None]) -> ast.Module:
    """Return a module with calls where unary pluses stand for casts."""
    found = [
        (node.lineno, node.col_offset)
        for node in ast.walk(module)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd)
    ]
    if len(found) != len(casts):
        raise NotCompiledError("its text has operators that are not known")
    result: ast.Module = _Casts(dict(zip(sorted(found), casts, strict=True))).visit(
        module
    )
    return result


class _Casts(ast.NodeTransformer):
    """Puts calls in the place of unary pluses."""

    def __init__(self, types: Mapping[tuple[int, int], str | None]) -> None:
        self._types = types

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        kind = self._types.get((node.lineno, node.col_offset))
        if not isinstance(node.op, ast.UAdd) or kind is None:
            return node
        function = ast.Name(f"<{kind}>", ast.Load())
        return ast.copy_location(ast.Call(function, [node.operand], []), node)
