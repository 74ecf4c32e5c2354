"""Features that make a problem of the generator harder, each on its own or all together.

Belongs here: what a company may have besides the plain problem of `generator`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning.problem import CapacityTiers, OverflowTiers, Problem, Routings
from sop_pipeline.planning.problem_options import DemandClasses


@dataclass(frozen=True)
class Features:
    """What a problem has besides the plain one.

    Attributes:
        capacity: Share of the plain capacity there is; below 1 demand is really short of it.
        routings: At most so many routings per product and plant, on different work centres.
        hours: Whether products differ in the capacity a unit takes.
        second_operations: Share of the routings with a second operation at another work centre.
        lead_times: Longest lead time of a lane, periods.
        unlimited: Share of the work centres with a dear tier that has no limit.
        overflow_tiers: Whether a second, dearer overflow tier follows the first.
        backorders: Whether demand may be late.
        smoothing: Cost of changing a load by a unit, as a share of the overtime premium.
        classes: Share of the products whose demand is of two classes, each with its lost sale.
        fair: How much dearer the last tenth of a class's demand is to lose than the first, as a
            share; None where shortage is not spread evenly.
    """

    capacity: float = 1.0
    routings: int = 1
    hours: bool = False
    second_operations: float = 0.0
    lead_times: int = 0
    unlimited: float = 0.0
    overflow_tiers: bool = False
    backorders: bool = False
    smoothing: float = 0.0
    classes: float = 0.0
    fair: float | None = None


ALL = Features(
    routings=3,
    hours=True,
    second_operations=0.6,
    lead_times=2,
    unlimited=0.34,
    overflow_tiers=True,
    backorders=True,
    smoothing=0.1,
)
"""Everything at once, but for classes of demand, which may not wait."""
CLASSES = replace(ALL, backorders=False, classes=0.5)
"""Classes of demand instead of backorders."""


def with_features(problem: Problem, features: Features, seed: int = 0) -> Problem:
    """A problem of the generator with features; without any it is the same.

    Args:
        problem: The problem.
        features: What it gets.
        seed: Fixes what is drawn.
    """
    rng = np.random.default_rng(seed)
    if features.routings > 1 or features.hours or features.second_operations:
        routings = _routings(problem, features, rng)
        problem = replace(problem, routings=routings, tiers=_fitting(problem, routings))
    tiers, lanes = problem.tiers, problem.lanes
    problem = replace(
        problem,
        tiers=_unlimited(
            replace(tiers, capacity=features.capacity * tiers.capacity),
            rng.random(len(problem.work_centers)) < features.unlimited,
        ),
        lanes=replace(
            lanes, lead_time=rng.integers(0, features.lead_times + 1, len(lanes.lead_time))
        ),
        overflow=_overflow(problem.overflow) if features.overflow_tiers else problem.overflow,
        shortage="backorder" if features.backorders else problem.shortage,
    )
    if features.classes:
        problem = replace(problem, classes=_classes(problem, features, rng))
    if not features.smoothing:
        return problem
    change = features.smoothing * float(problem.tiers.premium.max())
    start = _mean_load(problem, problem.routings)
    return replace(
        problem,
        load_increase_cost=change,
        load_decrease_cost=change,
        initial_load=np.where(rng.random(len(start)) < 0.5, start, np.nan),
    )


def _classes(problem: Problem, features: Features, rng: np.random.Generator) -> DemandClasses:
    """Demand of two classes where a product has them, of one without a name elsewhere."""
    products, warehouses, periods = problem.shape
    two = rng.random(products) < features.classes
    places = [
        (p, s, name, share)
        for p in range(products)
        for s in range(warehouses)
        for name, share in ((("KEY", 0.4), ("OTHER", 0.6)) if two[p] else (("", 1.0),))
    ]
    product, warehouse = (np.array([place[n] for place in places]) for n in (0, 1))
    share = np.array([place[3] for place in places])[:, None]
    dearer = rng.uniform(0.7, 1.5, len(places))[:, None]
    return DemandClasses(
        names=tuple(place[2] for place in places),
        product=product,
        warehouse=warehouse,
        priority=np.full((len(places), periods), np.inf),
        demand=share * problem.demand[product, warehouse],
        unit_revenue=problem.unit_revenue[product, warehouse],
        lost_sale_cost=dearer * problem.lost_sale_cost[product, warehouse],
        backorder_cost=problem.backorder_cost[product, warehouse],
        apart=np.flatnonzero(two[product] | (features.fair is not None)),
        fair_share_weight=features.fair,
    )


def _routings(problem: Problem, features: Features, rng: np.random.Generator) -> Routings:
    """The routings of a problem, each once more at neighbouring work centres of its plant."""
    old, plants = problem.routings, len(problem.plants)
    per_plant = len(problem.work_centers) // plants
    ways = rng.integers(1, min(features.routings, per_plant) + 1, len(old.product))
    of = np.repeat(np.arange(len(ways)), ways)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(ways) - ways, ways)
    plant = old.plant[of]
    center = plant * per_plant + (old.work_center[of] + nth) % per_plant
    unit = np.ones(len(problem.products))
    if features.hours:
        unit = rng.choice([0.5, 0.8, 1.25, 2.0], len(unit))
    taken = unit[old.product[of]] * np.where(nth, rng.uniform(0.95, 1.2, len(of)), 1.0)
    second = np.flatnonzero((rng.random(len(of)) < features.second_operations) & (per_plant > 1))
    beside = plant[second] * per_plant + (center[second] + 1) % per_plant
    periods = len(problem.periods)
    operation = np.concatenate([taken, 0.4 * taken[second]])
    return Routings(
        codes=tuple(f"R{w}" for w in center),
        product=old.product[of],
        plant=plant,
        work_center=center,
        unit_cost=old.unit_cost[of] * rng.uniform(1.0, 1.02, len(of))[:, None],
        available=np.ones((len(of), periods), dtype=bool),
        operation_routing=np.concatenate([np.arange(len(of)), second]),
        operation_work_center=np.concatenate([center, beside]),
        operation_capacity=np.repeat(operation[:, None], periods, axis=1),
    )


def _fitting(problem: Problem, routings: Routings) -> CapacityTiers:
    """The tiers with a capacity that fits the load of other routings."""
    plain, now = _mean_load(problem, problem.routings), _mean_load(problem, routings)
    tiers = problem.tiers
    change = (now / np.maximum(plain, 1e-9))[tiers.work_center]
    regular = np.where(plain > 0, 0.0, 1.08 * now)[tiers.work_center]
    return replace(tiers, capacity=tiers.capacity * change[:, None] + regular[:, None])


def _mean_load(problem: Problem, routings: Routings) -> np.ndarray:
    """Load of each work centre in a mean period if every routing makes the same of a product."""
    ways = np.bincount(routings.product, minlength=len(problem.products))
    made = problem.demand.sum(axis=1).mean(axis=1) / np.maximum(ways, 1)
    each = made[routings.product[routings.operation_routing]]
    load = np.zeros(len(problem.work_centers))
    np.add.at(load, routings.operation_work_center, each * routings.operation_capacity.mean(axis=1))
    return load


def _unlimited(tiers: CapacityTiers, centers: np.ndarray) -> CapacityTiers:
    """The tiers with a last one without limit at some work centres, at six times the premium."""
    more, periods = np.flatnonzero(centers), tiers.premium.shape[1]
    dear = np.full((len(more), periods), 6.0 * float(tiers.premium.max()))
    return CapacityTiers(
        codes=(*tiers.codes, *["SUBCONTRACT"] * len(more)),
        work_center=np.concatenate([tiers.work_center, more]),
        capacity=np.concatenate([tiers.capacity, np.full((len(more), periods), np.inf)]),
        premium=np.concatenate([tiers.premium, dear]),
    )


def _overflow(tiers: OverflowTiers) -> OverflowTiers:
    """Half of the room at the penalty, and more at two and a half times that."""
    return OverflowTiers(
        warehouse=np.tile(tiers.warehouse, 2),
        capacity=np.concatenate([0.5 * tiers.capacity, 0.8 * tiers.capacity]),
        penalty=np.concatenate([tiers.penalty, 2.5 * tiers.penalty]),
    )
