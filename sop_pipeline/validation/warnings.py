"""The rules that do not stop a plan but that its reader must know of.

To add a warning: write a function that returns faults, and list it in `WARNINGS` with the other
tables it reads.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning.preparation.contracts import Contracts
from sop_pipeline.planning.preparation.horizon import holds_on
from sop_pipeline.planning.preparation.storage import threshold_percent
from sop_pipeline.planning.problem import Floats
from sop_pipeline.validation.planner_words import (
    count,
    finding,
    names_in,
    product_names,
    site_names,
)
from sop_pipeline.validation.rule import Find, InputRule
from sop_pipeline.validation.scenario_inputs import CALENDAR, ScenarioInputs

_HOURS_OF_A_DAY = 24.0
_ACTIVE = "ACTIVE"


def _day_of_more_than_24_hours(inputs: ScenarioInputs) -> list[Fault]:
    rows = inputs.rows("capacity_summary")
    hours = rows["HOURS_PER_DAY"] * rows["AVAILABLE_SHIFTS"]
    long = rows.assign(HOURS_TIMES_SHIFTS=hours)[hours > _HOURS_OF_A_DAY]
    if long.empty or inputs.policy.max_hours_per_day is not None:
        return []
    planned = rows["MAX_MONTHLY_CAPACITY"].sum()
    capped = planned - (long["MAX_MONTHLY_CAPACITY"] * (1 - 24 / long["HOURS_TIMES_SHIFTS"])).sum()
    long_days = [
        f"{row.WORK_CENTER_CODE} {row.WORK_CENTER_NAME} ({row.HOURS_TIMES_SHIFTS:g})"
        for row in long.itertuples()
    ]
    return finding(
        f"{count(len(long), 'work centre')} with hours x shifts above 24 a day. All stages "
        f"together have {planned:,.0f} capacity units a month; at 24 hours {capped:,.0f}",
        "hours_fit_the_day",
        ("capacity_summary", "HOURS_PER_DAY"),
        long_days,
        "max_hours_per_day: 24 in the policy caps them",
    )


def _serial_stages_summed(inputs: ScenarioInputs) -> list[Fault]:
    if inputs.policy.capacity_basis != "sum":
        return []
    rows = inputs.rows("capacity_summary")
    stages = rows.groupby("SITE_ID")["WORK_CENTER_TYPE"].nunique()
    serial = rows[rows["SITE_ID"].isin(stages[stages > 1].index)]
    if serial.empty:
        return []
    by_stage = serial.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    bottleneck = by_stage.groupby(level="SITE_ID").min().sum()
    return finding(
        f"Stages that follow one another are added up to {rows['MAX_MONTHLY_CAPACITY'].sum():,.0f} "
        f"capacity units a month; the bottleneck stages give {bottleneck:,.0f}",
        "stages_not_summed",
        ("capacity_summary", "WORK_CENTER_TYPE"),
        site_names(inputs, serial["SITE_ID"].drop_duplicates()),
    )


def _assumed_routings(inputs: ScenarioInputs) -> list[Fault]:
    if inputs.policy.grain == "aggregate":
        return []
    routed = inputs.rows("product_routings")["PRODUCT_ID"]
    planned = inputs.rows("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    assumed = planned[~planned["PRODUCT_ID"].isin(routed)]
    if assumed.empty:
        return []
    return finding(
        f"{count(len(assumed), 'product')} without a routing, assumed to be made at each plant's "
        "bottleneck stage",
        "routings_given",
        ("product_routings", "PRODUCT_ID"),
        product_names(inputs, assumed["PRODUCT_ID"]),
    )


def _capacity_below_demand(inputs: ScenarioInputs) -> list[Fault]:
    """A coarse look on what `notebook` sums up; the solved plan knows better."""
    demand, calendar = inputs.rows("demand_forecasts"), inputs.calendar
    planned = inputs.planned_periods
    in_period = demand.groupby(calendar.index(demand["FORECAST_DATE"]))["FORECAST_QUANTITY"].sum()
    monthly = _monthly_capacity(inputs)
    capacity = pd.Series(monthly * calendar.months[planned], index=planned)
    short = in_period.reindex(planned).fillna(0.0)
    short = short[short > capacity]
    if short.empty:
        return []
    named = [
        f"{calendar.label(int(str(period)))} ({units:,.0f})" for period, units in short.items()
    ]
    noun = "period" if calendar.kind == "fiscal" else calendar.kind
    return finding(
        f"{count(len(short), noun)} with more demand than the bottleneck stages make in it, "
        f"{monthly:,.0f} a month, so that stock has to be built before",
        "capacity_covers_demand",
        ("capacity_summary", "MAX_MONTHLY_CAPACITY"),
        named,
    )


def _monthly_capacity(inputs: ScenarioInputs) -> float:
    rows = inputs.rows("capacity_summary")
    if inputs.policy.capacity_basis == "sum":
        return float(rows["MAX_MONTHLY_CAPACITY"].sum())
    stages = rows.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    return float(stages.groupby(level="SITE_ID").min().sum())


def _inactive(table: str, kind: str, status: str, rule: str) -> Find:
    """A rule that what has demand is ACTIVE, where its status is given.

    Args:
        table: Input table of the products or sites.
        kind: What its keys, codes and names begin with: PRODUCT or SITE.
        status: Its column of the status.
        rule: Name of the rule.
    """

    def find(inputs: ScenarioInputs) -> list[Fault]:
        rows, demanded = inputs.rows(table), inputs.rows("demand_forecasts")[f"{kind}_ID"]
        other = rows[status].notna() & (rows[status] != _ACTIVE)
        idle = rows[other & rows[f"{kind}_ID"].isin(demanded)]
        if idle.empty:
            return []
        names = names_in(rows, kind, idle[f"{kind}_ID"])
        return finding(
            f"{count(len(idle), kind.lower())} with demand but not {_ACTIVE}",
            rule,
            (table, status),
            [f"{name} ({state})" for name, state in zip(names, idle[status], strict=True)],
        )

    return find


def _no_families(inputs: ScenarioInputs) -> list[Fault]:
    if inputs.rows("product_master")["CATEGORY_NAME"].notna().any():
        return []
    return finding(
        "No product belongs to a family: reports cannot add up by family",
        "families_named",
        ("product_master", "PRODUCT_CATEGORY_ID"),
    )


def _opening_stock_from_occupancy(inputs: ScenarioInputs) -> list[Fault]:
    balances = inputs.rows("opening_inventory")
    if inputs.policy.opening_inventory == "balance" and not balances.empty:
        return []
    occupied = inputs.rows("warehouse_capacity")["CURRENT_OCCUPANCY_PALLETS"].sum()
    said = f"the balances say {balances['QUANTITY_AVAILABLE'].sum():,.0f} units"
    return finding(
        f"Opening stock is invented from {occupied:,.0f} occupied pallets, by demand; "
        f"{'there are no balances' if balances.empty else said}",
        "opening_stock_measured",
        ("opening_inventory", None),
    )


def _balances_after_start(inputs: ScenarioInputs) -> list[Fault]:
    starts = inputs.period_starts
    rows = inputs.rows("opening_inventory")
    if inputs.policy.opening_inventory == "occupancy" or not starts:
        return []
    start = starts[0]
    late = rows[rows["BALANCE_DATE"] > pd.Timestamp(start)]
    if late.empty:
        return []
    names = product_names(inputs, late["PRODUCT_ID"].drop_duplicates())
    return finding(
        f"{count(len(late), 'balance')} dated after the horizon's start, {start}, and taken as "
        "they are, of",
        "balances_before_start",
        ("opening_inventory", "BALANCE_DATE"),
        names,
    )


def _horizon_has_passed(inputs: ScenarioInputs) -> list[Fault]:
    """Periods of the horizon that ended before the day of planning."""
    passed, planned = inputs.passed_periods, len(inputs.planned_periods)
    if not passed:
        return []
    span = passed[0] if len(passed) == 1 else f"{passed[0]} to {passed[-1]}"
    kind = inputs.calendar.kind
    noun = "period" if kind == "fiscal" else kind
    return finding(
        f"{len(passed)} of {planned} {noun}s have passed: {span}",
        "horizon_not_passed",
        ("demand_forecasts", "FORECAST_DATE"),
        remedy="Load newer forecasts"
        if len(passed) == planned
        else f"horizon_start: this_month plans from the current {noun} on",
    )


def _fiscal_months_differ(inputs: ScenarioInputs) -> list[Fault]:
    """Forecasts under a fiscal month of the calendar's, dated in another one."""
    demand, calendar = inputs.rows("demand_forecasts"), inputs.calendar
    at = calendar.index(demand["FORECAST_DATE"])
    inside = (at >= 0) & (at < len(calendar))
    rows = demand[inside] if calendar.kind == "fiscal" else demand.head(0)
    if rows.empty:
        return []
    said = rows["FISCAL_MONTH"].astype(str)
    dated = pd.Series([calendar.fiscal_months[period] for period in at[inside]], index=rows.index)
    other = rows[(said != dated) & said.isin(calendar.fiscal_months)]
    if other.empty:
        return []
    pairs = other[["FISCAL_MONTH", "FORECAST_DATE"]].drop_duplicates().itertuples(index=False)
    return finding(
        f"{count(len(other), 'forecast')} under a fiscal month that is not the date's in "
        "FISCAL_CALENDAR",
        "fiscal_months_agree",
        ("demand_forecasts", "FISCAL_MONTH"),
        [f"{month} on {day.date()}" for month, day in pairs],
    )


