"""The examples run, as scripts and as notebooks, and the gallery shows them."""

import re
import runpy
import warnings
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import imread

from docs.make_gallery import (
    GALLERY,
    NAMES,
    executed,
    files,
    notebook,
    printed,
    resized,
    without_outputs,
)

ROOT = Path(__file__).resolve().parents[2]

#: Those whose output has tests of its own
OUTPUT_TESTED = ("cuba", "forum_example")

#: Parameters that make the models small
SIZES = {
    "forum_example": {"duration": "10*ms"},
    "adex": {"duration": "100*ms"},
    "dendrite": {"n_compartments": "4", "duration": "10*ms"},
    "cable": {"n_compartments": "50", "duration": "5*ms"},
    "fi_curve": {"n_neurons": "9", "n_currents": "3", "duration": "100*ms"},
    "izhikevich": {"n_neurons": "100", "duration": "100*ms"},
    "cuba": {"n_neurons": "500", "duration": "100*ms"},
    "cobahh": {"n_neurons": "200", "duration": "20*ms"},
    "brunel": {"n_excitatory": "400", "duration": "50*ms", "shown": "40*ms"},
    "ring_attractor": {"n_neurons": "32", "duration": "1.2*second"},
    "microcircuit": {"scale": "0.02", "duration": "50*ms"},
    "fly_brain": {"n_neurons": "3000", "n_parts": "2", "duration": "50*ms"},
    "short_term_plasticity": {},
    "stdp": {"n_synapses": "100", "duration": "0.2*second"},
    "kuramoto": {
        "n_oscillators": "100",
        "duration": "0.2*second",
        "strengths": "np.array([1, 5])",
    },
    "spiral_waves": {"size": "20", "duration": "30*ms"},
    "closed_loop": {"n_neurons": "50", "duration": "0.6*second"},
    "long_recording": {"n_neurons": "100", "duration": "0.6*second"},
}


@pytest.fixture(scope="module", autouse=True)
def shared_cache(tmp_path_factory):
    """Compile what a script and its notebook have in common once."""
    return tmp_path_factory.mktemp("examples")


@pytest.fixture
def folder(shared_cache, tmp_path, monkeypatch):
    """Return a folder of a test's own, where it runs, in the style of the gallery."""
    monkeypatch.setenv("BRIAN2NUMBA_CACHE_DIR", str(shared_cache))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    with plt.rc_context(fname=ROOT / "examples" / "matplotlibrc"):
        yield tmp_path
    plt.close("all")


def run_script(name, folder):
    """Run an example as a small model and check its picture."""
    script = folder / f"{name}.py"
    jupytext.write(resized(notebook(name), SIZES[name]), script, fmt="py:percent")
    with warnings.catch_warnings():
        # There is no screen; on Linux matplotlib knows
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
        runpy.run_path(str(script), run_name="__main__")
    assert_shows_something(folder / f"{name}.png")


def assert_shows_something(picture):
    pixels = imread(picture)[..., :3]
    assert min(pixels.shape[:2]) > 300
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10


def test_every_example_is_tested_and_in_the_gallery():
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert scripts == set(SIZES) == set(NAMES)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in OUTPUT_TESTED])
def test_script_saves_a_picture(name, folder):
    run_script(name, folder)


def test_forum_example_keeps_its_source_and_shows_it(folder, shared_cache, capsys):
    run_script("forum_example", folder)
    out = capsys.readouterr().out
    assert "def kernel(" in out
    (name,) = re.findall(r"  (\S*stateupdater\S*_kernel\.py)", out)
    assert "def kernel(" in (shared_cache / name).read_text(encoding="utf-8")


@pytest.mark.long
def test_cuba_says_what_it_compiled_and_compares_with_numpy(folder, capsys):
    run_script("cuba", folder)
    out = capsys.readouterr().out
    assert "Raster plot: cuba.png" in out
    assert "a compiled loop runs 8 of 8 tasks" in out
    assert "The counts differ as each target draws other connections" in out
    counts = re.findall(r"^num(?:ba|py) +.* s +(\d+)$", out, re.MULTILINE)
    assert len(counts) == 2
    assert int(counts[0]) == pytest.approx(int(counts[1]), rel=0.3)
    assert re.search(r"\d+\.\d times as fast", out)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs_cell_by_cell(name, folder):
    book = executed(resized(notebook(name), SIZES[name]), folder)
    assert_shows_something(folder / f"{name}.png")
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in shown)
    for cell in book.cells:
        printed(cell)  # which refuses warnings


def test_other_parameters_need_the_cell_for_them():
    book = notebook("stdp")
    book.cells = book.cells[:2]
    with pytest.raises(ValueError, match="0 cells have the tag 'parameters'"):
        resized(book, {})


def test_a_cell_that_warns_is_refused(folder):
    book = notebook("stdp")
    book.cells = [book.cells[1]]
    book.cells[0].source = "import sys; print('Mind the gap.', file=sys.stderr)"
    with pytest.raises(RuntimeError, match="Mind the gap"):
        printed(executed(book, folder).cells[0])


def test_the_gallery_is_up_to_date():
    for name, text in files({name: {} for name in NAMES}).items():
        kept = (GALLERY / name).read_text(encoding="utf-8")
        assert without_outputs(kept) == text, f"python -m docs.make_gallery: {name}"


@pytest.mark.parametrize("name", NAMES)
def test_pictures_of_the_gallery_are_small_and_show_something(name):
    picture = GALLERY / f"{name}.png"
    assert picture.stat().st_size < 150_000
    assert_shows_something(picture)
