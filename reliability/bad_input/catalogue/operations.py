"""Operations, events, and changes within a run."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused(
        'cells.run_regularly("x += 1*mV"); network.run(1*ms)',
        "DimensionMismatchError",
        "Expression 'x + 1 * mV' uses inconsistent units ('x' has unit",
    ),
    refused(
        'cells.run_regularly("nothing += 1"); network.run(1*ms)',
        "KeyError",
        "'nothing'",
    ),
    refused(
        'cells.run_regularly("x = "); network.run(1*ms)',
        "ParseSyntaxException",
        "Expected !W:(=#), found end of text  (at char 4), (line:1,",
    ),
    refused(
        'cells.run_regularly("x += 1", dt=0*ms); network.run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'cells_run_regularly_clock' has",
    ),
    refused(
        'cells.run_regularly("x += 1", dt=-1*ms); network.run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'cells_run_regularly_clock' has",
    ),
    refused(
        'cells.run_regularly("x += 1", dt=nan*ms); network.run(1*ms)',
        "ValueError",
        "The time step dt of the Clock 'cells_run_regularly_clock' has",
    ),
    refused(
        'cells.run_regularly("x += 1", dt=3)',
        "DimensionMismatchError",
        "Function '_set_dt' expected a quantity with unit second for",
    ),
    refused(
        'cells.run_regularly("x += 1", when="nothing"); network.run(1*ms)',
        "ValueError",
        "the CodeRunner 'cells_run_regularly' has when='nothing', which",
    ),
    refused(
        'cells.run_regularly("twice = 1"); network.run(1*ms)',
        "SyntaxError",
        "Illegal line 'twice = 1' in abstract code. Cannot write to",
    ),
    refused(
        'cells.run_regularly("i = 1"); network.run(1*ms)',
        "TypeError",
        "The code of 'cells' assigns to 'i', which is read-only.",
    ),
    accepted(
        'cells.run_regularly("k = 0.0/0.0*x"); network.run(1*ms)',
        "Integers that code computes",
    ),
    accepted(
        'cells.run_regularly("k = 1e300*(1+x)"); network.run(1*ms)',
        "Integers that code computes",
    ),
    accepted(
        'cells.run_regularly("k += 2**31 - 1"); network.run(1*ms)',
        "Integers that code computes",
    ),
    accepted('cells.run_regularly("x = 1//k"); network.run(1*ms)', "Division by zero"),
    accepted('cells.run_regularly("x = 1/k"); network.run(1*ms)', "Division by zero"),
    accepted('cells.run_regularly("k = 1 % k"); network.run(1*ms)', "Division by zero"),
    accepted(
        'cells.run_regularly("x = sqrt(-1 - x)"); network.run(1*ms)',
        "Values of variables",
    ),
    refused(
        "cells.run_regularly(3); network.run(1*ms)",
        "AttributeError",
        "'int' object has no attribute 'values'",
    ),
    refused(
        'cells.run_on_event("nothing", "x += 1")',
        "ValueError",
        "Unknown event 'nothing'.",
    ),
    refused(
        'cells.run_on_event("spike", "x += 1")',
        "ValueError",
        "Cannot add code for event 'spike', code for this event has",
    ),
    refused(
        'cells.set_event_schedule("nothing")', "ValueError", "Unknown event 'nothing'."
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", events={"3a": "v > 1"}, name="made")',
        "TypeError",
        "The name '3a' cannot be used as an event name.",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", events={"a": "v"}, name="made"); run(1*ms)',
        "TypeError",
        "Threshold condition 'v' is not a boolean expression",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", events={"spike": "v > 1"}, threshold="v > 1", name="made")',
        "ValueError",
        "The NeuronGroup defines both a threshold and a 'spike' event",
    ),
    refused(
        'made = NeuronGroup(3, "v : 1", events={"a": 3}, name="made"); run(1*ms)',
        "TypeError",
        "Threshold condition has to be a string, not <class 'int'>.",
    ),
    refused(
        'made = Synapses(cells, cells, on_pre="v += 1", on_event={"pre": "nothing"}, name="made")',
        "ValueError",
        "Source group 'cells' does not define an event 'nothing'.",
    ),
    refused(
        """@network_operation(dt=0*ms)
