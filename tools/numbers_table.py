"""Write the table in docs/numbers.md: what each target makes of operations of integers.

``python -m tools.numbers_table`` runs each row with Brian's numpy and Cython targets
and with numba, in processes of their own, and replaces the table.
"""

import os
import re
import subprocess
import sys
from typing import Dict, List, NamedTuple, Optional, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "numbers.md")
TARGETS = ("numpy", "cython", "numba")
HEAD = "| code | where |" + "".join(f" {target} |" for target in TARGETS)
#: Stands for results of code that C gives no meaning to: nobody should run it
UNDEFINED = "undefined in C"
#: What the variable is before: Brian runs nothing where Cython refuses the code
BEFORE, NOTHING = 77, "nothing"


class Row(NamedTuple):
    """A line of the table.

    Attributes
    ----------
    code : str
        What is run. `{}` stands for the variable that gets the result.
    values : str
        What its variables are.
    result : str
        The type of the variable.
    in_c : bool
        Whether C says what it means.
    """

    code: str
    values: str = ""
    result: str = "float"
    in_c: bool = True


ROWS = [
    Row("{} = k**-1", "k=2"),
    Row("{} = k**m", "k=2, m=-1"),
    Row("{} = k**c", "k=2, c=-1"),
    Row("a = k**m; {} = a", "k=2, m=-1"),
    Row("{} = k**m", "k=2, m=-1", "int32"),
    Row("{} = 4*k**m", "k=2, m=-1", "int32"),
    Row("{} = k**m", "k=0, m=-1"),
    Row("{} = k**m", "k=10, m=20"),
    Row("{} = n*n", "n=100000"),
    Row("{} = n**2", "n=100000"),
    Row("{} = n*n", "n=100000", "int32"),
    Row("{} = n + n", "n=2147483647"),
    Row("{} = -n", "n=-2147483648"),
    Row("{} = int(x)", "x=1e10"),
    Row("{} = int(x)", "x=nan"),
    Row("{} = int(x)", "x=1e10", "int32"),
    Row("{} = int(x)", "x=nan", "int32"),
    Row("{} = x", "x=1e10", "int32"),
    Row("{} = x", "x=1e10", "int64"),
    Row("{} = x", "x=1e300", "int64"),
    Row("{} = floor(x)", "x=1e10"),
    Row("{} = ceil(x)", "x=nan"),
    Row("{} = k % 3", "k=-7"),
    Row("{} = k // 3", "k=-7"),
    Row("{} = k % m", "k=7, m=0", "float", False),
    Row("{} = k // m", "k=7, m=0", "float", False),
    Row("{} = x % 3", "x=-7.5"),
    Row("{} = x // 3", "x=-7.5"),
    Row("{} = clip(k, 0, 2)", "k=5"),
    Row("{} = clip(k, 0.5, 2.5)", "k=5"),
    Row("{} = clip(x, 0, 2)", "x=nan"),
    Row("{} = clip(x, 2, 0)", "x=1.5"),
    Row("{} = p + q", "p=True, q=True"),
    Row("{} = p - q", "p=False, q=True"),
    Row("{} = p*q", "p=True, q=True"),
    Row("a = p + q; {} = a", "p=True, q=True"),
    Row("{} = u % 7", "u=9223372036854775813"),
    Row("{} = u // 3", "u=9223372036854775813"),
    Row("{} = u + 1", "u=9223372036854775813"),
    Row("{} = u - 1", "u=0"),
    Row("{} = -u", "u=1"),
    Row("{} = u - k", "u=3, k=5"),
    Row("{} = u*c", "u=9223372036854775813, c=1"),
    Row("{} = u > k", "u=9223372036854775813, k=-1"),
    Row("{} = abs(u)", "u=9223372036854775813"),
    Row("{} = clip(u, 5, 10)", "u=9223372036854775813"),
    Row("{} = u", "u=9223372036854775813", "int64"),
    Row("{} = x", "x=1e19", "uint64"),
    Row("{} = x", "x=-3.0", "uint64"),
]
_TYPES = {"x": "float64", "u": "uint64", "p": "bool", "q": "bool"}
_NAMES = {"float": "1", "float64": "1", "bool": "boolean"}


