"""The rules that do not stop a plan but that its reader must know of.

To add a warning: write a function that returns faults, and list it in `WARNINGS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.contracts import Contracts
from sop_pipeline.planning.preparation.horizon import holds_on
from sop_pipeline.planning.preparation.storage import threshold_percent
from sop_pipeline.planning.problem import Floats
from sop_pipeline.validation.horizon import planned_periods
from sop_pipeline.validation.intake import TABLES, InputRule, Intake
from sop_pipeline.validation.schema_faults import row_names

_HOURS_OF_A_DAY = 24.0
_ACTIVE = "ACTIVE"


def _told(
    table: str, rule: str, expected: str, got: str, rows: pd.DataFrame, column: str | None = None
) -> list[Fault]:
    shown = row_names(
        (*TABLES[table].key, *([column] if column else [])), rows.head(OFFENDERS_SHOWN)
    )
    return [Fault(TABLES[table].title, rule, expected, got, column, shown, len(rows))]


def _day_of_more_than_24_hours(intake: Intake) -> list[Fault]:
    rows = intake.read("capacity_summary")
    hours = rows["HOURS_PER_DAY"] * rows["AVAILABLE_SHIFTS"]
    long = rows.assign(HOURS_TIMES_SHIFTS=hours)[hours > _HOURS_OF_A_DAY]
    if long.empty or intake.policy.max_hours_per_day is not None:
        return []
    planned = rows["MAX_MONTHLY_CAPACITY"].sum()
    capped = planned - (long["MAX_MONTHLY_CAPACITY"] * (1 - 24 / long["HOURS_TIMES_SHIFTS"])).sum()
    got = (
        f"{len(long)} work centres with more; all stages together have "
        f"{planned:,.0f} capacity units a month, at 24 hours {capped:,.0f}"
    )
    expected = "HOURS_PER_DAY x AVAILABLE_SHIFTS up to 24 (max_hours_per_day caps it)"
    return _told("capacity_summary", "hours_fit_the_day", expected, got, long, "HOURS_TIMES_SHIFTS")


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
    got = (
        f"serial stages added up to {rows['MAX_MONTHLY_CAPACITY'].sum():,.0f} capacity units a "
        f"month; the bottleneck stages give {bottleneck:,.0f}"
    )
    return _told("capacity_summary", "stages_not_summed", "one stage per plant", got, serial)


def _assumed_routings(intake: Intake) -> list[Fault]:
    if intake.policy.grain == "aggregate":
        return []
    routed = intake.read("product_routings")["PRODUCT_ID"]
    planned = intake.read("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    assumed = planned[~planned["PRODUCT_ID"].isin(routed)]
    if assumed.empty:
        return []
    got = f"{len(assumed)} products without one: assumed at each plant's bottleneck stage"
    shown = row_names(("PRODUCT_ID",), assumed.head(OFFENDERS_SHOWN))
    title = TABLES["product_routings"].title
    return [Fault(title, "routings_given", "a routing", got, "PRODUCT_ID", shown, len(assumed))]


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
    rows = tuple(
        f"{calendar.label(int(str(period)))}: demand {units:,.0f}"
        for period, units in short.items()
    )
    noun = "period" if calendar.kind == "fiscal" else calendar.kind
    got = f"{len(short)} {noun}s with more; their demand needs stock built before"
    return [
        Fault(
            TABLES["capacity_summary"].title,
            "capacity_covers_demand",
            f"demand up to {monthly:,.0f} capacity units a month",
            got,
            "MAX_MONTHLY_CAPACITY",
            rows[:OFFENDERS_SHOWN],
            len(rows),
        )
    ]


def _monthly_capacity(intake: Intake) -> float:
    rows = intake.read("capacity_summary")
    if intake.policy.capacity_basis == "sum":
        return float(rows["MAX_MONTHLY_CAPACITY"].sum())
    stages = rows.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    return float(stages.groupby(level="SITE_ID").min().sum())


def _inactive_products(intake: Intake) -> list[Fault]:
    return _inactive(intake, "product_master", "PRODUCT_STATUS", "PRODUCT_ID", "active_products")


def _inactive_sites(intake: Intake) -> list[Fault]:
    return _inactive(intake, "site_master", "OPERATING_STATUS", "SITE_ID", "active_sites")


def _inactive(intake: Intake, table: str, status: str, key: str, rule: str) -> list[Fault]:
    rows = intake.read(table)
    demanded = intake.read("demand_forecasts")[key]
    idle = rows[rows[status].notna() & (rows[status] != _ACTIVE) & rows[key].isin(demanded)]
    if idle.empty:
        return []
    return _told(table, rule, f"demand only for {_ACTIVE} rows", "demand for others", idle, status)


def _no_families(intake: Intake) -> list[Fault]:
    products = intake.read("product_master")
    if products["CATEGORY_NAME"].notna().any():
        return []
    got = "none of the products has one: reports cannot add up by family"
    return _told("product_master", "families_named", "a family for products", got, products.head(0))


def _opening_stock_from_occupancy(intake: Intake) -> list[Fault]:
    balances = intake.read("opening_inventory")
    if intake.policy.opening_inventory == "balance" and not balances.empty:
        return []
    occupied = intake.read("warehouse_capacity")["CURRENT_OCCUPANCY_PALLETS"].sum()
    units = occupied * intake.policy.units_per_pallet
    said = f"the balances say {balances['QUANTITY_AVAILABLE'].sum():,.0f}"
    return _told(
        "opening_inventory",
        "opening_stock_measured",
        "opening stock from balances",
        f"{units:,.0f} units invented from {occupied:,.0f} occupied pallets; "
        f"{'there are no balances' if balances.empty else said}",
        balances.head(0),
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
    got = f"{len(late):,} balances dated after it, taken as they are"
    return _told(
        "opening_inventory",
        "balances_before_start",
        f"balances up to {start}",
        got,
        late,
        "BALANCE_DATE",
    )


def _horizon_has_passed(intake: Intake) -> list[Fault]:
    """Periods of the horizon that ended before the day of planning."""
    passed, planned = intake.passed_periods()
    if not passed:
        return []
    span = passed[0] if len(passed) == 1 else f"{passed[0]} to {passed[-1]}"
    kind = intake.calendar().kind
    noun = "period" if kind == "fiscal" else kind
    return [
        Fault(
            TABLES["demand_forecasts"].title,
            "horizon_not_passed",
            f"a horizon that begins in the {noun} of {intake.day} or later",
            f"{len(passed)} of {planned} {noun}s have passed: {span}",
            "FORECAST_DATE",
            remedy="Load newer forecasts"
            if len(passed) == planned
            else f"horizon_start: this_month plans from the current {noun} on",
        )
    ]


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
    expected, got = "the FISCAL_MONTH that FISCAL_CALENDAR gives the date", "that of another row"
    return _told("demand_forecasts", "fiscal_months_agree", expected, got, other, "FISCAL_MONTH")


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
    got = f"{len(without)} products without one: their opening stock is 0"
    shown = row_names(("PRODUCT_ID",), without.head(OFFENDERS_SHOWN))
    title = TABLES["opening_inventory"].title
    return [
        Fault(
            title, "balance_for_every_product", "a balance", got, "PRODUCT_ID", shown, len(without)
        )
    ]


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
    rows = tuple(
        f"SITE_ID={row.SITE_ID}: {row.CURRENT_OCCUPANCY_PALLETS:,.0f} pallets against "
        f"{row.THRESHOLD_PCT:g}% of {row.MAX_CAPACITY_PALLETS:,.0f} = {row.LIMIT:,.0f}"
        for row in above.itertuples()
    )
    if not rows:
        return []
    return [
        Fault(
            TABLES["warehouse_capacity"].title,
            "starts_below_threshold",
            "occupied pallets up to the overflow threshold",
            f"{len(rows)} sites that start above it",
            "CURRENT_OCCUPANCY_PALLETS",
            rows[:OFFENDERS_SHOWN],
            len(rows),
        )
    ]


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
    return InputRule(name, table, text, find, severity="warning")


def _information(
    name: str, table: str, text: str, find: Callable[[Intake], list[Fault]]
) -> InputRule:
    """What is told and is no reason for concern: pre-building is what the plan is for."""
    return InputRule(name, table, text, find, severity="information")


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
        "active_products", "product_master", "Demand is for ACTIVE products.", _inactive_products
    ),
    _warning("active_sites", "site_master", "Demand is at ACTIVE sites.", _inactive_sites),
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
