"""The table of what each target makes of integers is what numba makes of them."""

import pytest

from tools import numbers_table
from tools.numbers_table import PAGE, ROWS, TARGETS, result_of


def cells():
    """Return the cells of the table's lines but the first two."""
    with open(PAGE, encoding="utf-8") as file:
        lines = [line for line in file.read().splitlines() if line.startswith("|")]
    return [line.strip("| ").split(" | ") for line in lines[2:]]


def test_the_page_has_all_rows():
    columns = list(zip(*(row[2:] for row in cells()), strict=True))
    with open(PAGE, encoding="utf-8") as file:
        assert numbers_table.table([list(column) for column in columns]) in file.read()


@pytest.mark.parametrize("number", range(len(ROWS)))
def test_numba_gives_what_the_page_says(number):
    assert result_of(ROWS[number]) == cells()[number][2 + TARGETS.index("numba")]