def _products_without_balance(inputs: ScenarioInputs) -> list[Fault]:
    if inputs.policy.opening_inventory == "occupancy":
        return []
    balanced = inputs.rows("opening_inventory")["PRODUCT_ID"]
    if balanced.empty:
        return []
    planned = inputs.rows("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    without = planned[~planned["PRODUCT_ID"].isin(balanced)]
    if without.empty:
        return []
    return finding(
        f"{count(len(without), 'product')} without a balance, so that no stock opens the plan",
        "balance_for_every_product",
        ("opening_inventory", "PRODUCT_ID"),
        product_names(inputs, without["PRODUCT_ID"]),
    )


def _starts_above_threshold(inputs: ScenarioInputs) -> list[Fault]:
    zones = inputs.rows("warehouse_capacity").dropna(subset=["SITE_ID", "WAREHOUSE_ZONE_ID"])
    starts = inputs.period_starts
    if not starts:
        return []
    sites = zones.groupby("SITE_ID", as_index=False)[
        ["MAX_CAPACITY_PALLETS", "CURRENT_OCCUPANCY_PALLETS"]
    ].sum()
    sites["THRESHOLD_PCT"] = _thresholds(inputs, sites["SITE_ID"], zones, starts)
    sites["LIMIT"] = sites["MAX_CAPACITY_PALLETS"] * sites["THRESHOLD_PCT"] / 100
    above = sites[sites["CURRENT_OCCUPANCY_PALLETS"] > sites["LIMIT"]]
    if above.empty:
        return []
    names = site_names(inputs, above["SITE_ID"])
    return finding(
        f"{count(len(above), 'site')} starting above the overflow threshold",
        "starts_below_threshold",
        ("warehouse_capacity", "CURRENT_OCCUPANCY_PALLETS"),
        [
            f"{name}, {row.CURRENT_OCCUPANCY_PALLETS:,.0f} pallets against {row.THRESHOLD_PCT:g} % "
            f"of {row.MAX_CAPACITY_PALLETS:,.0f}, {row.LIMIT:,.0f}"
            for name, row in zip(names, above.itertuples(), strict=True)
        ],
    )


def _thresholds(
    inputs: ScenarioInputs, sites: pd.Series, zones: pd.DataFrame, starts: list[dt.date]
) -> Floats:
    """The overflow threshold of each site in the first period, in %, as the planner takes it."""
    rows = inputs.rows("logistics_costs").dropna(subset=["SITE_ID"])
    contracts = Contracts.of_sites(
        sites.to_numpy(np.int64),
        zones,
        rows,
        holds_on(starts, rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"]),
    )
    contract = contracts.rates("OVERFLOW_PENALTY_THRESHOLD_PCT")[:, 0]
    return threshold_percent(inputs.policy, contract)


def _warning(name: str, table: str, text: str, find: Find, *reads: str) -> InputRule:
    return InputRule(name, table, text, _expecting(text, find), "warning", reads)


def _information(name: str, table: str, text: str, find: Find, *reads: str) -> InputRule:
    """What is told and is no reason for concern: pre-building is what the plan is for."""
    return InputRule(name, table, text, _expecting(text, find), "information", reads)


def _expecting(text: str, find: Find) -> Find:
    """The same findings; what is expected is what the rule says."""
    return lambda inputs: [replace(fault, expected=text) for fault in find(inputs)]


WARNINGS: tuple[InputRule, ...] = (
    _warning(
        "hours_fit_the_day",
        "capacity_summary",
        "Hours per day times shifts fit into 24 hours.",
        _day_of_more_than_24_hours,
    ),
    _warning(
        "stages_not_summed",
        "capacity_summary",
        "Serial stages of a plant are not added up.",
        _serial_stages_summed,
        "site_master",
    ),
    _information(
        "capacity_covers_demand",
        "capacity_summary",
        "No period's demand is above the period's capacity.",
        _capacity_below_demand,
        *CALENDAR,
    ),
    _warning(
        "horizon_not_passed",
        "demand_forecasts",
        "The horizon does not begin before the current period.",
        _horizon_has_passed,
        "fiscal_calendar",
    ),
    _warning(
        "fiscal_months_agree",
        "demand_forecasts",
        "Forecasts carry the FISCAL_MONTH that FISCAL_CALENDAR gives their date.",
        _fiscal_months_differ,
        "fiscal_calendar",
    ),
    _warning(
        "routings_given",
        "product_routings",
        "Every planned product has a routing; others are assumed.",
        _assumed_routings,
        *("demand_forecasts", "product_master"),
    ),
    _warning(
        "families_named",
        "product_master",
        "Products belong to a family (PRODUCT_CATEGORY).",
        _no_families,
    ),
    _warning(
        "active_products",
        "product_master",
        "Demand is for ACTIVE products.",
        _inactive("product_master", "PRODUCT", "PRODUCT_STATUS", "active_products"),
        "demand_forecasts",
    ),
    _warning(
        "active_sites",
        "site_master",
        "Demand is at ACTIVE sites.",
        _inactive("site_master", "SITE", "OPERATING_STATUS", "active_sites"),
        "demand_forecasts",
    ),
    _warning(
        "opening_stock_measured",
        "opening_inventory",
        "Opening stock comes from balances, not from occupied pallets.",
        _opening_stock_from_occupancy,
        "warehouse_capacity",
    ),
    _warning(
        "balances_before_start",
        "opening_inventory",
        "Balances are not dated after the horizon's start.",
        _balances_after_start,
        *(*CALENDAR, "product_master"),
    ),
    _warning(
        "balance_for_every_product",
        "opening_inventory",
        "Every planned product has a balance.",
        _products_without_balance,
        *("demand_forecasts", "product_master"),
    ),
    _warning(
        "starts_below_threshold",
        "warehouse_capacity",
        "No site starts above its overflow threshold.",
        _starts_above_threshold,
        *(*CALENDAR, "logistics_costs", "site_master"),
    ),
)
