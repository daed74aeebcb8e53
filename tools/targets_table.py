"""Write the tables of docs/targets.md: what the targets compute differently.

``python -m tools.targets_table`` runs each experiment with Brian's numpy and Cython
targets and with numba, in processes of their own, and replaces the tables.
"""

import json
import math
import os
import re
import subprocess
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from tools.numbers_table import ROOT, TARGETS, Row, result_of, versions

PAGE = os.path.join(ROOT, "docs", "targets.md")
HEAD = "| experiment |" + "".join(f" {target} |" for target in TARGETS)


class Experiment(NamedTuple):
    """A line of a table.

    Attributes
    ----------
    text : str
        What is done, and what the number is.
    result : callable
        Returns the number, with the target of the process.
    """

    text: str
    result: Callable[[], Any]


def of_numbers(code: str, values: str, result: str = "float") -> Experiment:
    """Return the experiment of a row of the table of numbers."""
    row = Row(code, values, result)
    into = "" if result == "float" else ", into " + result
    text = "`{}`, {}{}".format(code.format("r"), values, into)
    return Experiment(text, lambda: result_of(row))


def different_powers(exponent: str) -> Callable[[], Any]:
    """Return what counts the powers that are not the C library's."""

    def count() -> str:
        import numpy as np  # noqa: PLC0415
        from brian2 import Network, NeuronGroup, ms  # noqa: PLC0415

        x = np.random.RandomState(0).rand(20000) * 4
        group = NeuronGroup(len(x), "x : 1\ny : 1")
        group.x = x
        group.run_regularly(f"y = x**{exponent}")
        Network(group).run(0.1 * ms)
        in_c = np.array([math.pow(number, float(exponent)) for number in x])
        return f"{(group.y[:] != in_c).mean():.1%}"

    return count


def with_libm(experiment: Callable[[], Any]) -> Callable[[], Any]:
    """Return an experiment with the C library's functions in kernels of numba."""

    def run() -> Any:
        from brian2 import prefs  # noqa: PLC0415

        is_numba = prefs.codegen.target == "numba"
        if is_numba:
            prefs.codegen.runtime.numba.math = "libm"
        try:
            return experiment()
        finally:
            if is_numba:
                prefs.codegen.runtime.numba.math = "vector"

    return run


def two_names(code: str, name: str) -> Callable[[], Any]:
    """Return what runs code of synapses that has two names for one variable."""

    def run() -> Any:
        from brian2 import (  # noqa: PLC0415
            Network,
            NeuronGroup,
            SpikeGeneratorGroup,
            Synapses,
            ms,
        )

        source = SpikeGeneratorGroup(1, [0], [0] * ms)
        group = NeuronGroup(1, "v : 1")
        synapses = Synapses(source, group, "w : 1", on_pre=code)
        synapses.connect()
        Network(source, group, synapses).run(0.2 * ms)
        found = {"w": synapses.w[:], "v": group.v[:]}
        return float(found[name][0])

    return run


def orders_of_noise() -> int:
    """Count the first values of a variable with two noise terms in its group."""
    script = (
        "import sys\n"
        "from brian2 import *\n"
        "if sys.argv[1] == 'numba': import brian2numba\n"
        "prefs.codegen.target = sys.argv[1]\n"
        "seed(6)\n"
        "group = NeuronGroup(1, 'dv/dt = xi_1*ms**-0.5 : 1\\n"
        "du/dt = xi_2*ms**-0.5 : 1', method='euler', name='g')\n"
        "Network(group).run(0.1*ms)\n"
        "print(float(group.v[0]))\n"
    )
    from brian2 import prefs  # noqa: PLC0415

    command = [sys.executable, "-c", script, str(prefs.codegen.target)]
    found = set()
    for number in "0123":
        environment = dict(os.environ, PYTHONHASHSEED=number, PYTHONPATH=ROOT)
        found.add(subprocess.check_output(command, env=environment))
    return len(found)


def imbalance() -> str:
    """Return how far the currents of a cable at rest are from a balance."""
    import numpy as np  # noqa: PLC0415
    from brian2 import (  # noqa: PLC0415
        Cylinder,
        Network,
        Soma,
        SpatialNeuron,
        cm,
        ms,
        msiemens,
        mV,
        nA,
        ohm,
        uF,
        um,
    )

    morphology = Soma(diameter=30 * um)
    morphology.axon = Cylinder(length=1000 * um, diameter=1 * um, n=50)
    neuron = SpatialNeuron(
        morphology,
        """Im = g*(E - v) : amp/meter**2
        I : amp (point current)""",
        Cm=1 * uF / cm**2,
        Ri=100 * ohm * cm,
        method="exponential_euler",
        namespace={"g": 0.3 * msiemens / cm**2, "E": -70 * mV},
    )
    neuron.v = -70 * mV
    neuron.I[0] = 0.1 * nA
    Network(neuron).run(500 * ms)
    # 3 S/m^2, and an input of 1e-10 A
    leaving = 3.0 * (np.asarray(neuron.v) + 0.07) * np.asarray(neuron.area)
    return f"{abs(leaving.sum() / 1e-10 - 1):.0e}"


