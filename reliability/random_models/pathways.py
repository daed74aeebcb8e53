"""Random groups of synapses."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from reliability.random_models import expressions
from reliability.random_models.description import Keywords, Population, Projection
from reliability.random_models.expressions import Names
from reliability.random_models.neurons import Context, names_of, times, yes

__all__ = ["part", "projection"]

_EVENT_DRIVEN = "dx/dt = -x/({tau}*DT) : 1 (event-driven)"
_CLOCK_DRIVEN = "dx/dt = (clip({drive}, -1, 1) - x)/({tau}*DT) : 1 (clock-driven)"


@st.composite
def part(draw: st.DrawFn, population: Population) -> str:
    """Draw a group of neurons or a part of it, as source."""
    n = population.size
    # Brian has no subgroups of groups with linked variables
    if n < 4 or "l : 1 (linked)" in population.equations or not draw(yes(2)):
        return population.name
    start = draw(st.integers(0, n // 2))
    stop = draw(st.integers(start + 1, n))
    if draw(yes(3)):
        return f"{population.name}[1:][:{n // 2}]"
    return f"{population.name}[{start}:{stop}]"


@st.composite
def projection(
    draw: st.DrawFn, name: str, generators: tuple[str, ...], context: Context
) -> Projection:
    """Draw a group of synapses.

    Parameters
    ----------
    draw : callable
        What hypothesis draws with.
    name : str
        The group's name.
    generators : tuple of str
        The groups of the model that produce spikes and have no state.
    context : Context
        What the parts of the model share.
    """
    target = draw(st.sampled_from(context.populations))
    if generators and draw(st.booleans()):
        before, source = None, draw(st.sampled_from(generators))
    else:
        before = draw(st.sampled_from(context.populations))
        source = draw(part(before))
    names = _outside(before, target, context)
    equations, method = draw(_equations(target, names))
    keywords, paths = draw(_pathways(before, target, equations, names))
    if method:
        keywords = (*keywords, ("method", f'"{method}"'))
    if draw(yes(3)):
        keywords = (*keywords, ("multisynaptic_index", '"number"'))
    if draw(yes(4)):
        keywords = (*keywords, ("dt", "2*DT"))
    skeleton = Projection(name, source, draw(part(target)), equations, keywords, ())
    setup = [f"{name}.connect({draw(connection(names, context))})"]
    if draw(yes(4)):
        setup.append(f"{name}.connect({draw(connection(names, context))})")
    setup += draw(_values(skeleton, names))
    setup += draw(_delays(name, paths))
    if draw(yes(5)):
        setup.append(f'{name}.run_regularly("w = clip(w + 0.125, 0, 1)", dt=3*DT)')
    return replace(skeleton, setup=tuple(setup))


def _outside(before: Population | None, target: Population, context: Context) -> Names:
    """Return what synapses see of the neurons that they connect."""
    after = names_of(target, context, "_post")
    first = names_of(before, context, "_pre") if before else Names(integers=("i",))
    integers = tuple({"i_pre": "i", "i_post": "j"}.get(x, x) for x in first.integers)
    both = tuple("j" if x == "i_post" else x for x in after.integers)
    return Names(
        tuple(dict.fromkeys(first.numbers + after.numbers)),
        tuple(dict.fromkeys(integers + both)),
        first.booleans + after.booleans,
        context.names.transcendental,
    )


@st.composite
def _equations(
    draw: st.DrawFn, target: Population, names: Names
) -> tuple[tuple[str, ...], str]:
    """Draw what synapses have, and how it is integrated."""
    lines = [f"w : 1{draw(st.sampled_from(('', '', ' (constant)')))}"]
    method = ""
    tau = draw(st.sampled_from((4, 8, 16)))
    kind = draw(st.integers(0, 3))
    if kind == 2:
        lines.append(_EVENT_DRIVEN.format(tau=tau))
        if draw(st.booleans()):
            lines.append("dy/dt = -y/(8*DT) : 1 (event-driven)")
    elif kind == 3:
        drive = draw(expressions.number(names, 1))
        lines.append(_CLOCK_DRIVEN.format(tau=tau, drive=drive))
        method = draw(st.sampled_from(("euler", "exponential_euler", "rk2")))
    if draw(yes(4)):
        lines.append("m : integer")
    if draw(yes(5)):
        lines.append("on : boolean")
    if draw(yes(5)):
        lines.append(f"d = {draw(expressions.number(names))} : 1")
    if "I : 1" in target.equations and draw(yes(2)):
        total = f"w*({draw(expressions.number(names, 1))})"
        lines.append(f"I_post = {total} : 1 (summed)")
    return tuple(lines), method


@st.composite
def _pathways(
    draw: st.DrawFn,
    before: Population | None,
    target: Population,
    equations: tuple[str, ...],
    names: Names,
) -> tuple[Keywords, tuple[str, ...]]:
    """Draw what spikes do; return arguments, and the names of the pathways."""
    code = _statements(before, target, equations, names)
    keywords, paths = [], []
    for side in ("pre", "post"):
        if side == "post" and not draw(yes(2)):
            continue
        if draw(yes(3)):
            keywords.append(
                (
                    f"on_{side}",
                    f"{{'{side}': '{draw(code)}', 'late_{side}': '{draw(code)}'}}",
                )
            )
            paths += [side, f"late_{side}"]
        else:
            keywords.append((f"on_{side}", f'"{draw(code)}"'))
            paths.append(side)
    if len(paths) == 1 and draw(yes(3)):
        keywords.append(("delay", draw(times(12, 0))))
        paths = ()
    elif draw(yes(4)):
        keywords.append(("delay", f"{{'{paths[-1]}': {draw(times(12, 0))}}}"))
        paths = paths[:-1]
    if before and any(k == "events" for k, _ in before.keywords) and draw(yes(2)):
        keywords.append(("on_event", "{'pre': 'odd'}"))
    return tuple(keywords), tuple(paths)


@st.composite
def _statements(
    draw: st.DrawFn,
    before: Population | None,
    target: Population,
    equations: tuple[str, ...],
    names: Names,
) -> str:
    """Draw what a spike does to neurons and synapses, whatever the synapses' order."""
    text = "\n".join(equations)
    own = tuple(x for x in "wxyd" if f"\n{x} " in f"\n{text}" or f"d{x}/dt" in text)
    inside = replace(names, numbers=tuple(x for x in own if x != "d"))
    inside = replace(inside, integers=("i", "j"), booleans=())
    everything = replace(names, numbers=(*own, *names.numbers))
    effect = draw(expressions.number(inside, 1))
    choices = ["v_post += w", f"v_post += clip({effect}, -0.5, 0.5)", "v_post -= 0.125"]
    if any(line.startswith("du/dt") for line in target.equations):
        choices += ["u_post += 0.5*w", "v_post += w; u_post -= 0.25*w"]
    if "k : integer" in target.equations:
        choices.append("k_post = 2; v_post += 0.25")
    if before:
        choices += ["v_pre -= 0.125*w"]
    if "w : 1 (constant)" not in equations:
        value = draw(expressions.number(everything))
        choices += [
            f"w = clip(w + 0.125*({value}), -1, 1)",
            "w *= 0.5; v_post += w",
            f"w = clip({value}, 0, 0.5)",
        ]
    if "dx/dt" in text:
        choices += ["x += 0.5; v_post += 0.25*x", "x = clip(x + w, -1, 1)"]
    if "dy/dt" in text:
        choices += ["y += 0.25; v_post += x - y"]
    if "m : integer" in text:
        choices += ["m += 1; v_post += 0.125*(m % 3)"]
    if "on : boolean" in text:
        choices += ["on = not on; v_post += w*int(on)"]
    return draw(st.sampled_from(choices))


