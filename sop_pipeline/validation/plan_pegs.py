"""What pegs, money and prices of a solved plan must add up to, recomputed from its own tables.

Belongs here: BUILD_PLAN_PEGGING, BUILD_PLAN_SERVICE, BUILD_PLAN_SHADOW_PRICE, revenue, margin.
Does not belong here: limits and balances (`plan_limits`), cost terms (`plan_rules`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.planning.families import COSTS
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_CAPACITY,
    BUILD_PLAN_INVENTORY,
    BUILD_PLAN_PEGGING,
    BUILD_PLAN_SERVICE,
    BUILD_PLAN_SHADOW_PRICE,
    BUILD_PLAN_SUMMARY,
    BUILD_PLAN_WAREHOUSE,
    RECOMMENDED_BUILD_PLAN,
)
from sop_pipeline.schemas.table import Table
from sop_pipeline.validation.plan_limits import QUANTUM, PlanRule, faults_of_rows

SPENT_COLUMNS = tuple(f"PUBLISHED_{cost.column}" for cost in COSTS if cost.is_spent)
"""The money that revenue must earn before there is a margin."""
_DOUBLE = 1e-12
_CENT = 0.005
_PLACE = ["PRODUCT_ID", "SITE_ID"]


def _apart(one: pd.Series, other: pd.Series) -> pd.Series:
    """Where two quantities that are counted in the same quanta are not the same."""
    return (one - other).abs() > 0.5 * QUANTUM + _DOUBLE * np.maximum(one.abs(), other.abs())


def _pegs_add_up(solved: SolvedPlan) -> list[Fault]:
    """Units pegged are those served, built, opened with, thrown away and left at the end."""
    pegs = solved.tables[BUILD_PLAN_PEGGING.name]
    stock = solved.tables[BUILD_PLAN_INVENTORY.name]
    built = solved.tables[RECOMMENDED_BUILD_PLAN.name]
    first, last = stock["PERIOD_START"].min(), stock["PERIOD_START"].max()
    served, scrapped = pegs["PERIOD_START"].notna(), pegs["SCRAPPED_PERIOD"].notna()
    left = ~(served | scrapped)
    of_build, opened = pegs["SOURCE"] == "BUILD", pegs["SOURCE"] == "OPENING"
    made_in = pegs["SOURCE_PERIOD"]
    stock_keys = [*_PLACE, "PERIOD_START"]
    at = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"]
    ended = stock[stock["PERIOD_START"] == last]
    begun = stock[stock["PERIOD_START"] == first].groupby("PRODUCT_ID", as_index=False)
    return [
        *_same(BUILD_PLAN_INVENTORY, stock, "SERVED", pegs[served], stock_keys),
        *_same(
            BUILD_PLAN_INVENTORY,
            stock,
            "SCRAPPED",
            pegs[scrapped].assign(PERIOD_START=pegs["SCRAPPED_PERIOD"]),
            stock_keys,
        ),
        *_same(BUILD_PLAN_INVENTORY, ended, "ENDING_INVENTORY", pegs[left], _PLACE),
        *_same(
            BUILD_PLAN_INVENTORY,
            begun[["OPENING_INVENTORY"]].sum(),
            "OPENING_INVENTORY",
            pegs[opened],
            ["PRODUCT_ID"],
        ),
        *_same(
            RECOMMENDED_BUILD_PLAN,
            built,
            "RECOMMENDED_QUANTITY",
            pegs[of_build].assign(PRODUCTION_WEEK=made_in[of_build]),
            at,
        ),
    ]


def _same(
    table: Table, rows: pd.DataFrame, column: str, pegs: pd.DataFrame, key: Sequence[str]
) -> list[Fault]:
    """Where the pegs of a key do not add up to the row's figure, or have no row."""
    keys = list(key)
    pegged = pegs.groupby(keys, as_index=False)["UNITS"].sum()
    both = rows[[*keys, column]].merge(pegged, "outer", keys).fillna({"UNITS": 0.0, column: 0.0})
    wrong = both[_apart(both[column], both["UNITS"])]
    return faults_of_rows(table, "pegs_add_up", wrong, column, "the units pegged to it", "others")


def _pegs_in_order(solved: SolvedPlan) -> list[Fault]:
    """Nothing serves before it is there or due, and a row tells what its source has."""
    pegs = solved.tables[BUILD_PLAN_PEGGING.name]
    served, made, due = pegs["PERIOD_START"], pegs["SOURCE_PERIOD"], pegs["DUE_PERIOD"]
    of_build = pegs["SOURCE"] == "BUILD"
    wrong = (
        (served < made)
        | (served < due)
        | (due.isna() != served.isna())
        | (served.notna() & pegs["SCRAPPED_PERIOD"].notna())
        | (pegs["SCRAPPED_PERIOD"] < made)
        | (made.isna() != (pegs["SOURCE"] == "OPENING"))
        | (pegs["WORK_CENTER_ID"].notna() != of_build)
        | (pegs["ROUTING_CODE"].notna() != of_build)
        | (pegs["BUILT_AHEAD"] != (of_build & (pegs["MONTHS_HELD"] >= 1)))
        | (pegs["MONTHS_HELD"] > solved.tables[BUILD_PLAN_SUMMARY.name]["HORIZON_PERIODS"].iloc[0])
    )
    return faults_of_rows(
        BUILD_PLAN_PEGGING,
        "pegs_in_order",
        pegs[wrong.astype(bool)],
        "SOURCE",
        "a source before what it serves, told as such",
        "another one",
    )


