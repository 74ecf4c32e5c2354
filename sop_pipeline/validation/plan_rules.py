"""The rules a solved plan must satisfy before it is published, recomputed from its own tables.

Belongs here: what anyone could check with the published tables alone; limits and balances are in
`plan_limits`.
Does not belong here: optimality, which the certificate proves from the inputs (`planning/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.planning.families import COSTS
from sop_pipeline.schemas.columns import COST_COLUMNS, PUBLISHED_COST_COLUMNS
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY, RECOMMENDED_BUILD_PLAN, RESULT_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.validation.plan_decisions import DECISION_RULES
from sop_pipeline.validation.plan_futures import FUTURE_RULES, futures
from sop_pipeline.validation.plan_limits import LIMIT_RULES, PlanRule, faults_of_rows
from sop_pipeline.validation.plan_pegs import PEG_RULES
from sop_pipeline.validation.rule import RuleResult
from sop_pipeline.validation.schema_faults import schema_faults

_CERTIFICATE_TOLERANCE = 1e-6
_CENT = 0.005 + 1e-9
_DOUBLE = 1e-14
"""Relative precision of money that is added up, which beyond 10^12 is less than a cent."""


def check_plan(solved: SolvedPlan) -> list[RuleResult]:
    """Run every rule on a solved plan."""
    return [RuleResult(rule, tuple(rule.find(solved))) for rule in PLAN_RULES]


def _schemas(solved: SolvedPlan) -> list[Fault]:
    return [f for table in RESULT_TABLES for f in schema_faults(table, solved.tables[table.name])]


def _costs_add_up(solved: SolvedPlan) -> list[Fault]:
    """Terms add up to the objective; the build plan's money to the published terms."""
    summary = solved.tables[BUILD_PLAN_SUMMARY.name].iloc[0]
    rows = solved.tables[RECOMMENDED_BUILD_PLAN.name]
    published = _sum(summary, [f"PUBLISHED_{cost.column}" for cost in COSTS if cost.is_spent])
    comparisons = {
        "OBJECTIVE": (summary["OBJECTIVE"], _sum(summary, COST_COLUMNS)),
        "ROUNDING_COST": (
            _rounded_from(solved, summary) + summary["ROUNDING_COST"],
            _sum(summary, PUBLISHED_COST_COLUMNS),
        ),
        "PROJECTED_TOTAL_COST": (published, rows["PROJECTED_TOTAL_COST"].sum()),
    }
    return [
        Fault(BUILD_PLAN_SUMMARY.name, "costs_add_up", f"{stated:,.2f}", f"{added:,.2f}", column)
        for column, (stated, added) in comparisons.items()
        if abs(stated - added) > max(_CENT, _DOUBLE * abs(stated))
    ]


def _rounded_from(solved: SolvedPlan, summary: pd.Series) -> float:
    """Cost before whole units: the objective, of a hedge that of the future that is published."""
    rows = futures(solved)
    if rows.empty:
        return float(summary["OBJECTIVE"])
    reference = rows[rows["MEMBER_SCENARIO_CODE"] == summary["REFERENCE_MEMBER"]]
    return float(reference["COST"].sum())


def _sum(summary: pd.Series, terms: Sequence[str]) -> float:
    """Cost terms added up; a term that the plan does not have is empty."""
    return float(pd.to_numeric(summary[list(terms)]).sum())


def _certified(solved: SolvedPlan) -> list[Fault]:
    summary = solved.tables[BUILD_PLAN_SUMMARY.name].iloc[0]
    return [
        Fault(
            BUILD_PLAN_SUMMARY.name,
            "certified",
            f"at most {_CERTIFICATE_TOLERANCE:g}",
            f"{summary[column]:.3g}",
            column,
        )
        for column in ("PRIMAL_VIOLATION", "DUAL_VIOLATION", "RELATIVE_GAP", "AVOIDABLE_GAP")
        if not summary[column] <= _CERTIFICATE_TOLERANCE
    ]


def planner_warnings(sentences: Sequence[str]) -> list[Fault]:
    """What the planner itself warns of, as faults that are told like the others."""
    expected = "settings and data that fit together"
    return [
        Fault("policy and input", "planner_warnings", expected, one, sentence=one)
        for one in sentences
    ]


def published_faults(
    published: Mapping[str, pd.DataFrame], solved: Mapping[str, pd.DataFrame]
) -> list[Fault]:
    """Where the published tables are not the solved ones, to the precision they are stored in.

    Args:
        published: Frames as read from the warehouse, by result table.
        solved: The solved plan's frames.
    """
    return [
        fault
        for table in RESULT_TABLES
        for fault in _differences(table, published[table.name], solved[table.name])
    ]


def _differences(table: Table, published: pd.DataFrame, solved: pd.DataFrame) -> list[Fault]:
    if len(published) != len(solved):
        expected, got = f"{len(solved):,} rows", f"{len(published):,} rows"
        return [Fault(table.name, "published_whole", expected, got)]
    key = list(table.key)
    one = published.sort_values(key, ignore_index=True)
    other = table.typed(solved).sort_values(key, ignore_index=True)
    faults: list[Fault] = []
    for name, column in table.columns.items():
        if column.type == "number":
            unit = 0.0 if column.storage is None else 0.5 * 10.0 ** -column.storage[1]
            same = np.isclose(one[name], other[name], rtol=1e-12, atol=unit + 1e-9, equal_nan=True)
        else:
            equal = (one[name] == other[name]).fillna(value=False).astype(bool)
            same = (equal | (one[name].isna() & other[name].isna())).to_numpy()
        if not same.all():
            wrong = one[~same]
            faults += faults_of_rows(
                table, "published_whole", wrong, name, "as solved", "another value"
            )
    return faults


PLAN_RULES: tuple[PlanRule, ...] = (
    PlanRule("schemas", "solved_plan", "Every result table satisfies its schema.", _schemas),
    PlanRule(
        "certified", "solved_plan", "The certificate proves the plan optimal to 1e-6.", _certified
    ),
    *LIMIT_RULES,
    *DECISION_RULES,
    PlanRule(
        "costs_add_up",
        "solved_plan",
        "Cost terms add up to the objective, row costs to the published terms.",
        _costs_add_up,
    ),
    *FUTURE_RULES,
    *PEG_RULES,
    PlanRule(
        "planner_warnings",
        "solved_plan",
        "Settings and data fit together; what probably is not meant is told.",
        lambda solved: planner_warnings(solved.report["warnings"]),
        severity="warning",
    ),
)
