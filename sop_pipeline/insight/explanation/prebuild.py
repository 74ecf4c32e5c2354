"""Stock built ahead: how much, why, for which demand, and what would be done without it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.insight.explanation.facts import Fact, Telling, joined
from sop_pipeline.insight.explanation.instead import tell_instead
from sop_pipeline.insight.explanation.situation import ONE_UNIT, Situation
from sop_pipeline.planning.arrays import Floats

BY_PLACE = "PREBUILD"
BY_PERIOD = "PREBUILD_BY_PERIOD"
BY_PRODUCT = "PREBUILD_BY_PRODUCT"
PEGS = "PREBUILD_PEGS"
CAUSES = "PREBUILD_CAUSES"
NOTHING = (
    "Nothing is built ahead for a later {month} of the plan, not a whole unit of any product in "
    "any warehouse."
)
NAMED = 3
"""Products and work centres named one by one."""


def tell_prebuild(situation: Situation, telling: Telling) -> None:
    """Tell of the stock that stands above what safety stock asks for before it is needed."""
    by_place = _by_place(situation)
    telling.tables[BY_PLACE] = by_place
    if by_place.empty:
        telling.say("prebuild", NOTHING, {})
        return
    by_period = _by_period(situation, by_place)
    peak = int(by_period["UNITS"].to_numpy().argmax())
    without, _ = situation.alternatives
    weight = np.inf if without is None else without.dearer
    facts = _span(telling, by_period, peak)
    template = "Stock is built ahead: {units} units of it stand at the end of {period_start}"
    if len(by_period) > 1:
        template += ", the most of {count} {months} from {first} to {last}"
    cause, causes = _cause(situation, telling, by_period, peak)
    telling.say("prebuild", f"{template}{cause}.", facts | causes, weight)
    _tell_products(situation, telling, by_place, by_period["PERIOD_START"].iloc[peak], weight)
    _tell_pegs(situation, telling, by_period["PERIOD_START"].iloc[peak], weight)
    tell_instead(situation, telling)


def ahead(situation: Situation, stock: Floats) -> Floats:
    """Stock of a plan that is built ahead, within the scope, units, (P, S, T)."""
    return np.where(situation.is_asked, np.maximum(0.0, stock - situation.needed), 0.0)


def _by_place(situation: Situation) -> pd.DataFrame:
    """Published stock a whole unit or more above what is needed, per product and warehouse."""
    rows = situation.tables["BUILD_PLAN_INVENTORY"]
    keys = ["PRODUCT_ID", "SITE_ID", "PERIOD_START"]
    ordered = rows.sort_values(keys)
    shape = situation.problem.shape
    units = ahead(situation, ordered["ENDING_INVENTORY"].to_numpy(np.float64).reshape(shape))
    found = ordered[keys].assign(UNITS=units.ravel())
    return found[found["UNITS"] >= ONE_UNIT].reset_index(drop=True)


def _by_period(situation: Situation, by_place: pd.DataFrame) -> pd.DataFrame:
    """The same by period, and what the linear plan builds ahead, as it is and with room."""
    _, room = situation.alternatives
    units = by_place.groupby("PERIOD_START", as_index=False)["UNITS"].sum()
    at = situation.starts.get_indexer(pd.DatetimeIndex(units["PERIOD_START"]))
    plans = {"OPTIMUM_UNITS": situation.solved.plan}
    if room is not None:
        plans["UNITS_WITH_ROOM"] = room.plan
    linear = {
        name: ahead(situation, plan.family("stock")).sum(axis=(0, 1))[at]
        for name, plan in plans.items()
    }
    return units.assign(**linear)


def _span(telling: Telling, by_period: pd.DataFrame, peak: int) -> dict[str, Fact]:
    key = ("PERIOD_START",)

    def day(row: int) -> Fact:
        return telling.cells(BY_PERIOD, by_period, key, row, period_start="period")["period_start"]

    facts = telling.cells(BY_PERIOD, by_period, key, peak, units="units", period_start="period")
    summary = pd.DataFrame({"PERIODS": [len(by_period)]})
    count = telling.cells("PREBUILD_SPAN", summary, (), 0, periods="count")["periods"]
    return facts | {"first": day(0), "last": day(len(by_period) - 1), "count": count}


def _cause(
    situation: Situation, telling: Telling, by_period: pd.DataFrame, peak: int
) -> tuple[str, dict[str, Fact]]:
    """Because of what: scarce work centres, if room there leaves less to build ahead."""
    scarce = situation.scarce
    row = by_period.iloc[peak]
    fewer = "UNITS_WITH_ROOM" in row and row["UNITS_WITH_ROOM"] <= row["OPTIMUM_UNITS"] - ONE_UNIT
    if scarce.empty or not fewer:
        return "", {}
    worth = scarce.groupby("WORK_CENTER_ID", as_index=False).agg(
        SAVES=("ONE_MORE_SAVES", "sum"),
        FIRST=("PERIOD_START", "min"),
        LAST=("PERIOD_START", "max"),
    )
    worth = worth.sort_values("SAVES", ascending=False, kind="stable", ignore_index=True)
    named = worth.head(NAMED)
    facts: dict[str, Fact] = {}
    for place in range(len(named)):
        cell = telling.cells(
            CAUSES, worth, ("WORK_CENTER_ID",), place, work_center_id="work_center"
        )
        facts[f"cause_{place}"] = cell["work_center_id"]
    span = scarce["PERIOD_START"].agg(["min", "max"]).to_list()
    frame = pd.DataFrame({"FIRST": span[:1], "LAST": span[1:], "OTHERS": [len(worth) - len(named)]})
    facts |= telling.cells("PREBUILD_CAUSE_SPAN", frame, (), 0, others="count")
    ends = telling.cells("PREBUILD_CAUSE_SPAN", frame, (), 0, first="period", last="period")
    facts |= {"from": ends["first"], "to": ends["last"]}
    key = ("PERIOD_START",)
    facts |= telling.cells(BY_PERIOD, by_period, key, peak, units_with_room="units")
    names = [f"{{cause_{place}}}" for place in range(len(named))]
    if len(worth) > len(named):
        names.append("{others} more")
    when = "in {from}" if span[0] == span[1] else "at times from {from} to {to}"
    verb = "is" if len(worth) == 1 else "are"
    left = "{units_with_room} would be"
    if row["UNITS_WITH_ROOM"] < ONE_UNIT:
        left = "not one unit would be"
    return (
        f", because {joined(names)} {verb} short of capacity {when}. With room there, {left}",
        facts,
    )


def _tell_products(
    situation: Situation,
    telling: Telling,
    by_place: pd.DataFrame,
    peak: pd.Timestamp,
    weight: float,
) -> None:
    """Which products are built ahead most, at the peak."""
    rows = by_place[by_place["PERIOD_START"] == peak]
    units = rows.groupby(["PERIOD_START", "PRODUCT_ID"], as_index=False).agg(UNITS=("UNITS", "sum"))
    units = units.sort_values("UNITS", ascending=False, kind="stable", ignore_index=True)
    if len(units) == 1 and situation.scope.products is not None:
        return
    facts: dict[str, Fact] = {}
    parts: list[str] = []
    for place in range(min(NAMED, len(units))):
        key = ("PRODUCT_ID",)
        cells = telling.cells(BY_PRODUCT, units, key, place, product_id="product", units="units")
        facts |= {f"{name}_{place}": fact for name, fact in cells.items()}
        parts.append(f"{{product_id_{place}}} ({{units_{place}}})")
    facts |= telling.cells(BY_PRODUCT, units, ("PRODUCT_ID",), 0, period_start="period")
    most = "It is" if len(units) <= NAMED else "Most of it is"
    telling.say("prebuild", f"{most} {joined(parts)}.", facts, weight)


def _tell_pegs(situation: Situation, telling: Telling, peak: pd.Timestamp, weight: float) -> None:
    """Which demand is served after the peak from builds up to it, first in, first out."""
    pegs = (
        situation.scope.of(situation.tables["BUILD_PLAN_PEGGING"].drop(columns="WORK_CENTER_ID"))
        if situation.scope.periods is None
        else situation.tables["BUILD_PLAN_PEGGING"].head(0)
    )
    across = pegs[
        (pegs["SOURCE"] == "BUILD")
        & (pegs["SOURCE_PERIOD"] <= peak)
        & (pegs["PERIOD_START"] > peak)
    ]
    if across.empty:
        return
    units, cost = float(across["UNITS"].sum()), float(across["HOLDING_COST"].sum())
    frame = pd.DataFrame(
        {
            "FIRST_SERVED": [across["PERIOD_START"].min()],
            "LAST_SERVED": [across["PERIOD_START"].max()],
            "BUILT_UP_TO": [peak],
            "UNITS": [units],
            "HOLDING_COST": [cost],
            "HOLDING_COST_PER_UNIT": [cost / units],
        }
    )
    facts = telling.cells(
        PEGS,
        frame,
        (),
        0,
        first_served="period",
        last_served="period",
        built_up_to="period",
        units="units",
        holding_cost="money",
        holding_cost_per_unit="price",
    )
    one = frame["FIRST_SERVED"].iloc[0] == frame["LAST_SERVED"].iloc[0]
    when = "{first_served}" if one else "{first_served} to {last_served}"
    telling.say(
        "prebuild",
        "First in, first out, {units} units built up to the end of {built_up_to} serve demand of "
        f"{when}, safety stock that turns over among them; holding them costs "
        "{holding_cost}, {holding_cost_per_unit} a unit on average.",
        facts,
        weight,
    )
