#!/usr/bin/env bash
# Brian 2.11.0, C++ standalone mode with method="gsl": a condition that says whether a
# neuron is refractory is evaluated within the right-hand side, for each stage of each
# step, and the flag is written to the neuron's array there. It is only ever set, never
# cleared: "not refractory" if it was before, or if the condition is false now. So the
# first stage at which the condition is false ends refractoriness for good, also one of a
# step that is rejected afterwards, whose state the neuron is never in; and what depends
# on the flag jumps within a step.
# In the same right-hand side, 2*pi*t of sin(2*pi*freq*t) is a number that was computed
# before the loop over neurons, with the clock's t: the current stands still for the
# whole time step, whatever error is asked for, while the function gets the solver's t.
# Seen: both, in the source that Brian writes. Neither a compiler nor the GNU Scientific
# Library is needed to look at it.
#
# Needs a Python from 3.12 on, as python3 or in PYTHON.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check "brian2==2.11.0" "numpy<2.5" setuptools
cat > "$folder/script.py" <<'SCRIPT'
import re
import sys

from brian2 import Hz, NeuronGroup, device, ms, run, set_device

set_device("cpp_standalone", build_on_run=False)
group = NeuronGroup(
    2,
    """dv/dt = (sin(2*pi*freq*t) - v)/(10*ms) : 1
       freq : Hz""",
    threshold="v > 1",
    reset="v = 0",
    refractory="v > 0.5",
    method="gsl",
    name="neurons",
)
group.freq = 100 * Hz
run(1 * ms)
device.build(directory=sys.argv[1], compile=False, run=False)
name = "neurons_stateupdater_codeobject.cpp"
with open(f"{sys.argv[1]}/code_objects/{name}", encoding="utf-8") as file:
    source = file.read()
called, rest = re.search(
    r"int _GSL_func\(double t, .*?\{(.*?)\n    \}(.*)", source, re.DOTALL
).groups()
print(called)
parts = re.findall(r"_GSL_dataholder\.(_lio_\d) = (.*?);", rest)
print(parts)
# The flag: read, only ever set, and written
assert "char not_refractory = _GSL_dataholder->_ptr" in called
assert "not_refractory = false || (! (v > 0.5));" in called
assert "not_refractory = true || (! (v > 0.5));" in called
assert re.search(r"not_refractory\[_idx\] = not_refractory;", called)
# The time: not in the right-hand side, but in what comes before the loop
assert not re.search(r"\bt\b", called)
(frozen,) = [name for name, text in parts if re.search(r"\bt\b", text)]
assert f"sin(_GSL_dataholder->{frozen} * freq)" in called
assert rest.index(f"_GSL_dataholder.{frozen} = ") < rest.index("for(int _idx=0")
SCRIPT
"$folder/env/bin/python" "$folder/script.py" "$folder/program"
