"""Random groups of neurons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from reliability.random_models import expressions
from reliability.random_models.description import Keywords, Population
from reliability.random_models.expressions import Names

__all__ = ["Context", "initial_values", "names_of", "population", "times", "yes"]

_LINEAR = ("exact", "linear")
_RUNGE_KUTTA = ("rk2", "rk4", "heun")
_METHODS = ("euler", "euler", "exponential_euler", *_RUNGE_KUTTA, *_LINEAR)
_NOISY_METHODS = ("euler", "heun", "milstein")
_SIZES = (5, 1, 2, 9, 17, 40)
_SLOTS = ("start", "before_groups", "after_groups", "thresholds", "resets", "end")


@dataclass(frozen=True)
class Context:
    """What the parts of one model share.

    Attributes
    ----------
    names : Names
        What expressions may use everywhere: timed arrays and functions.
    noisy : bool
        Whether to draw random numbers.
    populations : tuple of Population
        The groups that there are already.
    """

    names: Names
    noisy: bool
    populations: tuple[Population, ...] = ()


def yes(one_in: int = 3) -> st.SearchStrategy[bool]:
    """Return a strategy that draws True once in so many times."""
    return st.integers(1, one_in).map(lambda n: n == one_in)


def times(largest: int, smallest: int = 1) -> st.SearchStrategy[str]:
    """Return a strategy that draws a number of time steps."""
    return st.integers(smallest, largest).map(lambda n: f"{n}*DT")


def names_of(population: Population, context: Context, suffix: str = "") -> Names:
    """Return what expressions may use of a group of neurons."""
    numbers, integers, booleans = [], [f"i{suffix}"], []
    for line in population.equations:
        if suffix and "(linked)" in line:
            # Brian has no linked variables of the two sides of a synapse
            continue
        head, _, kind = line.rpartition(" : ")
        name = head.split("=")[0].removesuffix("/dt ").strip()
        name = name.removeprefix("d") if "/dt" in head.split("=")[0] else name
        for group, start in ((integers, "integer"), (booleans, "bool"), (numbers, "1")):
            if kind.startswith(start) and "(shared" not in kind:
                group.append(name + suffix)
                break
    shared = context.names
    return Names(
        (*numbers, *shared.numbers),
        (*integers, *shared.integers),
        tuple(booleans),
        shared.transcendental,
    )


@st.composite
def population(draw: st.DrawFn, name: str, context: Context) -> Population:
    """Draw a group of neurons."""
    method = draw(st.sampled_from(_NOISY_METHODS if context.noisy else _METHODS))
    sizes = (*(group.size for group in context.populations), *_SIZES)
    size = draw(st.sampled_from(sizes))
    skeleton = Population(name, size, draw(_parameters(context)), (), ())
    skeleton = draw(_with_subexpressions(skeleton, context))
    refractory = draw(_refractory()) if draw(yes(2)) else ""
    equations = draw(_differential(skeleton, method, bool(refractory), context))
    skeleton = replace(skeleton, equations=(*equations, *skeleton.equations))
    if refractory == '"ref"':
        skeleton = replace(skeleton, equations=(*skeleton.equations, "ref : second"))
    keywords = draw(_keywords(skeleton, context))
    if refractory:
        keywords = (*keywords, ("refractory", refractory))
    if method != "euler" or draw(st.booleans()):
        keywords = (*keywords, ("method", f'"{method}"'))
    skeleton = replace(skeleton, keywords=keywords)
    setup = (*draw(initial_values(skeleton)), *draw(_operations(skeleton, context)))
    return replace(skeleton, setup=(*setup, *draw(_links(skeleton, context))))


@st.composite
def _parameters(draw: st.DrawFn, context: Context) -> tuple[str, ...]:
    """Draw what a group has besides its differential equations."""
    flags = draw(st.sampled_from(("", " (constant)")))
    lines = [f"p : 1{flags}"]
    if draw(yes()):
        lines.append("k : integer")
    if draw(yes()):
        lines.append("flag : boolean")
    if draw(yes(4)):
        lines.append(f"g : 1 ({draw(st.sampled_from(('shared', 'shared, constant')))})")
    if draw(st.booleans()):
        lines.append("I : 1")
    if context.populations and draw(st.integers(0, 2)):
        lines.append("l : 1 (linked)")
    return tuple(lines)


@st.composite
def _with_subexpressions(
    draw: st.DrawFn, skeleton: Population, context: Context
) -> Population:
    """Add some subexpressions, which may use one another."""
    lines = skeleton.equations
    for name, kind, strategy in (
        ("s", "1", expressions.number),
        ("q", "integer", expressions.integer),
        ("b", "boolean", expressions.boolean),
    ):
        if draw(yes(4)):
            so_far = replace(skeleton, equations=("dv/dt = 0 : 1", *lines))
            names = names_of(so_far, context)
            flags = draw(st.sampled_from(("", " (constant over dt)")))
            lines = (*lines, f"{name} = {draw(strategy(names))} : {kind}{flags}")
    if "g : 1 (shared)" in lines and draw(st.booleans()):
        lines = (*lines, "h = 2*g + 0.25*int(t > 3*DT) : 1 (shared)")
    if context.noisy and draw(yes()):
        lines = (*lines, "r = rand() : 1 (constant over dt)")
    return replace(skeleton, equations=lines)


@st.composite
def _differential(
    draw: st.DrawFn,
    skeleton: Population,
    method: str,
    is_refractory: bool,
    context: Context,
) -> tuple[str, ...]:
    """Draw one or two differential equations that stay bounded."""
    is_pair = draw(st.booleans())
    noise = (
        f" + {draw(st.sampled_from((1, 2)))}*xi*(16*DT)**-0.5" if context.noisy else ""
    )
    flags = " (unless refractory)" if is_refractory and draw(yes(2)) else ""
    names = names_of(skeleton, context)
    shared = tuple(x for x in "gh" if f"\n{x} " in "\n" + "\n".join(skeleton.equations))
    names = replace(names, numbers=(*names.numbers, *shared))
    towards = [
        draw(_drive(method, variable, is_pair, names))
        for variable in "vu"[: 1 + is_pair]
    ]
    taus = [draw(st.sampled_from((4, 8, 16))) for _ in towards]
    return tuple(
        f"d{variable}/dt = ({drive} - {variable})/({tau}*DT)"
        f"{noise if variable == 'v' else ''} : 1{flags if variable == 'v' else ''}"
        for variable, drive, tau in zip("vu", towards, taus, strict=False)
    )


@st.composite
def _drive(
    draw: st.DrawFn, method: str, variable: str, is_pair: bool, names: Names
) -> str:
    """Draw what a variable goes towards."""
    if method in _LINEAR:
        other = "0.5*u + " if is_pair and variable == "v" else ""
        return f"{other}p + {draw(_offset())}"
    states = ("v", "u")[: 1 + is_pair]
    names = replace(names, numbers=(*states, *names.numbers))
    if method == "exponential_euler":
        # It solves for a variable of which the rest has to be independent
        dependent = {"s", "q", "b"}
        names = names.without(variable, *dependent)
        booleans = tuple(name for name in names.booleans if name not in dependent)
        integers = tuple(name for name in names.integers if name not in dependent)
        names = replace(names, booleans=booleans, integers=integers)
    depth = 1 if method in _RUNGE_KUTTA else 2
    return f"clip({draw(_offset())} + {draw(expressions.number(names, depth))}, -2, 2)"


def _offset() -> st.SearchStrategy[str]:
    """Return what to add to a drive: mostly so much that neurons spike."""
    return st.sampled_from(("0.0", "1.0", "1.5", "2.0")) | expressions.constant()


@st.composite
def _refractory(draw: st.DrawFn) -> str:
    """Draw when neurons are refractory, in one of the ways there are to say it."""
    return draw(
        st.sampled_from(
            (
                "3*DT",
                '"(1 + i % 3)*DT"',
                '"ref"',
                '"v > 0.25"',
                '"timestep(t, DT) % 5 < 2"',
                '"(p > 0) and (t - lastspike < 4*DT)"',
            )
        )
    )


@st.composite
def _keywords(draw: st.DrawFn, skeleton: Population, context: Context) -> Keywords:
    """Draw thresholds, resets, events and clocks."""
    names = names_of(skeleton, context)
    usual = st.sampled_from(("v > 0.5", "v >= 0.75", "v > 0.25 + p", "v > 0"))
    threshold = draw(usual if draw(st.integers(0, 3)) else expressions.boolean(names))
    if context.noisy and draw(yes()):
        threshold = f"({threshold}) and rand() < 0.75"
    keywords = [("threshold", f'"{threshold}"')]
    if not draw(yes(8)):
        keywords.append(("reset", f'"{draw(statements(skeleton, names, context))}"'))
    if draw(yes()):
        condition = draw(expressions.boolean(names))
        keywords.append(("events", f"{{'odd': '{condition}'}}"))
    if draw(yes(5)):
        keywords.append(("dt", draw(st.sampled_from(("2*DT", "DT/2", "3*DT")))))
    return tuple(keywords)


@st.composite
def statements(
    draw: st.DrawFn, skeleton: Population, names: Names, context: Context
) -> str:
    """Draw what happens to neurons at an event or from time to time."""
    lines = skeleton.equations
    number = f"clip({draw(expressions.number(names))}, -1, 1)"
    choices = ["v = 0", "v -= 0.5", f"v = {number}", f"v = {number}; v += 0.25"]
    if any(line.startswith("du/dt") for line in lines):
        choices += ["v = 0; u += 0.125", "u = 0.5*v; v = 0.25*u", f"u = {number}"]
    if "k : integer" in lines:
        choices += ["v = 0; k = (k + 1) % 4", "k = 3 - k; v = 0.125*k"]
    if "flag : boolean" in lines:
        choices += ["v = 0; flag = not flag", f"flag = {names.numbers[0]} > 0; v = 0"]
    if "p : 1" in lines:
        choices += ["v = 0; p = -p", f"p = {number}; v = p - 0.5"]
    if context.noisy:
        choices += ["v = 0.5*rand()", "v = 0.25*randn(); v -= rand()"]
    return draw(st.sampled_from(choices))


@st.composite
def initial_values(draw: st.DrawFn, population: Population) -> tuple[str, ...]:
    """Draw values of all variables that can be set, in one of the ways to set them."""
    name, n = population.name, population.size
    numbers = (
        '"0.125*(i % 7)"',
        "0.5",
        f"np.arange({n}) % 5 / 4 - 0.5",
        '"0.25*(i % 3) - 0.125"',
    )
    integers = '"i % 3"', "1", f"np.arange({n}) % 4"
    booleans = '"i % 2 == 0"', "True", f"np.arange({n}) % 3 == 0"
    values = {
        "dv/dt": ("v", numbers),
        "du/dt": ("u", numbers),
        "p : 1": ("p", numbers),
        "I : 1": ("I", numbers),
        "k : integer": ("k", integers),
        "flag : boolean": ("flag", booleans),
        "g : 1": ("g", ("0.5", "-0.25")),
        "ref : second": ("ref", ('"(i % 4)*DT"', "2*DT")),
    }
    return tuple(
        f"{name}.{variable} = {draw(st.sampled_from(sources))}"
        for start, (variable, sources) in values.items()
        if any(line.startswith(start) for line in population.equations)
    )


@st.composite
def _operations(
    draw: st.DrawFn, skeleton: Population, context: Context
) -> tuple[str, ...]:
    """Draw what happens regularly, at given times, and at custom events."""
    name, names = skeleton.name, names_of(skeleton, context)
    code = statements(skeleton, names, context)
    lines = []
    if draw(yes()):
        extra = draw(
            st.sampled_from(
                ("", ", dt=2*DT", ', when="end", order=2', ', when="resets"')
            )
        )
        lines.append(f'{name}.run_regularly("{draw(code)}"{extra})')
    if draw(yes(6)):
        lines.append(f'{name}.run_at("{draw(code)}", times=[1, 5, 6]*DT)')
    if any(keyword == "events" for keyword, _ in skeleton.keywords):
        if draw(st.booleans()):
            lines.append(f'{name}.run_on_event("odd", "{draw(code)}")')
        if draw(st.booleans()):
            slot = draw(st.sampled_from(_SLOTS))
            lines.append(f'{name}.set_event_schedule("odd", when="{slot}")')
    if any(line.startswith("g : 1 (shared)") for line in skeleton.equations):
        lines.append(f'{name}.run_regularly("g = 0.25 - g", dt=3*DT)')
    return tuple(lines)


@st.composite
def _links(draw: st.DrawFn, skeleton: Population, context: Context) -> tuple[str, ...]:
    """Link a variable to one of another group."""
    if "l : 1 (linked)" not in skeleton.equations:
        return ()
    other = draw(st.sampled_from(context.populations))
    n = other.size
    indices = [
        f", index=np.arange({skeleton.size})[::-1] % {n}",
        f", index=np.arange({skeleton.size})*3 % {n}",
    ]
    if n == skeleton.size:
        indices = [""]
    if n >= 4 and "k : integer" in skeleton.equations:
        indices = [', index="k"']
    variable = draw(st.sampled_from(names_of(other, context).numbers[:3]))
    if not variable.isidentifier() or variable == "l":
        variable = "v"
    index = draw(st.sampled_from(indices))
    return (f'{skeleton.name}.l = linked_var({other.name}, "{variable}"{index})',)
