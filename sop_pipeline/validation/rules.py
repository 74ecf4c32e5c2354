"""The rules that stop a plan: what must hold across the input tables.

To add a check on a table: write a function that returns faults, and list it in `_BLOCKING` with the
other tables it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.horizon import merged_fiscal_months, missing_periods
from sop_pipeline.planning.preparation.routings import PLANT
from sop_pipeline.planning.preparation.storage import WAREHOUSE_TYPES
from sop_pipeline.schemas.inputs import INPUT_TABLES, INPUTS
from sop_pipeline.schemas.table import Table
from sop_pipeline.validation.demand_classes import one_priority
from sop_pipeline.validation.demand_view import reconciles_with_base
from sop_pipeline.validation.fiscal_calendar import fiscal_calendar_faults, forecasts_outside
from sop_pipeline.validation.hedges import HEDGE_RULES
from sop_pipeline.validation.last_plan import (
    frozen_fractions,
    other_grain,
    other_periods,
    repeated_periods,
)
from sop_pipeline.validation.rule import Find, InputRule
from sop_pipeline.validation.scenario_inputs import (
    BASE_DEMAND,
    CALENDAR,
    EVERY_PRODUCT,
    JOIN_COUNTS,
    ScenarioInputs,
)
from sop_pipeline.validation.schema_faults import row_names, schema_faults
from sop_pipeline.validation.warnings import WARNINGS


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
    named = dict.fromkeys([*INPUTS[table].key, column])
    shown = row_names(tuple(named), rows.head(OFFENDERS_SHOWN))
    return [Fault(INPUTS[table].title, rule, expected, got, column, shown, len(rows), remedy)]


@dataclass(frozen=True)
class _Reference:
    """A column whose values must stand in another table of `ScenarioInputs`."""

    column: str
    parent: str


_PRODUCT = _Reference("PRODUCT_ID", EVERY_PRODUCT)
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
    "overflow_tiers": (_SITE,),
}
"""What each table refers to. A retired product may keep stock, so any row of PRODUCT will do."""


def _references_of(table: str, references: tuple[_Reference, ...]) -> InputRule:
    def find(inputs: ScenarioInputs) -> list[Fault]:
        rows = inputs.rows(table)
        if rows.empty:
            return []
        return [fault for one in references for fault in _unknown(table, rows, one, inputs)]

    listed = ", ".join(f"{r.column} in {_source(r.parent)}" for r in references)
    text = f"Every reference stands: {listed}."
    reads = tuple(dict.fromkeys(reference.parent for reference in references))
    return InputRule("references", table, text, find, reads=reads)


def _unknown(
    table: str, rows: pd.DataFrame, reference: _Reference, inputs: ScenarioInputs
) -> list[Fault]:
    column = reference.column
    key = INPUTS[reference.parent].key[0] if reference.parent in INPUTS else "PRODUCT_ID"
    known = inputs.rows(reference.parent)[key]
    unknown = rows[rows[column].notna() & ~rows[column].isin(known)]
    source = _source(reference.parent)
    current = "a current row" if reference.parent in INPUTS else "a row"
    return _faults_of_rows(
        table,
        "references",
        unknown,
        column,
        f"{current} of {source}",
        f"{unknown[column].nunique()} unknown {column}",
        f"Add the missing rows to {source}, or mend the reference",
    )


def _source(parent: str) -> str:
    return INPUTS[parent].origin if parent in INPUTS else "PRODUCT"


def _demand_at_warehouses(inputs: ScenarioInputs) -> list[Fault]:
    rows, sites = inputs.rows("demand_forecasts"), inputs.rows("site_master")
    # A type that is none is the fault of its site.
    others = sites[sites["SITE_TYPE"] == PLANT]["SITE_ID"]
    return _faults_of_rows(
        "demand_forecasts",
        "demand_at_warehouses",
        rows[rows["SITE_ID"].isin(others)],
        "SITE_ID",
        f"a site of type {' or '.join(WAREHOUSE_TYPES)}",
        "demand at another kind of site",
    )


def _no_missing_period(inputs: ScenarioInputs) -> list[Fault]:
    demand = inputs.rows("demand_forecasts")
    if demand.empty:
        return []  # told by the table's own rule
    return missing_periods(inputs.calendar, demand, inputs.dated_policy)


def _one_fiscal_month(inputs: ScenarioInputs) -> list[Fault]:
    demand = inputs.rows("demand_forecasts")
    return merged_fiscal_months(inputs.calendar, demand, inputs.dated_policy)


def _inside_fiscal_calendar(inputs: ScenarioInputs) -> list[Fault]:
    return forecasts_outside(inputs.calendar, inputs.rows("demand_forecasts"))


def _periods_follow(inputs: ScenarioInputs) -> list[Fault]:
    return fiscal_calendar_faults(inputs.rows("fiscal_calendar"))


def _schema(table: Table) -> InputRule:
    """The rule that a table's rows satisfy its pandera schema."""

    def find(inputs: ScenarioInputs) -> list[Fault]:
        rows = inputs.rows(table.name)
        if rows.empty and not table.optional:
            of_type = ", of FORECAST_TYPE DEMAND" if table.name == "demand_forecasts" else ""
            got = f"none that is current for scenario {inputs.scenario.code}{of_type}"
            return [Fault(table.title, "schema", "at least one row", got)]
        return schema_faults(table, rows)

    return InputRule("schema", table.name, "Columns, types, keys and bounds of the table.", find)


