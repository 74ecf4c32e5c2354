"""The demo company, put together: every table of the input schema, from one seed.

Belongs here: the order in which the tables derive from one another.
Does not belong here: any figure of the company.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

import pandas as pd

from sop_pipeline.demo import demand, factory, products, sites, stock
from sop_pipeline.demo.decisions import with_decisions
from sop_pipeline.demo.horizon import DRAWN_YEAR, moved
from sop_pipeline.schemas.atomic import ATOMIC_TABLES, FISCAL_CALENDAR, OVERFLOW_TIER

Variant = Literal["standard", "decisions"]
DEMO_VARIANTS: tuple[Variant, ...] = get_args(Variant)
"""Demo companies: the one the README shows, and the same with whole decisions."""

DEMO_SEED = 1847
"""The year in which Larkenfell Toyworks was founded."""


def demo_company(
    seed: int = DEMO_SEED,
    year: int = DRAWN_YEAR,
    day: dt.date | None = None,
    variant: Variant = "standard",
) -> dict[str, pd.DataFrame]:
    """Make the input tables of Larkenfell Toyworks, maker of large wooden toys.

    Three plants, five warehouses, twelve work centres over two stages, sixty toys in six
    families, eighteen months from January on, four scenarios and a hedge over two of them. The
    same arguments make the same tables, byte for byte; the README's figures hold for the default
    seed, in any year.

    Args:
        seed: Any integer from 0 on.
        year: Year of the first planned month.
        day: The day it is made; by default after all that is recorded of its past.
        variant: The company as its README shows it, or with whole decisions (`decisions`).

    Returns:
        One frame per table of `ATOMIC_TABLES`, by name, in that order, each in the table's
        columns and dtypes and valid under its schema.
    """
    catalogue = products.catalogue(seed)
    baseline = demand.baseline_demand(seed, catalogue)
    balances = stock.balance_table(seed, baseline)
    storage = products.storage_table(catalogue)
    occupied = stock.occupied_pallets(balances, storage)
    frames = {
        "SCENARIO_DEFINITION": demand.scenario_table(),
        "DEMAND_FORECAST_VERSIONS": demand.forecast_table(baseline),
        "PRODUCT": products.product_table(catalogue),
        "PRODUCT_CATEGORY": products.category_table(),
        "SITE": sites.site_table(),
        "WORK_CENTER": factory.work_center_table(),
        "WAREHOUSE_ZONE": sites.zone_table(occupied),
        "LOGISTICS_COST_FACT": sites.logistics_table(seed),
        "INVENTORY_BALANCE": balances,
        "PRODUCT_ROUTING": factory.routing_table(catalogue),
        "CAPACITY_CALENDAR": factory.calendar_table(),
        "CAPACITY_TIER": factory.tier_table(),
        "TRANSPORT_LANE": sites.lane_table(),
        "PRODUCT_STORAGE": storage,
        "SCHEDULED_RECEIPT": stock.receipt_table(baseline),
        "OVERFLOW_TIER": OVERFLOW_TIER.empty(),  # one tier a warehouse, its contract's penalty
        "SCENARIO_MEMBER": demand.member_table(),
        "FISCAL_CALENDAR": FISCAL_CALENDAR.empty(),  # calendar months
    }
    if variant == "decisions":
        frames = with_decisions(frames)
    typed = {table.name: table.typed(frames[table.name]) for table in ATOMIC_TABLES}
    return moved(typed, year, day or dt.date(year, 1, 1))
