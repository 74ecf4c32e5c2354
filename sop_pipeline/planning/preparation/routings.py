"""How products are made: the routings given, and the bottleneck stage assumed without them.

Does not belong here: how much capacity there is (`capacity`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.preparation.capacity import Capacity
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import first_given, index_of, numbers, per_member
from sop_pipeline.planning.preparation.notes import Notes, some
from sop_pipeline.planning.problem import Booleans, Floats, Integers, Routings

PLANT = "PLANT"


@dataclass(frozen=True)
class _Routing:
    """One routing: operations by work centre with their capacity per unit, (T,) each."""

    product: int
    code: str
    plant: int
    operations: dict[int, Floats]
    unit_cost: Floats
    available: Booleans


@dataclass(frozen=True)
class Production:
    """The planned routings and the work centres and plants they use, in ascending order."""

    routings: Routings
    work_centers: Integers
    plants: Integers
    chosen: Integers


def production_routings(context: PreparationContext, capacity: Capacity) -> Production:
    """Gather the routings of every planned product.

    A product without a routing row is made by the bottleneck stage of each plant, one routing per
    work centre of that stage.
    """
    inputs, products, notes = context.inputs, context.products, context.notes
    plant_of = plants_of(inputs, capacity)
    cost = first_given(
        context.policy.production_cost_per_unit,
        per_member(inputs.product_master, "PRODUCT_ID", "UNIT_COST", products),
    )
    given = _given(context, capacity, plant_of, cost)
    without = sorted(set(range(len(products))) - {r.product for r in given})
    stage = bottleneck_stage(inputs, capacity, plant_of)
    by_id = inputs.capacity_summary.set_index("WORK_CENTER_ID")["WORK_CENTER_CODE"]
    codes = [str(code) for code in by_id.reindex(capacity.work_centers)]
    assumed = [
        _assumed(p, w, int(plant_of[w]), codes[w], np.full(len(context.horizon), cost[p]))
        for p in without
        for w in stage
    ]
    if without:
        notes.felt.add("production_cost_per_unit")
        centers = ", ".join(str(capacity.work_centers[w]) for w in stage)
        notes.assume(
            "assumed_routing",
            f"{len(without):,} of {len(products):,} products have no routing and are made by the "
            f"bottleneck stage of each plant, capacity 1 per unit: work centres {centers}",
        )
        notes.refuse(
            "WORK_CENTER",
            "SITE_ID",
            [] if stage else ["no row"],
            expected="a work centre at a plant to make the products",
            got="none",
        )
    notes.raise_faults()
    return _arrays(
        sorted([*given, *assumed], key=lambda r: (r.product, r.code)), capacity, plant_of
    )


def plants_of(inputs: PlanningInputs, capacity: Capacity) -> Integers:
    """SITE_ID of each work centre's plant; -1 where its site is not a plant."""
    sites = inputs.site_master
    plants = np.sort(sites.loc[sites["SITE_TYPE"] == PLANT, "SITE_ID"].to_numpy(np.int64))
    site = per_member(inputs.capacity_summary, "WORK_CENTER_ID", "SITE_ID", capacity.work_centers)
    return np.where(np.isin(site, plants), site, -1).astype(np.int64)


def bottleneck_stage(inputs: PlanningInputs, capacity: Capacity, plant_of: Integers) -> list[int]:
    """Work centres of each plant's stage with the least capacity over the horizon."""
    types = inputs.capacity_summary.set_index("WORK_CENTER_ID")["WORK_CENTER_TYPE"]
    stages: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for w, plant in enumerate(plant_of):
        if plant >= 0:
            stages[int(plant)][str(types[capacity.work_centers[w]])].append(w)
    total = capacity.total
    bottlenecks = (
        min(sorted(by_type.items()), key=lambda item: total[item[1]].sum())[1]
        for _, by_type in sorted(stages.items())
    )
    return [w for stage in bottlenecks for w in stage]


def _assumed(product: int, center: int, plant: int, code: str, cost: Floats) -> _Routing:
    """A routing of one operation that takes one capacity unit, named after its work centre."""
    return _Routing(
        product=product,
        code=code,
        plant=plant,
        operations={center: np.ones(len(cost))},
        unit_cost=cost,
        available=np.ones(len(cost), dtype=np.bool_),
    )


@dataclass(frozen=True)
class _Rows:
    """The routing rows in arrays: work centre, where each holds, and its figures."""

    center: Integers
    holds: Booleans
    per_unit: Floats
    unit_cost: Floats


