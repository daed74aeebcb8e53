#!/usr/bin/env bash
# Brian 2.11.0, numpy target: a string that is assigned to chosen neurons of a subgroup
# changes other neurons. `subgroup.x[0] = "..."` for `group[2:6]` changes neuron 4 of the
# group, not 2: the index is made absolute, and then taken as relative to the subgroup
# again. A number that is assigned in the same way goes where it should, and so does a
# string for the whole subgroup.
# Seen: neuron 4 is 9, all others are 0.
#
# Needs a Python from 3.12 on, as python3 or in PYTHON.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check "brian2==2.11.0" "numpy<2.5" setuptools
cat > "$folder/script.py" <<'SCRIPT'
from brian2 import NeuronGroup, prefs

prefs.codegen.target = "numpy"


def after(assign):
    group = NeuronGroup(8, "x : 1")
    assign(group[2:6])
    return group.x[:].astype(int).tolist()


def string_at_0(part):
    part.x[0] = "9"


def number_at_0(part):
    part.x[0] = 9


def string_for_all(part):
    part.x = "9"


print(after(number_at_0), after(string_for_all), after(string_at_0))
assert after(number_at_0) == [0, 0, 9, 0, 0, 0, 0, 0]
assert after(string_for_all) == [0, 0, 9, 9, 9, 9, 0, 0]
assert after(string_at_0) == [0, 0, 0, 0, 9, 0, 0, 0]
SCRIPT
"$folder/env/bin/python" "$folder/script.py"
