"""
Random expressions of Brian's language, of numbers on a coarse grid.

Constants are multiples of 1/8: sums and products of few of them have no rounding
errors, so that all targets get the same bits, and none of them misses a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

__all__ = ["Names", "boolean", "constant", "integer", "number"]


@dataclass(frozen=True)
class Names:
    """The variables and functions that an expression may use.

    Attributes
    ----------
    numbers, integers, booleans : tuple of str
        Variables (or any other expressions), by type.
    transcendental : bool
        Whether functions may round differently from one target to the next.
    """

    numbers: tuple[str, ...] = ()
    integers: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    transcendental: bool = False

    def without(self, *names: str) -> Names:
        """Return the same names but for some of the numbers."""
        numbers = tuple(name for name in self.numbers if name not in names)
        return replace(self, numbers=numbers)


#: What may be made of a number ``{a}``, a number ``{b}``, a constant ``{c}``, a boolean
#: ``{p}`` and an integer ``{k}``
_EXACT = (
    "({a} + {b})",
    "({a} - {b})",
    "{c}*{a}",
    "({a})*({b})",
    "({a})/4",
    "clip({a}, -0.75, 0.5)",
    "abs({a})",
    "-({a})",
    "{c}*int({p})",
    "({a})*int({p})",
    "0.125*({k})",
    "({a}) % 0.5",
    "({a})**2",
    "floor({a})",
    "ceil({a})",
    "sign({a})",
    "0.25*({k})/2",
)
_TRANSCENDENTAL = (
    "exp(-abs({a}))",
    "sin({a})",
    "cos({a})",
    "tanh({a})",
    "log(1 + abs({a}))",
    "sqrt(abs({a}))",
    "exprel({a}/4)",
    "arctan({a})",
    "log1p(abs({a}))",
    "expm1({a}/4)",
    "(abs({a}))**1.5",
)
_INTEGERS = (
    "({k} + {m})",
    "({k} - {m})",
    "({k}) % 3",
    "({k}) // 2",
    "2*({k})",
    "int({a})",
    "int({p})",
    "abs({k})",
    "(-({k})) % 4",
    "clip({k}, 0, 3)",
)
_BOOLEANS = (
    "({a} > {c})",
    "({a} <= {b})",
    "({k} == 1)",
    "({k} != {m})",
    "({p} and {q})",
    "({p} or {q})",
    "(not {p})",
    "({k} % 2 == 0)",
    "({a} >= {c})",
    "({a} < {b})",
)


@st.composite
def constant(draw: st.DrawFn) -> str:
    """Draw a multiple of 1/8 from -2 to 2."""
    return repr(draw(st.integers(-16, 16)) / 8)


@st.composite
def _filled(draw: st.DrawFn, forms: tuple[str, ...], names: Names, depth: int) -> str:
    """Fill one of the forms with smaller expressions."""
    form = draw(st.sampled_from(forms))
    kinds = {
        "a": number,
        "b": number,
        "k": integer,
        "m": integer,
        "p": boolean,
        "q": boolean,
    }
    parts = {
        key: draw(kind(names, depth - 1))
        for key, kind in kinds.items()
        if f"{{{key}}}" in form
    }
    return form.format(c=draw(constant()), **parts)


@st.composite
def number(draw: st.DrawFn, names: Names, depth: int = 2) -> str:
    """Draw an expression whose value is a floating point number."""
    if depth > 0 and draw(st.integers(0, 3)):
        forms = _EXACT + names.transcendental * _TRANSCENDENTAL
        return draw(_filled(forms, names, depth))
    if names.numbers and draw(st.integers(0, 4)):
        return draw(st.sampled_from(names.numbers))
    return draw(constant())


@st.composite
def integer(draw: st.DrawFn, names: Names, depth: int = 2) -> str:
    """Draw an expression whose value is an integer."""
    if depth > 0 and draw(st.booleans()):
        return draw(_filled(_INTEGERS, names, depth))
    if names.integers and draw(st.integers(0, 3)):
        return draw(st.sampled_from(names.integers))
    return str(draw(st.integers(0, 3)))


@st.composite
def boolean(draw: st.DrawFn, names: Names, depth: int = 1) -> str:
    """Draw an expression whose value is true or false."""
    if names.booleans and draw(st.integers(0, 2)) == 2:
        return draw(st.sampled_from(names.booleans))
    forms = _BOOLEANS if depth > 0 else ("({a} > {c})", "({k} > 0)", "({a} < {b})")
    return draw(_filled(forms, names, max(depth, 1)))
