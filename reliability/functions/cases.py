"""Strategies for cases: a function, what it refers to, and what changes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from reliability.functions.bodies import Writer
from reliability.functions.description import PLACES, Case
from reliability.functions.referred import THINGS

__all__ = ["cases"]

#: The unit of each argument but those without
_UNITS = {"v": "volt", "t": "second"}
_TYPES = {"k": "integer", "b": "boolean"}
#: How many steps a script runs, as an upper limit
_STEPS = 6


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case."""
    one_number = draw(st.sampled_from((False, False, True)))
    others = draw(st.lists(st.sampled_from("kkvbt"), unique=True, max_size=3))
    arguments = ("x", *others)
    things = draw(
        st.lists(st.sampled_from(THINGS), unique=True, min_size=0, max_size=3)
    )
    writer = Writer(draw, one_number, arguments, things)
    function = _function(writer)
    changes = writer.changes()
    return Case(
        writer.definitions(),
        function,
        arguments,
        one_number,
        draw(st.sampled_from(PLACES)),
        writer.assigned(),
        _between(draw, changes),
        _within(draw, changes),
        writer.looked_at(),
        draw(st.sampled_from((True, True, True, False))),
    )


def _function(writer: Writer) -> tuple[str, ...]:
    """Return the lines of a function with its decorators."""
    result, unit, returned = writer.choose(
        (
            ("", "1", "y"),
            ("", "1", "y"),
            ("", "1", writer.number),
            ("integer", "1", writer.integer),
            ("", "volt", "y*mV"),
        )
    )
    body = writer.body(is_number=unit == "1" and not result)
    last = returned if isinstance(returned, str) else returned(2)
    types = {name: _TYPES[name] for name in writer.arguments if name in _TYPES}
    # Users forget some
    if not result and writer.chance(4):
        types = {}
    if result:
        types["result"] = result
    units = [f"{name}={_UNITS.get(name, '1')}" for name in writer.arguments]
    lines = []
    if types:
        described = ", ".join(f'{name}="{kind}"' for name, kind in types.items())
        lines.append(f"@declare_types({described})")
    lines.append(f"@check_units({', '.join(units)}, result={unit})")
    lines += [f"def f({', '.join(writer.arguments)}):", *_indented(body)]
    return (*lines, f"    return {last}")


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _between(draw: st.DrawFn, changes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Draw what is done before the second run, and before the third if there is one."""
    if not changes:
        return ((),)
    several = st.lists(st.sampled_from(changes), min_size=1, max_size=2)
    runs = draw(st.lists(several, min_size=1, max_size=2))
    return tuple(tuple(run) for run in runs)


def _within(draw: st.DrawFn, changes: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Draw what a network operation changes, and when."""
    if not changes or draw(st.booleans()):
        return ()
    steps = st.integers(1, _STEPS - 1)
    moments = st.tuples(steps, st.sampled_from(changes))
    return tuple(sorted(draw(st.lists(moments, min_size=1, max_size=2))))
