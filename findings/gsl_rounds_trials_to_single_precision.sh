#!/usr/bin/env bash
# Brian 2.11.0, C++ standalone mode with method="gsl" and
# prefs.core.default_float_dtype = float32: GSL integrates in double precision, but the
# right-hand side rounds the state that it is given, and parts of the equations that were
# computed before the loop over neurons, to single precision, at each evaluation. Slopes
# are then those of another point, off by up to 6e-8 of the state, at random from stage to
# stage. The estimate of the error is a difference of such slopes, so it has this noise,
# which shrinks with the first power of the step only, where the error itself shrinks with
# the sixth: small errors are bought with steps that the equations don't need.
# Brian's Cython target keeps the state in double precision there; it is not shown here.
# Seen: variables in single precision in the source that Brian writes, and in double
# precision with the default. Neither the GNU Scientific Library nor a compiler is needed
# to look at it.
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

from brian2 import NeuronGroup, device, ms, np, prefs, run, set_device

folder, number = sys.argv[1:]
set_device("cpp_standalone", build_on_run=False)
prefs.core.default_float_dtype = {"float": np.float32, "double": np.float64}[number]
group = NeuronGroup(2, "dv/dt = -v/(10*ms) + 0.1/ms : 1", method="gsl", name="neurons")
run(1 * ms)
device.build(directory=folder, compile=False, run=False)
file = f"{folder}/code_objects/neurons_stateupdater_codeobject.cpp"
with open(file, encoding="utf-8") as opened:
    source = opened.read()
called = re.search(r"int _GSL_func\(.*?\n    \}", source, re.DOTALL)[0]
print(called)
# What GSL tries is double in any case, ...
assert "const double _GSL_y[]" in called
# ... but not what becomes of it, and what was computed before
assert f"const {number} v = _GSL_y[0];" in called
assert set(re.findall(r"(float|double) _lio_\d;", source)) == {number}
SCRIPT
for number in float double; do
  "$folder/env/bin/python" "$folder/script.py" "$folder/$number" "$number"
done