TABLES: Dict[str, List[Experiment]] = {
    "integers": [
        of_numbers("{} = int(x)", "x=1e10"),
        of_numbers("{} = floor(x)", "x=1e10"),
        of_numbers("{} = n*n", "n=100000"),
        of_numbers("{} = clip(k, 0.5, 2.5)", "k=5"),
        of_numbers("{} = p + q", "p=True, q=True"),
        of_numbers("{} = p - q", "p=False, q=True"),
        of_numbers("{} = k % 3", "k=-7"),
        of_numbers("{} = x % 3", "x=-7.5"),
        of_numbers("{} = k**-1", "k=2"),
    ],
    "powers": [
        Experiment("`x**2`", different_powers("2")),
        Experiment("`x**3`", different_powers("3")),
        Experiment('`x**3`, `math = "libm"`', with_libm(different_powers("3"))),
        Experiment('`x**3.0`, `math = "libm"`', with_libm(different_powers("3.0"))),
        Experiment("`x**17`", different_powers("17")),
        Experiment("`x**1.5`", different_powers("1.5")),
        Experiment('`x**1.5`, `math = "libm"`', with_libm(different_powers("1.5"))),
        Experiment("`x**0.5`", different_powers("0.5")),
    ],
    "noise": [
        Experiment("values of `v` in processes that differ in nothing", orders_of_noise)
    ],
    "names": [
        Experiment("`v += 1; w = v`: w", two_names("v += 1; w = v", "w")),
        Experiment("`v += 1; w = v_post`: w", two_names("v += 1; w = v_post", "w")),
        Experiment("`v_post = 5; w = v`: w", two_names("v_post = 5; w = v", "w")),
        Experiment("`v += 1; v_post += 1`: v", two_names("v += 1; v_post += 1", "v")),
    ],
    "cables": [Experiment("current that is missing, relative to the input", imbalance)],
}
EXPERIMENTS = [e for experiments in TABLES.values() for e in experiments]


def results_in_this_process(target: str) -> List[str]:
    """Return what a target gives in each experiment."""
    import warnings  # noqa: PLC0415

    import brian2  # noqa: PLC0415
    from brian2 import prefs  # noqa: PLC0415

    warnings.simplefilter("ignore")
    brian2.BrianLogger.suppress_hierarchy("brian2")
    if target == "numba":
        import brian2numba  # noqa: F401, PLC0415
    prefs.codegen.target = target
    return [str(experiment.result()) for experiment in EXPERIMENTS]


def table(name: str, columns: List[List[str]]) -> str:
    """Return a table of the page, given what the targets give in its experiments."""
    lines = [HEAD, "|---|" + "---|" * len(TARGETS)]
    for experiment, *found in zip(TABLES[name], *columns):
        lines.append("| " + " | ".join([experiment.text, *found]) + " |")
    return "\n".join(lines)


def cells() -> Dict[str, List[List[str]]]:
    """Return what the page says: for each table, the columns of the targets."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for name in TABLES:
        lines = re.findall(_between(name), text, re.DOTALL)[0].strip().splitlines()[2:]
        rows = [line.strip("| ").split(" | ")[1:] for line in lines]
        found[name] = [list(column) for column in zip(*rows)]
    return found


def _between(name: str) -> str:
    return rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)"


def _with_table(page: str, name: str, columns: List[List[str]]) -> str:
    new = table(name, columns)
    return re.sub(_between(name), lambda _: new, page, flags=re.DOTALL)


def main(target: Optional[str] = None) -> None:
    """Write the tables, or print what one target gives."""
    if target is not None:
        print(json.dumps(results_in_this_process(target)))
        return
    command = [sys.executable, "-m", "tools.targets_table"]
    found = []
    for name in TARGETS:
        printed = subprocess.check_output([*command, name], cwd=ROOT)
        found.append(json.loads(printed.splitlines()[-1]))
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    start = 0
    for name, experiments in TABLES.items():
        end = start + len(experiments)
        columns = [column[start:end] for column in found]
        page = _with_table(page, name, columns)
        start = end
    page = re.sub(r"Seen with .*\.", f"Seen with {versions()}.", page)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
