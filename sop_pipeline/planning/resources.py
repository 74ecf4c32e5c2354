"""What is scarce in a plan: every limited capacity tier and every warehouse, period by period.

Belongs here: where the limits stand in the programme, and what is left of them.
Does not belong here: what a unit more or less is worth (`shadow_prices`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.limits import is_left_closed
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.problem import Problem

BINDING = 1e-6
"""Share of a limit's natural size up to which what is left of it is nothing."""


@dataclass(frozen=True)
class Resource:
    """One limit that can be eased or tightened; it may stand in several places, and moves in all.

    Attributes:
        kind: Columns (upper bounds) or rows (upper sides) of the programme.
        places: Which ones, (k,).
        limit: Their limit.
        sizes: Natural size of each, (k,).
        slacks: What is left of it in each in the plan, (k,).
        name: What it is, for the report.
    """

    kind: Literal["column", "row"]
    places: Integers
    limit: float
    sizes: Floats
    slacks: Floats
    name: dict[str, Any]

    @property
    def binds(self) -> bool:
        """Whether nothing is left of it in one of its places."""
        return bool((self.slacks <= BINDING * self.sizes).any())

    @property
    def size(self) -> float:
        """What its moves are measured in: the natural size of its first place."""
        return float(self.sizes[0])

    @property
    def steps(self) -> Floats:
        """How many natural sizes each place moves when the first moves by one, (k,)."""
        return self.size / self.sizes


def resources(problem: Problem, lp: LinearProgram, primal: Floats) -> list[Resource]:
    """Every limited capacity tier and every warehouse, per period, of a plan of the programme.

    A tier that the plan does not activate stands in no place: no unit of it is to be had.
    """
    return [*_capacities(problem, lp, primal), *_storages(problem, lp, primal)]


def _capacities(problem: Problem, lp: LinearProgram, primal: Floats) -> list[Resource]:
    tiers, is_open = problem.tiers, ~is_left_closed(problem)
    starts = [start.isoformat() for start in problem.periods.starts]
    columns = lp.variables["tier_use"].indices
    return [
        Resource(
            kind="column",
            places=places,
            limit=float(tiers.capacity[k, t]),
            sizes=lp.sizes.columns[places],
            slacks=tiers.capacity[k, t] - primal[places],
            name={
                "constraint": "work_center_capacity",
                "work_center_id": int(problem.work_centers[tiers.work_center[k]]),
                "tier_code": tiers.codes[k],
                "period": starts[t],
                "unit": "capacity unit",
            },
        )
        for k, t in np.argwhere(np.isfinite(tiers.capacity)).tolist()
        for places in [columns[k, t : t + 1][is_open[k, t : t + 1]]]
    ]


def _storages(problem: Problem, lp: LinearProgram, primal: Floats) -> list[Resource]:
    rows = lp.constraints["warehouse_storage"].indices
    starts = [start.isoformat() for start in problem.periods.starts]
    slack = lp.row_upper - lp.matrix @ primal
    return [
        Resource(
            kind="row",
            places=rows[s, t : t + 1],
            limit=float(problem.threshold[s, t]),
            sizes=lp.sizes.rows[rows[s, t : t + 1]],
            slacks=slack[rows[s, t : t + 1]],
            name={
                "constraint": "warehouse_storage",
                "site_id": int(problem.warehouses[s]),
                "period": starts[t],
                "unit": "pallet",
            },
        )
        for s, t in np.ndindex(*rows.shape)
    ]