@st.composite
def connection(draw: st.DrawFn, names: Names, context: Context) -> str:
    """Draw the arguments of `Synapses.connect`."""
    if context.noisy and draw(yes(3)):
        return draw(st.sampled_from(_RANDOM_PATTERNS))
    kinds = (_CONDITIONS, _ARRAYS, _VALID, _MAYBE_INVALID, ())
    patterns = draw(st.sampled_from(kinds))
    pattern = draw(st.sampled_from(patterns)) if patterns else ""
    if patterns is _CONDITIONS and draw(st.booleans()):
        pattern = f'"{draw(expressions.boolean(names))}"'
    # numpy takes the wrong number: see the accepted deviations
    by_synapse = not patterns or draw(yes(20))
    numbers = ["", "", "n=2"] + ['n="1 + i % 2"', 'n="int(i < j)"'] * by_synapse
    skip = ""
    if patterns is _MAYBE_INVALID and not draw(yes(40)):
        skip = "skip_if_invalid=True"
    elif patterns is _VALID:
        skip = draw(st.sampled_from(("", "skip_if_invalid=True")))
    parts = pattern, draw(st.sampled_from(numbers)), skip
    return ", ".join(filter(None, parts))


_CONDITIONS = (
    '"i != j"',
    '"abs(i - j) <= 1"',
    'p="int(i < j)"',
    '"i > j", p=1.0',
)
_ARRAYS = (
    "i=[0, 0, 0], j=[0, 0, 0]",
    "i=0, j=0",
    "i=np.arange(1), j=np.arange(1)",
)
_VALID = (
    'j="(i + k) % N_post for k in range(0, N_post, 3)"',
    'i="k for k in range(N_pre - 1, -1, -2) if k > j"',
    'i="k for k in range(N_pre) if k <= j"',
    'j="k for k in sample(N_post, p=1.0) if (k + i) % 3 == 0"',
    'j="i % N_post"',
)
_MAYBE_INVALID = (
    'j="i"',
    'j="k for k in range(i - 2, i + 3) if k != i"',
    'j="N_post - 1 - i"',
    'i="j + 1"',
)
_RANDOM_PATTERNS = (
    "p=0.5",
    '"i != j", p=0.25',
    'p="0.25*(1 + i % 2)"',
    'j="k for k in sample(N_post, p=0.5)"',
    'i="k for k in sample(N_pre, size=1)"',
    'j="k for k in range(N_post) if rand() < 0.25"',
)


