"""The limits and balances a solved plan must keep, recomputed from its own tables.

Figures are compared in quanta of the precision they are published in, so that rounding a figure
breaks no limit and one unit too many does.
Does not belong here: money, the certificate, the shape of the tables (`plan_rules`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_CAPACITY,
    BUILD_PLAN_INVENTORY,
    BUILD_PLAN_SHIPMENT,
    BUILD_PLAN_SUMMARY,
    BUILD_PLAN_WAREHOUSE,
    RECOMMENDED_BUILD_PLAN,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.validation.rule import Rule
from sop_pipeline.validation.schema_faults import row_names

PlanRule = Rule[SolvedPlan]

QUANTUM = 1e-4
"""Quantities are published to four decimals."""
_ADDED_UP = 10
"""Quanta by which figures that are each rounded may differ once a few are added up."""
_DOUBLE = 1e-12
"""Relative precision of a sum of large figures."""


def faults_of_rows(
    table: Table, rule: str, rows: pd.DataFrame, column: str, expected: str, got: str
) -> list[Fault]:
    """One fault for all offending rows of a plan table, none where there are none."""
    if rows.empty:
        return []
    names = row_names((*table.key, column), rows.head(OFFENDERS_SHOWN))
    return [Fault(table.name, rule, expected, got, column, names, len(rows))]


def exceeds(one: pd.Series, other: pd.Series | float, quanta: float = 1.0) -> pd.Series:
    """Where a quantity is larger than another by more than rounding explains."""
    size = np.maximum(np.abs(one), np.abs(other))
    return one - other > (quanta + 0.5) * QUANTUM + _DOUBLE * size


def differs(one: pd.Series, other: pd.Series | float) -> pd.Series:
    """Where quantities differ by more than adding up rounded ones explains."""
    return exceeds(one, other, _ADDED_UP) | exceeds(-one, -other, _ADDED_UP)


def _settings(solved: SolvedPlan) -> dict[str, Any]:
    """The policy the plan was made with."""
    return json.loads(solved.tables[BUILD_PLAN_SUMMARY.name]["POLICY_SETTINGS"].iloc[0])


def _inventory(solved: SolvedPlan) -> pd.DataFrame:
    return solved.tables[BUILD_PLAN_INVENTORY.name].sort_values(list(BUILD_PLAN_INVENTORY.key))


def _inventory_balance(solved: SolvedPlan) -> list[Fault]:
    """Stock at the end is stock at the start plus what came less what left."""
    rows = _inventory(solved)
    left = rows["SERVED"] + rows["SHIPPED_OUT"] + rows["SCRAPPED"]
    ending = rows["OPENING_INVENTORY"] + rows["RECEIVED"] - left
    by_place = rows.groupby(["PRODUCT_ID", "SITE_ID"], sort=False)
    carried = by_place["ENDING_INVENTORY"].shift()
    late = by_place["BACKORDER"].shift().fillna(0.0)
    owed = late + rows["DEMAND"] - rows["SERVED"] - rows["LOST_SALES"]
    wrong = (
        differs(ending, rows["ENDING_INVENTORY"])
        | (carried.notna() & differs(carried.fillna(0.0), rows["OPENING_INVENTORY"]))
        | differs(owed, rows["BACKORDER"])
    )
    return faults_of_rows(
        BUILD_PLAN_INVENTORY,
        "inventory_balance",
        rows[wrong],
        "ENDING_INVENTORY",
        "opening + received - shipped out - served - scrapped, carried from period to period",
        "another stock or backorder",
    )


def _capacity_respected(solved: SolvedPlan) -> list[Fault]:
    rows = solved.tables[BUILD_PLAN_CAPACITY.name]
    limited = rows[rows["CAPACITY_AVAILABLE"].notna()]
    over = exceeds(limited["CAPACITY_USED"], limited["CAPACITY_AVAILABLE"])
    return faults_of_rows(
        BUILD_PLAN_CAPACITY,
        "capacity_respected",
        limited[over],
        "CAPACITY_USED",
        "used up to available",
        "more used than available",
    )


def _overflow_counted(solved: SolvedPlan) -> list[Fault]:
    rows = solved.tables[BUILD_PLAN_WAREHOUSE.name]
    over = (rows["PALLETS"] - rows["THRESHOLD_PALLETS"]).clip(lower=0.0)
    return faults_of_rows(
        BUILD_PLAN_WAREHOUSE,
        "overflow_counted",
        rows[differs(over, rows["OVERFLOW_PALLETS"])],
        "OVERFLOW_PALLETS",
        "pallets above the threshold, as counted",
        "another overflow",
    )


def _storage_respected(solved: SolvedPlan) -> list[Fault]:
    """Pallets stay below the threshold where overflow is forbidden, else below its limit."""
    rows, settings = solved.tables[BUILD_PLAN_WAREHOUSE.name], _settings(solved)
    limit = rows["THRESHOLD_PALLETS"]
    if settings["overflow"] != "forbid":
        percent = settings["overflow_limit_pct"]
        share = np.inf if percent is None else percent / 100
        limit = limit.clip(lower=rows["CAPACITY_PALLETS"] * share)
    return faults_of_rows(
        BUILD_PLAN_WAREHOUSE,
        "storage_respected",
        rows[exceeds(rows["PALLETS"], limit, _ADDED_UP)],
        "PALLETS",
        "pallets up to the policy's limit",
        "more",
    )


def _safety_stock_kept(solved: SolvedPlan) -> list[Fault]:
    """What is missing from the safety stock is counted, and nothing is where it is hard."""
    rows = _inventory(solved)
    missing = (rows["SAFETY_STOCK_TARGET"] - rows["ENDING_INVENTORY"]).clip(lower=0.0)
    wrong = differs(missing, rows["SAFETY_STOCK_SHORTFALL"])
    if _settings(solved)["safety_stock"] == "hard":
        wrong |= exceeds(missing, 0.0) | exceeds(rows["SAFETY_STOCK_SHORTFALL"], 0.0)
    return faults_of_rows(
        BUILD_PLAN_INVENTORY,
        "safety_stock_kept",
        rows[wrong],
        "SAFETY_STOCK_SHORTFALL",
        "what is missing from the target, and nothing where the safety stock is hard",
        "another shortfall",
    )


def _shortage_allowed(solved: SolvedPlan) -> list[Fault]:
    """Demand is lost or late only where the policy lets it be, and not late after the end."""
    rows, shortage = _inventory(solved), _settings(solved)["shortage"]
    late = exceeds(rows["BACKORDER"], 0.0)
    if shortage == "backorder":
        late &= rows["PERIOD_START"] == rows["PERIOD_START"].max()
    wrong = late | (exceeds(rows["LOST_SALES"], 0.0) if shortage == "forbid" else False)
    return faults_of_rows(
        BUILD_PLAN_INVENTORY,
        "shortage_allowed",
        rows[wrong],
        "BACKORDER",
        f"demand served as the policy's shortage: {shortage} asks",
        "demand lost or late",
    )


def _terminal_stock_kept(solved: SolvedPlan) -> list[Fault]:
    """At the end of the horizon there is what was asked for."""
    asked = solved.report.get("terminal_stock", {})
    rows = _inventory(solved)
    at_end = rows[rows["PERIOD_START"] == rows["PERIOD_START"].max()]
    left = at_end.groupby("PRODUCT_ID")["ENDING_INVENTORY"].sum()
    wanted = at_end["PRODUCT_ID"].astype(str).map(asked).fillna(0.0).astype(float)
    short = exceeds(wanted, at_end["PRODUCT_ID"].map(left), _ADDED_UP)
    return faults_of_rows(
        BUILD_PLAN_INVENTORY,
        "terminal_stock_kept",
        at_end[short],
        "ENDING_INVENTORY",
        "at least TERMINAL_INVENTORY over all warehouses at the end",
        "less",
    )


def _stock_age_kept(solved: SolvedPlan) -> list[Fault]:
    """Stock has come in within its age, opening stock before the first period."""
    rows = _inventory(solved)
    most = rows["PRODUCT_ID"].astype(str).map(solved.report.get("max_age_periods", {}))
    ages, periods = most.to_numpy(np.float64), rows["PERIOD_START"].nunique()
    opening, received = (
        rows[name].to_numpy(np.float64).reshape(-1, periods)
        for name in ("OPENING_INVENTORY", "RECEIVED")
    )
    # What came in by the end of each period, after nothing and the opening stock.
    came = np.cumsum(np.hstack([0.0 * opening[:, :1], opening[:, :1], received]), axis=1)
    young = np.nan_to_num(ages, nan=periods + 1.0).astype(np.int64).reshape(-1, periods)
    too_old = np.take_along_axis(came, np.maximum(0, np.arange(2, periods + 2) - young), axis=1)
    kept = pd.Series((came[:, 2:] - too_old).ravel(), index=rows.index)
    wrong = most.notna() & exceeds(rows["ENDING_INVENTORY"], kept, _ADDED_UP)
    return faults_of_rows(
        BUILD_PLAN_INVENTORY,
        "stock_age_kept",
        rows[wrong],
        "ENDING_INVENTORY",
        "stock that has come in within its age",
        "older stock",
    )


def _lanes_respected(solved: SolvedPlan) -> list[Fault]:
    """Nothing leaves that would arrive after the horizon."""
    sent = solved.tables[BUILD_PLAN_SHIPMENT.name]
    late = _arrival(solved).isna() & exceeds(sent["UNITS_SHIPPED"], 0.0)
    return faults_of_rows(
        BUILD_PLAN_SHIPMENT,
        "lanes_respected",
        sent[late],
        "UNITS_SHIPPED",
        "shipments that arrive within the horizon",
        "later ones",
    )


def _goods_arrive(solved: SolvedPlan) -> list[Fault]:
    """A warehouse sends what its lanes carry away, and receives at least what they bring."""
    rows, sent = _inventory(solved), solved.tables[BUILD_PLAN_SHIPMENT.name]
    arriving = sent.assign(PERIOD_START=_arrival(solved))
    brought = _shipped(arriving, rows, PRODUCT_ID="PRODUCT_ID", TO_SITE_ID="SITE_ID")
    carried = _shipped(sent, rows, PRODUCT_ID="PRODUCT_ID", FROM_SITE_ID="SITE_ID")
    wrong = exceeds(brought, rows["RECEIVED"], _ADDED_UP) | differs(carried, rows["SHIPPED_OUT"])
    return faults_of_rows(
        BUILD_PLAN_INVENTORY,
        "goods_arrive",
        rows[wrong],
        "RECEIVED",
        "goods received and shipped out as the lanes carry them",
        "other goods",
    )


def _builds_are_shipped(solved: SolvedPlan) -> list[Fault]:
    """Plants keep no stock: what all of them build of a product leaves them in the period."""
    built, sent = (solved.tables[t.name] for t in (RECOMMENDED_BUILD_PLAN, BUILD_PLAN_SHIPMENT))
    from_plants = sent[~sent["FROM_SITE_ID"].isin(_inventory(solved)["SITE_ID"])]
    rows = built.assign(PERIOD_START=built["PRODUCTION_WEEK"])
    total = rows.groupby(["PRODUCT_ID", "PERIOD_START"])["RECOMMENDED_QUANTITY"].transform("sum")
    leaving = _shipped(from_plants, rows, PRODUCT_ID="PRODUCT_ID")
    return faults_of_rows(
        RECOMMENDED_BUILD_PLAN,
        "builds_are_shipped",
        built[differs(leaving, total)],
        "RECOMMENDED_QUANTITY",
        "the units that leave the plants, all work centres together",
        "another quantity",
    )


def _arrival(solved: SolvedPlan) -> pd.Series:
    """First day of the period each shipment arrives in; empty after the horizon."""
    sent = solved.tables[BUILD_PLAN_SHIPMENT.name]
    starts = sorted(_inventory(solved)["PERIOD_START"].unique())
    leaving = sent["PERIOD_START"].map({start: float(t) for t, start in enumerate(starts)})
    return (leaving + sent["LEAD_TIME_PERIODS"]).map(dict(enumerate(starts)))


def _shipped(shipments: pd.DataFrame, rows: pd.DataFrame, **places: str) -> pd.Series:
    """Units shipped for the place and period of each row; places are named as in either table."""
    totals = shipments.groupby([*places, "PERIOD_START"])["UNITS_SHIPPED"].sum()
    wanted = pd.MultiIndex.from_frame(rows[[*places.values(), "PERIOD_START"]])
    return pd.Series(totals.reindex(wanted, fill_value=0.0).to_numpy(), index=rows.index)


def _stock_agrees(solved: SolvedPlan) -> list[Fault]:
    """The build plan's stock adds up to that of the warehouses, period by period."""
    built = solved.tables[RECOMMENDED_BUILD_PLAN.name]
    stored = _inventory(solved).groupby("PERIOD_START")["ENDING_INVENTORY"].agg(["sum", "size"])
    projected = built.groupby("PRODUCTION_WEEK")["PROJECTED_INVENTORY"].transform("sum")
    total = built["PRODUCTION_WEEK"].map(stored["sum"])
    quanta = built["PRODUCTION_WEEK"].map(stored["size"]) + _ADDED_UP
    wrong = exceeds(projected, total, quanta) | exceeds(-projected, -total, quanta)
    return faults_of_rows(
        RECOMMENDED_BUILD_PLAN,
        "stock_agrees",
        built[wrong],
        "PROJECTED_INVENTORY",
        "the warehouses' ending inventory, all products of a period together",
        "another stock",
    )


