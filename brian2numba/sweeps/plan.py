"""What a sweep is to compute."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from brian2numba.sweeps.environment import Environment
from brian2numba.sweeps.folder import Identity
from brian2numba.sweeps.functions import digest_of_functions, name_of_function
from brian2numba.sweeps.pickling import pickled
from brian2numba.sweeps.points import (
    check_parameters,
    check_seed,
    points_of,
    seed_of_build,
    seed_of_point,
    takes_seed,
)
from brian2numba.sweeps.values import encoded
from brian2numba.sweeps.worker import RESERVED, Model, Task

__all__ = ["Plan"]


@dataclass(frozen=True)
class Plan:
    """A sweep before anything is computed.

    Attributes
    ----------
    identity : Identity
        Which sweep it is.
    tasks : list of Task
        Its points.
    axes : dict of str to list, or None
        The values of each parameter, if the points are a grid.
    """

    identity: Identity
    tasks: list[Task]
    axes: dict[str, list[Any]] | None

    @classmethod
    def of(
        cls,
        function: Callable[..., Any],
        parameters: Any,
        build: Callable[[], Any] | None,
        seed: int,
    ) -> Plan:
        """Return the plan for what a user asks; parameters as of `sweep`."""
        check_seed(seed)
        points = points_of(parameters)
        for point in points.parameters:
            encoded(point, "parameter")
            _check_names(point)
        check_parameters(function, points, n_before=0 if build is None else 1)
        model = Model(
            token=uuid.uuid4().hex,
            code=pickled(function, build),
            build_seed=seed_of_build(seed),
            environment=Environment.current(),
        )
        gets_seed = takes_seed(function)
        tasks = []
        for index, point in enumerate(points.parameters):
            own_seed = seed_of_point(seed, index, point)
            arguments = {"seed": own_seed, **point} if gets_seed else point
            tasks.append(Task(model, index, point, arguments, own_seed))
        digest = digest_of_functions(function, build)
        return cls(
            Identity(name_of_function(function), digest, seed), tasks, points.axes
        )

    def key(self, task: Task) -> str:
        """Return the name of a point's files in a folder."""
        return self.identity.key(encoded(task.parameters, "parameter"), task.seed)


def _check_names(point: Mapping[str, Any]) -> None:
    for name in RESERVED:
        if name in point:
            raise ValueError(
                f"'{name}' can't be the name of a parameter: it is a column that "
                "tables of results have of each point. Give the parameter another name."
            )
