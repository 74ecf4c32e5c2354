"""The rules that do not stop a plan but that its reader must know of.

To add a warning: write a function that returns faults, and list it in `WARNINGS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning.preparation.contracts import Contracts
from sop_pipeline.planning.preparation.horizon import holds_on
from sop_pipeline.planning.preparation.storage import threshold_percent
from sop_pipeline.planning.problem import Floats
from sop_pipeline.validation.horizon import planned_periods
from sop_pipeline.validation.intake import InputRule, Intake
from sop_pipeline.validation.wording import count, names_in, product_names, site_names, told

_HOURS_OF_A_DAY = 24.0
_ACTIVE = "ACTIVE"


def _day_of_more_than_24_hours(intake: Intake) -> list[Fault]:
    rows = intake.read("capacity_summary")
    hours = rows["HOURS_PER_DAY"] * rows["AVAILABLE_SHIFTS"]
    long = rows.assign(HOURS_TIMES_SHIFTS=hours)[hours > _HOURS_OF_A_DAY]
    if long.empty or intake.policy.max_hours_per_day is not None:
        return []
    planned = rows["MAX_MONTHLY_CAPACITY"].sum()
    capped = planned - (long["MAX_MONTHLY_CAPACITY"] * (1 - 24 / long["HOURS_TIMES_SHIFTS"])).sum()
    hours_told = [
        f"{row.WORK_CENTER_CODE} {row.WORK_CENTER_NAME} ({row.HOURS_TIMES_SHIFTS:g})"
        for row in long.itertuples()
    ]
    return told(
        f"{count(len(long), 'work centre')} with hours x shifts above 24 a day. All stages "
        f"together have {planned:,.0f} capacity units a month; at 24 hours {capped:,.0f}",
        "hours_fit_the_day",
        ("capacity_summary", "HOURS_PER_DAY"),
        hours_told,
        "max_hours_per_day: 24 in the policy caps them",
    )


def _serial_stages_summed(intake: Intake) -> list[Fault]:
    if intake.policy.capacity_basis != "sum":
        return []
    rows = intake.read("capacity_summary")
    stages = rows.groupby("SITE_ID")["WORK_CENTER_TYPE"].nunique()
    serial = rows[rows["SITE_ID"].isin(stages[stages > 1].index)]
    if serial.empty:
        return []
    by_stage = serial.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    bottleneck = by_stage.groupby(level="SITE_ID").min().sum()
    return told(
        f"Stages that follow one another are added up to {rows['MAX_MONTHLY_CAPACITY'].sum():,.0f} "
        f"capacity units a month; the bottleneck stages give {bottleneck:,.0f}",
        "stages_not_summed",
        ("capacity_summary", "WORK_CENTER_TYPE"),
        site_names(intake, serial["SITE_ID"].drop_duplicates()),
    )


def _assumed_routings(intake: Intake) -> list[Fault]:
    if intake.policy.grain == "aggregate":
        return []
    routed = intake.read("product_routings")["PRODUCT_ID"]
    planned = intake.read("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    assumed = planned[~planned["PRODUCT_ID"].isin(routed)]
    if assumed.empty:
        return []
    return told(
        f"{count(len(assumed), 'product')} without a routing, assumed to be made at each plant's "
        "bottleneck stage",
        "routings_given",
        ("product_routings", "PRODUCT_ID"),
        product_names(intake, assumed["PRODUCT_ID"]),
    )


def _capacity_below_demand(intake: Intake) -> list[Fault]:
    """A coarse look on what `notebook` sums up; the solved plan knows better."""
    demand, calendar = intake.read("demand_forecasts"), intake.calendar()
    planned = planned_periods(calendar, demand, intake.policy)
    in_period = demand.groupby(calendar.index(demand["FORECAST_DATE"]))["FORECAST_QUANTITY"].sum()
    monthly = _monthly_capacity(intake)
    capacity = pd.Series(monthly * calendar.months[planned], index=planned)
    short = in_period.reindex(planned).fillna(0.0)
    short = short[short > capacity]
    if short.empty:
        return []
    named = [
        f"{calendar.label(int(str(period)))} ({units:,.0f})" for period, units in short.items()
    ]
    noun = "period" if calendar.kind == "fiscal" else calendar.kind
    return told(
        f"{count(len(short), noun)} with more demand than the bottleneck stages make in it, "
        f"{monthly:,.0f} a month, so that stock has to be built before",
        "capacity_covers_demand",
        ("capacity_summary", "MAX_MONTHLY_CAPACITY"),
        named,
    )


def _monthly_capacity(intake: Intake) -> float:
    rows = intake.read("capacity_summary")
    if intake.policy.capacity_basis == "sum":
        return float(rows["MAX_MONTHLY_CAPACITY"].sum())
    stages = rows.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    return float(stages.groupby(level="SITE_ID").min().sum())


def _inactive(table: str, kind: str, status: str, rule: str) -> Callable[[Intake], list[Fault]]:
    """A rule that what has demand is ACTIVE, where its status is given.

    Args:
        table: Input table of the products or sites.
        kind: What its keys, codes and names begin with: PRODUCT or SITE.
        status: Its column of the status.
        rule: Name of the rule.
    """

    def find(intake: Intake) -> list[Fault]:
        rows, demanded = intake.read(table), intake.read("demand_forecasts")[f"{kind}_ID"]
        other = rows[status].notna() & (rows[status] != _ACTIVE)
        idle = rows[other & rows[f"{kind}_ID"].isin(demanded)]
        if idle.empty:
            return []
        names = names_in(rows, kind, idle[f"{kind}_ID"])
        return told(
            f"{count(len(idle), kind.lower())} with demand but not {_ACTIVE}",
            rule,
            (table, status),
            [f"{name} ({state})" for name, state in zip(names, idle[status], strict=True)],
        )

    return find


def _no_families(intake: Intake) -> list[Fault]:
    if intake.read("product_master")["CATEGORY_NAME"].notna().any():
        return []
    return told(
        "No product belongs to a family: reports cannot add up by family",
        "families_named",
        ("product_master", "PRODUCT_CATEGORY_ID"),
    )


def _opening_stock_from_occupancy(intake: Intake) -> list[Fault]:
    balances = intake.read("opening_inventory")
    if intake.policy.opening_inventory == "balance" and not balances.empty:
        return []
    occupied = intake.read("warehouse_capacity")["CURRENT_OCCUPANCY_PALLETS"].sum()
    said = f"the balances say {balances['QUANTITY_AVAILABLE'].sum():,.0f} units"
    return told(
        f"Opening stock is invented from {occupied:,.0f} occupied pallets, by demand; "
        f"{'there are no balances' if balances.empty else said}",
        "opening_stock_measured",
        ("opening_inventory", None),
    )


def _balances_after_start(intake: Intake) -> list[Fault]:
    starts = intake.period_starts()
    rows = intake.read("opening_inventory")
    if intake.policy.opening_inventory == "occupancy" or not starts:
        return []
    start = starts[0]
    late = rows[rows["BALANCE_DATE"] > pd.Timestamp(start)]
    if late.empty:
        return []
    names = product_names(intake, late["PRODUCT_ID"].drop_duplicates())
    return told(
        f"{count(len(late), 'balance')} dated after the horizon's start, {start}, and taken as "
        "they are, of",
        "balances_before_start",
        ("opening_inventory", "BALANCE_DATE"),
        names,
    )


def _horizon_has_passed(intake: Intake) -> list[Fault]:
    """Periods of the horizon that ended before the day of planning."""
    passed, planned = intake.passed_periods()
    if not passed:
        return []
    span = passed[0] if len(passed) == 1 else f"{passed[0]} to {passed[-1]}"
    kind = intake.calendar().kind
    noun = "period" if kind == "fiscal" else kind
    return told(
        f"{len(passed)} of {planned} {noun}s have passed: {span}",
        "horizon_not_passed",
        ("demand_forecasts", "FORECAST_DATE"),
        remedy="Load newer forecasts"
        if len(passed) == planned
        else f"horizon_start: this_month plans from the current {noun} on",
    )


def _fiscal_months_differ(intake: Intake) -> list[Fault]:
    """Forecasts under a fiscal month of the calendar's, dated in another one."""
    demand, calendar = intake.read("demand_forecasts"), intake.calendar()
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
    return told(
        f"{count(len(other), 'forecast')} under a fiscal month that is not the date's in "
        "FISCAL_CALENDAR",
        "fiscal_months_agree",
        ("demand_forecasts", "FISCAL_MONTH"),
        [f"{month} on {day.date()}" for month, day in pairs],
    )


