"""The plan in the symbols of the model: quantities of every family, and what follows from them.

Belongs here: load, pallets, goods served, money of a plan, in the problem's shapes.
Does not belong here: tables (`tables`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.ages import scrapped
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.classes import apart_of, at_sites
from sop_pipeline.planning.costs import Costs, cost_terms, rates
from sop_pipeline.planning.index_sets import flows_by_lead_time
from sop_pipeline.planning.problem import Problem, Quantities


@dataclass(frozen=True)
class PlannedQuantities:
    """One plan of a problem.

    Attributes:
        problem: The problem.
        quantities: Its quantities by variable family; 0 where a family is not used.
    """

    problem: Problem
    quantities: Quantities

    def family(self, name: str) -> Floats:
        """Quantities of a variable family, shaped like its index sets."""
        return self.quantities[name]

    @cached_property
    def load(self) -> Floats:
        """Capacity each work centre spends, (W, T)."""
        load = np.zeros((len(self.problem.work_centers), len(self.problem.periods)))
        np.add.at(load, self.problem.tiers.work_center, self.family("tier_use"))
        return load

    @cached_property
    def received(self) -> Floats:
        """Units arriving, scheduled receipts included, (P, S, T)."""
        return self.problem.receipts + arrivals(self.problem, self.family("shipment"))

    @cached_property
    def shipped_out(self) -> Floats:
        """Units leaving for other warehouses, (P, S, T)."""
        return departures(self.problem, self.family("shipment"))

    @cached_property
    def served(self) -> Floats:
        """Units delivered, late ones included, (P, S, T)."""
        late = self.family("backorder")
        owed = self.problem.demand + before(late)
        return owed - late - self.family("lost_sales")

    @cached_property
    def served_in_period(self) -> Floats:
        """Units of the period's own demand delivered, which come before late ones, (P, S, T).

        Where shortage is planned by class, each class's own demand comes before what is owed to it.
        """
        served = np.minimum(self.problem.demand, self.served)
        apart = apart_of(self.problem)
        if apart.site.size:
            served[at_sites(self.problem)] = 0.0
            by_class = np.minimum(apart.demand, self.served_by_class)
            np.add.at(served, (apart.product, apart.warehouse), by_class)
        return served

    @cached_property
    def lost_by_class(self) -> Floats:
        """Units lost by each place planned by class, all slices together, (M, T)."""
        return self.family("lost_by_class").sum(axis=1)

    @cached_property
    def served_by_class(self) -> Floats:
        """Units delivered to each place planned by class, late ones included, (M, T)."""
        late = self.family("late_by_class")
        return apart_of(self.problem).demand + before(late) - late - self.lost_by_class

    @cached_property
    def scrapped(self) -> Floats:
        """Units thrown away, 0 for what keeps, (P, S, T)."""
        return scrapped(self.problem, self.family("scrap"))

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
    def costs(self) -> Costs:
        """What it pays, term by term."""
        return Costs(cost_terms(self.problem, self.quantities))

    @property
    def cost_terms(self) -> dict[str, float]:
        """Each term of the objective, in currency."""
        return self.costs.terms

    @property
    def cost(self) -> float:
        """All terms together, in currency."""
        return self.costs.total

    @property
    def cents(self) -> dict[str, int]:
        """Each term in cents, such that they add up to the total in cents."""
        return self.costs.cents

    def money(self, family: str, term: str) -> Floats:
        """What each member of a family pays of a cost term, in currency, in the family's shape."""
        paid = np.zeros(self.family(family).shape)
        for rate in rates(self.problem):
            if (rate.family, rate.term) == (family, term):
                paid += rate.of(self.quantities)
        return paid


def arrivals(problem: Problem, shipment: Floats) -> Floats:
    """Units arriving on all lanes, (P, S, T), of units leaving on each flow, (Y, T)."""
    arriving, lanes = np.zeros(problem.shape), problem.lanes
    warehouse = lanes.to_warehouse[lanes.flow_lane]
    for lead, flow in flows_by_lead_time(problem):
        there = (lanes.flow_product[flow], warehouse[flow])
        np.add.at(arriving[..., lead:], there, shipment[flow, : shipment.shape[1] - lead])
    return arriving


def departures(problem: Problem, shipment: Floats) -> Floats:
    """Units leaving warehouses on all lanes, (P, S, T), of units leaving on each flow, (Y, T)."""
    leaving, lanes = np.zeros(problem.shape), problem.lanes
    origin = lanes.from_warehouse[lanes.flow_lane]
    flow = np.flatnonzero(origin >= 0)
    np.add.at(leaving, (lanes.flow_product[flow], origin[flow]), shipment[flow])
    return leaving


def before(values: Floats) -> Floats:
    """Values of the period before, 0 before the first; periods are the last axis."""
    shifted = np.zeros_like(values)
    shifted[..., 1:] = values[..., :-1]
    return shifted
