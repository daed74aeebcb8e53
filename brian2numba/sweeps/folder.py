"""
A folder of results: a file for each point, so that a sweep can go on after a stop.

``sweep.json`` says which sweep it belongs to. ``<hash of a point>.json`` has what came
of a point, and ``<hash of a point>.npz`` its arrays, if there are any. A file appears
complete or not at all.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brian2numba.sweeps.values import Encoded
from brian2numba.sweeps.worker import Outcome, Task

__all__ = ["Identity", "ResultsFolder"]

_ABOUT = "sweep.json"
_FORMAT = 1


@dataclass(frozen=True)
class Identity:
    """Which sweep results belong to.

    Attributes
    ----------
    function : str
        The function's name.
    digest : str
        A hash of what its results depend on.
    seed : int
        The sweep's seed.
    """

    function: str
    digest: str
    seed: int

    def key(self, parameters: Encoded, seed: int) -> str:
        """Return the name of a point's files."""
        about = Encoded({"sweep": [self.function, self.digest], "seed": seed})
        point = Encoded(about.data | {"parameters": parameters.digest})
        return point.digest[:32]


class ResultsFolder:
    """A folder with the results of one sweep.

    Parameters
    ----------
    path : path
        The folder; it is made if it is not there.
    identity : Identity
        The sweep.

    Raises
    ------
    ValueError
        If the folder has results of another sweep.
    """

    def __init__(self, path: str | os.PathLike[str], identity: Identity) -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        about = {
            "format": _FORMAT,
            "function": identity.function,
            "digest": identity.digest,
            "seed": identity.seed,
        }
        found = self._read(_ABOUT)
        if found is None:
            self._write(_ABOUT, json.dumps(about, indent=1).encode())
            # Another process may have begun another sweep here
            found = self._read(_ABOUT)
        if found != about:
            self._refuse(about, found if isinstance(found, dict) else {})

    def _refuse(self, about: dict[str, Any], found: dict[str, Any]) -> None:
        function = about["function"]
        if found.get("function") != function:
            reason = f"of the function '{found.get('function')}', not '{function}'"
        elif found.get("digest") != about["digest"]:
            reason = f"of the function '{function}' as it was before a change"
        elif found.get("seed") != about["seed"]:
            reason = f"with the seed {found.get('seed')}, not {about['seed']}"
        else:
            reason = f"in the format {found.get('format')}, not {_FORMAT}"
        raise ValueError(
            f"The folder '{self.path}' has the results of another sweep: {reason}. "
            "Name another folder, or remove this one."
        )

    def found(self, key: str, index: int) -> Outcome | None:
        """Return what came of a point; None if it is not there or failed."""
        record = self._read(f"{key}.json")
        if not isinstance(record, dict) or record.get("message") is not None:
            return None
        try:
            arrays = self._arrays(key) if record["has_arrays"] else {}
            results = Encoded(record["results"], arrays)
            return Outcome(index, results, record["seconds"])
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def _arrays(self, key: str) -> dict[str, np.ndarray]:
        content = io.BytesIO((self.path / f"{key}.npz").read_bytes())
        with np.load(content, allow_pickle=False) as file:
            return dict(file)

    def keep(self, key: str, task: Task, outcome: Outcome) -> None:
        """Keep what came of a point, under the name of its files."""
        arrays = outcome.results.arrays
        if arrays:
            buffer = io.BytesIO()
            np.savez(buffer, allow_pickle=False, **arrays)
            self._write(f"{key}.npz", buffer.getvalue())
        failure = outcome.failure
        record = {
            # For people who read the file
            "parameters": {name: str(v) for name, v in task.parameters.items()},
            "seed": task.seed,
            "seconds": outcome.seconds,
            "message": None if failure is None else failure.message,
            "traceback": None if failure is None else failure.traceback,
            "has_arrays": bool(arrays),
            "results": outcome.results.data,
        }
        self._write(f"{key}.json", json.dumps(record, indent=1).encode())

    def _read(self, name: str) -> Any:
        try:
            return json.loads((self.path / name).read_bytes())
        except (FileNotFoundError, ValueError):
            return None

    def _write(self, name: str, content: bytes) -> None:
        temporary = self.path / f"{name}.{os.getpid()}-{secrets.token_hex(4)}.part"
        try:
            temporary.write_bytes(content)
            os.replace(temporary, self.path / name)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
