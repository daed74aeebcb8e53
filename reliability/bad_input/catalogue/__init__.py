"""The catalogue of bad input: a table of cases for each kind of thing it is given to."""

from importlib import import_module
from pkgutil import iter_modules

from reliability.bad_input.case import Case

__all__ = ["CATALOGUE"]


def _tables() -> dict[str, tuple[Case, ...]]:
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").CASES for name in names}


#: The cases, by the kind of thing
CATALOGUE: dict[str, tuple[Case, ...]] = _tables()
