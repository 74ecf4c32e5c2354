"""The plan in the symbols of the model: quantities of every family, costs of every term.

Belongs here: reading a solution vector back into arrays with the problem's shapes.
Does not belong here: tables (`tables`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.families import COST_TERMS
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model import arrival_period
from sop_pipeline.planning.money import apportion, to_cents
from sop_pipeline.planning.problem import Floats, Problem


@dataclass(frozen=True)
class PlannedQuantities:
    """One plan of a problem: a value for every variable of its programme.

    Attributes:
        problem: The problem.
        lp: Its programme.
        vector: The values, (n,).
    """

    problem: Problem
    lp: LinearProgram
    vector: Floats

    def family(self, name: str) -> Floats:
        """Values of a variable family, shaped like its index sets; 0 where it is not used."""
        return self.lp.values(name, self.vector)

    @cached_property
    def load(self) -> Floats:
        """Capacity each work centre spends, (W, T)."""
        load = np.zeros((len(self.problem.work_centers), len(self.problem.periods)))
        np.add.at(load, self.problem.tiers.work_center, self.family("tier_use"))
        return load

    @cached_property
    def received(self) -> Floats:
        """Units arriving, scheduled receipts included, (P, S, T)."""
        received = self.problem.receipts.copy()
        arrival = arrival_period(self.problem)
        flow, leaving = np.nonzero(arrival < len(self.problem.periods))
        lanes = self.problem.lanes
        index = (
            lanes.flow_product[flow],
            lanes.to_warehouse[lanes.flow_lane[flow]],
            arrival[flow, leaving],
        )
        np.add.at(received, index, self.family("shipment")[flow, leaving])
        return received

    @cached_property
    def shipped_out(self) -> Floats:
        """Units leaving for other warehouses, (P, S, T)."""
        shipped = np.zeros(self.problem.shape)
        lanes = self.problem.lanes
        origin = lanes.from_warehouse[lanes.flow_lane]
        flow = np.flatnonzero(origin >= 0)
        np.add.at(shipped, (lanes.flow_product[flow], origin[flow]), self.family("shipment")[flow])
        return shipped

    @cached_property
    def served(self) -> Floats:
        """Units delivered, late ones included, (P, S, T)."""
        backorder = self.family("backorder")
        owed = self.problem.demand + np.concatenate(
            [np.zeros_like(backorder[..., :1]), backorder[..., :-1]], axis=2
        )
        return owed - backorder - self.family("lost_sales")

    @cached_property
    def served_in_period(self) -> Floats:
        """Units of the period's own demand delivered, which come before late ones, (P, S, T)."""
        return np.minimum(self.problem.demand, self.served)

    @cached_property
    def pallets(self) -> Floats:
        """Pallets in each warehouse, base load included, (S, T)."""
        stock = np.einsum("p,pst->st", self.problem.pallets_per_unit, self.family("stock"))
        return self.problem.base_load[:, None] + stock

    @cached_property
    def overflow_pallets(self) -> Floats:
        """Pallets above the threshold, (S, T)."""
        return np.maximum(0.0, self.pallets - self.problem.threshold)

    @cached_property
    def cost_terms(self) -> dict[str, float]:
        """Each term of the objective, in currency."""
        return {name: self.lp.cost_terms[name].of(self.vector) for name in COST_TERMS}

    @property
    def cost(self) -> float:
        """All terms together."""
        return float(self.lp.cost @ self.vector)

    @cached_property
    def cents(self) -> dict[str, int]:
        """Each term in cents, such that they add up to the total in cents."""
        terms = [max(0.0, self.cost_terms[name]) for name in COST_TERMS]
        return dict(zip(COST_TERMS, apportion(terms, to_cents(self.cost)).tolist(), strict=True))

    def money(self, family: str, term: str) -> Floats:
        """What each member of a family pays of a cost term, in the family's shape."""
        costs = self.lp.cost_terms[term].per_column(self.lp.shape[1])
        return self.lp.values(family, costs * self.vector)
