"""Random networks: groups, monitors, and what is done with them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from reliability.random_models import expressions
from reliability.random_models.description import (
    Model,
    Population,
    Projection,
    Settings,
)
from reliability.random_models.expressions import Names
from reliability.random_models.neurons import Context, names_of, population, times, yes
from reliability.random_models.pathways import connection, part, projection

__all__ = ["models"]

_SLOTS = ("start", "thresholds", "after_resets", "before_synapses", "end")
#: Each has a name that expressions may use, and a definition
_FUNCTIONS = {
    "ramp(t)": "ramp = TimedArray(np.arange(6) % 4 / 4, dt=3*DT)",
    "table(t, i % 3)": (
        "table = TimedArray(np.arange(12.0).reshape(4, 3) % 5 / 8, dt=2*DT)"
    ),
    "bent(i + t/DT)": "def bent(x):\n    return 0.125*x - x*x/256\n"
    "bent = Function(bent, arg_units=[1], return_unit=1)",
    "half_of(t/DT)": """\
@implementation(
    "cython", "cdef double half_of(double x):\\n    return x/2 if x < 8 else 1"
)
@check_units(x=1, result=1)
def half_of(x):
    return np.where(x < 8, x/2, 1.0)
half_of.implementations.add_implementation(
    "numba", "def half_of(x):\\n    return x/2 if x < 8 else 1.0"
)""",
}
_GENERATORS = (
    "gen = SpikeGeneratorGroup("
    "4, [0, 1, 2, 3, 0, 2, 1], [0, 0, 1, 2, 4, 4, 7]*DT, name='gen')",
    "gen = SpikeGeneratorGroup("
    "3, [0, 2, 1, 0], [0, 2, 2, 5]*DT, period=8*DT, name='gen')",
    "gen = SpikeGeneratorGroup("
    "5, [4, 0, 4, 1, 2, 3], [0, 1, 2, 3, 5, 5]*DT, when='start', name='gen')",
)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Draw a model."""
    noisy = draw(yes(5))
    used = draw(st.sets(st.sampled_from(sorted(_FUNCTIONS)), max_size=2))
    everywhere = Names(tuple(sorted(used)), transcendental=draw(yes(4)))
    context = Context(everywhere, noisy)
    for number in range(draw(st.integers(1, 2))):
        group = draw(population(f"pop{number}", context))
        context = Context(everywhere, noisy, (*context.populations, group))
    definitions = [_FUNCTIONS[name] for name in sorted(used)]
    definitions += draw(_sources(noisy))
    generators = tuple(text[:3] for text in definitions if text[:3] in ("gen", "poi"))
    projections = tuple(
        draw(projection(f"syn{number}", generators, context))
        for number in range(draw(st.integers(0, 2)))
    )
    others = draw(_others(context, generators, projections))
    preferences = draw(_settings())
    if any("PoissonInput" in line for line in others):
        # It has no name but what Brian gives it, which fast numbers depend on
        preferences = replace(preferences, random="numpy")
    return Model(
        draw(st.sampled_from(("second/1024", "second/1024", "0.1*ms"))),
        tuple(definitions),
        context.populations,
        projections,
        others,
        draw(_actions(context, projections, others)),
        noisy,
        preferences,
    )


@st.composite
def _settings(draw: st.DrawFn) -> Settings:
    return Settings(
        draw(yes(6)),
        not draw(yes(5)),
        1 + draw(yes(4)),
        draw(st.sampled_from(("numpy", "fast"))),
        draw(st.sampled_from(("vector", "vector", "libm"))),
        draw(yes(2)),
    )


@st.composite
def _sources(draw: st.DrawFn, noisy: bool) -> list[str]:
    """Draw groups that produce spikes."""
    lines = []
    if draw(yes(2)):
        lines.append(draw(st.sampled_from(_GENERATORS)))
    if noisy and draw(yes(2)):
        lines.append("poi = PoissonGroup(12, rates='(1 + i)*0.05/DT', name='poi')")
    return lines


@st.composite
def _others(
    draw: st.DrawFn,
    context: Context,
    generators: tuple[str, ...],
    projections: tuple[Projection, ...],
) -> tuple[str, ...]:
    """Draw monitors, and objects that change the network's state at each step."""
    lines = []
    for group in context.populations:
        lines += draw(_monitors(group, context))
    lines += [f"SpikeMonitor({name}" for name in generators if draw(yes(3))]
    for group in projections:
        if draw(yes(2)):
            which = draw(st.sampled_from(("True", "[0]", f"{group.name}[0, :]")))
            variables = draw(st.sampled_from(('"w"', '["w"]', "True")))
            lines.append(f"StateMonitor({group.name}, {variables}, record={which}")
    numbered = [f"m{n} = {text}, name='m{n}')" for n, text in enumerate(lines)]
    if context.noisy and draw(yes(2)):
        numbered.append("pin = PoissonInput(pop0, 'v', 8, 0.05/DT, 0.125)")
    if draw(yes(5)):
        numbered.append(
            '@network_operation(dt=2*DT, when="start")\n'
            "def poke():\n    pop0.v_[0] = pop0.v_[-1] + 0.125"
        )
    return tuple(numbered)


