#!/usr/bin/env bash
# Brian 2.11.0 (2.10.1 as well): a preference file with a line for a plug-in's preference
# makes `import brian2` fail, so that the plug-in can never register its category.
#
# Brian's reader keeps such lines "because the preferences are potentially defined in
# packages that are not imported yet", and a run warns of those that are left. But the end
# of Brian's own import checks all of them, where a category that is not there is an error,
# except for those that begin with "devices.".
# Seen: "Preference category 'plugin' is unregistered. Spelling error?" at the import;
# with "devices.plugin" in the same file, the import works, and the value is there once
# the category is registered.
#
# Needs a Python from 3.12 on, as python3 or in PYTHON.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check "brian2==2.11.0" "numpy<2.5" setuptools
cat > "$folder/script.py" <<'SCRIPT'
import sys
from pathlib import Path

category = sys.argv[1]
Path("brian_preferences").write_text(f"{category}.size = 3\n")
try:
    from brian2 import BrianPreference, prefs
except Exception as error:
    sys.exit(f"import brian2: {error}")
size = BrianPreference(default=1, docs="A number")
prefs.register_preferences(category, "Of a plug-in", size=size)
print(category, "has the size", prefs[f"{category}.size"])
SCRIPT
cd "$folder"
export HOME="$folder"
env/bin/python script.py devices.plugin
if said=$(env/bin/python script.py plugin 2>&1); then
    echo "This has changed: $said"
    exit 1
fi
echo "$said"
case "$said" in
*"Preference category 'plugin' is unregistered"*) ;;
*) exit 1 ;;
esac
