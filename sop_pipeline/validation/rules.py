"""The rules that stop a plan: what must hold across the input tables.

To add a check on a table: write a function that returns faults, and list it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.validation.fan_out import explain
from sop_pipeline.validation.horizon import planned_months
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


def _has_rows(table: str) -> InputRule:
    def find(intake: Intake) -> list[Fault]:
        if not intake.read(table).empty:
            return []
        got = f"none that is current for scenario {intake.scenario.code}"
        return [Fault(TABLES[table].title, "has_rows", "at least one row", got)]

    return InputRule("has_rows", table, "There is at least one current row.", find)


def _refers_to(table: str, column: str, parent: str, name: str) -> InputRule:
    """Every value of a column stands in the parent table, current rows only."""

    def find(intake: Intake) -> list[Fault]:
        rows = intake.read(table)
        key = TABLES[parent].key[0]
        unknown = rows[rows[column].notna() & ~rows[column].isin(intake.read(parent)[key])]
        source = TABLES[parent].source
        return _faults_of_rows(
            table,
            name,
            unknown,
            column,
            f"a current row of {source}",
            f"{unknown[column].nunique()} unknown {column}",
            f"Add the missing rows to {source}, or mend the reference",
        )

    return InputRule(name, table, f"{column} stands in {TABLES[parent].source}.", find)


def _product_exists(table: str) -> InputRule:
    """Every product stands in PRODUCT, current or not: a retired one may still have rows."""

    def find(intake: Intake) -> list[Fault]:
        rows = intake.read(table)
        if rows.empty:
            return []
        known = intake.warehouse.key_counts("PRODUCT", ("PRODUCT_ID",))["PRODUCT_ID"]
        unknown = rows[~rows["PRODUCT_ID"].isin(known)]
        return _faults_of_rows(
            table,
            "known_products",
            unknown,
            "PRODUCT_ID",
            "a row of PRODUCT",
            f"{unknown['PRODUCT_ID'].nunique()} unknown PRODUCT_ID",
            "Add the missing rows to PRODUCT, or mend the reference",
        )

    return InputRule("known_products", table, "PRODUCT_ID stands in PRODUCT.", find)


def _dates_in_order(table: str) -> InputRule:
    def find(intake: Intake) -> list[Fault]:
        rows = intake.read(table)
        wrong = rows[rows["EFFECTIVE_DATE"] > rows["EXPIRY_DATE"]]
        return _faults_of_rows(
            table,
            "dates_in_order",
            wrong,
            "EFFECTIVE_DATE",
            "EFFECTIVE_DATE up to EXPIRY_DATE",
            "EFFECTIVE_DATE after EXPIRY_DATE",
        )

    return InputRule("dates_in_order", table, "EFFECTIVE_DATE is not after EXPIRY_DATE.", find)


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


def _no_missing_month(intake: Intake) -> list[Fault]:
    months = planned_months(intake.read("demand_forecasts"), intake.policy)
    if months.empty:
        start = intake.policy.horizon_start
        expected = f"forecasts from {start} on" if start else "forecasts with a date"
        return [_horizon_fault(expected, "no forecast month in the horizon")]
    every = pd.period_range(months[0], months[-1], freq="M")
    missing = [str(month) for month in every.difference(months)]
    if missing:
        got = f"{len(missing)} missing: {', '.join(missing[:12])}"
        return [_horizon_fault(f"every month from {months[0]} to {months[-1]}", got)]
    periods = intake.policy.horizon_periods
    if periods is not None and len(months) < periods:
        return [_horizon_fault(f"{periods} months from {months[0]} on", f"{len(months)}")]
    return []


def _horizon_fault(expected: str, got: str) -> Fault:
    title = TABLES["demand_forecasts"].title
    return Fault(title, "no_missing_month", expected, got, "FORECAST_DATE")


def _reconciles_with_base(intake: Intake) -> list[Fault]:
    if intake.policy.demand_source == "base":
        return []
    view, base = intake.read("demand_forecasts"), intake.base_demand()
    by_month = pd.DataFrame(
        {name: _monthly(frame) for name, frame in (("VIEW", view), ("BASE", base))}
    ).fillna(0.0)
    limit = _RELATIVE_TOLERANCE * by_month["BASE"].abs().clip(lower=1.0)
    wrong = by_month[(by_month["VIEW"] - by_month["BASE"]).abs() > limit]
    if wrong.empty:
        return []
    return [_reconciliation_fault(intake, view, base, wrong)]


def _monthly(frame: pd.DataFrame) -> pd.Series:
    return frame.groupby(frame["FORECAST_DATE"].dt.to_period("M"))["FORECAST_QUANTITY"].sum()


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
    rows = [
        f"{month}: view {row.VIEW:,.0f}, base {row.BASE:,.0f}" for month, row in wrong.iterrows()
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


def _positive_pallets(intake: Intake) -> list[Fault]:
    rows = intake.read("product_storage")
    return _faults_of_rows(
        "product_storage",
        "positive_units_per_pallet",
        rows[rows["UNITS_PER_PALLET"] == 0],
        "UNITS_PER_PALLET",
        "more than 0",
        "0",
    )


def _sites_are_known(*tables: str) -> Iterable[InputRule]:
    return (_refers_to(table, "SITE_ID", "site_master", "known_sites") for table in tables)


def _work_centers_are_known(*tables: str) -> Iterable[InputRule]:
    return (
        _refers_to(table, "WORK_CENTER_ID", "capacity_summary", "known_work_centers")
        for table in tables
    )


def _rule(name: str, table: str, text: str, find: Callable[[Intake], list[Fault]]) -> InputRule:
    return InputRule(name, table, text, find)


_BLOCKING: tuple[InputRule, ...] = (
    _rule(
        "reconciles_with_base",
        "demand_forecasts",
        "The view returns the base table's quantity, month by month.",
        _reconciles_with_base,
    ),
    _has_rows("demand_forecasts"),
    _rule(
        "no_missing_month",
        "demand_forecasts",
        "The horizon's months follow each other without a gap.",
        _no_missing_month,
    ),
    _refers_to("demand_forecasts", "PRODUCT_ID", "product_master", "known_products"),
    _refers_to("demand_forecasts", "SITE_ID", "site_master", "known_sites"),
    _rule(
        "demand_at_warehouses",
        "demand_forecasts",
        "Demand stands at sites that store goods.",
        _demand_at_warehouses,
    ),
    _has_rows("product_master"),
    _has_rows("site_master"),
    _has_rows("capacity_summary"),
    _has_rows("warehouse_capacity"),
    *_sites_are_known(
        "capacity_summary",
        "warehouse_capacity",
        "logistics_costs",
        "opening_inventory",
        "scheduled_receipts",
    ),
    _refers_to("logistics_costs", "WAREHOUSE_ZONE_ID", "warehouse_capacity", "known_zones"),
    _refers_to("transport_lanes", "FROM_SITE_ID", "site_master", "known_origins"),
    _refers_to("transport_lanes", "TO_SITE_ID", "site_master", "known_destinations"),
    *_work_centers_are_known("product_routings", "capacity_calendar", "capacity_tiers"),
    *(
        _product_exists(table)
        for table in (
            "opening_inventory",
            "product_routings",
            "product_storage",
            "scheduled_receipts",
        )
    ),
    *(
        _dates_in_order(table)
        for table in ("logistics_costs", "product_routings", "capacity_tiers")
    ),
    _rule(
        "positive_units_per_pallet",
        "product_storage",
        "A pallet holds more than no unit.",
        _positive_pallets,
    ),
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
