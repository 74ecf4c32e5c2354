"""The frozen horizon and the cost of changing the last plan, stated once more by other means.

Written from the mathematics alone; shares no code with the planner.
"""

from __future__ import annotations

import math
from collections import defaultdict

from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.stated_programme import Programme

Place = tuple[int, int]


def keeping_programme(company: Company) -> Programme:
    """The company's programme with what its policy keeps of the last plan."""
    lp, policy = programme_of(company), company.policy
    last: dict[tuple[Place, int], float] = {}
    had = set()
    built: set[Place] = set()
    for row in company.rows["last_plan"]:
        place, period = (
            (row["PRODUCT_ID"], row["WORK_CENTER_ID"]),
            company.period(row["PRODUCTION_WEEK"]),
        )
        if row["RECOMMENDED_QUANTITY"] > 0:
            built.add(place)
        if period in company.periods:
            had.add(company.periods.index(period))
            last[place, company.periods.index(period)] = row["RECOMMENDED_QUANTITY"]
    end = policy.frozen_periods
    frozen = {place for (place, t), units in last.items() if units > 0 and t < end}
    builds: dict[tuple[Place, int], dict[int, float]] = defaultdict(dict)
    for where, kept in (
        (_standing(company, frozen), {t for t in had if t < end}),
        (_standing(company, built), {t for t in had if t >= end}),
    ):
        for p, code, _, _, costs in company.routings():
            for t in kept:
                builds[(p, where[p, code]), t].update(
                    {lp.columns["x", p, code, t]: 1.0} if costs[t] is not None else {}
                )
    changing = policy.change_cost_periods
    changing = company.T if changing is None else changing
    for place, t in {*builds, *(key for key, units in last.items() if units > 0)}:
        row, units = dict(builds[place, t]), last.get((place, t), 0.0)
        if t >= policy.frozen_periods:
            if not policy.change_cost_per_unit or t >= policy.frozen_periods + changing:
                continue
            row[lp.var("more", place, t, cost=policy.change_cost_per_unit)] = -1.0
            row[lp.var("less", place, t, cost=policy.change_cost_per_unit)] = 1.0
        lp.equal.append((row, units))
    return lp


def _standing(company: Company, built: set[Place]) -> dict[tuple[int, str], int]:
    """Where routings stand: where builds are kept, else at the tightest operation."""
    routings = sorted({(p, code) for p, code, *_ in company.routings()})
    uses = {routing: _uses(company, *routing) for routing in routings}
    where = {}
    for (p, code), taken in uses.items():
        tightest = _tightest(company, taken)
        where[p, code] = next((w for w in (tightest, *sorted(taken)) if (p, w) in built), tightest)
    for q, w in sorted(built):
        if w in {where[p, code] for p, code in routings if p == q}:
            continue
        for p, code in routings:
            now = p, where[p, code]
            alone = now in built and sum((o, where[o, c]) == now for o, c in routings) == 1
            if p == q and w in uses[p, code] and not alone:
                where[p, code] = w
                break
    return where


def _uses(company: Company, p: int, code: str) -> dict[int, float]:
    """What a unit takes of each work centre of a routing, at most."""
    rows = company.rows["product_routings"]
    uses = {
        r["WORK_CENTER_ID"]: 0.0 for r in rows if (r["PRODUCT_ID"], r["ROUTING_CODE"]) == (p, code)
    }
    for q, c, _, capacity, _ in company.routings():
        if (q, c) == (p, code):
            for (w, _), taken in capacity.items():
                uses[w] = max(uses.get(w, 0.0), taken)
    return uses


def _tightest(company: Company, uses: dict[int, float]) -> int:
    def share(w: int) -> float:
        regular = sum(company.tiers(w, t)["REGULAR"][0] for t in range(company.T))
        return uses[w] / regular if regular else (math.inf if uses[w] else 0.0)

    return min(uses, key=lambda w: (-share(w), w))
