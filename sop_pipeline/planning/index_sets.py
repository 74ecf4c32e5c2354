"""The index sets of a problem: how many members each has, what they are called, what is used.

Belongs here: what follows from which products, sites, routings and lanes there are.
Does not belong here: figures of the model (`limits`, `costs`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sop_pipeline.planning.arrays import Integers
from sop_pipeline.planning.classes import (
    apart_of,
    excess_costs,
    held_priorities,
    is_apart,
    is_fair,
    slices_of,
)
from sop_pipeline.planning.families import (
    ACTIVATION,
    BACKORDER,
    CLASS_OWED,
    CONSTRAINTS,
    COSTS,
    DECREASE,
    FROZEN_BUILD,
    INCREASE,
    LATE_BY_CLASS,
    LATE_OF_CLASSES,
    LESS,
    LOAD_CHANGE,
    LOST_BY_CLASS,
    LOST_OF_CLASSES,
    LOST_SALES,
    LOST_SALES_LIMIT,
    LOT_SIZE,
    LOTS,
    MINIMUM_LOT,
    MINIMUM_USE,
    MORE,
    PLAN_CHANGE,
    PRIORITY_EXCESS,
    PRIORITY_KEPT,
    SAFETY_STOCK_SHORTFALL,
    SCRAP,
    SETUP,
    SETUP_LIMIT,
    STOCK_AGE,
    TIER_ACTIVATION,
    VARIABLES,
    Family,
)
from sop_pipeline.planning.linear_program import Axis
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import EarlierBuilds, WholeDecisions


def axes(problem: Problem) -> dict[str, Axis]:
    """The index sets, and how their members are named."""
    routings, tiers, lanes = problem.routings, problem.tiers, problem.lanes
    products, work_centers = problem.products, problem.work_centers
    pairs = made_at(problem)
    plants = max(1, len(problem.plants))
    return {
        "product": _axis(products),
        "work_center": _axis(work_centers),
        "warehouse": _axis(problem.warehouses),
        "period": _axis(problem.periods.labels),
        "routing": _axis(products[routings.product], routings.codes),
        "tier": _axis(work_centers[tiers.work_center], tiers.codes),
        "flow": _axis(
            lanes.from_site[lanes.flow_lane],
            lanes.to_site[lanes.flow_lane],
            products[lanes.flow_product],
        ),
        "overflow_tier": Axis(len(problem.overflow.warehouse), lambda: _overflow_names(problem)),
        "made_at": _axis(products[pairs // plants], problem.plants[pairs % plants]),
        "due": _axis(products[due(problem)]),
        "aged_product": _axis([] if problem.ages is None else products[problem.ages.product]),
        **_earlier_axes(problem, "held", problem.held),
        **_decided_axes(problem),
        **_earlier_axes(problem, "changed", problem.last_plan and problem.last_plan.builds),
        **_class_axes(problem),
    }


def used_families(problem: Problem) -> frozenset[Family]:
    """The families of variables and of constraints that a problem has."""
    uses: dict[Family, bool] = {
        BACKORDER: problem.shortage == "backorder",
        LOST_SALES_LIMIT: problem.shortage == "backorder",
        LOST_SALES: problem.shortage != "forbid",
        SAFETY_STOCK_SHORTFALL: not problem.safety_stock_is_hard,
        INCREASE: is_smoothed(problem),
        DECREASE: is_smoothed(problem),
        LOAD_CHANGE: is_smoothed(problem),
        FROZEN_BUILD: problem.held is not None,
        **_uses_of_decisions(problem),
        **dict.fromkeys((MORE, LESS, PLAN_CHANGE), problem.last_plan is not None),
        LOST_BY_CLASS: is_apart(problem),
        LOST_OF_CLASSES: is_apart(problem),
        LATE_BY_CLASS: is_apart(problem) and problem.shortage == "backorder",
        LATE_OF_CLASSES: is_apart(problem) and problem.shortage == "backorder",
        CLASS_OWED: is_apart(problem) and problem.shortage == "backorder",
        PRIORITY_KEPT: held_priorities(problem).size > 0,
        PRIORITY_EXCESS: bool(excess_costs(problem).any()),
        SCRAP: problem.ages is not None,
        STOCK_AGE: problem.ages is not None,
    }
    families = (*VARIABLES.values(), *CONSTRAINTS.values())
    return frozenset(family for family in families if uses.get(family, True))


def cost_terms_used(problem: Problem) -> tuple[str, ...]:
    """The terms of the objective, in order; optional ones where a variable pays them."""
    used = used_families(problem)
    paid = {term for family in VARIABLES.values() if family in used for term in family.cost_terms}
    if not is_fair(problem):
        paid.discard("fair_share")
    return tuple(cost.name for cost in COSTS if not cost.used or cost.name in paid)


def is_smoothed(problem: Problem) -> bool:
    """Whether changing a work centre's load costs anything."""
    return problem.load_increase_cost > 0 or problem.load_decrease_cost > 0


def programme_shape(problem: Problem) -> tuple[int, int]:
    """How many constraints and variables a problem has."""
    used = used_families(problem)

    def size(families: Mapping[str, Family]) -> int:
        every = shapes(problem, families)
        return sum(math.prod(every[name]) for name, family in families.items() if family in used)

    return size(CONSTRAINTS), size(VARIABLES)


def shapes(problem: Problem, families: Mapping[str, Family]) -> dict[str, tuple[int, ...]]:
    """The shape of each family, whether a problem uses it or not, by name."""
    members = axes(problem)
    return {
        name: tuple(len(members[axis]) for axis in family.axes) for name, family in families.items()
    }


