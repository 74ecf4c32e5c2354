"""What differs between two plans of one scenario: service, money, builds, loads.

Belongs here: the figures of both, from their published whole-unit tables.
Does not belong here: how they are worded (`report/what_if`), two scenarios side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.insight.comparison import (
    PlanFigures,
    Resource,
    Tables,
    in_currency,
    plan_figures,
)
from sop_pipeline.planning.families import COSTS


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
            `total_cost` is what is spent, `penalties` what only steers the plan.
        cost_terms: Cost of the whole-unit plan by term, where either has one.
        builds: Units built by PRODUCT_ID, PERIOD_START: BASE, CHANGED, DIFFERENCE, where they
            differ, in the order of the largest difference.
        resources: What one more unit of each limit that binds in either plan saves, 0 where it does
            not bind, the dearest in the changed plan first.
    """

    figures: Mapping[str, Pair]
    cost_terms: Mapping[str, Pair]
    builds: pd.DataFrame
    resources: Mapping[Resource, Pair]

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
    plans = plan_figures("", base), plan_figures("", changed)
    figures = _figures(plans[0], base), _figures(plans[1], changed)
    return PlanDifference(
        figures={name: Pair(figures[0][name], figures[1][name]) for name in figures[0]},
        cost_terms={
            cost.name: Pair(*(in_currency(plan.cost_of(cost.name)) for plan in plans))
            for cost in COSTS
            if any(plan.cost_of(cost.name) for plan in plans)
        },
        builds=_builds(base, changed),
        resources=_resources(*plans),
    )


def _figures(plan: PlanFigures, tables: Tables) -> dict[str, float | None]:
    stock = tables["BUILD_PLAN_INVENTORY"]
    return {
        "built_units": float(tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].sum()),
        "demand_units": float(stock["DEMAND"].sum()),
        "served_units": float(stock["SERVED"].sum()),
        "lost_units": plan.lost_units,
        "late_unit_periods": float(stock["BACKORDER"].sum()),
        "fill_rate": plan.fill_rate,
        "revenue": in_currency(plan.revenue),
        "margin": in_currency(plan.margin),
        "revenue_at_risk": in_currency(plan.revenue_at_risk),
        "total_cost": in_currency(plan.cost),
        "penalties": in_currency(plan.penalties),
        "prebuilt_units": plan.prebuilt_units,
        "peak_load_pct": plan.peak_utilization_pct,
        "most_overflow_pallets": plan.overflow_pallets,
        "overflow_pallet_periods": float(tables["BUILD_PLAN_WAREHOUSE"]["OVERFLOW_PALLETS"].sum()),
    }


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


def _resources(base: PlanFigures, changed: PlanFigures) -> dict[Resource, Pair]:
    before, after = base.marginal_values, changed.marginal_values
    pairs = {one: Pair(before.get(one, 0.0), after.get(one, 0.0)) for one in {**after, **before}}
    binding = [(one, pair) for one, pair in pairs.items() if pair.base or pair.changed]
    return dict(
        sorted(binding, key=lambda found: (-(found[1].changed or 0), -(found[1].base or 0)))
    )