def _products_without_balance(intake: Intake) -> list[Fault]:
    if intake.policy.opening_inventory == "occupancy":
        return []
    balanced = intake.read("opening_inventory")["PRODUCT_ID"]
    if balanced.empty:
        return []
    planned = intake.read("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    without = planned[~planned["PRODUCT_ID"].isin(balanced)]
    if without.empty:
        return []
    return told(
        f"{count(len(without), 'product')} without a balance, so that no stock opens the plan",
        "balance_for_every_product",
        ("opening_inventory", "PRODUCT_ID"),
        product_names(intake, without["PRODUCT_ID"]),
    )


def _starts_above_threshold(intake: Intake) -> list[Fault]:
    zones = intake.read("warehouse_capacity").dropna(subset=["SITE_ID", "WAREHOUSE_ZONE_ID"])
    starts = intake.period_starts()
    if not starts:
        return []
    sites = zones.groupby("SITE_ID", as_index=False)[
        ["MAX_CAPACITY_PALLETS", "CURRENT_OCCUPANCY_PALLETS"]
    ].sum()
    sites["THRESHOLD_PCT"] = _thresholds(intake, sites["SITE_ID"], zones, starts)
    sites["LIMIT"] = sites["MAX_CAPACITY_PALLETS"] * sites["THRESHOLD_PCT"] / 100
    above = sites[sites["CURRENT_OCCUPANCY_PALLETS"] > sites["LIMIT"]]
    if above.empty:
        return []
    names = site_names(intake, above["SITE_ID"])
    return told(
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
    intake: Intake, sites: pd.Series, zones: pd.DataFrame, starts: list[dt.date]
) -> Floats:
    """The overflow threshold of each site in the first period, in %, as the planner takes it."""
    rows = intake.read("logistics_costs").dropna(subset=["SITE_ID"])
    contracts = Contracts.of_sites(
        sites.to_numpy(np.int64),
        zones,
        rows,
        holds_on(starts, rows["EFFECTIVE_DATE"], rows["EXPIRY_DATE"]),
    )
    contract = contracts.rates("OVERFLOW_PENALTY_THRESHOLD_PCT")[:, 0]
    return threshold_percent(intake.policy, contract)


def _warning(name: str, table: str, text: str, find: Callable[[Intake], list[Fault]]) -> InputRule:
    return InputRule(name, table, text, _expecting(text, find), severity="warning")


def _information(
    name: str, table: str, text: str, find: Callable[[Intake], list[Fault]]
) -> InputRule:
    """What is told and is no reason for concern: pre-building is what the plan is for."""
    return InputRule(name, table, text, _expecting(text, find), severity="information")


def _expecting(text: str, find: Callable[[Intake], list[Fault]]) -> Callable[[Intake], list[Fault]]:
    """The same findings; what is expected is what the rule says."""
    return lambda intake: [replace(fault, expected=text) for fault in find(intake)]


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
    ),
    _information(
        "capacity_covers_demand",
        "capacity_summary",
        "No period's demand is above the period's capacity.",
        _capacity_below_demand,
    ),
    _warning(
        "horizon_not_passed",
        "demand_forecasts",
        "The horizon does not begin before the current period.",
        _horizon_has_passed,
    ),
    _warning(
        "fiscal_months_agree",
        "demand_forecasts",
        "Forecasts carry the FISCAL_MONTH that FISCAL_CALENDAR gives their date.",
        _fiscal_months_differ,
    ),
    _warning(
        "routings_given",
        "product_routings",
        "Every planned product has a routing; others are assumed.",
        _assumed_routings,
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
    ),
    _warning(
        "active_sites",
        "site_master",
        "Demand is at ACTIVE sites.",
        _inactive("site_master", "SITE", "OPERATING_STATUS", "active_sites"),
    ),
    _warning(
        "opening_stock_measured",
        "opening_inventory",
        "Opening stock comes from balances, not from occupied pallets.",
        _opening_stock_from_occupancy,
    ),
    _warning(
        "balances_before_start",
        "opening_inventory",
        "Balances are not dated after the horizon's start.",
        _balances_after_start,
    ),
    _warning(
        "balance_for_every_product",
        "opening_inventory",
        "Every planned product has a balance.",
        _products_without_balance,
    ),
    _warning(
        "starts_below_threshold",
        "warehouse_capacity",
        "No site starts above its overflow threshold.",
        _starts_above_threshold,
    ),
)
