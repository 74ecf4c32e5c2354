"""The summary of a published plan, under the keys that summary.json has for a solved one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sop_pipeline.planning.decisions.bounds import FIGURES
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.futures.columns import HEDGE_MONEY

_AS_THEY_ARE = (
    "scenario_id",
    "scenario_code",
    "status",
    "objective",
    "rounding_cost",
    "revenue",
    "margin",
    "revenue_at_risk",
    "fill_rate",
    "peak_utilization_pct",
    "prebuilt_units",
    "solver",
    "period_kind",
    "grain",
    "policy",
    "currency",
    "model_confidence",
    "confidence_low",
    "confidence_high",
    "input_hash",
    "model_version",
)
_CERTIFICATE = ("primal_violation", "dual_violation", "relative_gap", "avoidable_gap")


def published_futures(futures: pd.DataFrame) -> dict[str, Any]:
    """What a published hedge comes to in each future; nothing of another plan.

    Args:
        futures: BUILD_PLAN_FUTURE.
    """
    if futures.empty:
        return {}
    return {"futures": [_future(row) for row in futures.to_dict("records")]}


def _future(row: Mapping[Any, Any]) -> dict[str, Any]:
    def figure(name: str) -> float | None:
        return None if _missing(row[name]) else float(row[name])

    names = ("PROBABILITY", "COST", "OWN_BEST_COST", "REGRET", "MEAN_PLAN_COST", "MARGIN",
             "FILL_RATE", "LOST_UNITS", "OVERFLOW_PALLETS", "PEAK_UTILIZATION_PCT")  # fmt: skip
    terms = {cost.name: figure(cost.column) for cost in COSTS if cost.column in row}
    return {
        "scenario_id": int(row["MEMBER_SCENARIO_ID"]),
        "scenario_code": row["MEMBER_SCENARIO_CODE"],
        **{name.lower(): figure(name) for name in names},
        "cost_terms": {name: cost for name, cost in terms.items() if cost is not None},
    }


def published_summary(summary: pd.DataFrame) -> dict[str, Any]:
    """A row of BUILD_PLAN_SUMMARY as plain values, as far as it is published.

    Money and shares are as published, to the cent and to four digits. What only the solver knew is
    not there: the size of the programme, the duration of each step, notes and warnings.

    Args:
        summary: BUILD_PLAN_SUMMARY with its one row.
    """
    [row] = summary.to_dict("records")
    values: dict[str, Any] = {
        str(name).lower(): None if _missing(value) else value for name, value in row.items()
    }
    spent = {cost.name for cost in COSTS if cost.is_spent}
    terms, published = (
        {
            cost.name: float(row[column])
            for cost in COSTS
            if not _missing(row.get(column := f"{prefix}{cost.column}"))
        }
        for prefix in ("", "PUBLISHED_")
    )
    days = {name: f"{values[name]:%Y-%m-%d}" for name in ("horizon_start", "horizon_end")}
    return {
        **{name: values.get(name) for name in _AS_THEY_ARE},
        **_stability(values),
        **_of_hedge(values),
        **{name: values[name] for name in FIGURES if values.get(name) is not None},
        **({} if values.get("rule_cost") is None else {"rule_cost": values["rule_cost"]}),
        "cost_terms": terms,
        "published_cost_terms": published,
        "published_cost": round(sum(published.values()), 2),
        "total_cost": round(sum(cost for name, cost in published.items() if name in spent), 2),
        "penalties": round(sum(cost for name, cost in published.items() if name not in spent), 2),
        "certificate": {name: values.get(name) for name in _CERTIFICATE},
        "seconds": {"solve": values["solve_seconds"]},
        **days,
        "horizon_periods": int(values["horizon_periods"]),
        **_measured(values),
        "assumptions": _list(json.loads(values["assumptions"])),
        "policy_settings": json.loads(values["policy_settings"]),
    }


def _stability(values: Mapping[str, Any]) -> dict[str, Any]:
    """How much of the last plan is kept; nothing where the policy did not keep to it."""
    if values.get("freeze_cost") is None:
        return {}
    moved = {
        "total": values["nervousness"],
        "frozen": values["nervousness_frozen"],
        "by_period": json.loads(values["nervousness_by_period"]),
    }
    return {"nervousness": moved, "freeze_cost": values["freeze_cost"]}


def _of_hedge(values: Mapping[str, Any]) -> dict[str, Any]:
    """What not knowing the future costs; nothing where the scenario is no hedge."""
    if values.get("expected_cost") is None:
        return {}
    until = values["commit_until"]
    return {
        **{name: values[name] for name in HEDGE_MONEY},
        "commit_until": until and f"{until:%Y-%m-%d}",
        "commit_periods": int(values["commit_periods"]),
        "reference_member": values["reference_member"],
    }


def _measured(values: Mapping[str, Any]) -> dict[str, Any]:
    """Draws of demand, and what failed first."""
    survived, first = values.get("confidence_survived"), values.get("confidence_first_failure")
    return {
        "confidence_draws": int(values.get("confidence_draws") or 0),
        "confidence_survived": None if survived is None else int(survived),
        "confidence_first_failure": None if first is None else json.loads(first),
    }


def _missing(value: object) -> bool:
    return bool(pd.isna(value))  # type: ignore[call-overload]


def _list(assumptions: list[str] | Mapping[str, str]) -> list[str]:
    """Assumptions one text each; early releases published them by name."""
    if isinstance(assumptions, Mapping):
        return [f"{name}: {text}" for name, text in assumptions.items()]
    return assumptions
