"""What only Python can do: state, random numbers, output, the population as a whole."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EFFECTS", "Effect"]


@dataclass(frozen=True)
class Effect:
    """Statements of a function that Brian's numpy target has to run.

    Attributes
    ----------
    statement : str
        Lines of the function, a template. ``y`` is the result so far.
    definition : str
        The lines that define what it needs.
    looked_at : str
        An expression for what it leaves.
    """

    statement: str
    definition: str = ""
    looked_at: str = ""


EFFECTS = (
    Effect("y = y - np.mean({x})"),
    Effect("y = y/(1 + len({x}))"),
    Effect("y = y + {x}.size"),
    Effect("y = np.cumsum({x}) + y"),
    Effect("y = y + np.roll({x}, 1)"),
    Effect("y = y + np.sort({x})[::-1]"),
    Effect("y = y - np.max({x})*{c}"),
    Effect("y = y + np.argsort({x})"),
    Effect("if np.any({x} > {d}):\n    y = y - {c}"),
    Effect("y = y + {x}[0]"),
    Effect("positive = np.array({x})\npositive[positive < {c}] = 0\ny = y + positive"),
    Effect("with np.errstate(all='ignore'):\n    y = y + np.nan_to_num(1/{x})"),
    Effect("try:\n    y = y/4\nexcept ZeroDivisionError:\n    y = {x}"),
    Effect("assert np.all(np.abs({x}) < 1000), 'too large'"),
    Effect("y = y + np.vectorize(lambda u: u if u > 0 else {c})({x})"),
    Effect("y = y + np.array([u if u > 0 else {c} for u in np.atleast_1d({x})])"),
    Effect(
        "if np.any({x} > 2.5):\n    raise ValueError(f'{{np.max({x})}} is too large')"
    ),
    Effect(
        "print('y', np.shape({x}), file=printed)",
        "printed = io.StringIO()",
        "printed.getvalue()",
    ),
    Effect(
        "calls[0] += 1\ny = y + calls[0]", "calls = np.zeros(1, dtype=int)", "calls"
    ),
    Effect("global n_calls\nn_calls += 1\ny = y*n_calls", "n_calls = 0", "n_calls"),
    Effect("history.append(float(np.sum({x})))", "history = []", "history"),
    Effect(
        "y = y + state['n']\nstate['n'] = state['n'] + 1",
        "state = {'n': 0}",
        "state['n']",
    ),
    Effect("y = y + count_calls()", "count_calls = itertools.count(1).__next__"),
    Effect(
        "y = y + world.act({x})",
        "class World:\n"
        "    reward = 0.0\n\n"
        "    def act(self, u):\n"
        "        self.reward += float(np.sum(u > 0))\n"
        "        return self.reward\n\n"
        "world = World()",
        "world.reward",
    ),
    Effect("y = y + np.random.rand(*np.shape({x}))"),
    Effect("y = y + np.random.normal(0, 0.5, size=np.shape({x}))"),
    Effect(
        "y = y + generator.normal(size=np.shape({x}))",
        "generator = np.random.default_rng(3)",
    ),
)
