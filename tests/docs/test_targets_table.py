"""The page of what the targets compute differently is what they compute."""

import pytest

from tools import targets_table
from tools.targets_table import PAGE, TABLES, TARGETS, results_in_this_process


def column_of_page(target):
    """Return what the page says that a target gives in all experiments."""
    number = TARGETS.index(target)
    return [t for columns in targets_table.cells().values() for t in columns[number]]


def test_the_page_has_all_experiments():
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    for name, columns in targets_table.cells().items():
        assert targets_table.table(name, columns) in page
    assert set(targets_table.cells()) == set(TABLES)


def size(text):
    """Return a small number's power of ten, and anything else as it is."""
    return text.split("e")[-1] if "e-" in text else text


@pytest.mark.long
@pytest.mark.parametrize(
    "target", ["numpy", "numba", pytest.param("cython", marks=pytest.mark.compiler)]
)
def test_targets_give_what_the_page_says(target):
    found = [size(text) for text in results_in_this_process(target)]
    assert found == [size(text) for text in column_of_page(target)]