def operation(): pass
network.add(operation); network.run(1*ms)
""",
        "ValueError",
        "The time step dt of the Clock 'networkoperation_clock' has to",
    ),
    refused(
        """@network_operation
def operation(): raise ValueError("seven")
network.add(operation); network.run(1*ms)
""",
        "ValueError",
        "seven",
    ),
    refused(
        """@network_operation
def operation(a, b): pass
network.add(operation); network.run(1*ms)
""",
        "TypeError",
        "Function 'operation' cannot be used as a network operation, it",
    ),
    refused(
        """@network_operation
def operation(): network.run(1*ms)
network.add(operation); network.run(1*ms)
""",
        "RuntimeError",
        "The network 'network' is running already: what it calls in a",
    ),
    refused(
        """other_network = Network(others)
@network_operation
def operation(): other_network.run(1*ms)
network.add(operation); network.run(1*ms)
""",
        "RuntimeError",
        "can't run within a run of the network 'network': they share the clock",
    ),
    refused(
        """@network_operation
def operation(): syn.connect(i=[0], j=[99])
network.add(operation); network.run(1*ms)
""",
        "IndexError",
        "The given target indices contain values outside of the range",
    ),
    accepted(
        """@network_operation
def operation(): syn.connect(i=[0], j=[2])
network.add(operation); network.run(1*ms); assert len(syn) == 15
""",
        "Synapses that are added later",
    ),
    refused(
        """@network_operation
def operation(): syn.delay = -1*ms
network.add(operation); network.run(1*ms); network.run(1*ms)
""",
        "ValueError",
        "The delay of synapse 0 is -0.001 s; it must be at least 0 and",
    ),
    refused(
        """@network_operation
def operation(): defaultclock.dt = 1*ms
network.add(operation); network.run(1*ms)
""",
        "RuntimeError",
        "The time step dt of the Clock 'defaultclock' can't be set to",
    ),
    refused(
        """@network_operation
def operation(): network.remove(syn)
network.add(operation); network.run(1*ms)
""",
        "KeyError",
        "Synapses(clock=Clock(dt=100. * usecond, name='defaultclock'),",
    ),
    accepted(
        "@network_operation\ndef operation(): network.store(); network.restore()\nnetwork.add(operation); network.run(1*ms)\n",
        "Restoring within a run",
    ),
    refused(
        """@network_operation
def operation(): cells.x[7] = 1
network.add(operation); network.run(1*ms)
""",
        "IndexError",
        "Index 7 is out of range: there are 5 elements, from 0 to 4.",
    ),
    refused(
        """@network_operation
def operation(): cells.variables["x"].resize(2)
network.add(operation); network.run(1*ms)
""",
        "AttributeError",
        "'ArrayVariable' object has no attribute 'resize'. Did you mean:",
    ),
    refused(
        'cells.variables["x"].resize(2)',
        "AttributeError",
        "'ArrayVariable' object has no attribute 'resize'. Did you mean:",
    ),
    refused(
        'syn.variables["w"].resize(2); network.run(0*ms)',
        "ValueError",
        "The variable 'w' of 'syn' has 2 elements for 5 synapses.",
    ),
    refused(
        'syn.variables["w"].resize(2); cells.v = 2; network.run(1*ms)',
        "ValueError",
        "The variable 'w' of 'syn' has 2 elements for 5 synapses.",
    ),
    refused(
        'syn.variables["w"].resize(0); syn.w = "i"',
        "ValueError",
        "The variable 'w' of 'syn' has 0 elements for 5 synapses.",
    ),
)