def _holding_is_pegged(solved: SolvedPlan) -> list[Fault]:
    pegs, summary = solved.tables[BUILD_PLAN_PEGGING.name], _summary(solved)
    stated, added = summary["PUBLISHED_HOLDING_COST"], pegs["HOLDING_COST"].sum()
    return (
        [] if pegs.empty else _unequal("holding_is_pegged", "PUBLISHED_HOLDING_COST", stated, added)
    )


def _margin_adds_up(solved: SolvedPlan) -> list[Fault]:
    summary = _summary(solved)
    spent = float(pd.to_numeric(summary[list(SPENT_COLUMNS)]).sum())
    return _unequal("margin_adds_up", "MARGIN", summary["MARGIN"], summary["REVENUE"] - spent)


def _service_adds_up(solved: SolvedPlan) -> list[Fault]:
    """Classes add up to the stock table place by place, and to revenue and revenue at risk."""
    service, summary = solved.tables[BUILD_PLAN_SERVICE.name], _summary(solved)
    if service.empty:
        return []
    key, units = [*_PLACE, "PERIOD_START"], ["DEMAND", "SERVED", "BACKORDER", "LOST_SALES"]
    stock = solved.tables[BUILD_PLAN_INVENTORY.name].set_index(key)[units]
    stated = service.groupby(key)[units].sum().reindex(stock.index, fill_value=0.0)
    wrong = pd.concat([_apart(stock[name], stated[name]) for name in units], axis=1).any(axis=1)
    rows = stock[wrong].reset_index().assign(SCENARIO_ID=service["SCENARIO_ID"].iloc[0])
    expected = "the figures of the stock table, all classes together"
    return [
        *faults_of_rows(
            BUILD_PLAN_INVENTORY, "service_adds_up", rows, "DEMAND", expected, "others"
        ),
        *(
            fault
            for name in ("REVENUE", "REVENUE_AT_RISK")
            for fault in _unequal("service_adds_up", name, summary[name], service[name].sum())
        ),
    ]


def _unequal(rule: str, column: str, stated: float, added: float) -> list[Fault]:
    if abs(stated - added) <= _CENT + _DOUBLE * abs(stated):
        return []
    return [Fault(BUILD_PLAN_SUMMARY.name, rule, f"{added:,.2f}", f"{stated:,.2f}", column)]


def _prices_are_of_limits(solved: SolvedPlan) -> list[Fault]:
    """Every price is of a limit of the plan, and says what one unit less does."""
    prices = solved.tables[BUILD_PLAN_SHADOW_PRICE.name]
    capacity = solved.tables[BUILD_PLAN_CAPACITY.name]
    storage = solved.tables[BUILD_PLAN_WAREHOUSE.name]
    tier = ["WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"]
    site = ["SITE_ID", "PERIOD_START"]
    of_tier = prices.merge(capacity[[*tier, "CAPACITY_AVAILABLE"]], "left", tier)
    of_site = prices.merge(storage[[*site, "THRESHOLD_PALLETS"]], "left", site)
    limit = of_tier["CAPACITY_AVAILABLE"].fillna(of_site["THRESHOLD_PALLETS"])
    stated, less = prices["LIMIT_VALUE"].reset_index(drop=True), prices["ONE_LESS_COSTS"].to_numpy()
    infeasible = prices["ONE_LESS_INFEASIBLE"].to_numpy(bool)
    unpriced = np.isnan(less)
    wrong = (
        limit.isna().to_numpy()
        | _apart(stated, limit.fillna(0.0)).to_numpy()
        | (infeasible & ~unpriced)
        | (~infeasible & unpriced & (stated >= 1).to_numpy())
    )
    return faults_of_rows(
        BUILD_PLAN_SHADOW_PRICE,
        "prices_are_of_limits",
        prices[wrong],
        "LIMIT_VALUE",
        "a limit of the plan, and what one unit less costs",
        "another one",
    )


def _summary(solved: SolvedPlan) -> pd.Series:
    return solved.tables[BUILD_PLAN_SUMMARY.name].iloc[0]


def _rule(name: str, description: str, find: Callable[[SolvedPlan], list[Fault]]) -> PlanRule:
    return PlanRule(name, "solved_plan", description, find)


PEG_RULES: tuple[PlanRule, ...] = (
    _rule(
        "pegs_add_up",
        "Every unit served, built, opened with, thrown away or left at the end is pegged, once.",
        _pegs_add_up,
    ),
    _rule("pegs_in_order", "Nothing serves before it is there or due.", _pegs_in_order),
    _rule("holding_is_pegged", "Pegs share out the published holding cost.", _holding_is_pegged),
    _rule(
        "service_adds_up",
        "Classes of demand add up to what is served, late and lost, and to revenue.",
        _service_adds_up,
    ),
    _rule("margin_adds_up", "Margin is revenue less the money the plan spends.", _margin_adds_up),
    _rule(
        "prices_are_of_limits",
        "Shadow prices are of the plan's own limits.",
        _prices_are_of_limits,
    ),
)