@st.composite
def _monitors(draw: st.DrawFn, group: Population, context: Context) -> list[str]:
    """Draw monitors of a group of neurons, up to the last argument."""
    lines = []
    names = names_of(group, context)
    variables = [name for name in names.numbers + names.integers if name.isidentifier()]
    clock = draw(
        st.sampled_from(
            ("", "", ", dt=2*DT", f', when="{draw(st.sampled_from(_SLOTS))}"')
        )
    )
    which = draw(st.sampled_from(("True", "True", "0", f"[0, {group.size - 1}]")))
    recorded = draw(st.sampled_from(("True", repr(["v"]), repr(variables[:3]))))
    if draw(yes(2)):
        where = group.name if which != "True" else draw(part(group))
        lines.append(f"StateMonitor({where}, {recorded}, record={which}{clock}")
    if draw(yes(2)):
        extra = draw(st.sampled_from(("", ", variables=['v']", ", record=False")))
        lines.append(f"SpikeMonitor({draw(part(group))}{extra}")
    if draw(yes(4)):
        lines.append(f"PopulationRateMonitor({draw(part(group))}")
    if any(keyword == "events" for keyword, _ in group.keywords) and draw(yes(2)):
        lines.append(f"EventMonitor({group.name}, 'odd', variables='v'")
    return lines


@st.composite
def _actions(
    draw: st.DrawFn,
    context: Context,
    projections: tuple[Projection, ...],
    others: tuple[str, ...],
) -> tuple[str, ...]:
    """Draw runs, and what is done before, between and after them."""
    lines = [f"net.run({draw(times(30, 12))})"]
    stored = False
    for number in range(draw(st.integers(0, 3))):
        choices = [_settings_of_values(context), _looks(context, number)]
        choices += [_switches(context, projections, others), st.just("net.store()")]
        choices += [_new_step()] * (len(projections) < 2)
        if projections:
            choices.append(_synapses_later(projections[0], context))
        # Brian can't restore what happens at given times
        if stored and not any("run_at" in str(g.setup) for g in context.populations):
            choices += [st.just("net.restore()")] * 4
        action = draw(st.sampled_from(choices).flatmap(lambda strategy: strategy))
        stored = stored or action == "net.store()"
        lines += [action, f"net.run({draw(times(12))})"]
    lines.append(draw(_looks(context, 9)))
    return tuple(lines)


def _new_step() -> st.SearchStrategy[str]:
    return st.sampled_from(("DT/2", "DT/2", "2*DT")).map("defaultclock.dt = {}".format)


@st.composite
def _settings_of_values(draw: st.DrawFn, context: Context) -> str:
    """Draw a line that changes variables of neurons between runs."""
    group = draw(st.sampled_from(context.populations))
    names = names_of(group, context)
    condition = draw(expressions.boolean(names))
    value = f"clip({draw(expressions.number(names, 1))}, -1, 1)"
    return draw(
        st.sampled_from(
            (
                f'{group.name}.v["{condition}"] = "{value}"',
                f'{group.name}.v["{condition}"] = 0.25',
                f'{group.name}.v = "{value}"',
                f"{group.name}.v[0:2] = 0.75",
                *[f'{group.name}[0:1].v = "0.125*(i + 1)"'] * 2,
            )
        )
    )


@st.composite
def _looks(draw: st.DrawFn, context: Context, number: int) -> str:
    """Draw a line that keeps what the script sees of variables."""
    group = draw(st.sampled_from(context.populations))
    condition = draw(expressions.boolean(names_of(group, context)))
    variables = [
        name
        for name in names_of(group, context).numbers
        if name.isidentifier() and name not in ("r", "ramp", "table")
    ]
    variable = draw(st.sampled_from(variables))
    source = draw(
        st.sampled_from((f'["{condition}"]', "[:]", "[-1]", f"[{group.size // 2}:]"))
    )
    return f'seen["{number}"] = np.array({group.name}.{variable}{source})'


@st.composite
def _switches(
    draw: st.DrawFn,
    context: Context,
    projections: tuple[Projection, ...],
    others: tuple[str, ...],
) -> str:
    """Draw a line that switches an object off or on."""
    names = [group.name for group in context.populations]
    names += [f'{name}.thresholder["spike"]' for name in names]
    names += [f"{group.name}.state_updater" for group in context.populations]
    names += [f"{group.name}.pre" for group in projections]
    names += [group.name for group in projections]
    names += [line.split()[0] for line in others if line.startswith("m")]
    switched = draw(st.sampled_from(names))
    return f"{switched}.active = {draw(st.sampled_from((False, False, True)))}"


@st.composite
def _synapses_later(draw: st.DrawFn, group: Projection, context: Context) -> str:
    """Draw a line that changes or adds synapses between runs."""
    pattern = draw(connection(Names(integers=("i", "j")), context))
    return draw(
        st.sampled_from(
            (
                *[f"{group.name}.connect({pattern})"] * 3,
                f'{group.name}.w["i > 0"] = "0.5*w"'
                if _may_set(group)
                else "net.store()",
                f"{group.name}.w[0:1, :] = 0.125",
                f'{group.name}.pre.delay = "j*DT"',
                f'seen["w"] = np.array({group.name}.w["i == 0 or j == 1"])',
                f'seen["n"] = np.array({group.name}.N_outgoing_pre)',
            )
        )
    )


def _may_set(group: Projection) -> bool:
    return not any(line.startswith("w : 1 (constant)") for line in group.equations)
