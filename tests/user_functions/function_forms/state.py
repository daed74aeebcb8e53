"""Functions that keep state, draw random numbers, or print."""
# ruff: noqa: PLW0603

import os
import tempfile
from collections import deque
from pathlib import Path

import numpy as np
from brian2 import Function, check_units, declare_types

from tests.user_functions.function_forms import COMPILED, PYTHON, form

calls = np.zeros(1, dtype=int)


@form("it counts its calls in an array", PYTHON, seen=lambda: calls)
@check_units(x=1, result=1)
def counts_in_array(x):
    calls[0] += 1
    return x * calls[0]


n_calls = 0


@form("it counts its calls in a global: `global`", PYTHON, seen=lambda: n_calls)
@check_units(x=1, result=1)
def counts_in_global(x):
    global n_calls
    n_calls += 1
    return x + n_calls


def counter():
    """Return a function that counts its calls, and one that tells their number."""
    n = 0

    @check_units(x=1, result=1)
    def counts_in_closure(x):
        nonlocal n
        n = n + 1
        return x + n

    return counts_in_closure, lambda: n


counting, counted = counter()
form("it counts its calls in a closure: `nonlocal`", PYTHON, seen=counted)(counting)

visits = np.zeros(6)


@form("it adds to an element of an array", PYTHON, call="f(i)", seen=lambda: visits)
@declare_types(i="integer")
@check_units(i=1, result=1)
def adds_to_array(i):
    visits[i] += i + 1
    return visits[i]


latest = np.zeros(6)


@form("it keeps its argument", PYTHON, seen=lambda: latest)
@check_units(x=1, result=1)
def keeps_argument(x):
    previous = latest.copy()
    latest[:] = x
    return previous


@form("it changes its argument in place", PYTHON)
@check_units(x=1, result=1)
def changes_argument(x):
    x *= 0.5
    return x


@form("the same through another name", PYTHON)
@check_units(x=1, result=1)
def changes_alias(x):
    y = x
    y += 0.5
    return y * 2


history = []


@form("it appends to a list", PYTHON, seen=lambda: np.concatenate(history))
@check_units(x=1, result=1)
def appends(x):
    history.append(np.array(x))
    return len(history) * x


seen_values = {}


@form("it fills a dictionary", PYTHON, seen=lambda: sorted(seen_values))
@check_units(x=1, result=1)
def fills_dictionary(x):
    key = float(np.max(x))
    if key not in seen_values:
        seen_values[key] = len(seen_values)
    return x + seen_values[key]


recent = deque(maxlen=2)


@form("it keeps the last values in a `deque`", PYTHON)
@check_units(x=1, result=1)
def keeps_recent(x):
    recent.append(np.array(x))
    return recent[0]


class Environment:
    """An environment with which the neurons act."""

    def __init__(self):
        self.reward = 0.0
        self.step = 0

    def act(self, x):
        self.step += 1
        self.reward += float(np.sum(x > 0))
        return self.reward - self.step


environment = Environment()


@form(
    "an environment that keeps the reward of an episode",
    PYTHON,
    seen=lambda: [environment.reward, environment.step],
)
@check_units(x=1, result=1)
def episode(x):
    reward = environment.act(x)
    return x * 0 + reward


form(
    "a method that changes its object",
    PYTHON,
    "changes_object",
    seen=lambda: [environment.reward, environment.step],
)(Function(environment.act, arg_units=[1], return_unit=1))


@form("`np.random.rand`", PYTHON)
@check_units(x=1, result=1)
def draws(x):
    return x + np.random.rand(*np.shape(x))


@form("`np.random.normal` with a size", PYTHON, place="equation")
@check_units(x=1, result=1)
def draws_normal(x):
    return x + np.random.normal(0, 0.5, size=np.shape(x))


rng = np.random.default_rng(5)


@form("a generator of the user's", PYTHON)
@check_units(x=1, result=1)
def draws_from_own(x):
    return x + rng.normal(size=np.shape(x))


@form("`np.random.seed` in each call", PYTHON)
@check_units(x=1, result=1)
def seeds(x):
    np.random.seed(3)
    return x * np.random.uniform(size=np.shape(x))


@form("`print`", PYTHON)
@check_units(x=1, result=1)
def prints(x):
    print("called with", np.round(x, 2))
    return x


file = Path(tempfile.gettempdir()) / f"function_forms_{os.getpid()}.txt"


def read_and_remove():
    text = file.read_text(encoding="utf-8")
    file.unlink()
    return text


@form("it writes a file", PYTHON, seen=read_and_remove)
@check_units(x=1, result=1)
def writes_file(x):
    with file.open("a", encoding="utf-8") as out:
        print(float(np.min(x)), file=out)
    return x


def set_variable():
    os.environ["FUNCTION_FORMS"] = "0.5"


@form(
    "it reads the environment",
    PYTHON,
    between=set_variable,
    seen=lambda: os.environ.pop("FUNCTION_FORMS"),
)
@check_units(x=1, result=1)
def reads_environment(x):
    return x * float(os.environ.get("FUNCTION_FORMS", "2"))


weights = np.ones(6)


def learn():
    weights[:] = weights * 1.5 + 0.25


@form(
    "an array that is learned outside of the model",
    COMPILED,
    call="f(i, x)",
    within=learn,
    place="equation",
)
@declare_types(i="integer")
@check_units(i=1, x=1, result=1)
def learned(i, x):
    return weights[i] * x
