"""The frozen horizon and the cost of changing the last plan, stated once more by other means.

Written from the mathematics alone; shares no code with the planner.
"""

from __future__ import annotations

import math
from collections import defaultdict

from sop_pipeline_tests.planning.dense_programme import Programme
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of

Place = tuple[int, int]


def keeping_programme(company: Company) -> Programme:
    """The company's programme with what its policy keeps of the last plan."""
    lp, policy = programme_of(company), company.policy
    last: dict[tuple[Place, int], float] = {}
    told: set[Place] = set()
    had = set()
    for row in company.rows["last_plan"]:
        place, period = (
            (row["PRODUCT_ID"], row["WORK_CENTER_ID"]),
            company.period(row["PRODUCTION_WEEK"]),
        )
        told.add(place)
        if period in company.periods:
            had.add(company.periods.index(period))
            last[place, company.periods.index(period)] = row["RECOMMENDED_QUANTITY"]
    builds: dict[tuple[Place, int], dict[int, float]] = defaultdict(dict)
    for p, code, _, _, costs in company.routings():
        place = p, _standing(company, p, code, told)
        for t in had:
            builds[place, t].update(
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


def _standing(company: Company, p: int, code: str, told: set[Place]) -> int:
    """Where a routing stands: where the last plan's row is, else at its tightest operation."""
    uses: dict[int, float] = {}
    for q, c, _, capacity, _ in company.routings():
        if (q, c) == (p, code):
            for (w, _), taken in capacity.items():
                uses[w] = max(uses.get(w, 0.0), taken)

    def share(w: int) -> float:
        regular = sum(company.tiers(w, t)["REGULAR"][0] for t in range(company.T))
        return uses[w] / regular if regular else (math.inf if uses[w] else 0.0)

    rows = company.rows["product_routings"]
    on = {r["WORK_CENTER_ID"] for r in rows if (r["PRODUCT_ID"], r["ROUTING_CODE"]) == (p, code)}
    for w in on - set(uses):
        uses[w] = 0.0
    tightest = min(uses, key=lambda w: (-share(w), w))
    return next((w for w in (tightest, *sorted(uses)) if (p, w) in told), tightest)
