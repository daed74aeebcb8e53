#!/bin/sh
# tqdm 4.70.1: a notebook that is saved says that a loop which ended has done nothing.
#
# tqdm.notebook shows a widget, with a text for whoever has no widgets: git hosts, nbconvert,
# readers of the file. The text is written when the bar appears and never again, so that the
# notebook of a simulation that ran for hours keeps "0%" with its first moment's counts,
# while the widget beside it stood at 100%.
# Seen: the cell's "text/plain" is "  0%|          | 0/5 [00:00<?, ?it/s]" after the loop.
#
# Needs a Python from 3.10 on, as python3 or in PYTHON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    "tqdm==4.70.1" "ipywidgets==8.1.9" "nbclient==0.11.0" "ipykernel==7.4.0"
cat > "$folder/saved.py" <<'PYTHON'
import sys

import nbclient
import nbformat

CELL = """
import time
from tqdm.auto import tqdm
n_done = 0
for step in tqdm(range(5)):
    time.sleep(0.1)
    n_done += 1
print(n_done, "done")
"""
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
nbclient.NotebookClient(notebook, kernel_name="python3").execute()
outputs = notebook.cells[0].outputs
printed = "".join(o["text"] for o in outputs if o["output_type"] == "stream")
texts = [o["data"]["text/plain"] for o in outputs if "data" in o]
print(printed.strip(), texts)
if "5 done" not in printed:
    sys.exit("The loop did not run.")
if len(texts) != 1 or " 0/5 " not in texts[0]:
    sys.exit("This has changed: the text is another.")
PYTHON
"$folder/venv/bin/python" "$folder/saved.py"
