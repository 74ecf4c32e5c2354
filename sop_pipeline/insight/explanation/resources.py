"""What is scarce: work centres and warehouses that limit the plan, and what a unit is worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sop_pipeline.insight.explanation.facts import Form, Telling
from sop_pipeline.insight.explanation.situation import Situation, runs
from sop_pipeline.planning.counterfactuals import Limits
from sop_pipeline.planning.limits import open_capacity

CAPACITY = "SCARCE_CAPACITY"
STORAGE = "SCARCE_STORAGE"
SHIFTS = "SHIFT_VALUES"
REGULAR = "REGULAR"
FULL_PCT = 99.95
"""A work centre is full from here on: it reads as 100.0 %."""
SHIFTS_SOLVED = 3
"""Work centres for which one more shift is solved for, those of which a unit is worth most."""
SAME = 1e-6
"""Share of a price within which two are the same."""


def tell_capacity(situation: Situation, telling: Telling) -> None:
    """Tell which tiers of which work centres limit the plan when, and what a unit is worth."""
    frame = _runs(situation, "work_center_capacity", ["WORK_CENTER_ID", "TIER_CODE"])
    frame = _full(situation, frame)
    shifts = _shifts(situation, frame)
    key = ("WORK_CENTER_ID", "TIER_CODE", "FIRST_PERIOD")
    for row in range(len(frame)):
        facts = telling.cells(
            CAPACITY,
            frame,
            key,
            row,
            work_center_id="work_center",
            tier_code="tier",
            **_PRICED,
        )
        text = _subject(frame.iloc[row])
        text += f" {_when(frame, row)}{_worth(frame.iloc[row], 'unit of capacity')}."
        found = np.flatnonzero(shifts["ROW"] == row)
        for place in found.tolist():
            shift_key = ("WORK_CENTER_ID", "TIER_CODE", "PERIOD_START")
            facts |= telling.cells(
                SHIFTS,
                shifts,
                shift_key,
                place,
                period_start="period",
                units="units",
                saves="money",
            )
            text += (
                " One more shift on one day of {period_start}, {units} units of capacity, saves "
                "{saves}."
            )
        telling.say("capacity", text, facts, _weight(frame.iloc[row], shifts, row))


def tell_storage(situation: Situation, telling: Telling) -> None:
    """Tell which warehouses are at their threshold when, and what room for a pallet is worth."""
    frame = _runs(situation, "warehouse_storage", ["SITE_ID"])
    frame = _overflow(situation, frame)
    key = ("SITE_ID", "FIRST_PERIOD")
    for row in range(len(frame)):
        facts = telling.cells(
            STORAGE,
            frame,
            key,
            row,
            site_id="site",
            threshold_pallets="pallets",
            most_overflow_pallets="pallets",
            overflow_cost="money",
            **_PRICED,
        )
        over = frame["MOST_OVERFLOW_PALLETS"].iloc[row] >= 1
        text = (
            "{site_id} holds up to {most_overflow_pallets} pallets above its threshold of "
            "{threshold_pallets} "
            if over
            else "{site_id} is filled to its threshold of {threshold_pallets} pallets "
        )
        text += _when(frame, row) + (", at a penalty of {overflow_cost}" if over else "")
        text += f"{_worth(frame.iloc[row], 'pallet of room')}."
        weight = float(frame["OVERFLOW_COST"].iloc[row] + frame["MOST_SAVED"].iloc[row])
        telling.say("storage", text, facts, weight)


_PRICED: dict[str, Form] = {
    "first_period": "period",
    "last_period": "period",
    "least_saved": "price",
    "least_saved_in": "period",
    "most_saved": "price",
    "most_saved_in": "period",
    "most_cost": "price",
    "most_cost_in": "period",
}


def _runs(situation: Situation, constraint: str, owner: list[str]) -> pd.DataFrame:
    """The limits of one kind that bind, in runs of periods, the dearest first."""
    prices = situation.scope.of(situation.tables["BUILD_PLAN_SHADOW_PRICE"])
    prices = prices[prices["CONSTRAINT_NAME"] == constraint]
    rows = [
        {**dict(zip(owner, key, strict=True)), **run}
        for key, group in prices.groupby(owner, sort=True)
        for run in _priced_runs(group.sort_values("PERIOD_START"), situation.starts)
    ]
    columns = [*owner, "FIRST_PERIOD", "LAST_PERIOD", "PERIODS", *(c.upper() for c in _PRICED)]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys([*columns, *_FLAGS])))
    return frame.sort_values("MOST_SAVED", ascending=False, kind="stable", ignore_index=True)


_FLAGS = ("NO_PLAN_WITH_LESS", "NO_PLAN_WITH_LESS_IN", "IS_SAME", "LIMIT_VALUE")


def _priced_runs(rows: pd.DataFrame, starts: pd.DatetimeIndex) -> Iterator[dict[str, object]]:
    """Runs of periods in which a limit binds, and the least and most that a unit is worth there."""
    at = starts.get_indexer(pd.DatetimeIndex(rows["PERIOD_START"]))
    for run in runs(at):
        part = rows[np.isin(at, run)].reset_index(drop=True)
        more, less = part["ONE_MORE_SAVES"], part["ONE_LESS_COSTS"]
        high, low = int(more.to_numpy().argmax()), int(more.to_numpy().argmin())
        costs = less.fillna(-1.0)
        dearest = int(costs.to_numpy().argmax())
        none = part["ONE_LESS_INFEASIBLE"].astype(bool)
        same = (more - less).abs() <= SAME * more.abs().clip(lower=1.0)
        days = part["PERIOD_START"]
        yield {
            "FIRST_PERIOD": days.iloc[0],
            "LAST_PERIOD": days.iloc[-1],
            "PERIODS": len(part),
            "LEAST_SAVED": more[low],
            "LEAST_SAVED_IN": days[low],
            "MOST_SAVED": more[high],
            "MOST_SAVED_IN": days[high],
            "MOST_COST": less[dearest],
            "MOST_COST_IN": days[dearest],
            "NO_PLAN_WITH_LESS": int(none.sum()),
            "IS_SAME": bool(same.all()),
            "LIMIT_VALUE": part["LIMIT_VALUE"].max(),
        }


def _full(situation: Situation, frame: pd.DataFrame) -> pd.DataFrame:
    """Whether the published plan, too, is full throughout each run."""
    rows = situation.tables["BUILD_PLAN_CAPACITY"]
    full = [
        bool(
            (
                rows[
                    (rows["WORK_CENTER_ID"] == run["WORK_CENTER_ID"])
                    & (rows["TIER_CODE"] == run["TIER_CODE"])
                    & rows["PERIOD_START"].between(run["FIRST_PERIOD"], run["LAST_PERIOD"])
                ]["UTILIZATION_PCT"]
                >= FULL_PCT
            ).all()
        )
        for _, run in frame.iterrows()
    ]
    return frame.assign(IS_FULL=full)


def _overflow(situation: Situation, frame: pd.DataFrame) -> pd.DataFrame:
    """Threshold, most overflow and its cost in each run, as published."""
    rows = situation.tables["BUILD_PLAN_WAREHOUSE"]
    found: list[dict[str, float]] = []
    for _, run in frame.iterrows():
        part = rows[
            (rows["SITE_ID"] == run["SITE_ID"])
            & rows["PERIOD_START"].between(run["FIRST_PERIOD"], run["LAST_PERIOD"])
        ]
        worst = part.loc[part["OVERFLOW_PALLETS"].idxmax()]
        found.append(
            {
                "THRESHOLD_PALLETS": worst["THRESHOLD_PALLETS"],
                "MOST_OVERFLOW_PALLETS": worst["OVERFLOW_PALLETS"],
                "OVERFLOW_COST": part["OVERFLOW_COST"].sum(),
            }
        )
    columns = ["THRESHOLD_PALLETS", "MOST_OVERFLOW_PALLETS", "OVERFLOW_COST"]
    return pd.concat([frame, pd.DataFrame(found, columns=columns)], axis=1)


def _shifts(situation: Situation, frame: pd.DataFrame) -> pd.DataFrame:
    """What one shift more on one day saves where a unit is worth most, solved for."""
    rows: list[dict[str, object]] = []
    for row, run in frame.iterrows():
        units = situation.shifts.get((int(run["WORK_CENTER_ID"]), run["MOST_SAVED_IN"]), 0.0)
        if run["MOST_SAVED"] <= 0 or units <= 0 or len(rows) >= SHIFTS_SOLVED:
            continue
        capacity = open_capacity(situation.problem)
        tier = situation.tier(int(run["WORK_CENTER_ID"]), str(run["TIER_CODE"]))
        capacity[tier, situation.starts.get_loc(run["MOST_SAVED_IN"])] += units
        found = situation.solved.under(Limits(tier_use=capacity))
        if found is not None and found.dearer < 0:
            rows.append(
                {
                    "ROW": row,
                    "WORK_CENTER_ID": run["WORK_CENTER_ID"],
                    "TIER_CODE": run["TIER_CODE"],
                    "PERIOD_START": run["MOST_SAVED_IN"],
                    "UNITS": units,
                    "SAVES": -found.dearer,
                }
            )
    columns = ["ROW", "WORK_CENTER_ID", "TIER_CODE", "PERIOD_START", "UNITS", "SAVES"]
    return pd.DataFrame(rows, columns=columns)


def _subject(run: pd.Series) -> str:
    """Which tier of which work centre, and how full it is."""
    text = "{work_center_id}" if run["TIER_CODE"] == REGULAR else "{work_center_id} ({tier_code})"
    if run["LIMIT_VALUE"] == 0:
        return f"{text} is closed"
    return f"{text} is full" if run["IS_FULL"] else f"{text} has no capacity to spare"


def _when(frame: pd.DataFrame, row: int) -> str:
    one = frame["PERIODS"].iloc[row] == 1
    return "in {first_period}" if one else "from {first_period} to {last_period}"


def _worth(run: pd.Series, what: str) -> str:
    """What one unit more and one less is worth, each direction for itself where they differ."""
    if run["MOST_SAVED"] <= 0 and run["IS_SAME"]:
        return f", but not scarce: one {what} more or less there makes no difference"
    one = run["PERIODS"] == 1
    if run["IS_SAME"]:
        steady = abs(run["MOST_SAVED"] - run["LEAST_SAVED"]) <= SAME * max(1.0, run["MOST_SAVED"])
        worth = (
            "{most_saved}"
            if steady
            else "between {least_saved} ({least_saved_in}) and {most_saved} ({most_saved_in})"
        )
        return f"; one more {what} saves, and one less costs, {worth}"
    saves = (
        "nothing"
        if run["MOST_SAVED"] <= 0
        else ("{most_saved}" if one else "up to {most_saved} ({most_saved_in})")
    )
    text = f"; one more {what} saves {saves}"
    if pd.notna(run["MOST_COST"]):
        costs = "{most_cost}" if one else "up to {most_cost} ({most_cost_in})"
        text += f", one less costs {costs}"
    if run["NO_PLAN_WITH_LESS"]:
        text += ", and with one less no plan is left" + ("" if one else " in some of it")
    return text


def _weight(run: pd.Series, shifts: pd.DataFrame, row: int) -> float:
    saved = shifts.loc[shifts["ROW"] == row, "SAVES"].sum()
    return float(max(saved, run["MOST_SAVED"]))
