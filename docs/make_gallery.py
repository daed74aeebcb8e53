"""
Write the gallery: a page, a picture and a notebook for each script in `examples/`.

``python -m docs.make_gallery`` runs all scripts and writes everything;
``python -m docs.make_gallery cuba stdp`` does so for these. What is left out keeps its
picture and the output that its page shows. The name "start" draws the picture of
``docs/start.md`` as its code does.

The scripts are in the percent format: `# %%` starts a cell of code, `# %% [markdown]`
one of text. The cell that has the tag "parameters" sets the size of the model, so that
tests can run smaller ones.
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

__all__ = [
    "GALLERY",
    "NAMES",
    "ROOT",
    "executed",
    "files",
    "main",
    "notebook",
    "printed",
    "reduced",
    "resized",
    "without_outputs",
]

ROOT = Path(__file__).resolve().parents[1]
GALLERY = ROOT / "docs" / "gallery"

#: The examples, in the order of the gallery
SECTIONS = {
    "Neurons": ("forum_example", "adex", "dendrite", "cable", "fi_curve"),
    "Networks": (
        "izhikevich",
        "cuba",
        "cobahh",
        "brunel",
        "ring_attractor",
        "microcircuit",
        "fly_brain",
    ),
    "Synapses that change": ("short_term_plasticity", "stdp"),
    "Waves and rhythms": ("kuramoto", "spiral_waves"),
    "Python in the loop": ("closed_loop",),
    "More than memory": ("long_recording",),
}
#: The picture of the page for newcomers, which is no page of the gallery
START = "start"
NAMES = [name for names in SECTIONS.values() for name in names]
#: Pictures side by side, and how wide they are shown (in pixels)
COLUMNS = 3
WIDTH = 260

_OUTPUT = re.compile(r"\n```text\n.*?\n```\n", re.DOTALL)
_INTRODUCTION = """# Gallery

