"""The rows under their headings, and the page with what comes of them."""

from collections.abc import Mapping, Sequence

from tools.refusals import functions, groups, monitors, own, runs, synapses, variables
from tools.refusals.row import Row

__all__ = ["ROWS", "SECTIONS", "page"]

SECTIONS: dict[str, tuple[Row, ...]] = {
    "Neurons, cables, and what drives them": groups.ROWS,
    "Variables": variables.ROWS,
    "Synapses": synapses.ROWS,
    "Monitors, and spikes at given times": monitors.ROWS,
    "Runs": runs.ROWS,
    "Functions": functions.ROWS,
    "What only brian2numba has": own.ROWS,
}
ROWS = [row for rows in SECTIONS.values() for row in rows]
