"""What is short: sales lost, demand late, safety stock missing; who goes without; what mends it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_pipeline.insight.comparison import NOTHING
from sop_pipeline.insight.explanation.facts import Fact, Telling, joined
from sop_pipeline.insight.explanation.situation import ONE_UNIT, Situation
from sop_pipeline.insight.service import service_by_class
from sop_pipeline.planning.quantities import PlannedQuantities

LOST = "LOST_BY_PLACE"
LATE = "LATE_BY_PLACE"
MISSING = "SAFETY_STOCK_MISSING_BY_PLACE"
MENDED = "SHORTAGE_WITH_ROOM"
NEEDED = "ROOM_NEEDED"
BY_CLASS = "SHORTAGE_BY_CLASS"
RULE = "COST_OF_THE_RULE"
MOST_ALIKE = 2
"""Classes from which on it matters which one goes short."""
PLACES = 3
"""Places named one by one, the worst first."""
_PLACE = ["PRODUCT_ID", "SITE_ID"]


def tell_shortage(situation: Situation, telling: Telling) -> None:
    """Tell what is lost, late and missing, where, and whether capacity would mend it."""
    rows = situation.scope.of(situation.tables["BUILD_PLAN_INVENTORY"])
    weight = _penalties(situation)
    lost = _lost(rows)
    late = _at_worst(rows, "BACKORDER", NOTHING)
    missing = _at_worst(rows, "SAFETY_STOCK_SHORTFALL", ONE_UNIT)
    if not lost.empty:
        text = "{total} units of demand are lost"
        _tell_places(telling, LOST, lost, text, weight["lost_sales"])
    _tell_classes(situation, telling, weight)
    if not late.empty:
        text = "Up to {total} units of demand are late, at the end of {period_start}"
        _tell_places(telling, LATE, late, text, weight["backorder"])
    if not missing.empty:
        text = "Up to {total} units of safety stock are missing, at the end of {period_start}"
        _tell_places(telling, MISSING, missing, text, weight["safety_stock"])
    if not (lost.empty and late.empty and missing.empty):
        _tell_mending(situation, telling, max(weight.values()))


def _tell_classes(situation: Situation, telling: Telling, weight: dict[str, float]) -> None:
    """Tell which class of demand goes short of how much, and what the rule behind it costs."""
    classes = service_by_class(situation.scope.of(situation.tables["BUILD_PLAN_SERVICE"]))
    short = classes[(classes["LOST_SALES"] > NOTHING) | (classes["BACKORDER"] > NOTHING)]
    if short.empty or len(classes) < MOST_ALIKE:
        return
    facts: dict[str, Fact] = {}
    parts: list[str] = []
    for row in short.index:
        cells = telling.cells(
            BY_CLASS,
            classes,
            ("DEMAND_CLASS",),
            row,
            demand_class="demand_class",
            demand="units",
            lost_sales="units",
            backorder="units",
        )
        facts |= {f"{name}_{row}": fact for name, fact in cells.items()}
        late = f", up to {{backorder_{row}}} late" if classes["BACKORDER"][row] > NOTHING else ""
        parts.append(
            f"{{demand_class_{row}}} loses {{lost_sales_{row}}} of {{demand_{row}}} units{late}"
        )
    text = joined(parts)
    summary = situation.tables["BUILD_PLAN_SUMMARY"][["SCENARIO_ID", "RULE_COST"]]
    if summary["RULE_COST"].notna().all():
        facts |= telling.cells(RULE, summary, ("SCENARIO_ID",), 0, rule_cost="money")
        text += ": a rule that costs {rule_cost} more than the cheapest plan"
    telling.say("shortage", f"{text}.", facts, weight["lost_sales"] + weight["backorder"])


def _penalties(situation: Situation) -> dict[str, float]:
    row = situation.tables["BUILD_PLAN_SUMMARY"].iloc[0]
    return {
        term: float(row[f"PUBLISHED_{term.upper()}_COST"])
        for term in ("lost_sales", "backorder", "safety_stock")
    }


def _lost(rows: pd.DataFrame) -> pd.DataFrame:
    """Units lost over the horizon by product and warehouse, the most first."""
    lost = rows[rows["LOST_SALES"] > NOTHING]
    places = lost.groupby(_PLACE, as_index=False).agg(UNITS=("LOST_SALES", "sum"))
    return _ordered(places)


def _at_worst(rows: pd.DataFrame, column: str, least: float) -> pd.DataFrame:
    """Units short at the end of the period in which most are, by product and warehouse."""
    short = rows[rows[column] >= least]
    if short.empty:
        return _ordered(short.assign(UNITS=short[column])[[*_PLACE, "UNITS"]])
    worst = short.groupby("PERIOD_START")[column].sum().idxmax()
    there = short[short["PERIOD_START"] == worst].assign(UNITS=short[column])
    return _ordered(there[[*_PLACE, "PERIOD_START", "UNITS"]])


def _ordered(places: pd.DataFrame) -> pd.DataFrame:
    ordered = places.sort_values("UNITS", ascending=False, kind="stable", ignore_index=True)
    return ordered.assign(TOTAL=ordered["UNITS"].sum())


def _tell_places(
    telling: Telling, name: str, places: pd.DataFrame, text: str, weight: float
) -> None:
    """Tell how much is short in all, and who goes without."""
    forms = {"total": "units"} | ({"period_start": "period"} if "PERIOD_START" in places else {})
    facts: dict[str, Fact] = telling.cells(name, places, _PLACE, 0, **forms)  # type: ignore[arg-type]
    parts: list[str] = []
    for place in range(min(PLACES, len(places))):
        cells = telling.cells(
            name, places, _PLACE, place, product_id="product", site_id="site", units="units"
        )
        facts |= {f"{key}_{place}": fact for key, fact in cells.items()}
        parts.append(f"{{product_id_{place}}} in {{site_id_{place}}} ({{units_{place}}})")
    lead = "of" if len(places) <= PLACES else "most of it"
    telling.say("shortage", f"{text}, {lead} {joined(parts)}.", facts, weight)


def _tell_mending(situation: Situation, telling: Telling, weight: float) -> None:
    """Tell what would be short with room at the scarce work centres, and how much room it takes."""
    _, room = situation.alternatives
    if situation.scarce.empty or room is None:
        return
    now, mended = (_short(situation, plan) for plan in (situation.solved.plan, room.plan))
    frame = pd.DataFrame({"SHORT": list(now), "UNITS": now.values(), "WITH_ROOM": mended.values()})
    fewer = [row for row, kind in enumerate(now) if now[kind] - mended[kind] >= ONE_UNIT]
    needed = _needed(situation, room.plan)
    if not fewer or needed.empty:
        return
    facts: dict[str, Fact] = {}
    parts: list[str] = []
    for row in fewer:
        kind = frame["SHORT"].iloc[row]
        cells = telling.cells(MENDED, frame, ("SHORT",), row, with_room="units")
        facts |= {f"{name}_{kind}": fact for name, fact in cells.items()}
        left = "no" if frame["WITH_ROOM"].iloc[row] < ONE_UNIT else f"{{with_room_{kind}}}"
        parts.append(_TEXTS[kind].format(left))
    facts |= telling.cells(NEEDED, needed, (), 0, units="units", periods="count")
    facts |= telling.cells(NEEDED, needed, (), 0, first_period="period", last_period="period")
    when = (
        "in {first_period}"
        if needed["PERIODS"].iloc[0] == 1
        else "from {first_period} to {last_period}"
    )
    telling.say(
        "shortage",
        f"With room where capacity is scarce, {joined(parts)}: those work centres together would "
        f"use {{units}} units of capacity more than they have, {when}.",
        facts,
        weight,
    )


_TEXTS = {
    "lost": "{} units would be lost",
    "late": "{} units would be late at any time",
    "missing": "{} units of safety stock would be missing at any time",
}


def _short(situation: Situation, plan: PlannedQuantities) -> dict[str, float]:
    """Units lost in all, late and missing at the end of the worst period, in the linear plan."""

    def worst(family: str) -> float:
        asked = np.where(situation.is_asked, plan.family(family), 0.0)
        return float(asked.sum(axis=(0, 1)).max())

    lost = np.where(situation.is_asked, plan.family("lost_sales"), 0.0)
    return {
        "lost": float(lost.sum()),
        "late": worst("backorder"),
        "missing": worst("safety_stock_shortfall"),
    }


def _needed(situation: Situation, plan: PlannedQuantities) -> pd.DataFrame:
    """Capacity that the scarce tiers use together beyond what they have, in one row, or none."""
    used, capacity = plan.family("tier_use"), situation.problem.tiers.capacity
    beyond = np.zeros(len(situation.starts))
    for center, code, day in situation.scarce[
        ["WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"]
    ].itertuples(index=False):
        t = situation.starts.get_loc(day)
        k = situation.tier(center, code)
        beyond[t] += used[k, t] - capacity[k, t]
    found = np.flatnonzero(beyond >= ONE_UNIT)
    return pd.DataFrame(
        {
            "UNITS": [float(beyond[found].sum())],
            "FIRST_PERIOD": situation.starts[found[:1]],
            "LAST_PERIOD": situation.starts[found[-1:]],
            "PERIODS": [len(found)],
        }
        if len(found)
        else {}
    )
