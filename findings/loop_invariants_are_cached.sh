#!/usr/bin/env bash
# Brian 2.11.0: the preference codegen.loop_invariant_optimisations does nothing for code
# that was generated before in the process. What statements become is kept by their text,
# and the preference is not part of the key: who switches it off to compare, in a process
# in which the same equations have been used, compares the optimised code with itself; and
# with the preference on, code that was generated without it stays as it is.
# Seen: a part "_lio_1", computed before the loop, in the code of the first two groups,
# though the preference is False for the second; none in that of the third and the fourth,
# which have another constant, though it is True for the fourth.
#
# Needs a Python from 3.12 on, as python3 or in PYTHON.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check "brian2==2.11.0" "numpy<2.5" setuptools
cat > "$folder/script.py" <<'SCRIPT'
from brian2 import NeuronGroup, Network, ms, prefs

prefs.codegen.target = "numpy"


def has_loop_invariants(equations, is_wanted):
    prefs.codegen.loop_invariant_optimisations = is_wanted
    group = NeuronGroup(2, equations, method="euler", name="neurons")
    Network(group).run(0 * ms)
    return "_lio_" in str(group.state_updater.codeobj.code)


found = [
    has_loop_invariants(f"dv/dt = -v/({constant}*ms) : 1", is_wanted)
    for constant, is_wanted in ((10, True), (10, False), (20, False), (20, True))
]
print(found)
assert found == [True, True, False, False]
SCRIPT
"$folder/env/bin/python" "$folder/script.py"
