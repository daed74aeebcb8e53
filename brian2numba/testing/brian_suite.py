"""Running Brian's own test suite with the numba target."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import brian2
import numpy as np
from brian2.core.preferences import prefs

__all__ = ["test"]

PLUGIN = "brian2numba.testing.pytest_plugin"
#: Whether to guard arrays, and where, is told to processes that pytest starts by this
#: variable of the environment
GUARD_PAGES = "BRIAN2NUMBA_GUARD_PAGES"
#: The same for whether runs are prepared both ways
PREPARE_TWICE = "BRIAN2NUMBA_PREPARE_TWICE"


def test(  # noqa: PLR0913 (as many choices as brian2.test has)
    target: str = "numba",
    *,
    long_tests: bool = True,
    float_dtype: Any = None,
    test_codegen_independent: bool = False,
    guard_pages: str | None = None,
    prepare_twice: bool = False,
    additional_args: list[str] | None = None,
    **preferences: Any,
) -> bool:
    """Run Brian's test suite, in parallel if pytest-xdist is installed.

    Parameters
    ----------
    target : str, optional
        The code generation target to test. Defaults to ``'numba'``; another one shows
        that it works as before in the presence of this package.
    long_tests : bool, optional
        Whether to run the tests that take long as well. Defaults to ``True``.
    float_dtype : data-type, optional
        The type of floating point variables, e.g. ``numpy.float32``. Defaults to the
        preference ``core.default_float_dtype``.
    test_codegen_independent : bool, optional
        Whether to run the tests that generate no code as well. Defaults to ``False``.
    guard_pages : str, optional
        ``'left'`` or ``'right'``: where the page is that ends the process if it is
        touched, see `brian2numba.testing.guard_pages`. Without it unless given.
    prepare_twice : bool, optional
        Whether what runs keep of earlier ones is compared with what is prepared anew,
        see `brian2numba.testing.prepared_twice`, and sources that are found again with
        those that are generated anew. Defaults to ``False``.
    additional_args : list of str, optional
        Arguments for pytest.
    **preferences
        Other values than the default ones for preferences ``codegen.runtime.numba.*``,
        e.g. ``native_loop=False`` or ``threads=2``; several threads then share all that
        they may, also where there are few neurons.

    Returns
    -------
    bool
        Whether all tests passed.
    """
    told = {GUARD_PAGES: guard_pages, PREPARE_TWICE: "yes" if prepare_twice else None}
    with _preferences(preferences), _told(told):
        return bool(
            brian2.test(
                codegen_targets=[target],
                long_tests=long_tests,
                test_codegen_independent=test_codegen_independent,
                test_in_parallel=[target, "codegen_independent"],
                # They are the default ones, but for these
                reset_preferences=False,
                # The numba target has these methods without the library
                test_GSL=target == "numba",
                float_dtype=None if float_dtype is None else np.dtype(float_dtype).type,
                additional_args=["-p", PLUGIN, "-rs", *(additional_args or [])],
            )
        )


@contextmanager
def _preferences(choices: Mapping[str, Any]) -> Iterator[None]:
    """Set all preferences to their defaults for a while, but for some of the target."""
    stored = dict(prefs.prefs)
    prefs.reset_to_defaults()
    for name, value in choices.items():
        prefs[f"codegen.runtime.numba.{name}"] = value
    try:
        yield
    finally:
        prefs.prefs.update(stored)


@contextmanager
def _told(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Tell the plug-in, in all processes of pytest, what else is asked for."""
    given = {name: value for name, value in variables.items() if value is not None}
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            del os.environ[name]


#: pytest collects functions called ``test``; this one is for users
test.__test__ = False  # type: ignore[attr-defined]
