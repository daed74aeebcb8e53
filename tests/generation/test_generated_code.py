"""What users see of the generated code, and when it is compiled."""

import ast
import linecache
from pathlib import Path

import brian2
import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    PoissonGroup,
    PreferenceError,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    clear_cache,
    ms,
    mV,
    prefs,
)
from brian2.core.functions import Function

from brian2numba import get_numba_cache_dir
from brian2numba.compilation import compiler, stored_code
from brian2numba.compilation.cache_directory import CACHE_EXTENSIONS

CACHE_DIR = "codegen.runtime.numba.cache_dir"
DELETE = "codegen.runtime.numba.delete_source_files"


def make_network(n=10, tau=10 * ms, weight=0.731, prefix=""):
    """Return a network with most kinds of objects; `prefix` is part of the names."""
    cells = NeuronGroup(
        n,
        """dv/dt = (drive - v)/tau : 1 (unless refractory)
           drive : 1
           half = v/2 : 1""",
        threshold="v > 1",
        reset="v = -weight",
        refractory=1 * ms,
        method="exact",
        namespace={"tau": tau, "weight": weight},
        name=f"{prefix}cells",
    )
    inputs = PoissonGroup(n, rates="1000*Hz + i*Hz", name=f"{prefix}inputs")
    synapses = Synapses(
        inputs,
        cells,
        "dapre/dt = -apre/tau : 1 (event-driven)\nw : 1",
        on_pre="v_post += w*weight + 0*half_post\napre += 1",
        namespace={"tau": tau, "weight": weight},
        name=f"{prefix}synapses",
    )
    synapses.connect(p="0.5 + 0.1*(i == j)")
    synapses.w = "rand() * weight"
    cells.drive["i > 3"] = "2 + 0.1*i"
    states = StateMonitor(cells, ["v", "half"], record=[0, 1], name=f"{prefix}states")
    spikes = SpikeMonitor(cells, name=f"{prefix}spikes")
    network = Network(cells, inputs, synapses, states, spikes)
    return network, cells, synapses


def code_objects(network):
    """Return all code objects of a network."""
    return [codeobj for obj in network.sorted_objects for codeobj in obj.code_objects]


# Reading it


def test_code_is_readable_python_with_one_kernel():
    network, _, _ = make_network()
    network.run(0.2 * ms)
    sources = [codeobj.code for codeobj in code_objects(network)]
    assert len(sources) == 8
    for source in map(str, sources):
        module = ast.parse(source)
        functions = [n for n in module.body if isinstance(n, ast.FunctionDef)]
        assert [function.name for function in functions] == ["kernel"]
        assert [argument.arg for argument in functions[0].args.args] == ["_table"]
        assert max(map(len, source.splitlines())) < 160
        assert not any(line.endswith(" ") for line in source.splitlines())


def test_code_shows_the_equations():
    network, cells, _ = make_network()
    network.run(0.2 * ms)
    assert "v > 1" in cells.thresholder["spike"].codeobj.code.run
    resetter = cells.resetter["spike"].codeobj.code.run
    assert "- weight" in resetter
    assert "_array_v[_idx] = v" in resetter
    code = cells.state_updater.codeobj.code
    assert code["run"] == code.run == str(code)
    assert list(code) == ["run"]
    assert "for _idx in _range(_part_start, _end):" in code.run
    with pytest.raises(AttributeError, match="before_run"):
        _ = code.before_run


def test_code_holds_neither_names_of_objects_nor_values_of_constants():
    network, _, _ = make_network(n=7, tau=12.25 * ms, weight=0.7315, prefix="special_")
    network.run(0.2 * ms)
    for codeobj in code_objects(network):
        source = codeobj.code.run
        for word in ("special_", "0.7315", "12.25", "0.01225", "0x", " 7", "(7"):
            assert word not in source, source


def test_code_of_functions_of_users_is_part_of_it():
    cube = Function(lambda x: x**3, arg_units=[1], return_unit=1)
    cube.implementations.add_implementation(
        "numba", "def cube(x):\n    return x**3  # volume"
    )
    group = NeuronGroup(2, "dx/dt = f(x)/ms : 1", method="euler")
    Network(group).run(0.1 * ms, namespace={"f": cube})
    assert "def __f(x):\n    return x ** 3\n" in group.state_updater.codeobj.code.run


# Compiling it


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"prefix": "other_"},
        {"tau": 17 * ms},
        {"weight": 0.2},
        {"n": 23},
        {"n": 5, "tau": 1 * ms, "weight": 3.5, "prefix": "all_of_it_"},
    ],
    ids=lambda change: "-".join(change) or "nothing",
)
def test_same_model_again_compiles_nothing(change, kernel_count):
    network, _, _ = make_network()
    network.run(0.2 * ms)
    first = kernel_count()
    network, cells, synapses = make_network(**change)
    network.run(0.2 * ms)
    assert kernel_count() == first
    assert len(synapses) > 0
    assert np.isfinite(cells.v[:]).all()


def test_kernels_of_equal_source_work_on_their_own_arrays():
    groups = [NeuronGroup(n, "dv/dt = 1/ms : 1", method="euler") for n in (2, 3)]
    groups[1].v = 5
    Network(groups).run(0.1 * ms)
    assert groups[0].v[:] == pytest.approx([0.1] * 2)
    assert groups[1].v[:] == pytest.approx([5.1] * 3)
    first, other = (group.state_updater.codeobj.kernel for group in groups)
    assert first.kernel is other.kernel
    assert first.table[0] != other.table[0]


