"""
The forms in which users write functions, each with what becomes of it.

Each module is a section of the catalogue, written as users write. Whoever runs a form
loads its section anew (`load`): forms change what they refer to, and some keep state.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["COMPILED", "ERROR", "FORMS", "PYTHON", "SECTIONS", "Form", "form", "load"]

#: What becomes of a function: compiled, called by Brian's numpy target, or its error
COMPILED, PYTHON, ERROR = "compiled", "Python", "error"

#: The modules of this folder, and what they are about
SECTIONS = {
    "numpy_calls": "Functions of numpy and scipy",
    "brian_names": "Names, units and functions of Brian",
    "referred": "What a function refers to",
    "language": "Python's language",
    "state": "State, random numbers and output",
    "populations": "The population as a whole",
    "implementations": "Implementations",
}


@dataclass(frozen=True)
class Form:
    """
    A way to write a function.

    Attributes
    ----------
    name, title : str
        What tests and the table of the documentation call it.
    function : callable
        What a user gives to the equations, where it is called ``f``.
    way : str
        What becomes of it: `COMPILED`, `PYTHON` or `ERROR`, which then is numpy's.
    call : str
        How the model's code calls it.
    place : str
        Where it does, see `tests.user_functions.function_models.PLACES`.
    one_number : bool
        Whether it is written for one number. Then numpy calls it so.
    between, within : callable, optional
        What happens between two runs, and at the start of each step.
    seen : callable, optional
        Returns what the function left elsewhere, as an array, a number or a string.
    since : str
        The version that has run it so.
    section : str
        Its module in this folder.
    """

    name: str
    title: str
    function: Any
    way: str = COMPILED
    call: str = "f(x)"
    place: str = "run_regularly"
    one_number: bool = False
    between: Callable[[], object] | None = None
    within: Callable[[], object] | None = None
    seen: Callable[[], Any] | None = None
    since: str = "0.1.0"
    section: str = ""


_loading: list[Form] = []


def form(
    title: str, way: str = COMPILED, name: str = "", **keywords: Any
) -> Callable[[Any], Any]:
    """
    Return a decorator that puts a function into the catalogue, and leaves it as it is.

    Parameters
    ----------
    title, way, name
        As in `Form`; the name is the function's, unless it has none.
    **keywords
        Other attributes of the form.
    """

    def register(function: Any) -> Any:
        python_function = getattr(function, "pyfunc", function)
        found = name or python_function.__name__
        _loading.append(Form(found, title, function, way, **keywords))
        return function

    return register


def load(section: str) -> dict[str, Form]:
    """Run a section's module anew, and return its forms by their names."""
    module_name = f"{__name__}.{section}"
    path = Path(__file__).with_name(f"{section}.py")
    spec = importlib.util.spec_from_file_location(module_name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    _loading.clear()
    spec.loader.exec_module(module)
    forms = {f.name: Form(**{**vars(f), "section": section}) for f in _loading}
    assert len(forms) == len(_loading), "Two forms have one name."
    return forms


#: All forms by their names. To run one, take it from `load`
FORMS = {name: f for section in SECTIONS for name, f in load(section).items()}