Each example is a script that you can run as it is, and a notebook with the same cells.
The numbers at the top of a script set the size of its model. Pictures look as here if
the file `matplotlibrc`, which is beside the scripts, is in the folder where you start.
"""


def notebook(name: str) -> NotebookNode:
    """Return an example as a notebook without outputs."""
    book = jupytext.read(ROOT / "examples" / f"{name}.py", fmt="py:percent")
    book.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"}
    )
    for number, cell in enumerate(book.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("cell_marker", None)  # how the script marks its text
    return book


def resized(book: NotebookNode, values: Mapping[str, str]) -> NotebookNode:
    """Return a notebook where other values, as Python code, replace the parameters."""
    parameters = [c for c in book.cells if "parameters" in c.metadata.get("tags", [])]
    if len(parameters) != 1:
        raise ValueError(f"{len(parameters)} cells have the tag 'parameters', not one.")
    lines = [f"{name} = {value}" for name, value in values.items()]
    parameters[0].source = "\n".join([parameters[0].source, *lines])
    return book


def executed(book: NotebookNode, folder: Path) -> NotebookNode:
    """Return a notebook with its outputs, run cell by cell in a folder."""
    environment = {
        **os.environ,
        "MATPLOTLIBRC": str(ROOT / "examples"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    client = NotebookClient(book, timeout=600, kernel_name="python3")
    return client.execute(cwd=str(folder), env=environment)


def page(name: str, outputs: Mapping[int, str]) -> str:
    """Return the page of an example; outputs are what its cells printed, by number."""
    parts = []
    for number, cell in enumerate(notebook(name).cells):
        source = cell.source.strip()
        parts.append(source if cell.cell_type == "markdown" else _code(source))
        if outputs.get(number):
            parts.append(f"```text\n{outputs[number]}\n```")
    title, _, rest = parts[0].partition("\n")
    links = f"[Script](../../examples/{name}.py), [notebook]({name}.ipynb)"
    picture = f"![{title.lstrip('# ')}]({name}.png)"
    return "\n\n".join([title, picture, links, rest.strip(), *parts[1:]]) + "\n"


def _code(source: str) -> str:
    return f"```python\n{source}\n```"


def index() -> str:
    """Return the page that leads to all others."""
    parts = [_INTRODUCTION]
    for section, names in SECTIONS.items():
        parts.append(f"## {section}\n\n{_pictures(names)}\n")
    return "\n".join(parts)


def _pictures(names: Sequence[str]) -> str:
    """Return a table of pictures that lead to the examples; its head is its first row.

    It is plain Markdown, which hosts of repositories show as well as Sphinx does.
    """
    columns = min(len(names), COLUMNS)
    cells = [_cell(name) for name in names]
    cells += [""] * (-len(cells) % columns)
    rows = [
        f"| {' | '.join(cells[k : k + columns])} |"
        for k in range(0, len(cells), columns)
    ]
    return "\n".join([rows[0], f"|{':-:|' * columns}", *rows[1:]])


def _cell(name: str) -> str:
    title = notebook(name).cells[0].source.strip().splitlines()[0].lstrip("# ")
    # In HTML, as Markdown has no way to say how large a picture is shown
    picture = f'<img src="{name}.png" alt="{title}" width="{WIDTH}">'
    return f"[{picture}]({name}.md)<br>**[{title}]({name}.md)**"


def files(outputs: Mapping[str, Mapping[int, str]]) -> dict[str, str]:
    """
    Return the text of each file of the gallery.

    Parameters
    ----------
    outputs : mapping of str to mapping of int to str
        What the cells of each example printed.

    Returns
    -------
    dict of str to str
        Pages and notebooks by the names of their files.
    """
    texts = {"index.md": index()}
    for name, of_cells in outputs.items():
        texts[f"{name}.md"] = page(name, of_cells)
        texts[f"{name}.ipynb"] = nbformat.writes(notebook(name)) + "\n"
    return texts


def without_outputs(text: str) -> str:
    """Return a page as if nothing had been printed."""
    return _OUTPUT.sub("", text)


def run(name: str) -> dict[int, str]:
    """Run an example, keep its picture, and return what its cells printed."""
    with TemporaryDirectory() as folder:
        book = executed(notebook(name), Path(folder))
        keep(Image.open(Path(folder) / f"{name}.png"), name)
    return {number: printed(cell) for number, cell in enumerate(book.cells)}


def run_start() -> None:
    """Run the first script of ``docs/start.md``, and keep the picture that it shows."""
    text = (ROOT / "docs" / "start.md").read_text(encoding="utf-8")
    code = text.partition("```python\n")[2].partition("```")[0]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    with TemporaryDirectory() as folder:
        outputs = executed(book, Path(folder)).cells[0].outputs
    (shown,) = [o.data["image/png"] for o in outputs if o.output_type == "display_data"]
    keep(Image.open(io.BytesIO(base64.b64decode(shown))), START)


def keep(picture: Image.Image, name: str) -> None:
    """Write a picture to the gallery's folder."""
    reduced(picture).save(GALLERY / f"{name}.png", optimize=True)


def reduced(picture: Image.Image) -> Image.Image:
    """Return a picture in as many colours as are enough for a plot.

    Its file is half as large.
    """
    return picture.convert("RGB").quantize(256)


def printed(cell: NotebookNode) -> str:
    """Return what a cell printed.

    Raises
    ------
    RuntimeError
        If it gave a warning: examples should have none.
    """
    streams = [o for o in cell.get("outputs", []) if o.output_type == "stream"]
    errors = "".join(stream.text for stream in streams if stream.name == "stderr")
    # That much was compiled is no warning
    if any(line and not line.startswith("INFO") for line in errors.splitlines()):
        raise RuntimeError(f"A cell wrote to stderr: {errors}\n{cell.source}")
    out = [stream.text for stream in streams if stream.name == "stdout"]
    return "".join(out).strip("\n")


def main(names: list[str]) -> int:
    """Run examples, all if none are named, and write the gallery."""
    GALLERY.mkdir(exist_ok=True)
    outputs = {}
    for name in names or [START, *NAMES]:
        print(name, flush=True)
        if name == START:
            run_start()
        else:
            outputs[name] = run(name)
    for name, text in files(outputs).items():
        (GALLERY / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
