"""The same model as somebody else would write it: other names and spellings."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from brian2 import NeuronGroup

from reliability.names.verdicts import is_brians
from reliability.names.words import words
from reliability.random_models.description import Model, Projection

__all__ = ["dressed"]

#: Variables that no pattern of the harness looks for
_RENAMED = ("u", "flag", "ref")
#: What counts as true, and as false
_TRUE = ("True", "[1]", "{1: 2}", "range(3)", "np.True_", "'yes'", "1.5")
_FALSE = ("False", "[]", "{}", "np.False_", "0", "''", "range(0)")
#: The arguments of synapses that are code, and how many names in it lose their ending
_PATHWAYS, _SHORTENED = ("on_pre", "on_post"), 0.5
#: How conditions can be written; Brian refuses blanks in front of some
_EVERYWHERE = ('"{}"', '"({})"', '"{} "', '"{}\\t"')
#: Of lines that assign; what is read by a number is an index with the numpy target
_AS_NUMBER = ('"int({})"', '"1*int({})"', '"2.5*int({})"')
_AS_INDEX = (*_EVERYWHERE, '" {}"', '"\\t{} "', '"{}  # a condition"')


def dressed(model: Model) -> Model:
    """Return a model that does the same, written in another way.

    What changes depends on nothing but the model.
    """
    rng = random.Random(zlib.crc32(repr(model).encode()))
    known = [word for word in words() if _may_name_a_variable(word)]
    given = dict(zip(_RENAMED, rng.sample(known, len(_RENAMED)), strict=True))
    model = _changed(model, lambda text: _renamed(text, given))
    populations = tuple(
        replace(
            group,
            equations=tuple(_spaced(line, rng) for line in group.equations),
            keywords=tuple((k, _condition(k, text, rng)) for k, text in group.keywords),
        )
        for group in model.populations
    )
    projections = tuple(_with_aliases(p, rng) for p in model.projections)
    others = tuple(_record(line, rng) for line in model.others)
    actions = tuple(_selection(line, rng) for line in model.actions)
    return replace(
        model,
        populations=populations,
        projections=projections,
        others=others,
        actions=actions,
    )


def _may_name_a_variable(word: str) -> bool:
    """Tell whether a word names nothing else of a group or of a script."""
    is_of_groups = hasattr(NeuronGroup, word) or word == "clock"
    return len(word) > 1 and not is_brians(word) and not is_of_groups


def _changed(thing: Any, change: Callable[[str], str]) -> Any:
    """Return a description with each text in it changed."""
    if isinstance(thing, str):
        return change(thing)
    if isinstance(thing, tuple):
        return tuple(_changed(part, change) for part in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        names = [field.name for field in fields(thing)]
        return replace(thing, **{n: _changed(getattr(thing, n), change) for n in names})
    return thing


def _renamed(text: str, given: dict[str, str]) -> str:
    """Put other names in the place of variables, wherever these stand."""
    for name, other in given.items():
        place = rf"\b(d?){name}(?=\b|_post\b|_pre\b)(?!=)"
        text = re.sub(place, rf"\g<1>{other}", text)
    return text


def _spaced(line: str, rng: random.Random) -> str:
    """Return a line of equations with other blanks, and maybe a comment."""
    blank = rng.choice((" ", "  ", "\t", " \t "))
    line = line.replace(" = ", f"{blank}={blank}", 1)
    return line + rng.choice(("", "", "  # v > 2", "\t# dv/dt = 1 : 1"))


def _condition(keyword: str, text: str, rng: random.Random) -> str:
    """Return an argument; where it is a condition, with another spelling."""
    is_condition = keyword == "threshold" and text.startswith('"')
    return _spelled(text, rng, _EVERYWHERE) if is_condition else text


def _with_aliases(projection: Projection, rng: random.Random) -> Projection:
    """Return synapses whose code names some variables of their targets without _post.

    Names that synapses have a variable of their own for are left alone.
    """
    own = set(re.findall(r"^\s*d?(\w+)", "\n".join(projection.equations), re.MULTILINE))

    def shortened(found: re.Match[str]) -> str:
        is_free = found[1] not in own | {"i", "j", "N"}
        return found[1] if is_free and rng.random() < _SHORTENED else found[0]

    keywords = tuple(
        (key, re.sub(r"\b(\w+)_post\b", shortened, text) if key in _PATHWAYS else text)
        for key, text in projection.keywords
    )
    return replace(projection, keywords=keywords)


def _spelled(text: str, rng: random.Random, forms: Sequence[str]) -> str:
    """Return a condition in quotes in one of several forms."""
    return rng.choice(forms).format(text[1:-1])


def _selection(line: str, rng: random.Random) -> str:
    """Return a line of the script; conditions used as an index are spelled anew."""
    assigns = re.match(r'(?!seen)[\w.]+\["[^"]*"\] = ', line)

    def spelled(found: re.Match[str]) -> str:
        # numpy makes no array of a number that is the same for all
        is_array = assigns and re.search(r"\b[ivp]\b", found[1])
        forms = (*_AS_INDEX, *_AS_NUMBER) if is_array else _AS_INDEX
        return f"[{_spelled(found[1], rng, forms)}]"

    return re.sub(
        r'(?<!seen)\[("[^"]*")\]',
        spelled,
        line,
        count=1,
    )


def _record(line: str, rng: random.Random) -> str:
    """Return a line that makes a monitor, with a value that means the same."""
    if "SpikeMonitor(" not in line and "EventMonitor(" not in line:
        return line
    if "record=False" in line:
        return line.replace("record=False", f"record={rng.choice(_FALSE)}")
    return line.replace(", name=", f", record={rng.choice(_TRUE)}, name=", 1)
