#!/bin/sh
# nbclient 0.11.0: who runs a notebook loses the handler of Ctrl+C that was there.
#
# NotebookClient.execute() handles SIGINT and SIGTERM by way of asyncio while the notebook
# runs, and asyncio does not put back what it found: afterwards SIGINT has Python's default
# handler and SIGTERM the system's, whatever was installed before. Brian's handler, which
# lets Ctrl+C stop a simulation at the end of a time step, is one that is lost in this way;
# so is what a job script installs to save its state when a cluster ends it.
# Seen: both handlers are the script's own before, and the default ones afterwards.
#
# Needs a Python from 3.10 on, as python3 or in PYTHON, on Linux or macOS.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "nbclient==0.11.0" "ipykernel==7.4.0"
cat > "$folder/handlers.py" <<'PYTHON'
import signal
import sys

import nbclient
import nbformat


def own(number, frame):
    pass


numbers = signal.SIGINT, signal.SIGTERM
for number in numbers:
    signal.signal(number, own)
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
nbclient.NotebookClient(notebook, kernel_name="python3").execute()
print("the cell gave", notebook.cells[0].outputs[0]["data"]["text/plain"])
found = [signal.getsignal(number) for number in numbers]
print("handlers after it ran:", found)
if found != [signal.default_int_handler, signal.SIG_DFL]:
    sys.exit("This has changed: handlers are put back.")
PYTHON
"$folder/venv/bin/python" "$folder/handlers.py"
