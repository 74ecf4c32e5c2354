"""What is decided whole, and what is thrown away: activated tiers, set-ups, scrap."""

from __future__ import annotations

import pandas as pd

from sop_pipeline.insight.comparison import NOTHING
from sop_pipeline.insight.explanation.facts import Telling
from sop_pipeline.insight.explanation.situation import Situation

ACTIVATED = "ACTIVATED_TIERS"
SET_UP = "SET_UPS"
SCRAPPED = "SCRAPPED_BY_PRODUCT"
_TIER = ["WORK_CENTER_ID", "TIER_CODE"]
_WHEN = {"FIRST_PERIOD": ("PERIOD_START", "min"), "LAST_PERIOD": ("PERIOD_START", "max"),
         "TIMES": ("PERIOD_START", "size")}  # fmt: skip


def tell_decisions(situation: Situation, telling: Telling) -> None:
    """Tell which tiers are activated, what is set up, and what ages until it is thrown away."""
    _tell_held(situation, telling)
    _tell_activated(situation, telling)
    _tell_set_ups(situation, telling)
    _tell_scrapped(situation, telling)


def _tell_held(situation: Situation, telling: Telling) -> None:
    """Tell that no alternative takes other whole decisions: with more room a search might."""
    if situation.problem.decisions is not None:
        text = (
            "Whatever would be with more or less room is told with the activated tiers, set-ups "
            "and lots of this plan."
        )
        telling.say("headline", text, {})


def _tell_activated(situation: Situation, telling: Telling) -> None:
    rows = situation.scope.of(situation.tables["BUILD_PLAN_CAPACITY"])
    on = rows[rows["ACTIVATED"].fillna(value=False).astype(bool)]
    frame = on.groupby(_TIER, as_index=False).agg(
        **_WHEN, USED=("CAPACITY_USED", "sum"), COST=("FIXED_COST", "sum")
    )
    forms = {"work_center_id": "work_center", "tier_code": "tier", **_SPAN, "used": "units",
             "cost": "money"}  # fmt: skip
    for row in range(len(frame)):
        facts = telling.cells(ACTIVATED, frame, _TIER, row, **forms)  # type: ignore[arg-type]
        text = (
            f"{{work_center_id}} ({{tier_code}}) is activated {_when(frame, row)}: "
            "{used} units of capacity are used of it, and it costs {cost} whatever is used."
        )
        telling.say("capacity", text, facts, float(frame["COST"].iloc[row]))


def _tell_set_ups(situation: Situation, telling: Telling) -> None:
    rows = situation.scope.of(situation.tables["BUILD_PLAN_SETUP"])
    frame = (
        rows[rows["SET_UP"].astype(bool)]
        .groupby("PRODUCT_ID", as_index=False)
        .agg(**_WHEN, LOTS=("LOTS", "sum"), UNITS=("UNITS", "sum"), COST=("SETUP_COST", "sum"))
    )
    forms = {"product_id": "product", **_SPAN, "lots": "units", "units": "units", "cost": "money"}
    for row in range(len(frame)):
        facts = telling.cells(SET_UP, frame, ("PRODUCT_ID",), row, **forms)  # type: ignore[arg-type]
        text = (
            f"{{product_id}} is set up {_when(frame, row)}, for {{units}} units in {{lots}} lots, "
            "at a cost of {cost}."
        )
        telling.say("setup", text, facts, float(frame["COST"].iloc[row]))


def _tell_scrapped(situation: Situation, telling: Telling) -> None:
    rows = situation.scope.of(situation.tables["BUILD_PLAN_INVENTORY"])
    away = rows[rows["SCRAPPED"].fillna(0.0) > NOTHING]
    frame = away.groupby("PRODUCT_ID", as_index=False).agg(**_WHEN, UNITS=("SCRAPPED", "sum"))
    for row in range(len(frame)):
        facts = telling.cells(
            SCRAPPED, frame, ("PRODUCT_ID",), row, product_id="product", units="units",
            first_period="period", last_period="period",
        )  # fmt: skip
        when = _between(frame, row)
        text = f"{{units}} units of {{product_id}} are scrapped {when}, as none may stand longer."
        telling.say("scrap", text, facts, _scrap_cost(situation, frame, row))


_SPAN = {"first_period": "period", "last_period": "period", "times": "count"}


def _when(frame: pd.DataFrame, row: int) -> str:
    """How often and when."""
    one = frame["TIMES"].iloc[row] == 1
    return "in {first_period}" if one else f"in {{times}} {{months}} {_between(frame, row)}"


def _between(frame: pd.DataFrame, row: int) -> str:
    same = frame["FIRST_PERIOD"].iloc[row] == frame["LAST_PERIOD"].iloc[row]
    return "in {first_period}" if same else "from {first_period} to {last_period}"


def _scrap_cost(situation: Situation, frame: pd.DataFrame, row: int) -> float:
    """Share of the plan's scrap cost by units."""
    cost = float(situation.tables["BUILD_PLAN_SUMMARY"].iloc[0]["PUBLISHED_SCRAP_COST"])
    return cost * float(frame["UNITS"].iloc[row] / frame["UNITS"].sum())
