"""The examples run, and draw what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

ROOT = Path(__file__).resolve().parent.parent

SIZES = {
    "forum_example": [],
    "cuba": ["--neurons", "500", "--duration", "0.1"],
    "cobahh": ["--neurons", "200", "--duration", "0.02"],
    "stdp": ["--synapses", "100", "--duration", "0.2"],
    "cable": ["--compartments", "50", "--duration", "0.005"],
    "fi_curve": ["--neurons", "9", "--duration", "0.1", "--currents", "3"],
}


def run_example(name, arguments, folder):
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "BRIAN2NUMBA_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.run(
        [sys.executable, str(ROOT / "examples" / f"{name}.py"), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def assert_shows_something(picture):
    pixels = imread(picture)[..., :3]
    assert min(pixels.shape[:2]) > 300
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10


def test_every_example_is_tested():
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == set(SIZES)


@pytest.mark.parametrize("name", ["cobahh", "stdp", "cable", "fi_curve"])
def test_example_saves_a_picture(name, tmp_path):
    picture = tmp_path / "picture.png"
    printed = run_example(name, [*SIZES[name], "--output", str(picture)], tmp_path)
    assert str(picture) in printed
    assert_shows_something(picture)


def test_forum_example_keeps_its_source_in_the_directory_it_prints(tmp_path):
    printed = run_example("forum_example", SIZES["forum_example"], tmp_path)
    folder = Path(re.search(r"is kept in (.+)", printed)[1])
    assert folder == tmp_path / "cache"
    sources = list(folder.glob("*stateupdater*_kernel.py"))
    assert len(sources) == 1
    assert "def kernel(" in sources[0].read_text(encoding="utf-8")
    assert sources[0].name in printed
    assert_shows_something(tmp_path / "forum_example.png")


def test_cuba_says_what_it_compiled_and_compares_with_numpy(tmp_path):
    printed = run_example("cuba", SIZES["cuba"], tmp_path)
    assert "Raster plot: cuba.png" in printed
    assert_shows_something(tmp_path / "cuba.png")
    for template in ("stateupdate", "threshold", "reset", "synapses", "spikemonitor"):
        assert re.search(rf"^  \S+ +{template}$", printed, re.MULTILINE)
    counts = re.findall(r"^num(?:ba|py) +.* s +(\d+)$", printed, re.MULTILINE)
    assert len(counts) == 2
    assert int(counts[0]) == pytest.approx(int(counts[1]), rel=0.3)
    assert re.search(r"\d+\.\d times as fast", printed)
