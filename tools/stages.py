"""The checks of this repository: what each runs, and which belong together."""

import os
from typing import List, NamedTuple, Optional

__all__ = ["QUICK", "REST", "Stage", "chosen_stages", "command_of", "stages"]

WITHOUT_COMPILER = os.path.join("tools", "without_compiler.py")
MOST_WORKERS = 4

#: What `run.py tests` runs: what fails early comes first
QUICK = ("lint", "format", "workflows", "types", "selection", "brian")
#: What `--rest` runs, and `--all` after the others
REST = (
    *("package", "docs", "others", "compiler"),
    *("long", "loop", "threads", "checked", "guarded", "numpy", "numba_compiler"),
    *("always", "twice"),
)
#: The markers that Brian chooses by, for the long tests alone
LONG_TESTS_OF_BRIAN = (
    "long and not standalone_only and not codegen_independent and not gsl"
)


class Stage(NamedTuple):
    """One of the checks."""

    name: str
    title: str
    module: List[str]  # the arguments of python -m
    compiler: bool  # whether it may find a C compiler


def stages() -> List[Stage]:
    """Return all checks; some have parts in common."""
    workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
    own = ["pytest", "tests", "-m", "not compiler", "-n", workers]
    brian = ["brian2numba.testing"]
    long = [*brian, "-m", LONG_TESTS_OF_BRIAN]
    numpy = [*brian, "--target", "numpy", "--short"]
    # Two choices that have nothing to do with each other
    other = [*brian, "--brian-loop", "--math", "libm", "--short"]
    threads = [*brian, "--threads", "2", "--short"]
    checked = [*brian, "--checked", "--short"]
    by_numba = [*brian, "--compiler", "numba", "--short"]
    always = [*brian, "--prepare", "always", "--short"]
    twice = [*brian, "--prepare-twice", "--short"]
    guarded = [*brian, "--guard-pages", "right", "--short"]
    against = ["pytest", "tests", "-m", "compiler", "-n", workers]
    site = ["sphinx", "-W", "--keep-going", "-q", "docs", "docs/_build/html"]
    all_stages = [
        Stage("lint", "ruff's rules", ["ruff", "check", "."], True),
        Stage("format", "ruff's format", ["ruff", "format", "--check", "."], True),
        Stage("workflows", "actionlint", ["tools.check_workflows"], True),
        Stage("types", "mypy", ["mypy"], True),
        Stage(
            "selection",
            "own tests, a selection",
            [*own, "--selection", "-p", "tests.touched"],
            False,
        ),
        Stage("brian", "Brian's suite, short", [*brian, "--short"], False),
        Stage("package", "an empty environment", ["tools.check_package"], False),
        Stage("docs", "the site's pages", site, False),
        Stage("own", "own tests", own, False),
        Stage("others", "own tests, the others", [*own, "--others"], False),
        Stage("compiler", "against Cython", against, True),
        Stage("long", "Brian's suite, long tests", long, False),
        Stage("loop", "Brian's suite, Brian's loop, C library", other, False),
        Stage("threads", "Brian's suite, two threads", threads, False),
        Stage("checked", "Brian's suite, each access checked", checked, False),
        Stage("guarded", "Brian's suite, guard pages", guarded, False),
        Stage("always", "Brian's suite, always prepared", always, False),
        Stage("twice", "Brian's suite, prepared twice", twice, False),
        Stage("numpy", "Brian's suite, numpy target", numpy, False),
        Stage("numba_compiler", "Brian's suite, by numba", by_numba, False),
    ]
    # Windows has no pages that could be guarded in this way
    return [s for s in all_stages if s.name != "guarded" or os.name == "posix"]


def chosen_stages(
    only: Optional[List[str]], part: str, passed_on: List[str]
) -> List[Stage]:
    """Return the stages to run, in their order.

    Parameters
    ----------
    only : list of str or None
        The names that were asked for, if any.
    part : str
        Otherwise, which part of the checks: "quick", "rest", or "all".
    passed_on : list of str
        Arguments for pytest; they are for the own tests, if nothing else is asked for.
    """
    parts = {"quick": QUICK, "rest": REST, "all": QUICK + REST}
    names = only or (["own"] if passed_on else parts[part])
    return [stage for stage in stages() if stage.name in names]


def command_of(stage: Stage, python: str) -> List[str]:
    """Return the command that runs a stage."""
    command = [python, "-m"] + stage.module
    return command if stage.compiler else [python, WITHOUT_COMPILER] + command
