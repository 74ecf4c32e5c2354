"""BUILD_PLAN_FUTURE: what a hedge comes to in each future, before whole units.

Belongs here: the figures of one future. Does not belong here: those of all together (`optimum`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.futures.optimum import HedgeOptimum
from sop_pipeline.planning.futures.risk import RISK
from sop_pipeline.planning.money import CENTS, more_than, to_cents
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.sales import Sold, StockFlows, earnings
from sop_pipeline.planning.service import sold_by_class
from sop_pipeline.planning.summary import fill_rate, peak_utilization

DECIMALS = 4


def future_figures(found: HedgeOptimum) -> list[dict[str, Any]]:
    """What the hedge comes to in each future, full precision, by SCENARIO_ID."""
    held = found.mean_plan
    by_mean = [None] * len(found.own_best) if held is None else held.costs.tolist()
    each = zip(found.prepared.futures, found.plans, found.own_best.tolist(), by_mean, strict=True)
    return [
        {
            "scenario_id": future.member.inputs.scenario_id,
            "scenario_code": future.code,
            "probability": future.member.probability,
            "cost": plan.cost,
            "cost_terms": plan.cost_terms,
            "own_best_cost": best,
            "regret": more_than(plan.cost, best),
            "mean_plan_cost": mean,
            "margin": _margin(plan),
            "fill_rate": fill_rate(plan),
            "lost_units": float(plan.family("lost_sales").sum()),
            "overflow_pallets": float(plan.overflow_pallets.max(initial=0.0)),
            "peak_utilization_pct": peak_utilization(plan),
        }
        for future, plan, best, mean in each
    ]


def future_table(found: HedgeOptimum, figures: list[dict[str, Any]]) -> pd.DataFrame:
    """BUILD_PLAN_FUTURE: one row per future, money to the cent."""
    rows = [
        _row(found.prepared.inputs.scenario_id, plan, one)
        for plan, one in zip(found.plans, figures, strict=True)
    ]
    return pd.DataFrame(rows).astype({"MEMBER_SCENARIO_CODE": "string"})


def _row(scenario_id: int, plan: PlannedQuantities, figures: dict[str, Any]) -> dict[str, Any]:
    cents, best = plan.cents, to_cents(figures["own_best_cost"])
    cost, mean = sum(cents.values()), figures["mean_plan_cost"]
    share = figures["fill_rate"]
    return {
        "SCENARIO_ID": scenario_id,
        "MEMBER_SCENARIO_ID": figures["scenario_id"],
        "MEMBER_SCENARIO_CODE": figures["scenario_code"],
        "PROBABILITY": figures["probability"],
        **{
            term.column: cents[term.name] / CENTS if term.name in cents else np.nan
            for term in COSTS
            if term.name != RISK
        },
        "COST": cost / CENTS,
        "OWN_BEST_COST": best / CENTS,
        "REGRET": (cost - best) / CENTS,
        "MEAN_PLAN_COST": np.nan if mean is None else to_cents(mean) / CENTS,
        "MARGIN": figures["margin"],
        "FILL_RATE": np.nan if share is None else round(share, DECIMALS),
        "LOST_UNITS": round(figures["lost_units"], DECIMALS),
        "OVERFLOW_PALLETS": round(figures["overflow_pallets"], DECIMALS),
        "PEAK_UTILIZATION_PCT": round(figures["peak_utilization_pct"], 2),
    }


def _margin(plan: PlannedQuantities) -> float:
    flows, problem = StockFlows.of_plan(plan), plan.problem
    whole = problem.classes is None
    sold = Sold.of_products(problem, flows) if whole else sold_by_class(plan, flows)
    return earnings(problem, sold, plan.cents)["margin"]