def _whole_units(solved: SolvedPlan) -> list[Fault]:
    return [
        fault
        for table, column in (
            (RECOMMENDED_BUILD_PLAN, "RECOMMENDED_QUANTITY"),
            (BUILD_PLAN_SHIPMENT, "UNITS_SHIPPED"),
        )
        for rows in (solved.tables[table.name],)
        for fault in faults_of_rows(
            table,
            "whole_units",
            rows[rows[column] != rows[column].round()],
            column,
            "whole units",
            "fractions",
        )
    ]


def plan_rule(name: str, description: str, find: Callable[[SolvedPlan], list[Fault]]) -> PlanRule:
    """A rule of solved plans that blocks."""
    return PlanRule(name, "solved_plan", description, find)


LIMIT_RULES: tuple[PlanRule, ...] = (
    plan_rule(
        "inventory_balance",
        "Stock, deliveries and backorders balance in every place and period.",
        _inventory_balance,
    ),
    plan_rule(
        "capacity_respected",
        "No tier of a work centre is used beyond its capacity.",
        _capacity_respected,
    ),
    plan_rule(
        "overflow_counted",
        "Pallets above a warehouse's threshold are counted as overflow.",
        _overflow_counted,
    ),
    plan_rule(
        "storage_respected",
        "No warehouse holds more than the policy allows.",
        _storage_respected,
    ),
    plan_rule(
        "safety_stock_kept",
        "What is missing from safety stock is counted; where it is hard, nothing is missing.",
        _safety_stock_kept,
    ),
    plan_rule(
        "shortage_allowed",
        "Demand is lost or late only as the policy allows.",
        _shortage_allowed,
    ),
    plan_rule(
        "terminal_stock_kept",
        "The stock asked for at the end of the horizon is there.",
        _terminal_stock_kept,
    ),
    plan_rule("stock_age_kept", "No stock is older than its age.", _stock_age_kept),
    plan_rule(
        "lanes_respected", "Nothing leaves that would arrive after the horizon.", _lanes_respected
    ),
    plan_rule(
        "goods_arrive",
        "Warehouses receive and send what the lanes carry, scheduled receipts on top.",
        _goods_arrive,
    ),
    plan_rule("builds_are_shipped", "What is built leaves its plants.", _builds_are_shipped),
    plan_rule(
        "stock_agrees",
        "The build plan's stock is that of the warehouses.",
        _stock_agrees,
    ),
    plan_rule("whole_units", "Builds and shipments are whole units.", _whole_units),
)