@st.composite
def _values(draw: st.DrawFn, skeleton: Projection, names: Names) -> list[str]:
    """Draw initial values of the synapses' variables."""
    name = skeleton.name
    numbers = [
        '"0.125*((i + j) % 4)"',
        "0.25",
        '"0.5/N_incoming"',
        '"0.0625*i - 0.125*j"',
    ]
    numbers.append(f'"clip({draw(expressions.number(names, 1))}, -0.5, 0.5)"')
    numbers.append(f"np.arange(len({name})) % 5 / 8")
    if any(keyword == "multisynaptic_index" for keyword, _ in skeleton.keywords):
        numbers.append('"0.25*(1 + number)"')
    lines = [f"{name}.w = {draw(st.sampled_from(numbers))}"]
    if "m : integer" in skeleton.equations:
        lines.append(f'{name}.m = "(i + 2*j) % 5"')
    if any(line.startswith("dx/dt") for line in skeleton.equations) and draw(yes(2)):
        lines.append(f"{name}.x = {draw(st.sampled_from(numbers))}")
    return lines


@st.composite
def _delays(draw: st.DrawFn, name: str, paths: tuple[str, ...]) -> list[str]:
    """Draw the delays of pathways that have none yet, and their order."""
    lines = []
    for path in paths:
        if draw(st.integers(0, 3)):
            source = draw(
                st.sampled_from(
                    (
                        "2*DT",
                        '"((5*i + 3*j) % 13)*DT"',
                        '"(12 - i % 13)*DT"',
                        '"(j % 5)*2.75*DT"',
                        f"(np.arange(len({name}))*5 % 13)*DT",
                        "0*DT",
                    )
                )
            )
            lines.append(f"{name}.{path}.delay = {source}")
        if draw(yes(5)):
            lines.append(f"{name}.{path}.order = {draw(st.sampled_from((-2, 1)))}")
        if draw(yes(8)):
            lines.append(
                f'{name}.{path}.when = "{draw(st.sampled_from(("end", "start")))}"'
            )
    return lines
