"""What becomes of a network, object by object: data, a table, and a chart."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields
from typing import Any

from brian2numba.explanation.row import COMPILED, PYTHON, Row
from brian2numba.explanation.text import as_text
from brian2numba.optional import required

__all__ = ["Explanation"]

#: The columns of the table: titles, and the attributes of rows
_COLUMNS = {
    "object": "name",
    "task": "task",
    "clock": "clock",
    "run by": "runs",
    "because": "reason",
    "in one pass": "fusion",
    "sleep": "sleep",
    "steps": "steps",
    "recording": "recording",
    "threads": "threads",
    "machine code": "origin",
    "took": "compile_time",
    "run time": "seconds",
    "share": "share",
    "prepared by the last run": "prepared",
}


@dataclass(frozen=True)
class Explanation:
    """What becomes of a network, see `brian2numba.explain`.

    Attributes
    ----------
    network : str
        The name of the network.
    rows : tuple of Row
        What there is to do in a time step, in its order.
    loop : str
        Why Brian's own loop runs the network; empty if compiled code does.
    threads : int
        How many threads a run may use.
    target : str
        The target of this process, as the preference ``codegen.target`` says.
    n_prepared : int or None
        How many of the objects the last run prepared, and not only those that do
        something in a time step; ``None`` if there was no run in the compiled loop.
    """

    network: str
    rows: tuple[Row, ...]
    loop: str = ""
    threads: int = 1
    target: str = "numba"
    n_prepared: int | None = None

    def __getitem__(self, name: str) -> tuple[Row, ...]:
        rows = tuple(row for row in self.rows if row.name == name)
        if not rows:
            known = ", ".join(dict.fromkeys(row.name for row in self.rows))
            raise KeyError(
                f"'{name}' does nothing in a time step of the network "
                f"'{self.network}'. These do: {known or 'none'}."
            )
        return rows

    @property
    def summary(self) -> str:
        """What runs the network, in a sentence."""
        n_compiled = sum(row.runs == COMPILED for row in self.rows)
        if self.target != "numba" and not n_compiled:
            which = ", which is Cython's or numpy's" if self.target == "auto" else ""
            return (
                f"Network '{self.network}': nothing is compiled by brian2numba, since "
                f"the target of this process is '{self.target}'{which}, not 'numba'. "
                "Each process that is to use it needs both of 'import brian2numba' and "
                "'prefs.codegen.target = \"numba\"'."
            )
        n_python = sum(row.runs == PYTHON for row in self.rows)
        if self.loop:
            return (
                f"Network '{self.network}': Brian's own loop runs its time steps, "
                f"because {self.loop}."
            )
        threads = "one thread" if self.threads == 1 else f"{self.threads} threads"
        calls = f", and calls Python for {n_python}" if n_python else ""
        return (
            f"Network '{self.network}': a compiled loop runs {n_compiled} of "
            f"{n_compiled + n_python} tasks with {threads}{calls}.{self._last_run()}"
        )

    def _last_run(self) -> str:
        """Return a sentence on what the last run prepared."""
        if self.n_prepared is None:
            return ""
        if not self.n_prepared:
            return " The last run prepared nothing, as nothing had changed."
        objects = "one object" if self.n_prepared == 1 else f"{self.n_prepared} objects"
        return f" The last run prepared {objects}."

    def to_dataframe(self) -> Any:
        """Return the rows as a pandas data frame, without the kernels.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = required("pandas", "to_dataframe()")
        names = [field.name for field in fields(Row) if field.name != "kernel"]
        data = [[getattr(row, name) for name in names] for row in self.rows]
        return pandas.DataFrame(data, columns=names)

    def plot(self, ax: Any = None) -> Any:
        """Draw how long each task took in the last run.

        Parameters
        ----------
        ax : `matplotlib.axes.Axes`, optional
            Where to draw; a new figure unless given.

        Returns
        -------
        `matplotlib.axes.Axes`
            Where it was drawn.

        Raises
        ------
        ValueError
            If the last run was not profiled.
        ImportError
            If matplotlib is not installed.
        """
        rows = [row for row in self.rows if row.seconds is not None]
        if not rows:
            raise ValueError(
                f"It is not known how long the objects of the network '{self.network}' "
                "take: its last run was not profiled. Use run(..., profile=True), and "
                "explain it again."
            )
        if ax is None:
            ax = required("matplotlib.pyplot", "plot()").subplots(
                figsize=(7, 1 + 0.3 * len(rows)), layout="constrained"
            )[1]
        labels = [f"{row.name}: {row.task}" for row in rows]
        for runs, label, colour in (
            (COMPILED, "compiled code", "tab:blue"),
            (PYTHON, "Python", "tab:orange"),
        ):
            chosen = [k for k, row in enumerate(rows) if row.runs == runs]
            times = [1000 * (rows[k].seconds or 0.0) for k in chosen]
            if chosen:
                ax.barh(chosen, times, color=colour, label=label)
        ax.set_yticks(range(len(rows)), labels)
        ax.invert_yaxis()
        ax.set_xlabel("time of the last run (ms)")
        ax.legend()
        return ax

    def _table(self) -> tuple[list[str], list[list[str]]]:
        """Return the titles and cells of columns that tell something."""
        columns = dict(_COLUMNS)
        if len({row.clock for row in self.rows}) < 2:  # noqa: PLR2004
            del columns["clock"]
        if self.threads == 1:
            del columns["threads"]
        shown = [
            (title, [row.cell(attribute) for row in self.rows])
            for title, attribute in columns.items()
        ]
        shown = [(title, cells) for title, cells in shown if any(cells)]
        cells = [list(line) for line in zip(*(c for _, c in shown), strict=True)]
        return [title for title, _ in shown], cells

    def __str__(self) -> str:
        return as_text(self.summary, self.rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        titles, cells = self._table()
        head = "".join(f"<th>{html.escape(title)}</th>" for title in titles)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>"
            for line in cells
        )
        return (
            f"<p>{html.escape(self.summary)}</p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )
