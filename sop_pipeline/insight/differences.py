"""What differs between two plans of one scenario: service, money, builds, loads.

Belongs here: the figures of both, from their published whole-unit tables.
Does not belong here: how they are worded (`report/what_if`), two scenarios side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.summary import COLUMN_OF_TERM

Tables = Mapping[str, pd.DataFrame]
RESOURCE = ["CONSTRAINT_NAME", "WORK_CENTER_ID", "TIER_CODE", "SITE_ID", "PERIOD_START"]


@dataclass(frozen=True)
class Pair:
    """A figure of two plans; None where a plan has none, as a fill rate without demand.

    Attributes:
        base: Of the plan as it is.
        changed: Of the plan with the change.
    """

    base: float | None
    changed: float | None

    @property
    def difference(self) -> float | None:
        """What the change adds."""
        if self.base is None or self.changed is None:
            return None
        return round(self.changed - self.base, 6)


@dataclass(frozen=True)
class PlanDifference:
    """Two plans of one scenario beside each other.

    Attributes:
        figures: Quantities (units, pallets), service (share), loads (%), and money, by name.
        cost_terms: Cost of the whole-unit plan by term, where either has one.
        builds: Units built by PRODUCT_ID, PERIOD_START: BASE, CHANGED, DIFFERENCE, where they
            differ, in the order of the largest difference.
        resources: ONE_MORE_SAVES of each limit that binds in either plan: BASE and CHANGED, 0 where
            it does not bind, the dearest in the changed plan first.
    """

    figures: Mapping[str, Pair]
    cost_terms: Mapping[str, Pair]
    builds: pd.DataFrame
    resources: pd.DataFrame

    @property
    def is_nothing(self) -> bool:
        """Whether the plans are the same in every figure and build."""
        pairs = [*self.figures.values(), *self.cost_terms.values()]
        return self.builds.empty and not any(pair.difference for pair in pairs)


def plan_difference(base: Tables, changed: Tables) -> PlanDifference:
    """Lay two plans side by side.

    Args:
        base: Result tables of the plan as it is.
        changed: Those of the plan with the change.
    """
    figures = [_figures(tables) for tables in (base, changed)]
    terms = [_cost_terms(tables) for tables in (base, changed)]
    return PlanDifference(
        figures={name: Pair(figures[0][name], figures[1][name]) for name in figures[0]},
        cost_terms={
            name: Pair(cost, terms[1][name])
            for name, cost in terms[0].items()
            if cost or terms[1][name]
        },
        builds=_builds(base, changed),
        resources=_resources(base, changed),
    )


def _figures(tables: Tables) -> dict[str, float | None]:
    row = tables["BUILD_PLAN_SUMMARY"].iloc[0]
    stock, stores = tables["BUILD_PLAN_INVENTORY"], tables["BUILD_PLAN_WAREHOUSE"]
    fill = row["FILL_RATE"]
    costs = list(_cost_terms(tables).values())
    return {
        "built_units": float(tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].sum()),
        "demand_units": float(stock["DEMAND"].sum()),
        "served_units": float(stock["SERVED"].sum()),
        "lost_units": float(stock["LOST_SALES"].sum()),
        "late_unit_periods": float(stock["BACKORDER"].sum()),
        "fill_rate": None if pd.isna(fill) else float(fill),
        "revenue": float(row["REVENUE"]),
        "margin": float(row["MARGIN"]),
        "revenue_at_risk": float(row["REVENUE_AT_RISK"]),
        "total_cost": round(sum(costs), 2),
        "prebuilt_units": float(row["PREBUILT_UNITS"]),
        "peak_load_pct": float(row["PEAK_UTILIZATION_PCT"]),
        "most_overflow_pallets": float(np.nan_to_num(stores["OVERFLOW_PALLETS"].max())),
        "overflow_pallet_periods": float(stores["OVERFLOW_PALLETS"].sum()),
    }


def _cost_terms(tables: Tables) -> dict[str, float]:
    row = tables["BUILD_PLAN_SUMMARY"].iloc[0]
    return {cost.name: float(row[f"PUBLISHED_{COLUMN_OF_TERM[cost.name]}"]) for cost in COSTS}


def _builds(base: Tables, changed: Tables) -> pd.DataFrame:
    key = ["PRODUCT_ID", "PRODUCTION_WEEK"]
    totals = {
        name: tables["RECOMMENDED_BUILD_PLAN"].groupby(key)["RECOMMENDED_QUANTITY"].sum()
        for name, tables in (("BASE", base), ("CHANGED", changed))
    }
    rows = pd.DataFrame(totals).fillna(0.0).rename_axis(["PRODUCT_ID", "PERIOD_START"])
    rows = rows.assign(DIFFERENCE=rows["CHANGED"] - rows["BASE"]).reset_index()
    rows = rows[rows["DIFFERENCE"] != 0]
    order = rows["DIFFERENCE"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order].reset_index(drop=True)


def _resources(base: Tables, changed: Tables) -> pd.DataFrame:
    frames = [
        tables["BUILD_PLAN_SHADOW_PRICE"][[*RESOURCE, "UNIT", "ONE_MORE_SAVES"]]
        for tables in (base, changed)
    ]
    joined = frames[0].merge(frames[1], on=[*RESOURCE, "UNIT"], how="outer", suffixes=("_A", "_B"))
    rows = joined.rename(columns={"ONE_MORE_SAVES_A": "BASE", "ONE_MORE_SAVES_B": "CHANGED"})
    rows = rows.assign(BASE=rows["BASE"].fillna(0.0), CHANGED=rows["CHANGED"].fillna(0.0))
    rows = rows[(rows["BASE"] != 0) | (rows["CHANGED"] != 0)]
    return rows.sort_values(["CHANGED", "BASE"], ascending=False, kind="stable", ignore_index=True)