def values_of(row: Row) -> Dict[str, object]:
    """Return the variables of a row with their values."""
    pairs = [part.split("=") for part in row.values.split(", ")]
    words = {"True": True, "False": False}
    return {
        name: words.get(text, float(text) if name == "x" else text)
        for name, text in pairs
    }


def result_of(row: Row) -> str:
    """Run a row with the target of this process; return what came out."""
    import numpy as np  # noqa: PLC0415 (only processes of one target need Brian)
    from brian2 import Network, NeuronGroup, ms  # noqa: PLC0415

    values = values_of(row)
    constants = {"c": int(str(values.pop("c")))} if "c" in values else {}
    types = {name: _TYPES.get(name, "int32") for name in values}
    types["r"] = "float64" if row.result == "float" else row.result
    model = "\n".join(
        "{} : {}".format(name, _NAMES.get(kind, "integer"))
        for name, kind in types.items()
    )
    dtypes = {name: np.dtype(kind) for name, kind in types.items()}
    group = NeuronGroup(1, model, dtype=dtypes, namespace=constants)
    for name, value in values.items():
        number = int(value) if isinstance(value, str) else value
        group.variables[name].set_value(np.array([number], dtypes[name]))
    group.variables["r"].set_value(np.array([BEFORE], dtypes["r"]))
    group.run_regularly(row.code.format("r").replace("; ", "\n"))
    try:
        Network(group).run(0.1 * ms)
    except Exception as error:
        while error.__cause__ is not None:
            error = error.__cause__  # type: ignore[assignment]
        return type(error).__name__
    number = group.variables["r"].get_value()[0]
    if number == BEFORE:
        return NOTHING
    return f"{number:.17g}" if row.result == "float" else str(number)


def results_in_this_process(target: str) -> List[str]:
    """Return what a target makes of each row."""
    import warnings  # noqa: PLC0415

    import brian2  # noqa: PLC0415
    from brian2 import prefs  # noqa: PLC0415

    warnings.simplefilter("ignore")
    brian2.BrianLogger.suppress_hierarchy("brian2")
    if target == "numba":
        import brian2numba  # noqa: F401, PLC0415
    prefs.codegen.target = target
    is_defined = {row: target != "cython" or row.in_c for row in ROWS}
    return [result_of(row) if is_defined[row] else UNDEFINED for row in ROWS]


def results(target: str) -> Tuple[str, List[str]]:
    """Return what a target makes of each row, in a process of its own, and versions."""
    finished = subprocess.run(
        [sys.executable, "-m", "tools.numbers_table", target],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    versions, *found = finished.stdout.splitlines()[-len(ROWS) - 1 :]
    return versions, found


def versions() -> str:
    """Return the versions that results depend on."""
    import platform  # noqa: PLC0415
    from importlib import metadata  # noqa: PLC0415

    packages = ("brian2", "numpy", "Cython", "numba")
    parts = [f"{name} {metadata.version(name)}" for name in packages]
    return ", ".join(
        [*parts, "Python " + platform.python_version(), platform.machine()]
    )


def table(columns: List[List[str]]) -> str:
    """Return the table with what the targets make of the rows."""
    lines = [HEAD, "|---|---|" + "---|" * len(TARGETS)]
    for row, *found in zip(ROWS, *columns):
        kind = "" if row.result == "float" else ", into " + row.result
        first = "`{}`".format(row.code.format("r").replace("|", "\\|"))
        cells = [first, row.values + kind, *found]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(target: Optional[str] = None) -> None:
    """Write the table, or print what one target makes of the rows."""
    if target is not None:
        print(versions())
        print("\n".join(results_in_this_process(target)))
        return
    found = [results(target) for target in TARGETS]
    new = table([column for _, column in found])
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    page = re.sub(r"\| code \| where.*?(?=\n\n)", lambda _: new, page, flags=re.DOTALL)
    page = re.sub(r"Seen with .*\.", "Seen with " + found[0][0] + ".", page)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
