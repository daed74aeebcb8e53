"""What hatchling asks when it builds brian2numba: the project's addresses."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Addresses(MetadataHookInterface):
    """Gives the package the addresses that ``brian2numba/home.py`` has."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the `urls` of the package's metadata."""
        # Not imported: that would need Brian, which builds don't have
        home = runpy.run_path(str(Path(self.root, "brian2numba", "home.py")))
        metadata["urls"] = {
            "Homepage": home["HOME"],
            "Documentation": home["DOCUMENTATION"],
            "Issues": home["ISSUES"],
            "Changelog": f"{home['HOME']}/blob/main/CHANGELOG.md",
        }
