"""The text of an explanation, which terminals of 80 columns show as it is."""

from dataclasses import replace

import pytest

from brian2numba.explanation import Explanation, Row

UPDATER = Row(
    name="cells_stateupdater",
    kind="StateUpdater",
    task="stateupdate",
    clock="defaultclock",
    runs="compiled",
    fusion="with cells_thresholder",
    origin="compiled",
    compile_time=0.123,
)
THRESHOLDER = replace(
    UPDATER,
    name="cells_thresholder",
    task="threshold",
    fusion="with cells_stateupdater",
    origin="from the store",
    compile_time=0.001,
)
OPERATION = Row(
    name="look",
    kind="NetworkOperation",
    task="run()",
    clock="look_clock",
    runs="Python",
    reason="network operations are Python functions",
)
LONG = replace(
    UPDATER,
    name="excitatory_neurons_to_inhibitory_interneurons_of_layer_4_pre",
    task="synapses_push_spikes",
    fusion="",
    origin="compiled, with functions by numba",
)


def lines_of(*rows):
    return str(Explanation("network", rows)).splitlines()


def table_of(*rows):
    lines = lines_of(*rows)
    return lines[lines.index("") + 1 :]


def test_notes_are_below_their_rows():
    assert table_of(UPDATER, THRESHOLDER, OPERATION) == [
        "object              task         run by    machine code",
        "------------------  -----------  --------  ---------------",
        "cells_stateupdater  stateupdate  compiled  compiled 123 ms",
        "  in one pass with cells_thresholder",
        "cells_thresholder   threshold    compiled  stored 1 ms",
        "look                run()        Python",
        "  clock: look_clock",
        "  network operations are Python functions",
    ]


def test_after_a_profiled_run_times_are_there():
    timed = replace(UPDATER, seconds=0.01, share=0.25)
    assert table_of(timed, OPERATION)[:3] == [
        "object              task         run by    run time  share",
        "------------------  -----------  --------  --------  -----",
        "cells_stateupdater  stateupdate  compiled  10 ms     25.0%",
    ]


def test_a_long_name_has_a_line_of_its_own():
    assert table_of(LONG, OPERATION)[:4] == [
        "object  task                  run by    machine code",
        "------  --------------------  --------  ---------------",
        "excitatory_neurons_to_inhibitory_interneurons_of_layer_4_pre",
        "        synapses_push_spikes  compiled  by numba 123 ms",
    ]


@pytest.mark.parametrize("times", [{}, {"seconds": 12.345678, "share": 0.123}])
@pytest.mark.parametrize("length", [3, 20, 29, 40, 79])
def test_nothing_is_wider_than_a_terminal(times, length):
    name = "n" * length
    rows = [
        replace(LONG, name=name, threads=2, **times),
        replace(OPERATION, name=name, clock=name[:50], reason="why " * 40),
        replace(
            UPDATER,
            fusion=f"not with {name[:50]}: {name[:50]} calls functions of yours",
        ),
    ]
    lines = lines_of(*rows)
    assert max(map(len, lines)) <= 80
    assert sum(word == "why" for line in lines for word in line.split()) == 40


def test_why_two_are_not_done_at_once_is_said_once():
    reason = "cells calls functions of yours"
    updater = replace(UPDATER, fusion=f"not with cells_thresholder: {reason}")
    thresholder = replace(THRESHOLDER, fusion=f"not with cells_stateupdater: {reason}")
    text = "\n".join(lines_of(updater, thresholder))
    assert text.count("not in one pass with") == 1
    assert "not in one pass with cells_thresholder: cells calls functions" in text
    alone = "\n".join(lines_of(thresholder))
    assert "not in one pass with cells_stateupdater" in alone


def test_code_in_the_summary_is_not_torn_apart():
    lines = str(Explanation("network", (), target="auto")).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("'prefs.codegen.target = \"numba\"'" in line for line in lines)
