"""What a hedge says of its futures, recomputed from its own tables.

Belongs here: costs, regrets and probabilities, and what not knowing costs. A plan that is no hedge
has no rows to check.
Does not belong here: the published plan, which keeps every plan's rules (`plan_limits`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.schemas.columns import COST_COLUMNS
from sop_pipeline.schemas.plan import BUILD_PLAN_FUTURE, BUILD_PLAN_SUMMARY
from sop_pipeline.validation.plan_limits import PlanRule, faults_of_rows, plan_rule

_CENT = 0.01 + 1e-9
"""Two figures that are each rounded to the cent."""
_PROOF = 1e-6
"""Relative precision of certified costs."""
_SHARE = 1e-6


def futures(solved: SolvedPlan) -> pd.DataFrame:
    """The futures of a plan; none where it is no hedge."""
    return solved.tables[BUILD_PLAN_FUTURE.name]


def _costs_add_up(solved: SolvedPlan) -> list[Fault]:
    rows = futures(solved)
    terms = [name for name in COST_COLUMNS if name in rows.columns]
    wrong = (rows[terms].sum(axis=1) - rows["COST"]).abs() > _CENT
    return _faults("future_costs_add_up", rows[wrong], "COST", "its terms added up")


def _regret_is_right(solved: SolvedPlan) -> list[Fault]:
    """Regret is the cost less the future's own best, which nothing is cheaper than."""
    rows = futures(solved)
    regret = rows["COST"] - rows["OWN_BEST_COST"]
    cheaper = regret < -_PROOF * rows["OWN_BEST_COST"].abs().clip(lower=1.0) - _CENT
    wrong = cheaper | ((regret - rows["REGRET"]).abs() > _CENT)
    expected = "COST less OWN_BEST_COST, not negative"
    return _faults("regret_is_right", rows[wrong], "REGRET", expected)


def _shares_add_up(solved: SolvedPlan) -> list[Fault]:
    rows = futures(solved)
    total = float(rows["PROBABILITY"].sum())
    if rows.empty or abs(total - 1) <= _SHARE:
        return []
    return [Fault(BUILD_PLAN_FUTURE.name, "futures_add_up", "1", f"{total:.9g}", "PROBABILITY")]


def _worth_is_right(solved: SolvedPlan) -> list[Fault]:
    """What the summary tells of the futures together is what their rows come to."""
    rows, summary = futures(solved), solved.tables[BUILD_PLAN_SUMMARY.name].iloc[0]
    if rows.empty:
        return _told_without(summary)
    shares = rows["PROBABILITY"].to_numpy(float)
    expected = {
        "EXPECTED_COST": _mean(shares, rows["COST"]),
        "WAIT_AND_SEE_COST": _mean(shares, rows["OWN_BEST_COST"]),
        "MEAN_PLAN_COST": _mean(shares, rows["MEAN_PLAN_COST"]),
        "EVPI": summary["EXPECTED_COST"] - summary["WAIT_AND_SEE_COST"],
        "VSS": summary["MEAN_PLAN_COST"] - summary["EXPECTED_COST"],
        "OBJECTIVE": summary["EXPECTED_COST"] + np.nan_to_num(summary["RISK_COST"]),
    }
    return [
        Fault(BUILD_PLAN_SUMMARY.name, "futures_worth", f"{value:,.2f}", f"{stated:,.2f}", name)
        for name, value in expected.items()
        if not np.isclose(stated := float(summary[name]), value, 1e-14, 2 * _CENT, equal_nan=True)
    ]


def _told_without(summary: pd.Series) -> list[Fault]:
    if pd.isna(summary["EXPECTED_COST"]):
        return []
    got, name = "none", BUILD_PLAN_FUTURE.name
    return [Fault(name, "futures_worth", "a row for each future of the hedge", got)]


def _mean(shares: np.ndarray, costs: pd.Series) -> float:
    return float(shares @ costs.to_numpy(float))


def _faults(rule: str, rows: pd.DataFrame, column: str, expected: str) -> list[Fault]:
    return faults_of_rows(BUILD_PLAN_FUTURE, rule, rows, column, expected, "another figure")


FUTURE_RULES: Sequence[PlanRule] = (
    plan_rule("future_costs_add_up", "The cost terms of a future add up.", _costs_add_up),
    plan_rule(
        "regret_is_right",
        "Regret is a future's cost less its own best, which nothing is cheaper than.",
        _regret_is_right,
    ),
    plan_rule("futures_add_up", "The probabilities of the futures add up to 1.", _shares_add_up),
    plan_rule(
        "futures_worth",
        "What the summary says of the futures together is what their rows come to.",
        _worth_is_right,
    ),
)