def _given(
    context: PreparationContext, capacity: Capacity, plant_of: Integers, cost: Floats
) -> list[_Routing]:
    """Routings with rows: rows of one (product, routing) are operations that all happen."""
    table, products, notes = context.inputs.product_routings, context.products, context.notes
    center = index_of(capacity.work_centers, table["WORK_CENTER_ID"])
    notes.refuse(
        "PRODUCT_ROUTING",
        "WORK_CENTER_ID",
        sorted(table.loc[center < 0, "WORK_CENTER_ID"].unique()),
        expected="known work centres",
        got="unknown ones",
    )
    rows = _Rows(
        center=center,
        holds=context.horizon.holds(table["EFFECTIVE_DATE"], table["EXPIRY_DATE"]),
        per_unit=first_given(numbers(table["CAPACITY_PER_UNIT"]), 1.0),
        unit_cost=numbers(table["UNIT_COST"]),
    )
    product = index_of(products, table["PRODUCT_ID"])
    codes = table["ROUTING_CODE"].astype(str).tolist()
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in np.flatnonzero((product >= 0) & (center >= 0)).tolist():
        groups[int(product[row]), codes[row]].append(row)
    found: list[_Routing] = []
    for (p, code), members in sorted(groups.items()):
        name = f"{products[p]} {code}"
        operations = _operations(rows, members, name, notes)
        own_cost = _routing_cost(rows, members, name, notes)
        if np.isnan(own_cost).any():
            notes.felt.add("production_cost_per_unit")
        found.append(
            _Routing(
                product=p,
                code=code,
                plant=_single_plant(operations, plant_of, name, notes),
                operations=operations,
                unit_cost=first_given(own_cost, cost[p]),
                available=rows.holds[members].any(axis=0),
            )
        )
    _warn_of_unavailable(found, products, notes)
    return found


def _operations(rows: _Rows, members: Sequence[int], name: str, notes: Notes) -> dict[int, Floats]:
    """Capacity one unit takes of each work centre, per period."""
    operations: dict[int, Floats] = {}
    for w in sorted({int(rows.center[row]) for row in members}):
        of_center = [row for row in members if rows.center[row] == w]
        holds = rows.holds[of_center]
        if (holds.sum(axis=0) > 1).any():
            notes.refuse(
                "PRODUCT_ROUTING",
                "EFFECTIVE_DATE",
                [name],
                expected="one row per routing, work centre and day",
                got="rows whose dates overlap",
            )
        operations[w] = rows.per_unit[of_center] @ holds
    return operations


def _single_plant(operations: Iterable[int], plant_of: Integers, name: str, notes: Notes) -> int:
    plants = sorted({int(plant_of[w]) for w in operations})
    if len(plants) > 1 or plants[0] < 0:
        notes.refuse(
            "PRODUCT_ROUTING",
            "WORK_CENTER_ID",
            [name],
            expected="all operations of a routing at one plant",
            got=f"sites {', '.join(str(f) if f >= 0 else 'that are no plant' for f in plants)}",
        )
    return plants[0]


def _routing_cost(rows: _Rows, members: Sequence[int], name: str, notes: Notes) -> Floats:
    """UNIT_COST of the routing's rows that hold in each period; nan where none gives it."""
    given = np.where(rows.holds[members], rows.unit_cost[members, None], np.nan)
    lowest: Floats = np.fmin.reduce(given, axis=0)
    highest: Floats = np.fmax.reduce(given, axis=0)
    if (lowest < highest).any():
        notes.refuse(
            "PRODUCT_ROUTING",
            "UNIT_COST",
            [name],
            expected="the same UNIT_COST on every row of a routing that gives one",
            got=f"{np.nanmin(lowest):g} to {np.nanmax(highest):g}",
        )
    return lowest


def _warn_of_unavailable(found: Sequence[_Routing], products: Integers, notes: Notes) -> None:
    idle = [f"{products[r.product]} {r.code}" for r in found if not r.available.any()]
    if idle:
        notes.warn(f"Routings that hold in no period of the horizon: {some(idle)}")


def _arrays(found: Sequence[_Routing], capacity: Capacity, plant_of: Integers) -> Production:
    chosen = np.unique([w for r in found for w in r.operations]).astype(np.int64)
    plants = np.unique(plant_of[chosen])
    tightest = _tightest(found, capacity)
    operations = [(i, w, a) for i, r in enumerate(found) for w, a in sorted(r.operations.items())]
    routings = Routings(
        codes=tuple(r.code for r in found),
        product=np.array([r.product for r in found], dtype=np.int64),
        plant=np.searchsorted(plants, [r.plant for r in found]).astype(np.int64),
        work_center=np.searchsorted(chosen, tightest).astype(np.int64),
        unit_cost=np.array([r.unit_cost for r in found]),
        available=np.array([r.available for r in found]),
        operation_routing=np.array([i for i, _, _ in operations], dtype=np.int64),
        operation_work_center=np.searchsorted(chosen, [w for _, w, _ in operations]).astype(
            np.int64
        ),
        operation_capacity=np.array([a for _, _, a in operations]),
    )
    return Production(routings, capacity.work_centers[chosen], plants, chosen)


def _tightest(found: Sequence[_Routing], capacity: Capacity) -> list[int]:
    """Work centre of each routing with the largest capacity per unit over regular capacity."""
    regular = capacity.regular_total

    def share(w: int, per_unit: Floats) -> float:
        taken = float(per_unit.max())
        return taken / regular[w] if regular[w] > 0 else (np.inf if taken > 0 else 0.0)

    return [max(sorted(r.operations), key=lambda w, r=r: share(w, r.operations[w])) for r in found]
