"""What monitors record."""

from reliability.bad_input.case import accepted, refused, warned

__all__ = ["CASES"]

CASES = (
    refused(
        'made = StateMonitor(cells, "nothing", record=True, name="made")',
        "KeyError",
        "'nothing'",
    ),
    refused(
        'made = StateMonitor(cells, ["x", "nothing"], record=True, name="made")',
        "KeyError",
        "'nothing'",
    ),
    refused(
        'made = StateMonitor(cells, 3, record=True, name="made")',
        "TypeError",
        "'int' object is not iterable",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[5], name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[-1], name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[2**32 + 1], name="made")',
        "IndexError",
        "The indices to record from contain 4294967297, which is outside",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=2**32 + 1, name="made")',
        "IndexError",
        "The indices to record from contain 4294967297, which is outside",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=np.array([2**32 + 1]), name="made")',
        "IndexError",
        "The indices to record from contain 4294967297, which is outside",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=5, name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=-1, name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    warned(
        'made = StateMonitor(cells, "x", record=[1.5], name="made")',
        "What is given for record should be whole: 1.5 counts as 1.",
    ),
    warned(
        'made = StateMonitor(cells, "x", record=1.5, name="made")',
        "What is given for record should be whole: 1.5 counts as 1.",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[nan], name="made")',
        "ValueError",
        "What is given for record has to be finite numbers, not nan.",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=nan, name="made")',
        "ValueError",
        "What is given for record has to be finite numbers, not nan.",
    ),
    refused(
        'made = StateMonitor(cells, "x", record="all", name="made")',
        "ValueError",
        "invalid literal for int() with base 10: 'all'",
    ),
    refused(
        'made = StateMonitor(cells, "x", record="i > 2", name="made")',
        "ValueError",
        "invalid literal for int() with base 10: 'i > 2'",
    ),
    warned(
        'made = StateMonitor(cells, "x", record=[True, False], name="made")',
        "What is given for record should be indices, not booleans: True",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=None, name="made")',
        "TypeError",
        "int() argument must be a string, a bytes-like object or a real",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[[0, 1]], name="made"); run(1*ms)',
        "ValueError",
        "could not broadcast input array from shape (2,) into shape (1,)",
    ),
    accepted(
        'made = StateMonitor(cells, "x", record=[], name="made"); run(1*ms)',
        "Indices that select nothing",
    ),
    refused(
        'made = StateMonitor(cells[1:3], "x", record=[2], name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    refused(
        'made = StateMonitor(cells[1:3], "x", record=cells[3:5], name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    refused(
        'made = StateMonitor(syn, "w", record=[7], name="made")',
        "IndexError",
        "The indices to record from contain values outside of the range",
    ),
    accepted(
        'made = StateMonitor(syn, "w", record=syn["i > 100"], name="made")',
        "Indices that select nothing",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, dt=0*ms, name="made"); run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'made_clock' has to be positive",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, dt=-1*ms, name="made"); run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'made_clock' has to be positive",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, dt=nan*ms, name="made"); run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'made_clock' has to be positive",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, dt=3, name="made")',
        "DimensionMismatchError",
        "Function '__init__' expected a quantity with unit second for",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, when="nothing", name="made"); run(1*ms)',
        "ValueError",
        "the StateMonitor 'made' has when='nothing', which is not in the",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, order="a", name="made"); run(1*ms)',
        "TypeError",
        "The order of the StateMonitor 'made' is 'a' and that of the",
    ),
    refused(
        'made = StateMonitor(None, "x", record=True, name="made")',
        "AttributeError",
        "'NoneType' object has no attribute 'clock'",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=True, name="made"); run(1*ms); print(made[7].x)',
        "IndexError",
        "Index number 7 has not been recorded",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[0, 1], name="made"); run(1*ms); print(made[3].x)',
        "IndexError",
        "Index number 3 has not been recorded",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[0, 1], name="made"); made.t = 3*ms',
        "TypeError",
        "Variable t is read-only.",
    ),
    refused(
        'made = StateMonitor(cells, "x", record=[0, 1], name="made"); made.x = 3',
        "TypeError",
        "Variable x is read-only.",
    ),
    accepted(
        'made = StateMonitor(syn, "w", record=True, name="made"); syn.connect(); network.add(made); network.run(1*ms)',
        "Synapses that are added later",
    ),
    refused(
        'made = SpikeMonitor(others, name="made")',
        "ValueError",
        "Recorded group 'others' does not define an event 'spike'. Did",
    ),
    refused(
        'made = SpikeMonitor(cells, variables="nothing", name="made")',
        "ValueError",
        "'nothing' is not a variable of the recorded group",
    ),
    accepted(
        'made = SpikeMonitor(cells, record="yes", name="made")',
        "Whether spikes are recorded",
    ),
    refused(
        'made = SpikeMonitor(None, name="made")',
        "TypeError",
        "SpikeMonitor can only monitor groups producing spikes (such as",
    ),
    refused(
        'made = SpikeMonitor(cells, name="made"); made.i = 3',
        "TypeError",
        "Variable i is read-only.",
    ),
    refused(
        'made = EventMonitor(cells, "nothing", name="made")',
        "ValueError",
        "Recorded group 'cells' does not define an event 'nothing'.",
    ),
    refused(
        'made = EventMonitor(cells, 3, name="made")',
        "ValueError",
        "Recorded group 'cells' does not define an event '3'.",
    ),
    refused(
        'made = PopulationRateMonitor(others, name="made"); run(1*ms)',
        "KeyError",
        "'Group others does not have a variable _spikespace.'",
    ),
    refused(
        'made = PopulationRateMonitor(cells, name="made"); run(1*ms); made.smooth_rate(width=-1*ms)',
        "ValueError",
        "The width of the window has to be finite and at least 0, not",
    ),
    refused(
        'made = PopulationRateMonitor(cells, name="made"); run(1*ms); made.smooth_rate(width=nan*ms)',
        "ValueError",
        "The width of the window has to be finite and at least 0, not",
    ),
    refused(
        'made = PopulationRateMonitor(cells, name="made"); run(1*ms); made.smooth_rate(window="nothing", width=1*ms)',
        "NotImplementedError",
        'Unknown pre-defined window "nothing"',
    ),
)
