"""How products are made: the routings given, and the bottleneck stage assumed without them.

Does not belong here: how much capacity there is (`capacity`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.preparation.capacity import Capacity
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import first_given, index_of, per_member
from sop_pipeline.planning.preparation.notes import Notes, some
from sop_pipeline.planning.preparation.routing_rows import RoutingRows
from sop_pipeline.planning.problem import Routings

PLANT = "PLANT"


@dataclass(frozen=True)
class _Routing:
    """One routing: operations by work centre with their capacity per unit, (T,) each.

    What it takes to set it up is as in `SetUps`, capacity by work centre; all 0 in an assumed one.
    """

    product: int
    code: str
    plant: int
    operations: dict[int, Floats]
    unit_cost: Floats
    available: Booleans
    setup_capacity: dict[int, Floats]
    setup_cost: Floats
    minimum_lot: Floats
    lot_multiple: Floats


@dataclass(frozen=True)
class SetUps:
    """What each period in which a routing makes its product takes, 0 where nothing is given.

    Attributes:
        cost: SETUP_COST, currency per period, (R, T).
        minimum_lot: MIN_LOT, units, (R, T).
        lot_multiple: LOT_MULTIPLE, units, (R, T).
        capacity: SETUP_CAPACITY of each operation, capacity units per period, (N, T).
    """

    cost: Floats
    minimum_lot: Floats
    lot_multiple: Floats
    capacity: Floats


@dataclass(frozen=True)
class Production:
    """The planned routings and the work centres and plants they use, in ascending order."""

    routings: Routings
    set_ups: SetUps
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
        centers = context.naming.some("work_center", capacity.work_centers[stage].tolist())
        notes.assume(
            "assumed_routing",
            f"{len(without):,} of {len(products):,} products have no routing and are made by the "
            f"bottleneck stage of each plant, capacity 1 per unit: work centres {centers}",
        )
        notes.refuse_where(
            not stage,
            "WORK_CENTER",
            "SITE_ID",
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
    nothing = np.zeros(len(cost))
    return _Routing(
        product=product,
        code=code,
        plant=plant,
        operations={center: np.ones(len(cost))},
        unit_cost=cost,
        available=np.ones(len(cost), dtype=np.bool_),
        setup_capacity={center: nothing},
        setup_cost=nothing,
        minimum_lot=nothing,
        lot_multiple=nothing,
    )


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
    holds = context.horizon.holds(table["EFFECTIVE_DATE"], table["EXPIRY_DATE"])
    rows = RoutingRows.of(table, center, holds)
    product = index_of(products, table["PRODUCT_ID"])
    codes = table["ROUTING_CODE"].astype(str).tolist()
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in np.flatnonzero((product >= 0) & (center >= 0)).tolist():
        groups[int(product[row]), codes[row]].append(row)
    found: list[_Routing] = []
    for (p, code), members in sorted(groups.items()):
        name = f"{products[p]} {code}"
        operations = rows.at_centers(members, "CAPACITY_PER_UNIT")
        own = rows.of_routing(members, name, notes)
        own_cost = own["UNIT_COST"]
        if np.isnan(own_cost).any():
            notes.felt.add("production_cost_per_unit")
        found.append(
            _Routing(
                product=p,
                code=code,
                plant=_single_plant(operations, plant_of, name, notes),
                operations=operations,
                unit_cost=first_given(own_cost, cost[p]),
                available=holds[members].any(axis=0),
                setup_capacity=rows.at_centers(members, "SETUP_CAPACITY"),
                setup_cost=np.nan_to_num(own["SETUP_COST"]),
                minimum_lot=np.nan_to_num(own["MIN_LOT"]),
                lot_multiple=np.nan_to_num(own["LOT_MULTIPLE"]),
            )
        )
    _warn_of_unavailable(found, context)
    return found


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


def _warn_of_unavailable(found: Sequence[_Routing], context: PreparationContext) -> None:
    name, products = context.naming.name, context.products.tolist()
    idle = [
        f"{name('product', products[r.product])}, {r.code}" for r in found if not r.available.any()
    ]
    if idle:
        shown = some(idle, between="; ")
        context.notes.warn(f"Routings that hold in no period of the horizon: {shown}")


def _arrays(found: Sequence[_Routing], capacity: Capacity, plant_of: Integers) -> Production:
    chosen = np.unique([w for r in found for w in r.operations]).astype(np.int64)
    plants = np.unique(plant_of[chosen])
    tightest = _tightest(found, capacity)
    operations = [(i, w, a) for i, r in enumerate(found) for w, a in sorted(r.operations.items())]
    set_ups = SetUps(
        cost=np.array([r.setup_cost for r in found]),
        minimum_lot=np.array([r.minimum_lot for r in found]),
        lot_multiple=np.array([r.lot_multiple for r in found]),
        capacity=np.array([found[i].setup_capacity[w] for i, w, _ in operations]),
    )
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
    return Production(routings, set_ups, capacity.work_centers[chosen], plants, chosen)


def _tightest(found: Sequence[_Routing], capacity: Capacity) -> list[int]:
    """Work centre of each routing with the largest capacity per unit over regular capacity."""
    regular = capacity.regular_total

    def share(w: int, per_unit: Floats) -> float:
        taken = float(per_unit.max())
        return taken / regular[w] if regular[w] > 0 else (np.inf if taken > 0 else 0.0)

    return [max(sorted(r.operations), key=lambda w, r=r: share(w, r.operations[w])) for r in found]
