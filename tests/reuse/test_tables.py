"""The tables of what was found."""

from brian2numba.reuse.table import Table


def test_what_was_put_is_found():
    table = Table(2)
    assert table.get("a") is None
    table.put("a", 1)
    assert table.get("a") == 1
    assert len(table) == 1


def test_a_table_keeps_what_was_used_last():
    table = Table(3)
    for number in range(100):
        table.put(number, str(number))
        # What is used now and then is kept
        assert table.get(0) == "0"
        assert len(table) <= 6
    assert [table.get(number) for number in (97, 98, 99)] == ["97", "98", "99"]
    assert table.get(50) is None


def test_a_table_forgets_everything():
    table = Table(1)
    for number in range(3):
        table.put(number, "found")
    table.clear()
    assert len(table) == 0
    assert table.get(2) is None