def made_at(problem: Problem) -> Integers:
    """Each (product, plant) pair with a routing as product x plants + plant, ascending."""
    routings = problem.routings
    return np.unique(routings.product * len(problem.plants) + routings.plant)


def made_at_of(problem: Problem, product: Integers, plant: Integers) -> Integers:
    """Which of the pairs of `made_at` each product and plant are."""
    return np.searchsorted(made_at(problem), product * len(problem.plants) + plant)


def setup_operations(problem: Problem, decisions: WholeDecisions) -> tuple[Integers, Integers]:
    """Work centre, and routing among those set up, of each operation with set-up capacity."""
    operations, routings = decisions.setup_operation, problem.routings
    of_routing = routings.operation_routing[operations]
    return routings.operation_work_center[operations], np.searchsorted(decisions.set_up, of_routing)


def due(problem: Problem) -> Integers:
    """Products that must leave stock at the end of the horizon, ascending."""
    return np.flatnonzero(problem.terminal_stock)


def arrival_period(problem: Problem) -> Integers:
    """Period in which a shipment leaving in t arrives, (flows, T); T or more is too late."""
    lead_time = problem.lanes.lead_time[problem.lanes.flow_lane]
    return np.arange(len(problem.periods)) + lead_time[:, None]


def flows_by_lead_time(problem: Problem) -> Iterator[tuple[int, Integers]]:
    """Each lead time within the horizon, in periods, and the flows that take so long."""
    lead_time = problem.lanes.lead_time[problem.lanes.flow_lane]
    for lead in np.unique(lead_time[lead_time < len(problem.periods)]).tolist():
        yield lead, np.flatnonzero(lead_time == lead)


def _axis(*parts: Sequence[object] | Integers) -> Axis:
    """An index set whose members are named by their parts, with commas between."""
    return Axis(
        len(parts[0]),
        lambda: [",".join(str(part) for part in member) for member in zip(*parts, strict=True)],
    )


def _named(codes: Sequence[str], some: Integers) -> list[str]:
    members: list[int] = some.tolist()
    return [codes[member] for member in members]


def _earlier_axes(problem: Problem, name: str, builds: EarlierBuilds | None) -> dict[str, Axis]:
    """Places and periods of an earlier plan's builds; none where there are none."""
    at, when = f"{name}_at", f"{name}_period"
    if builds is None:
        nothing: list[str] = []
        return {at: _axis(nothing), when: _axis(nothing)}
    periods: list[int] = builds.periods.tolist()
    labels = [problem.periods.labels[t] for t in periods]
    return {at: _axis(builds.product, builds.work_center), when: _axis(labels)}


def _decided_axes(problem: Problem) -> dict[str, Axis]:
    """Tiers and routings that are decided whole; none where nothing is."""
    tiers, routings, decisions = problem.tiers, problem.routings, problem.decisions
    none = np.empty(0, np.int64)
    tier, routing = (decisions.activated, decisions.set_up) if decisions else (none, none)
    least, lots = (decisions.at_least, decisions.in_lots) if decisions else (none, none)

    def of_tiers(some: Integers) -> Axis:
        center = problem.work_centers[tiers.work_center[some]]
        return _axis(center, _named(tiers.codes, some))

    def of_routings(some: Integers) -> Axis:
        product = problem.products[routings.product[some]]
        return _axis(product, _named(routings.codes, some))

    return {
        "activated_tier": of_tiers(tier),
        "least_used_tier": of_tiers(tier[least]),
        "set_up_routing": of_routings(routing),
        "lot_routing": of_routings(routing[lots]),
    }


def _uses_of_decisions(problem: Problem) -> dict[Family, bool]:
    decisions = problem.decisions
    is_activated = decisions is not None and len(decisions.activated) > 0
    is_open = decisions is not None and decisions.taken is None
    is_set_up = decisions is not None and len(decisions.set_up) > 0
    is_in_lots = decisions is not None and len(decisions.in_lots) > 0
    return {
        ACTIVATION: is_activated,
        TIER_ACTIVATION: is_activated and is_open,
        MINIMUM_USE: decisions is not None and len(decisions.at_least) > 0,
        SETUP: is_set_up,
        SETUP_LIMIT: is_set_up,
        MINIMUM_LOT: is_set_up,
        LOTS: is_in_lots,
        LOT_SIZE: is_in_lots,
    }


def _class_axes(problem: Problem) -> dict[str, Axis]:
    """Places whose shortage is planned by class, their slices, and the priorities kept."""
    apart, products, warehouses = apart_of(problem), problem.products, problem.warehouses
    named: list[str] = []
    kept: list[str] = []
    classes = problem.classes
    if classes is not None:
        which: list[int] = classes.apart.tolist() if is_apart(problem) else []
        named = [classes.names[n] or "no class" for n in which]
        first: list[float] = classes.priorities[: len(classes.held)].tolist()
        kept = [f"{level:g}" if level < np.inf else "none" for level in first]
    slices = slices_of(classes) if is_apart(problem) else 0
    return {
        "class_place": _axis(named, products[apart.product], warehouses[apart.warehouse]),
        "class_site": _axis(products[apart.site_product], warehouses[apart.site_warehouse]),
        "slice": _axis(range(1, slices + 1)),
        "priority": _axis(kept),
    }


def _overflow_names(problem: Problem) -> list[str]:
    seen: dict[int, int] = {}
    names: list[str] = []
    for warehouse in problem.warehouses[problem.overflow.warehouse].tolist():
        seen[warehouse] = seen.get(warehouse, 0) + 1
        names.append(f"{warehouse},{seen[warehouse]}")
    return names
