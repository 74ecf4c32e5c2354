"""What the planner is given: the checked input tables of one scenario, as frames.

Column names are those of the input tables (upper case); `schemas/inputs.py` describes each.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import pandas as pd

from sop_pipeline.planning.days import DAY


def _no_fiscal_calendar() -> pd.DataFrame:
    """Periods that are calendar months or weeks."""
    return pd.DataFrame(
        columns=["START_DATE", "END_DATE", "FISCAL_MONTH", "FISCAL_QUARTER", "FISCAL_YEAR"]
    )


def _no_plan() -> pd.DataFrame:
    """A last plan of which nothing is kept, or none at all."""
    return pd.DataFrame(
        {
            "PRODUCT_ID": pd.Series(dtype="int64"),
            "WORK_CENTER_ID": pd.Series(dtype="int64"),
            "PRODUCTION_WEEK": pd.Series(dtype=DAY),
            "RECOMMENDED_QUANTITY": pd.Series(dtype="float64"),
        }
    )


def _no_overflow_tiers() -> pd.DataFrame:
    """Contracts with one price for pallets above the threshold."""
    names = ["SITE_ID", "TIER_RANK", "MAX_PALLETS", "PENALTY_RATE"]
    return pd.DataFrame(columns=[*names, "EFFECTIVE_DATE", "EXPIRY_DATE"])


@dataclass(frozen=True)
class PlanningInputs:
    """One frame per input table, checked: keys unique, numbers finite and not negative.

    Optional tables are empty frames with their columns where the customer has none.

    Attributes:
        last_plan: Rows of the published RECOMMENDED_BUILD_PLAN, where the policy keeps to it.
        held_builds: Rows of an earlier RECOMMENDED_BUILD_PLAN whose builds are decided, of every
            product and work centre in each of their periods; None where nothing is decided.
        further_products: PRODUCT_ID of products that are planned though nothing of them is
            demanded.
        warehouse_closures: SITE_ID of warehouses that store nothing of the plan, and from when to
            when, EFFECTIVE_DATE and EXPIRY_DATE as of dated rows; None where every one stores.
    """

    scenario_id: int
    scenario_code: str
    demand_forecasts: pd.DataFrame
    product_master: pd.DataFrame
    site_master: pd.DataFrame
    capacity_summary: pd.DataFrame
    warehouse_capacity: pd.DataFrame
    logistics_costs: pd.DataFrame
    opening_inventory: pd.DataFrame
    product_routings: pd.DataFrame
    capacity_calendar: pd.DataFrame
    capacity_tiers: pd.DataFrame
    transport_lanes: pd.DataFrame
    product_storage: pd.DataFrame
    scheduled_receipts: pd.DataFrame
    overflow_tiers: pd.DataFrame = field(default_factory=_no_overflow_tiers)
    fiscal_calendar: pd.DataFrame = field(default_factory=_no_fiscal_calendar)
    last_plan: pd.DataFrame = field(default_factory=_no_plan)
    held_builds: pd.DataFrame | None = None
    further_products: tuple[int, ...] = ()
    warehouse_closures: pd.DataFrame | None = None

    @classmethod
    def table_names(cls) -> tuple[str, ...]:
        """Names of the input tables, in order."""
        return tuple(f.name for f in fields(cls) if f.type == "pd.DataFrame")
