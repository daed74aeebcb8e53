"""Inputs of runs: durations, time steps, the order of objects, runs within runs."""

from reliability.refusals.row import Row

__all__ = ["ROWS"]

ROWS = (
    Row("defaultclock.dt = 0*ms\nrun(1*ms)", "Time would stand still."),
    Row(
        "@network_operation\n"
        "def change():\n"
        "    defaultclock.dt = 0.05*ms\n"
        "run(1*ms)\n"
        "defaultclock.t/ms",
        "A run knows in which steps it ends: this one of 1 ms would end at another "
        "time.",
    ),
    Row("run([1, 2]*ms)", "It is not said which of the two is meant."),
    Row("Network(cells).run(-1*ms)", "Time goes forward."),
    Row(
        "Network(cells).run(inf*second)",
        "A run has to end. (It can be stopped: give a long duration.)",
    ),
    Row(
        "Network(cells).run(1e13*second)",
        "Times are no longer exact beyond 2**53 time steps: the last step could not be "
        "told from the one before.",
        "never ends",
        "never ends",
    ),
    Row(
        'cells.when = "later"\nNetwork(cells).run(0.1*ms)',
        "It is not said when that is.",
    ),
    Row(
        'cells.run_regularly("x = 1", order=1)\n'
        'cells.run_regularly("x = 2", order="late")\n'
        "Network(cells).run(0.1*ms)",
        "Which is first can't be told.",
    ),
    Row(
        'Network(cells).run(0.1*ms, report="loud")',
        "It is not said who is told how.",
    ),
    Row(
        "Network(cells).run(0.1*ms, report=7)",
        "It is not said who is told how.",
    ),
    Row(
        "network = Network(cells, name='net')\n"
        "@network_operation\n"
        "def again():\n"
        "    network.run(0.1*ms)\n"
        "network.add(again)\n"
        "network.run(0.2*ms)",
        "Each run would begin another one.",
        "never ends, but for Python's limit of recursion",
        "never ends, but for Python's limit of recursion",
    ),
    Row(
        'inner = Network(NeuronGroup(1, "y : 1"), name="inner")\n'
        "@network_operation\n"
        "def other():\n"
        "    inner.run(0.1*ms)\n"
        "Network(cells, other, name='outer').run(0.2*ms)\n"
        "defaultclock.t/ms",
        "The run within would move the clock of the outer one.",
    ),
    Row(
        "import threading\n"
        "errors = []\n"
        "network = Network(cells, name='net')\n"
        "def run_other():\n"
        "    try:\n"
        "        Network(NeuronGroup(1, 'y : 1'), name='other').run(0.1*ms)\n"
        "    except Exception as error:\n"
        "        errors.append(error)\n"
        "@network_operation\n"
        "def start():\n"
        "    thread = threading.Thread(target=run_other)\n"
        "    thread.start(); thread.join()\n"
        "network.add(start)\n"
        "network.run(0.1*ms)\n"
        "if errors: raise errors[0]",
        "Networks of one process share clocks.",
    ),
    Row(
        "import threading\n"
        "errors = []\n"
        "network = Network(cells, name='net')\n"
        "def assign():\n"
        "    try:\n"
        "        cells.x[2] = 'x + 1'\n"
        "    except Exception as error:\n"
        "        errors.append(error)\n"
        "@network_operation\n"
        "def start():\n"
        "    thread = threading.Thread(target=assign)\n"
        "    thread.start(); thread.join()\n"
        "network.add(start)\n"
        "network.run(0.1*ms)\n"
        "if errors: raise errors[0]\n"
        "cells.x[:]",
        "Compiled code draws random numbers without a lock. (Numbers may be assigned "
        "by other threads, and strings too where numpy evaluates them, which is "
        "Brian's default.)",
    ),
    Row(
        "network = Network(cells, name='net')\n"
        "@network_operation(when='end')\n"
        "def fail():\n"
        "    raise ZeroDivisionError\n"
        "network.add(fail)\n"
        "try:\n"
        "    network.run(0.2*ms)\n"
        "except Exception:\n"
        "    network.remove(fail)\n"
        "network.run(0.2*ms)\n"
        "network.t/ms",
        "A half of a time step is done: what the other half is, is not known.",
    ),
    Row(
        "source = SpikeGeneratorGroup(1, [0, 0], [0, 0.1]*ms, name='made')\n"
        "spikes = SpikeMonitor(source)\n"
        "steps = []\n"
        "@network_operation\n"
        "def go_back():\n"
        "    steps.append(1)\n"
        "    if len(steps) == 1:\n"
        "        network.restore()\n"
        "network = Network(source, spikes, go_back)\n"
        "network.store()\n"
        "network.run(0.3*ms)\n"
        "spikes.t/ms",
        "Brian computes the time steps of spikes when a run begins; before the first "
        "run they are 0.",
    ),
)
