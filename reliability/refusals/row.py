"""A line of the table, and what a target makes of it."""

import ast
import linecache
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

import brian2
from brian2 import prefs
from brian2.core.base import BrianObjectException
from brian2.devices.device import get_device, reinit_devices
from brian2.utils.logger import catch_logs

import brian2numba

__all__ = ["MODEL", "TARGETS", "Outcome", "Row", "outcome_of"]

TARGETS = ("numpy", "cython", "numba")

#: What inputs may refer to; each is made only if an input has its name
MODEL = {
    "cells": """\
cells = NeuronGroup(
    5,
    \"\"\"dv/dt = -v/(10*ms) : 1
    x : 1
    k : integer
    flag : boolean\"\"\",
    threshold="v > 1",
    reset="v = 0",
    method="euler",
    name="cells",
)
cells.x = "i"
""",
    "syn": """\
syn = Synapses(cells, cells, "w : 1", on_pre="v_post += w", name="syn")
syn.connect(j="i")
""",
}


@dataclass(frozen=True)
class Row:
    """An input that the numba target refuses.

    Attributes
    ----------
    code : str
        The Python text. If its last line is an expression, its value is the result.
    why : str
        Why it is refused.
    numpy, cython : str
        What comes of it with these targets, in words, where nobody should run it.
    """

    code: str
    why: str
    numpy: str = ""
    cython: str = ""

    def words(self, target: str) -> str:
        """Return what is said of a target instead of running the input with it."""
        return {"numpy": self.numpy, "cython": self.cython}.get(target, "")


@dataclass(frozen=True)
class Outcome:
    """What came of an input.

    Attributes
    ----------
    text : str
        The value, or the type and the first sentence of the exception.
    message : str
        All that the exception says.
    lines : frozenset
        File and number of the lines that exceptions came through.
    """

    text: str
    message: str = ""
    lines: frozenset[tuple[str, int]] = frozenset()


def outcome_of(row: Row, target: str) -> Outcome:
    """Run an input with a target, and leave everything as it was."""
    stored = dict(prefs.prefs)
    prefs.codegen.target = prefs.codegen.string_expression_target = target
    brian2.seed(1)
    try:
        with catch_logs(), warnings.catch_warnings(), brian2.np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _outcome(row.code)
    finally:
        brian2.defaultclock.dt = 0.1 * brian2.ms
        prefs.prefs.update(stored)
        reinit_devices()
        get_device().activate()
        brian2.start_scope()


def _outcome(code: str) -> Outcome:
    names = {name: getattr(brian2, name) for name in dir(brian2)}
    names |= {"np": brian2.np, "brian2numba": brian2numba, "__name__": "refusals"}
    for name, text in MODEL.items():
        if name in code or (name == "cells" and "syn" in code):
            exec(text, names)
    # Functions are read from their source
    file = "<input>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    try:
        exec(compile(tree, file, "exec"), names)
        if last is None:
            return Outcome("runs")
        value = eval(compile(ast.Expression(last.value), file, "eval"), names)
    except Exception as error:
        return _failure(error)
    finally:
        del linecache.cache[file]
    return Outcome("runs" if value is None else str(brian2.np.asarray(value).tolist()))


def _failure(error: BaseException) -> Outcome:
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    shown = next(e for e in chain if not isinstance(e, BrianObjectException))
    # Names depend on what else there is
    message = re.sub(
        r"'([a-z]+|\w+_codeobject)_\d+'", r"'\1'", " ".join(str(shown).split())
    )
    sentence = re.split(r"\. (?=[A-Z])", message)[0].removesuffix(".")
    lines = (line for e in chain for line in _lines(e.__traceback__))
    return Outcome(f"{type(shown).__name__}: {sentence}", message, frozenset(lines))


def _lines(traceback: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
