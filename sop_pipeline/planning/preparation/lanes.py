"""Transport lanes: those given, and every plant to every warehouse where none is.

Does not belong here: handling at the warehouse (`stock`).
"""

from __future__ import annotations

import math

import numpy as np

from sop_pipeline.planning.arrays import Integers
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import first_given, index_of, numbers
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.preparation.routings import PLANT, Production
from sop_pipeline.planning.preparation.storage import Rates
from sop_pipeline.planning.problem import Lanes


def transport_lanes(context: PreparationContext, production: Production, rates: Rates) -> Lanes:
    """Lanes of the plan, ordered by the sites they join, and the products that may use them.

    A plant no lane leaves and a warehouse no lane reaches take the default lanes.
    """
    warehouses = context.warehouses
    given = _given(context)
    default = _default(context, given, production.plants, rates)
    lanes = {**default, **given}
    origins = {*production.plants.tolist(), *warehouses.tolist()}
    ends = sorted(end for end in lanes if end[0] in origins)
    origin = np.array([a for a, _ in ends], dtype=np.int64)
    destination = np.array([b for _, b in ends], dtype=np.int64)
    from_plant = index_of(production.plants, origin)
    flows = _flows(production, from_plant, len(context.products))
    return Lanes(
        from_site=origin,
        to_site=destination,
        from_plant=from_plant,
        from_warehouse=np.where(from_plant >= 0, -1, index_of(warehouses, origin)),
        to_warehouse=index_of(warehouses, destination),
        unit_cost=np.array([lanes[end][0] for end in ends]),
        lead_time=np.array([lanes[end][1] for end in ends], dtype=np.int64),
        flow_lane=np.array([a for a, _ in flows], dtype=np.int64),
        flow_product=np.array([p for _, p in flows], dtype=np.int64),
    )


def lead_time_periods(horizon: Horizon, days: float) -> int:
    """Lead time in periods, rounded half up."""
    return math.floor(horizon.periods_of(days) + 0.5)


def _given(context: PreparationContext) -> dict[tuple[int, int], tuple[float, int]]:
    """Cost and lead time of each lane row, also of plants that make nothing in this plan."""
    warehouses, notes = context.warehouses, context.notes
    rows = context.inputs.transport_lanes
    sites = context.inputs.site_master
    known_plants = np.sort(sites.loc[sites["SITE_TYPE"] == PLANT, "SITE_ID"].to_numpy(np.int64))
    origin = rows["FROM_SITE_ID"]
    to_warehouse = index_of(warehouses, rows["TO_SITE_ID"])
    nowhere = (index_of(known_plants, origin) < 0) & (index_of(warehouses, origin) < 0)
    notes.refuse(
        "TRANSPORT_LANE",
        "FROM_SITE_ID",
        sorted(origin[nowhere].unique()),
        expected="lanes that leave a plant or a warehouse",
        got="other sites",
    )
    notes.refuse(
        "TRANSPORT_LANE",
        "TO_SITE_ID",
        sorted(rows.loc[to_warehouse < 0, "TO_SITE_ID"].unique()),
        expected="lanes that reach a warehouse",
        got="other sites",
    )
    circles = origin == rows["TO_SITE_ID"]
    notes.refuse(
        "TRANSPORT_LANE",
        "TO_SITE_ID",
        sorted(origin[circles].unique()),
        expected="lanes between two sites",
        got="lanes from a site to itself",
    )
    days = first_given(numbers(rows["LEAD_TIME_DAYS"]), 0.0)
    notes.refuse(
        "TRANSPORT_LANE",
        "LEAD_TIME_DAYS",
        [
            f"FROM_SITE_ID={a}, TO_SITE_ID={b}"
            for a, b in zip(origin[days < 0], rows.loc[days < 0, "TO_SITE_ID"], strict=True)
        ],
        expected="a lead time of at least 0 days",
        got="a negative one",
    )
    notes.raise_faults()
    ends = zip(origin.tolist(), rows["TO_SITE_ID"].tolist(), strict=True)
    figures = zip(rows["TRANSPORT_COST_PER_UNIT"].tolist(), days.tolist(), strict=True)
    return {
        (int(a), int(b)): (float(cost), lead_time_periods(context.horizon, lead))
        for (a, b), (cost, lead) in zip(ends, figures, strict=True)
    }


def _default(
    context: PreparationContext,
    given: dict[tuple[int, int], tuple[float, int]],
    plants: Integers,
    rates: Rates,
) -> dict[tuple[int, int], tuple[float, int]]:
    """Lanes of plants no lane leaves to every warehouse, and of every plant to unreached ones."""
    leaving = {a for a, _ in given}
    reached = {b for _, b in given}
    default = {
        (int(f), int(s)): (float(cost), 0)
        for f in plants
        for s, cost in zip(context.warehouses, np.nan_to_num(rates.transport), strict=True)
        if int(f) not in leaving or int(s) not in reached
    }
    if default:
        called = context.naming.site
        pairs = [[called.get(str(site), site) for site in lane] for lane in sorted(default)]
        shown = some([f"{plant} to {warehouse}" for plant, warehouse in pairs], between="; ")
        context.notes.assume(
            "default_lane",
            "Plants and warehouses without a lane are joined at the warehouse's mean transport "
            f"cost, lead time 0: {shown}",
        )
    return default


def _flows(production: Production, from_plant: Integers, products: int) -> list[tuple[int, int]]:
    """(lane, product) pairs: from a plant the products made there, between warehouses all."""
    made = set(
        zip(production.routings.plant.tolist(), production.routings.product.tolist(), strict=True)
    )
    return [
        (a, p)
        for a, plant in enumerate(from_plant.tolist())
        for p in range(products)
        if plant < 0 or (plant, p) in made
    ]