def _rule(
    name: str,
    table: str,
    text: str,
    find: Find,
    *reads: str,
) -> InputRule:
    return InputRule(name, table, text, find, reads=reads)


_BLOCKING: tuple[InputRule, ...] = (
    _rule(
        "reconciles_with_base",
        "demand_forecasts",
        "The view returns the base table's quantity, period by period.",
        reconciles_with_base,
        *(BASE_DEMAND, JOIN_COUNTS, "fiscal_calendar"),
    ),
    _rule(
        "no_missing_month",
        "demand_forecasts",
        "The horizon's periods follow each other without a gap.",
        _no_missing_period,
        "fiscal_calendar",
    ),
    _rule(
        "one_fiscal_month",
        "demand_forecasts",
        "The forecasts of a period carry one FISCAL_MONTH.",
        _one_fiscal_month,
        "fiscal_calendar",
    ),
    _rule(
        "one_priority",
        "demand_forecasts",
        "The forecasts of a class, product, site and period carry one PRIORITY.",
        one_priority,
        "fiscal_calendar",
    ),
    _rule(
        "inside_fiscal_calendar",
        "demand_forecasts",
        "Where there is a FISCAL_CALENDAR, every forecast date lies inside it.",
        _inside_fiscal_calendar,
        "fiscal_calendar",
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
        "site_master",
    ),
    _rule(
        "same_grain",
        "last_plan",
        "The last plan is of the policy's grain.",
        other_grain,
    ),
    _rule(
        "one_row_a_period",
        "last_plan",
        "The last plan has one row of each product and work centre in a period.",
        repeated_periods,
        *CALENDAR,
    ),
    _rule(
        "same_periods",
        "last_plan",
        "The last plan is of the periods planned by.",
        other_periods,
        *CALENDAR,
    ),
    _rule(
        "whole_builds",
        "last_plan",
        "Frozen builds are whole units.",
        frozen_fractions,
        *CALENDAR,
    ),
    *HEDGE_RULES,
    *(_references_of(table, references) for table, references in _REFERENCES.items()),
)


RULES: dict[str, tuple[InputRule, ...]] = {
    table.name: (
        _schema(table),
        *(rule for rule in (*_BLOCKING, *WARNINGS) if rule.table == table.name),
    )
    for table in INPUT_TABLES
}
"""Every rule of each input table, its schema first, warnings last."""


def read_by(table: str) -> tuple[str, ...]:
    """All that the rules of an input table look at, by names of `ScenarioInputs`, itself first."""
    return tuple(dict.fromkeys([table, *(name for rule in RULES[table] for name in rule.reads)]))
