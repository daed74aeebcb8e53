#!/bin/sh
# brian2 2.11.0: a magic run() reads the source of all its callers, and a network builds
# the documentation of its preferences some twenty times for each run.
#
# run() finds the caller's variables with inspect.stack(), which makes the text around the
# present line of every frame, down to the first: a run from within 60 calls takes several
# times as long to begin as one from the top, and in a notebook the server's frames are
# among them. A Network does not do that. But Network.schedule, which sorting the objects
# and other steps ask for, reads prefs.core.network.default_schedule, and each "." of a
# preference's name makes an object with the documentation of its whole category, put
# together and unindented anew. A closed loop with a run for each decision pays for both
# each time; prefs["core.network.default_schedule"] would have cost a dictionary's look.
#
# Needs a Python from 3.12 on, as python3 or in PYTHON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "brian2==2.11.0" "numpy==2.4.6" "sympy==1.14.0" setuptools
cat > "$folder/runs.py" <<'PYTHON'
import inspect
import sys

from brian2 import Network, NeuronGroup, defaultclock, prefs, run
from brian2.core.preferences import BrianGlobalPreferences

prefs.codegen.target = "numpy"
prefs.logging.file_log = False
counts = {"frames with their source": 0, "documentations made": 0}
getframeinfo = inspect.getframeinfo
document = BrianGlobalPreferences.get_documentation


def counted_frame(*args, **kwds):
    counts["frames with their source"] += 1
    return getframeinfo(*args, **kwds)


def counted_documentation(*args, **kwds):
    counts["documentations made"] += 1
    return document(*args, **kwds)


inspect.getframeinfo = counted_frame
BrianGlobalPreferences.get_documentation = counted_documentation


def within(depth, action):
    return action() if depth == 0 else within(depth - 1, action)


def counted(depth, action):
    within(depth, action)  # prepared once
    counts.update(dict.fromkeys(counts, 0))
    within(depth, action)
    return dict(counts)


cells = NeuronGroup(1, "v : 1", name="cells")


def magic():
    seen = cells
    run(defaultclock.dt)
    return seen


shallow, deep = counted(0, magic), counted(60, magic)
network = Network(NeuronGroup(1, "v : 1"))
of_network = counted(60, lambda: network.run(defaultclock.dt))
print("magic, from the top:", shallow)
print("magic, within 60 calls:", deep)
print("a network, within 60 calls:", of_network)
frames = [c["frames with their source"] for c in (shallow, deep, of_network)]
documented = [c["documentations made"] for c in (shallow, deep, of_network)]
if frames[1] - frames[0] != 60 or frames[2] != 0 or min(documented) < 10:
    sys.exit("This has changed.")
PYTHON
"$folder/venv/bin/python" "$folder/runs.py"
