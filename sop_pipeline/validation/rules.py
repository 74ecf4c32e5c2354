"""The rules that stop a plan: what must hold across the input tables.

To add a check on a table: write a function that returns faults, and list it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.calendar import Calendar
from sop_pipeline.planning.preparation.horizon import merged_fiscal_months, missing_periods
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.validation.fan_out import explain
from sop_pipeline.validation.horizon import fiscal_calendar_faults, forecasts_outside
from sop_pipeline.validation.intake import TABLES, InputRule, Intake, schema_rule
from sop_pipeline.validation.schema_faults import row_names
from sop_pipeline.validation.warnings import WARNINGS
from sop_pipeline.warehouse.queries import SCENARIO_COMPARISON_V

_RELATIVE_TOLERANCE = 1e-6
_STORING = ("WAREHOUSE", "DISTRIBUTION_CENTER")


def _faults_of_rows(
    table: str,
    rule: str,
    rows: pd.DataFrame,
    column: str,
    expected: str,
    got: str,
    remedy: str = "",
) -> list[Fault]:
    """One fault for all offending rows of a table, none where there are none."""
    if rows.empty:
        return []
    named = dict.fromkeys([*TABLES[table].key, column])
    shown = row_names(tuple(named), rows.head(OFFENDERS_SHOWN))
    return [Fault(TABLES[table].title, rule, expected, got, column, shown, len(rows), remedy)]


@dataclass(frozen=True)
class _Reference:
    """A column whose values must stand in another input table, or in all of PRODUCT."""

    column: str
    parent: str


_PRODUCT = _Reference("PRODUCT_ID", "PRODUCT")
_SITE = _Reference("SITE_ID", "site_master")
_WORK_CENTER = _Reference("WORK_CENTER_ID", "capacity_summary")

_REFERENCES: Mapping[str, tuple[_Reference, ...]] = {
    "demand_forecasts": (_Reference("PRODUCT_ID", "product_master"), _SITE),
    "capacity_summary": (_SITE,),
    "warehouse_capacity": (_SITE,),
    "logistics_costs": (_SITE, _Reference("WAREHOUSE_ZONE_ID", "warehouse_capacity")),
    "opening_inventory": (_PRODUCT, _SITE),
    "product_routings": (_PRODUCT, _WORK_CENTER),
    "capacity_calendar": (_WORK_CENTER,),
    "capacity_tiers": (_WORK_CENTER,),
    "transport_lanes": (
        _Reference("FROM_SITE_ID", "site_master"),
        _Reference("TO_SITE_ID", "site_master"),
    ),
    "product_storage": (_PRODUCT,),
    "scheduled_receipts": (_PRODUCT, _SITE),
}
"""What each table refers to; `PRODUCT` asks for any row, since a retired product may keep stock."""


def _references_of(table: str, references: tuple[_Reference, ...]) -> InputRule:
    def find(intake: Intake) -> list[Fault]:
        rows = intake.read(table)
        if rows.empty:
            return []
        return [fault for reference in references for fault in _unknown(intake, table, reference)]

    told = ", ".join(f"{r.column} in {_source(r.parent)}" for r in references)
    return InputRule("references", table, f"Every reference stands: {told}.", find)


def _unknown(intake: Intake, table: str, reference: _Reference) -> list[Fault]:
    rows, column = intake.read(table), reference.column
    unknown = rows[rows[column].notna() & ~rows[column].isin(_known(intake, reference.parent))]
    source = _source(reference.parent)
    current = "a current row" if reference.parent in TABLES else "a row"
    return _faults_of_rows(
        table,
        "references",
        unknown,
        column,
        f"{current} of {source}",
        f"{unknown[column].nunique()} unknown {column}",
        f"Add the missing rows to {source}, or mend the reference",
    )


def _known(intake: Intake, parent: str) -> pd.Series:
    if parent in TABLES:
        return intake.read(parent)[TABLES[parent].key[0]]
    return intake.every_product()


def _source(parent: str) -> str:
    return TABLES[parent].source if parent in TABLES else parent


def _demand_at_warehouses(intake: Intake) -> list[Fault]:
    rows, sites = intake.read("demand_forecasts"), intake.read("site_master")
    others = sites[~sites["SITE_TYPE"].isin(_STORING)]["SITE_ID"]
    return _faults_of_rows(
        "demand_forecasts",
        "demand_at_warehouses",
        rows[rows["SITE_ID"].isin(others)],
        "SITE_ID",
        f"a site of type {' or '.join(_STORING)}",
        "demand at another kind of site",
    )


def _no_missing_period(intake: Intake) -> list[Fault]:
    return missing_periods(intake.calendar(), intake.read("demand_forecasts"), intake.policy)


def _one_fiscal_month(intake: Intake) -> list[Fault]:
    return merged_fiscal_months(intake.calendar(), intake.read("demand_forecasts"), intake.policy)


def _inside_fiscal_calendar(intake: Intake) -> list[Fault]:
    return forecasts_outside(intake.calendar(), intake.read("demand_forecasts"))


def _periods_follow(intake: Intake) -> list[Fault]:
    return fiscal_calendar_faults(intake.read("fiscal_calendar"))


def _reconciles_with_base(intake: Intake) -> list[Fault]:
    if intake.policy.demand_source == "base":
        return []
    view, base = intake.read("demand_forecasts"), intake.base_demand()
    calendar = intake.calendar()
    by_period = pd.DataFrame(
        {name: _by_period(frame, calendar) for name, frame in (("VIEW", view), ("BASE", base))}
    ).fillna(0.0)
    limit = _RELATIVE_TOLERANCE * by_period["BASE"].abs().clip(lower=1.0)
    wrong = by_period[(by_period["VIEW"] - by_period["BASE"]).abs() > limit]
    if wrong.empty:
        return []
    return [_reconciliation_fault(intake, view, base, wrong)]


def _by_period(frame: pd.DataFrame, calendar: Calendar) -> pd.Series:
    return frame.groupby(calendar.index(frame["FORECAST_DATE"]))["FORECAST_QUANTITY"].sum()


def _reconciliation_fault(
    intake: Intake, view: pd.DataFrame, base: pd.DataFrame, wrong: pd.DataFrame
) -> Fault:
    returned, expected = view["FORECAST_QUANTITY"].sum(), base["FORECAST_QUANTITY"].sum()
    times = f"{returned / expected:.2f} times" if expected else "infinitely many times"
    explanations = explain(
        view,
        base,
        intake.scenario.id,
        intake.warehouse.key_counts,
        intake.warehouse.view_text(SCENARIO_COMPARISON_V),
    )
    reason = (
        f"{' or '.join(str(e) for e in explanations)} explains it"
        if explanations
        else "no repeated key of a single table or of two together explains it"
    )
    calendar = intake.calendar()
    rows = [
        f"{calendar.name(int(str(period)))}: view {row.VIEW:,.0f}, base {row.BASE:,.0f}"
        for period, row in wrong.iterrows()
    ]
    return Fault(
        table=SCENARIO_COMPARISON_V,
        rule="reconciles_with_base",
        expected=f"the base table's {expected:,.0f} units of {intake.scenario.code}",
        got=f"{returned:,.0f}: the view returns {times} the base table's quantity; {reason}",
        column="FORECAST_QUANTITY",
        rows=tuple(rows[:OFFENDERS_SHOWN]),
        total=len(rows),
        remedy="Correct the view's join, or plan with demand_source: base",
    )


def _rule(name: str, table: str, text: str, find: Callable[[Intake], list[Fault]]) -> InputRule:
    return InputRule(name, table, text, find)


_BLOCKING: tuple[InputRule, ...] = (
    _rule(
        "reconciles_with_base",
        "demand_forecasts",
        "The view returns the base table's quantity, period by period.",
        _reconciles_with_base,
    ),
    _rule(
        "no_missing_month",
        "demand_forecasts",
        "The horizon's periods follow each other without a gap.",
        _no_missing_period,
    ),
    _rule(
        "one_fiscal_month",
        "demand_forecasts",
        "The forecasts of a period carry one FISCAL_MONTH.",
        _one_fiscal_month,
    ),
    _rule(
        "inside_fiscal_calendar",
        "demand_forecasts",
        "Where there is a FISCAL_CALENDAR, every forecast date lies inside it.",
        _inside_fiscal_calendar,
    ),
    _rule(
        "periods_follow",
        "fiscal_calendar",
        "The periods of FISCAL_CALENDAR follow each other without gap, overlap or repetition.",
        _periods_follow,
    ),
    _rule(
        "demand_at_warehouses",
        "demand_forecasts",
        "Demand stands at sites that store goods.",
        _demand_at_warehouses,
    ),
    *(_references_of(table, references) for table, references in _REFERENCES.items()),
)


def rules_of(table: str) -> tuple[InputRule, ...]:
    """Every rule of an input table, its schema first, warnings last."""
    return RULES[table]


RULES: dict[str, tuple[InputRule, ...]] = {
    table.name: (
        schema_rule(table),
        *(rule for rule in (*_BLOCKING, *WARNINGS) if rule.table == table.name),
    )
    for table in INPUT_TABLES
}
