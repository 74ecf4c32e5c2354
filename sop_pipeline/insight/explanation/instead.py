"""What would be done if nothing were built ahead, and what that would cost more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sop_pipeline.insight.explanation.facts import Fact, Telling, joined
from sop_pipeline.insight.explanation.situation import Situation
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.quantities import PlannedQuantities

COSTS_WITHOUT = "COST_WITHOUT_PREBUILD"
CHANGES = "CHANGES_WITHOUT_PREBUILD"
TOLD = 2
"""Changes told, those that cost most."""
_TOTAL = "total"

_Plan = PlannedQuantities


def tell_instead(situation: Situation, telling: Telling) -> None:
    """Tell the cheapest plan that builds nothing ahead: the next best way."""
    without, _ = situation.alternatives
    these = "it" if situation.scope.is_all else "this stock"
    if without is None:
        telling.say(
            "prebuild", f"Without {these} there is no plan that keeps every hard limit.", {}, np.inf
        )
        return
    costs = _costs(situation.solved.plan, without.plan, without.dearer)
    if without.dearer == 0:
        telling.say("prebuild", f"A plan without {these} costs the same.", {})
        return
    total = telling.cells(
        COSTS_WITHOUT, costs, ("TERM",), len(costs) - 1, dearer="money", saved="money"
    )
    changes = _changes(situation, without.plan, costs)
    facts, parts = _parts(telling, changes)
    text = f"Without {these} the next best plan would cost {{dearer}} more"
    if not changes["IS_SPENT"].all():
        text += ", penalties included"
    if parts and costs["SAVED"].iloc[-1] > 0:
        parts.append("save {saved} elsewhere")
    if parts:
        text += f": it would {joined(parts)}"
    telling.say("prebuild", f"{text}.", total | facts, without.dearer)


def _costs(plan: _Plan, other: _Plan, dearer: float) -> pd.DataFrame:
    """What each cost term is with and without, and by how much it is dearer."""
    terms = list(plan.cost_terms)
    with_it = [plan.cost_terms[term] for term in terms]
    instead = [other.cost_terms[term] for term in terms]
    frame = pd.DataFrame(
        {
            "TERM": [*terms, _TOTAL],
            "COST": [*with_it, plan.cost],
            "COST_WITHOUT": [*instead, plan.cost + dearer],
        }
    )
    difference = frame["COST_WITHOUT"] - frame["COST"]
    difference.iloc[-1] = dearer
    saved = (-difference).clip(lower=0.0)
    saved.iloc[-1] = saved.iloc[:-1].sum()
    return frame.assign(DEARER=difference, SAVED=saved)


def _changes(situation: Situation, other: _Plan, costs: pd.DataFrame) -> pd.DataFrame:
    """What there is more of in the other plan, of the terms that get dearer, the dearest first."""
    rows: list[dict[str, object]] = []
    dearer = costs.set_index("TERM")["DEARER"]
    worth = 1e-9 * max(1.0, situation.solved.plan.cost)
    for cost in COSTS:
        if dearer.get(cost.name, 0.0) > worth and cost.name in _MORE:
            quantity, place = _MORE[cost.name](situation, other)
            if quantity > 0:
                rows.append(
                    {
                        "TERM": cost.name,
                        "QUANTITY": quantity,
                        "DEARER": float(dearer[cost.name]),
                        "IS_SPENT": cost.is_spent,
                        **place,
                    }
                )
    columns = ["TERM", "QUANTITY", "DEARER", "IS_SPENT", "WORK_CENTER_ID", "TIER_CODE"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("DEARER", ascending=False, kind="stable", ignore_index=True)


def _parts(telling: Telling, changes: pd.DataFrame) -> tuple[dict[str, Fact], list[str]]:
    facts: dict[str, Fact] = {}
    parts: list[str] = []
    for place, term in enumerate(changes["TERM"].head(TOLD)):
        wanted = {"quantity": "units", "dearer": "money"}
        if term in ("production", "tier_premium"):
            wanted["work_center_id"] = "work_center"
        if term == "tier_premium":
            wanted["tier_code"] = "tier"
        cells = telling.cells(CHANGES, changes, ("TERM",), place, **wanted)  # type: ignore[arg-type]
        facts |= {f"{name}_{place}": fact for name, fact in cells.items()}
        parts.append(_TEXTS[term].format(**{name: f"{{{name}_{place}}}" for name in cells}))
    return facts, parts


_Change = tuple[float, dict[str, object]]


def _units(family: str) -> Callable[[Situation, _Plan], _Change]:
    """By how much more of a family there is."""

    def more(situation: Situation, other: _Plan) -> _Change:
        now = situation.solved.plan.family(family)
        return float(other.family(family).sum() - now.sum()), {}

    return more


def _tier(situation: Situation, other: _Plan) -> _Change:
    """The tier whose premiums rise most, and the capacity units more of it."""
    tiers, plan = situation.problem.tiers, situation.solved.plan
    paid = other.money("tier_use", "tier_premium") - plan.money("tier_use", "tier_premium")
    k = int(np.argmax(paid.sum(axis=1)))
    used = (other.family("tier_use") - plan.family("tier_use")).sum(axis=1)
    center = int(situation.problem.work_centers[tiers.work_center[k]])
    return float(used[k]), {"WORK_CENTER_ID": center, "TIER_CODE": tiers.codes[k]}


def _elsewhere(situation: Situation, other: _Plan) -> _Change:
    """The work centre that makes most more, and how many units."""
    routings = situation.problem.routings
    more = (other.family("build") - situation.solved.plan.family("build")).sum(axis=1)
    made = np.bincount(routings.work_center, more, len(situation.problem.work_centers))
    w = int(np.argmax(made))
    return float(made[w]), {"WORK_CENTER_ID": int(situation.problem.work_centers[w])}


_MORE: dict[str, Callable[[Situation, _Plan], _Change]] = {
    "production": _elsewhere,
    "tier_premium": _tier,
    "overflow": _units("overflow"),
    "lost_sales": _units("lost_sales"),
    "backorder": _units("backorder"),
    "safety_stock": _units("safety_stock_shortfall"),
}
_TEXTS = {
    "production": "make {quantity} units more at {work_center_id}, production costing {dearer} "
    "more in all",
    "tier_premium": "use {quantity} capacity units more of {tier_code} at {work_center_id}, "
    "premiums costing {dearer} more in all",
    "overflow": "pay {dearer} more for pallets above the threshold",
    "lost_sales": "lose {quantity} more units of sales (a penalty of {dearer})",
    "backorder": "deliver more demand late (a penalty of {dearer})",
    "safety_stock": "leave more safety stock missing (a penalty of {dearer})",
}
