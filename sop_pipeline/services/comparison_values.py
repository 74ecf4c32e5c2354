"""The parts of a comparison as plain values, as `sop compare --json` prints them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sop_pipeline.insight.bridge import Bridge, Step
from sop_pipeline.insight.comparison import PlanFigures, in_currency
from sop_pipeline.insight.drivers import DriverStep
from sop_pipeline.insight.regret import RegretTable
from sop_pipeline.planning.money import CENTS


def regret_values(table: RegretTable) -> dict[str, Any]:
    """Every build under every demand; null where there is no plan."""

    def matrix(value: Callable[[str, str], float | None]) -> dict[str, dict[str, float | None]]:
        codes = table.scenarios
        return {build: {demand: value(build, demand) for demand in codes} for build in codes}

    def figure(name: str) -> dict[str, dict[str, float | None]]:
        return matrix(
            lambda build, demand: getattr(table.outcomes.get((build, demand)), name, None)
        )

    return {
        "commit_until": table.commit_until,
        "scenarios": list(table.scenarios),
        "cost": figure("cost"),
        "regret": matrix(table.regret),
        "own_best": {code: best.cost for code, best in table.best.items()},
        "margin": figure("margin"),
        "lost_units": figure("lost_units"),
        "overflow_pallets": figure("overflow_pallets"),
        "impossible": [
            {"build": build, "demand": demand, "reason": reason}
            for (build, demand), reason in table.impossible.items()
        ],
    }


def plan_values(plan: PlanFigures) -> dict[str, Any]:
    """The figures of one plan, money in currency."""
    return {
        "scenario_code": plan.scenario_code,
        "revenue": in_currency(plan.revenue),
        "margin": in_currency(plan.margin),
        "revenue_at_risk": in_currency(plan.revenue_at_risk),
        "published_cost_terms": {name: cents / CENTS for name, cents in plan.cost_terms.items()},
        "total_cost": plan.cost / CENTS,
        "penalties": plan.penalties / CENTS,
        "fill_rate": plan.fill_rate,
        "lost_units": plan.lost_units,
        "prebuilt_units": plan.prebuilt_units,
        "peak_utilization_pct": plan.peak_utilization_pct,
        "overflow_pallets": plan.overflow_pallets,
    }


def bridge_values(one: Bridge) -> dict[str, Any]:
    """A bridge by cost term."""
    return {
        "from": one.origin,
        "to": one.target,
        "start": one.start / CENTS,
        "end": one.end / CENTS,
        "steps": [{"term": step.term, "amount": step.amount} for step in one.steps],
    }


def driver_values(steps: Sequence[DriverStep]) -> list[dict[str, Any]]:
    """The steps of a bridge by driver."""
    return [{"drivers": list(step.drivers), "amount": step.amount} for step in steps]


def step_values(step: Step) -> dict[str, Any]:
    """A step of a bridge by product family."""
    return {"family": step.family, "term": step.term, "amount": step.amount}
