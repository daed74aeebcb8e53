"""Networks, threads, and what is not there."""

from reliability.bad_input.case import accepted, refused

__all__ = ["CASES"]

CASES = (
    refused("network.add(3)", "TypeError", "'int' object is not iterable"),
    refused(
        'network.add("cells")',
        "TypeError",
        "Can only add objects of type BrianObject, or containers of such",
    ),
    refused("network.add(None)", "TypeError", "'NoneType' object is not iterable"),
    refused("network.remove(3)", "TypeError", "'int' object is not iterable"),
    refused(
        'bare = Synapses(cells, others, "w : 1", on_pre="y_post += w", name="bare"); network.remove(bare)',
        "KeyError",
        "Synapses(clock=Clock(dt=100. * usecond, name='defaultclock'),",
    ),
    refused("Network(3)", "TypeError", "'int' object is not iterable"),
    refused(
        "network.run(1*ms); Network(cells).run(1*ms)",
        "RuntimeError",
        "cells has already been simulated, cannot add it to the network.",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", name="1 2 3")',
        "ValueError",
        "Name 1 2 3 not valid variable name",
    ),
    refused(
        'made = NeuronGroup(2, "v : 1", name="made"); Network(made, NeuronGroup(2, "v : 1", name="made")).run(1*ms)',
        "ValueError",
        "All objects in a network need to have unique names, the",
    ),
    refused(
        'network.schedule = ["nothing"]; network.run(1*ms)',
        "ValueError",
        "which is not in the schedule of the Network 'network'",
    ),
    refused(
        "network.schedule = 3",
        "TypeError",
        "Schedule has to be None or a sequence of scheduling slots",
    ),
    refused(
        'network["nothing"]', "KeyError", "'No object with name \"nothing\" found'"
    ),
    refused(
        'del cells["x"]',
        "TypeError",
        "'NeuronGroup' object does not support item deletion",
    ),
    refused(
        'source = NeuronGroup(2, "v : 1", threshold="v > 1", name="source"); made = Synapses(source, cells, on_pre="v += 1", name="made"); made.connect(); Network(cells, made).run(1*ms)',
        "ValueError",
        "'made' has been included in the network but not the object on",
    ),
    refused(
        'part = Synapses(cells, others, "w : 1\\ny_post = w : 1 (summed)", name="part"); part.connect(); Network(cells, others, part).run(1*ms)',
        "ValueError",
        "The summed variable 'y_post' needs a corresponding parameter",
    ),
    refused(
        'lone = Synapses(cells, cells, on_pre="v += 1", name="lone"); lone.connect(); Network(lone).run(1*ms)',
        "ValueError",
        "'lone' has been included in the network but not the object on",
    ),
    accepted("start_scope(); run(1*ms)", "Networks without objects"),
    refused(
        """import threading; errors = []
def act():
    try: run(1*ms)
    except Exception as error: errors.append(error)
@network_operation
def operation():
    thread = threading.Thread(target=act); thread.start(); thread.join()
network.add(operation); network.run(0.1*ms)
if errors: raise errors[0]
""",
        "RuntimeError",
        "The network 'magicnetwork' can't run now: the network 'network'",
    ),
    refused(
        """import threading; errors = []
def act():
    try: cells.x = "3"
    except Exception as error: errors.append(error)
@network_operation
def operation():
    thread = threading.Thread(target=act); thread.start(); thread.join()
network.add(operation); network.run(0.1*ms)
if errors: raise errors[0]
""",
        "RuntimeError",
        "The network 'network' is running in another thread: until it",
    ),
    refused(
        """import threading; errors = []
def act():
    try: syn.connect()
    except Exception as error: errors.append(error)
@network_operation
def operation():
    thread = threading.Thread(target=act); thread.start(); thread.join()
network.add(operation); network.run(0.1*ms)
if errors: raise errors[0]
""",
        "RuntimeError",
        "The network 'network' is running in another thread: until it",
    ),
)
