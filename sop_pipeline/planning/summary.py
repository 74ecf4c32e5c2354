"""The summary of a plan: status, costs, service, certificate and provenance.

Belongs here: the content of summary.json and the one row of BUILD_PLAN_SUMMARY.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from sop_pipeline.planning.certificate import Certificate
from sop_pipeline.planning.commitment import periods_before_peak
from sop_pipeline.planning.confidence import Confidence
from sop_pipeline.planning.costs import Costs
from sop_pipeline.planning.days import DAY
from sop_pipeline.planning.decisions.bounds import FIGURES, Bounds
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.futures.columns import hedge_columns
from sop_pipeline.planning.index_sets import programme_shape
from sop_pipeline.planning.money import CENTS
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.policy_label import short_label
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.tables import LARGEST_PCT
from sop_pipeline.planning.whole_units import Verdict
from sop_pipeline.version import __version__

MODEL_VERSION_LENGTH = 50
SPENT = frozenset(cost.name for cost in COSTS if cost.is_spent)


@dataclass(frozen=True)
class Provenance:
    """Where a plan comes from and how it was found.

    Attributes:
        scenario_id: Scenario it plans.
        scenario_code: Its code.
        policy: The policy followed.
        policy_name: Its label: the name, and what is laid over it.
        input_hash: Fingerprint of the inputs and the policy.
        confidence: How sure the plan is.
        solver: Solver and version.
        certificate: Proof of optimality.
        bounds: What any plan with whole decisions must cost; None where there are none.
        whole_units: What whole units cost.
        assumptions: Defaults assumed, by name.
        warnings: What is probably not meant.
        seconds: Duration of each step.
    """

    scenario_id: int
    scenario_code: str
    policy: Policy
    policy_name: str
    input_hash: str
    confidence: Confidence
    solver: str
    certificate: Certificate
    bounds: Bounds | None
    whole_units: Verdict
    assumptions: dict[str, str]
    warnings: list[str]
    seconds: dict[str, float]

    @property
    def model_version(self) -> str:
        """Package version, policy and grain, at most 50 characters."""
        return model_version(self.policy_name, self.policy.grain)


def model_version(policy_name: str, grain: str) -> str:
    """Package version, policy and grain; a long policy label is shortened for 50 characters."""
    head, tail = f"sop_pipeline {__version__} ", f" {grain}"
    return f"{head}{short_label(policy_name, MODEL_VERSION_LENGTH - len(head) - len(tail))}{tail}"


def summary_report(
    objective: Costs, relaxed: PlannedQuantities, published: PlannedQuantities, origin: Provenance
) -> dict[str, Any]:
    """The summary as plain values, ready for JSON.

    Args:
        objective: The linear programme's costs.
        relaxed: Its plan.
        published: The plan in whole units.
        origin: Where the plan comes from.
    """
    rows, columns = programme_shape(relaxed.problem)
    published_terms = {name: cents / CENTS for name, cents in published.cents.items()}
    periods = relaxed.problem.periods
    return {
        "scenario_id": origin.scenario_id,
        "scenario_code": origin.scenario_code,
        "status": _status(objective, origin),
        "objective": objective.total,
        "cost_terms": objective.terms,
        "published_cost_terms": published_terms,
        "published_cost": sum(published.cents.values()) / CENTS,
        "total_cost": sum(c for name, c in published.cents.items() if name in SPENT) / CENTS,
        "penalties": sum(c for name, c in published.cents.items() if name not in SPENT) / CENTS,
        "rounding_cost": origin.whole_units.cost,
        "fill_rate": fill_rate(published),
        "peak_utilization_pct": peak_utilization(published),
        "prebuilt_units": prebuilt_units(published),
        **_terminal_stock(relaxed.problem),
        **_ages(relaxed.problem),
        "certificate": origin.certificate.figures,
        **({} if origin.bounds is None else origin.bounds.figures(objective.total)),
        "solver": origin.solver,
        "rows": rows,
        "columns": columns,
        "seconds": dict(origin.seconds),
        "assumptions": [f"{name}: {text}" for name, text in sorted(origin.assumptions.items())],
        "warnings": list(origin.warnings),
        "horizon_start": periods.starts[0].isoformat(),
        "horizon_end": periods.starts[-1].isoformat(),
        "horizon_periods": len(periods),
        "period_kind": periods.kind,
        "grain": origin.policy.grain,
        "policy": origin.policy_name,
        "policy_settings": origin.policy.model_dump(mode="json"),
        "currency": origin.policy.currency,
        **_confidence(origin.confidence),
        "input_hash": origin.input_hash,
        "model_version": origin.model_version,
    }


def _status(objective: Costs, origin: Provenance) -> str:
    """What may be said of the plan; with whole decisions, whether their claimed gap is small."""
    if origin.bounds is None:
        return origin.whole_units.proof.grade
    grade = origin.bounds.proof(objective.total).grade
    return "within_gap" if grade == "within_gap" else "optimal"


def _confidence(confidence: Confidence) -> dict[str, Any]:
    """How sure the plan is; what is measured is None where demand is not drawn."""
    first = confidence.first_failure
    return {
        "model_confidence": confidence.share,
        "confidence_draws": confidence.draws,
        "confidence_survived": confidence.survived,
        "confidence_low": confidence.low,
        "confidence_high": confidence.high,
        "confidence_first_failure": None if first is None else asdict(first),
    }


def _terminal_stock(problem: Problem) -> dict[str, dict[str, float]]:
    """What must be left at the end, units by PRODUCT_ID; nothing where nothing is asked for."""
    asked = zip(problem.products.tolist(), problem.terminal_stock.tolist(), strict=True)
    due = {str(product): units for product, units in asked if units > 0}
    return {"terminal_stock": due} if due else {}


def _ages(problem: Problem) -> dict[str, dict[str, int]]:
    """Periods that stock may stand, by PRODUCT_ID; nothing where all of it keeps."""
    if problem.ages is None:
        return {}
    products = problem.products[problem.ages.product].tolist()
    most = zip(products, problem.ages.most.tolist(), strict=True)
    return {"max_age_periods": {str(product): periods for product, periods in most}}


def summary_table(
    objective: Costs,
    relaxed: PlannedQuantities,
    published: PlannedQuantities,
    report: dict[str, Any],
) -> pd.DataFrame:
    """BUILD_PLAN_SUMMARY: the report as one row, money to the cent; arguments as there."""
    rounding = sum(published.cents.values()) - sum(relaxed.cents.values())
    row: dict[str, Any] = {
        "SCENARIO_ID": report["scenario_id"],
        "SCENARIO_CODE": report["scenario_code"],
        "STATUS": report["status"],
        "OBJECTIVE": sum(objective.cents.values()) / CENTS,
        **_term_columns("", objective.cents),
        "ROUNDING_COST": rounding / CENTS,
        **_term_columns("PUBLISHED_", published.cents),
        **{name.upper(): report[name] for name in ("revenue", "margin", "revenue_at_risk")},
        "RULE_COST": round(report.get("rule_cost", np.nan), 2) + 0.0,
        **{name.upper(): report.get(name, np.nan) for name in FIGURES},
        **_stability_columns(report),
        **hedge_columns(report),
        "FILL_RATE": _share(report["fill_rate"]),
        "PEAK_UTILIZATION_PCT": round(report["peak_utilization_pct"], 2),
        "PREBUILT_UNITS": round(report["prebuilt_units"], 4),
        "PRIMAL_VIOLATION": report["certificate"]["primal_violation"],
        "DUAL_VIOLATION": report["certificate"]["dual_violation"],
        "RELATIVE_GAP": report["certificate"]["relative_gap"],
        "AVOIDABLE_GAP": report["certificate"]["avoidable_gap"],
        "SOLVER": report["solver"],
        "SOLVE_SECONDS": report["seconds"]["solve"],
        "HORIZON_START": pd.Timestamp(report["horizon_start"]),
        "HORIZON_END": pd.Timestamp(report["horizon_end"]),
        "HORIZON_PERIODS": float(report["horizon_periods"]),
        "PERIOD_KIND": report["period_kind"],
        "GRAIN": report["grain"],
        "POLICY": report["policy"],
        "POLICY_SETTINGS": json.dumps(report["policy_settings"], sort_keys=True),
        "CURRENCY": report["currency"],
        "ASSUMPTIONS": json.dumps(report["assumptions"]),
        "MODEL_VERSION": report["model_version"],
        "MODEL_CONFIDENCE": _share(report["model_confidence"]),
        **_confidence_columns(report),
        "INPUT_HASH": report["input_hash"],
    }
    texts = (
        *("SCENARIO_CODE", "STATUS", "SOLVER", "PERIOD_KIND", "GRAIN", "POLICY"),
        "POLICY_SETTINGS",
        "CURRENCY",
        "ASSUMPTIONS",
        "MODEL_VERSION",
        "CONFIDENCE_FIRST_FAILURE",
        "INPUT_HASH",
        "NERVOUSNESS_BY_PERIOD",
        "REFERENCE_MEMBER",
    )
    days = ("HORIZON_START", "HORIZON_END", "COMMIT_UNTIL")
    types = {**dict.fromkeys(texts, "string"), **dict.fromkeys(days, DAY)}
    return pd.DataFrame([row]).astype(types)


def _confidence_columns(report: Mapping[str, Any]) -> dict[str, Any]:
    """What was measured; empty where demand is not drawn."""
    if not report["confidence_draws"]:
        figures = dict.fromkeys(("DRAWS", "SURVIVED", "LOW", "HIGH"), np.nan)
        first = None
    else:
        figures = {
            "DRAWS": float(report["confidence_draws"]),
            "SURVIVED": float(report["confidence_survived"]),
            "LOW": _share(report["confidence_low"]),
            "HIGH": _share(report["confidence_high"]),
        }
        first = report["confidence_first_failure"]
    return {
        **{f"CONFIDENCE_{name}": value for name, value in figures.items()},
        "CONFIDENCE_FIRST_FAILURE": None if first is None else json.dumps(first),
    }


def _share(value: float | None) -> float:
    return np.nan if value is None else round(value, 4)


def _term_columns(prefix: str, cents: Mapping[str, int]) -> dict[str, float]:
    """Each cost term to the cent; empty for those that the problem does not have."""
    return {
        f"{prefix}{cost.column}": cents[cost.name] / CENTS if cost.name in cents else np.nan
        for cost in COSTS
    }


def _stability_columns(report: Mapping[str, Any]) -> dict[str, Any]:
    """How much of the last plan is kept; empty where the policy does not keep to it."""
    moved = report.get("nervousness")
    if moved is None:
        shares = dict.fromkeys(("NERVOUSNESS", "NERVOUSNESS_FROZEN"), np.nan)
        return {**shares, "NERVOUSNESS_BY_PERIOD": None, "FREEZE_COST": np.nan}
    return {
        "NERVOUSNESS": np.nan if moved["total"] is None else moved["total"],
        "NERVOUSNESS_FROZEN": np.nan if moved["frozen"] is None else moved["frozen"],
        "NERVOUSNESS_BY_PERIOD": json.dumps(moved["by_period"]),
        "FREEZE_COST": round(report["freeze_cost"], 2),
    }


def fill_rate(plan: PlannedQuantities) -> float | None:
    """Units served in their period over units demanded; None without demand."""
    demand = plan.problem.demand.sum()
    return float(plan.served_in_period.sum() / demand) if demand > 0 else None


def peak_utilization(plan: PlannedQuantities) -> float:
    """Largest used over available capacity, in per cent, at most 999.99."""
    tiers = plan.problem.tiers
    capacity = np.zeros_like(plan.load)
    np.add.at(capacity, tiers.work_center, tiers.capacity)
    bounded = np.isfinite(capacity) & (capacity > 0)
    ratio = np.divide(plan.load, capacity, out=np.zeros_like(plan.load), where=bounded)
    return min(LARGEST_PCT, float(100 * ratio.max()))


def prebuilt_units(plan: PlannedQuantities) -> float:
    """Stock above its safety target just before the fiscal quarter with the largest demand."""
    quarters = plan.problem.periods.fiscal_quarters
    before = periods_before_peak(quarters, plan.problem.demand.sum(axis=(0, 1))) - 1
    if before < 0:
        return 0.0
    stock = plan.family("stock")[..., before]
    return float(np.maximum(0.0, stock - plan.problem.safety_stock[..., before]).sum())