def test_what_runs_once_is_compiled_without_optimisation(monkeypatch):
    levels = []

    def noted(text, of, level, linked):
        levels.append(level)
        return object_code(text, of, level, linked)

    object_code = stored_code.object_code
    monkeypatch.setattr(stored_code, "object_code", noted)
    prefs.codegen.string_expression_target = "numba"
    group = NeuronGroup(3, "dv/dt = 4.0625/second : 1", method="euler")
    group.v = "i * 4.0625"
    assert levels == [0]
    Network(group).run(0.1 * ms)
    assert levels[1:]
    assert set(levels[1:]) == {3}
    assert group.v[:] == pytest.approx([0.00040625 + i * 4.0625 for i in range(3)])


def test_second_run_compiles_nothing(kernel_count):
    network, _, _ = make_network()
    network.run(0.2 * ms)
    first = kernel_count()
    network.run(0.2 * ms)
    assert kernel_count() == first


def test_another_equation_is_compiled(kernel_count):
    compiler._compiled.clear()
    for expected, expression in [(1, "v + 1"), (2, "v + 1.5"), (2, "v + 1"), (3, "-v")]:
        group = NeuronGroup(2, "v : 1")
        group.v = expression
        assert kernel_count() == expected


# Files


@pytest.fixture
def kept_sources(tmp_path):
    """Keep the source files of the test, and return their directory."""
    prefs[DELETE] = False
    prefs[CACHE_DIR] = str(tmp_path / "sources")
    return tmp_path / "sources"


def test_no_files_unless_wanted():
    NeuronGroup(2, "v : 1").v = "i + 0.25"
    folder = Path(get_numba_cache_dir())
    assert [p for p in folder.glob("**/*.py") if p.is_file()] == []


def test_source_files_are_kept(kept_sources):
    network, cells, _ = make_network(prefix="kept_")
    network.run(0.1 * ms)
    files = {path.name: path.read_text() for path in kept_sources.glob("*.py")}
    assert len(files) >= 8
    assert all(name.endswith("_kernel.py") for name in files)
    resetters = [n for n in files if n.startswith("kept_cells_spike_resetter")]
    assert len(resetters) == 1
    assert files[resetters[0]] == cells.resetter["spike"].codeobj.code.run


def test_source_without_a_file_is_known_to_tracebacks():
    @brian2.check_units(x=1, result=1)
    def halved(x):
        return x / 2

    prefs.codegen.runtime.numba.jit = False
    group = NeuronGroup(2, "v : 1", namespace={"halved": halved})
    group.v = "halved(i) + 0.375"
    kept = [k for k in linecache.cache if str(k).startswith("<kernel ")]
    assert any("0.375" in "".join(linecache.getlines(name)) for name in kept)


def test_directory_of_files_follows_preference_and_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", str(tmp_path / "environment"))
    assert get_numba_cache_dir() == str(tmp_path / "environment")
    prefs[CACHE_DIR] = str(tmp_path / "preference")
    assert get_numba_cache_dir() == str(tmp_path / "preference")
    prefs[CACHE_DIR] = "~/somewhere"
    assert get_numba_cache_dir() == str(Path.home() / "somewhere")
    prefs[CACHE_DIR] = None
    monkeypatch.delenv("BRIAN2NUMBA_CACHE_DIR")
    assert "brian2numba" in get_numba_cache_dir()


def test_directory_that_cannot_be_written_to_does_not_stop_a_simulation(tmp_path):
    (tmp_path / "file").write_text("in the way")
    prefs[DELETE] = False
    prefs[CACHE_DIR] = str(tmp_path / "file" / "sources")
    group = NeuronGroup(2, "v : 1")
    group.v = "i + 0.5"
    assert group.v[:].tolist() == [0.5, 1.5]


def test_clear_cache_removes_the_files(kept_sources):
    NeuronGroup(2, "v : 1").v = "i + 0.125"
    assert list(kept_sources.iterdir())
    clear_cache("numba")
    assert not kept_sources.exists()
    clear_cache("numba")
    group = NeuronGroup(2, "v : 1")
    group.v = "i + 0.0625"
    assert group.v[:].tolist() == [0.0625, 1.0625]


def test_clear_cache_refuses_to_remove_files_of_others(kept_sources):
    NeuronGroup(2, "v : 1").v = "i + 0.125"
    (kept_sources / "thesis.tex").write_text("three years of work")
    with pytest.raises(OSError, match=r"thesis\.tex' of an unexpected type"):
        clear_cache("numba")
    assert len(list(kept_sources.iterdir())) == 2


def test_clear_cache_does_not_take_any_python_file_for_ours(kept_sources):
    kept_sources.mkdir()
    (kept_sources / "analysis.py").write_text("import brian2")
    with pytest.raises(OSError, match=r"analysis\.py' of an unexpected type"):
        clear_cache("numba")
    assert ".py" not in CACHE_EXTENSIONS


# Preferences


@pytest.mark.parametrize("name", [CACHE_DIR, DELETE])
def test_preferences_are_documented(name):
    text = prefs.get_documentation("codegen.runtime.numba")
    heading = f"``{name}`` = "
    assert heading in text
    described = text.split(heading)[1].split("``codegen.")[0]
    assert len(described.split()) > 20
    assert name in prefs.get_documentation()


@pytest.mark.parametrize(("name", "value"), [(CACHE_DIR, 3), (DELETE, "yes")])
def test_preferences_refuse_values_of_another_type(name, value):
    before = prefs[name]
    with pytest.raises(PreferenceError):
        prefs[name] = value
    assert prefs[name] == before


def test_values_of_constants_are_not_compiled_in(kernel_count):
    compiler._compiled.clear()
    for step in (1 * mV, 2 * mV):
        group = NeuronGroup(2, "v : volt", namespace={"step": step})
        group.v = "i * step"
        assert group.v[1] == step
    assert kernel_count() == 1
