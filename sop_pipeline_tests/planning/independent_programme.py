"""The optimum of a company by other means: the contract's figures, row by row.

Written from the mathematics alone; shares no code with the planner.
"""

from __future__ import annotations

import math
from collections import defaultdict

from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.stated_programme import Programme


def programme_of(company: Company, *, by_vintage: bool = False) -> Programme:  # noqa: C901, PLR0912, PLR0915 - one long list of rows
    lp, policy, periods = Programme(), company.policy, range(company.T)
    routings = company.routings()
    plants = {plant for _, _, plant, _, _ in routings}
    keys = [(p, s) for p in company.products for s in company.warehouses]
    balance: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    leaving: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    loads: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for p, code, plant, uses, costs in routings:
        for t in periods:
            if costs[t] is None:
                continue
            x = lp.var("x", p, code, t, cost=costs[t])
            leaving[p, plant, t][x] = 1.0
            for (w, at), amount in uses.items():
                if at == t:
                    loads[w, t][x] = amount
    made = {(p, plant) for p, _, plant, _, _ in routings}
    for a, b, cost, lead in company.lanes(plants):
        for p in company.products:
            if company.sites[a] == "PLANT" and (p, a) not in made:
                continue
            for t in periods:
                if t + lead >= company.T:
                    continue
                handling = company.rate(b, t + lead, "HANDLING_COST_PER_PALLET") * company.pallets(
                    p
                )
                y = lp.var("y", a, b, p, t, cost=cost + handling)
                balance[p, b, t + lead][y] = 1.0
                if company.sites[a] == "PLANT":
                    leaving[p, a, t][y] = -1.0
                else:
                    balance[p, a, t][y] = -1.0
    for row in leaving.values():
        lp.equal.append((row, 0.0))
    stock: dict[tuple[int, int, int], int] = {}
    leaves: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    comes: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    for (p, s, t), row in balance.items():
        leaves[p, s, t] = {column: 1.0 for column, sign in row.items() if sign < 0}
        comes[p, s, t] = {column: 1.0 for column, sign in row.items() if sign > 0}
    for p, s in keys:
        for t in periods:
            stock[p, s, t] = lp.var("I", p, s, t, cost=company.holding(p, s, t))
            row = balance[p, s, t]
            row[stock[p, s, t]] = -1.0
            right = company.demand(p, s, t) - company.receipts(p, s, t)
            if t:
                row[stock[p, s, t - 1]] = 1.0
            else:
                right -= company.opening(p, s)
            out = leaves[p, s, t]
            if company.age(p) is not None:
                scrap = lp.var("scrap", p, s, t, cost=company.scrap(p))
                row[scrap], out[scrap] = -1.0, 1.0
            if policy.shortage != "forbid":
                lost = lp.var("l", p, s, t, cost=company.lost(p, s, t))
                row[lost], out[lost] = 1.0, -1.0
                limit = {lost: 1.0}
                if policy.shortage == "backorder":
                    late = lp.var(
                        "b",
                        p,
                        s,
                        t,
                        cost=company.late(p, s, t),
                        most=0.0 if t == company.T - 1 else math.inf,
                    )
                    row[late] = limit[late] = 1.0
                    out[late] = -1.0
                    if t:
                        row[lp.columns["b", p, s, t - 1]] = -1.0
                        out[lp.columns["b", p, s, t - 1]] = 1.0
                        limit[lp.columns["b", p, s, t - 1]] = -1.0
                lp.less.append((limit, company.demand(p, s, t)))
            lp.equal.append((row, right))
            target = {stock[p, s, t]: -1.0}
            if policy.safety_stock == "soft":
                target[lp.var("v", p, s, t, cost=company.missing(p, s, t))] = -1.0
            lp.less.append((target, -company.safety_stock(p, s, t)))
    if by_vintage:
        _vintages(company, lp, comes, leaves)
    else:
        _ages(company, lp, stock, leaves)
    for p in company.products:
        terminal = company.figure(p, "TERMINAL_INVENTORY")
        if terminal:
            row = {stock[p, s, company.T - 1]: -1.0 for s in company.warehouses}
            lp.less.append((row, -terminal))
    for s in company.warehouses:
        for t in periods:
            row = {stock[p, s, t]: company.pallets(p) for p in company.products}
            if policy.overflow == "priced":
                tiers = company.overflow_tiers(s, t)
                columns = [
                    lp.var("o", s, j, t, cost=rate, most=most)
                    for j, (most, rate) in enumerate(tiers)
                ]
                row.update(dict.fromkeys(columns, -1.0))
                if not math.isinf(company.most_overflow(s, t)):
                    together = dict.fromkeys(columns, 1.0)
                    lp.less.append((together, company.most_overflow(s, t)))
            lp.less.append((row, company.threshold(s, t) - company.base(s)))
    for p in company.products:
        for row in company.rows["product_routings"]:
            if row["PRODUCT_ID"] == p:
                # A work centre on a routing counts, also where nothing may be made there.
                loads.setdefault((row["WORK_CENTER_ID"], 0), {})
    _work(company, lp, loads)
    return lp


def _ages(
    company: Company,
    lp: Programme,
    stock: dict[tuple[int, int, int], int],
    leaves: dict[tuple[int, int, int], dict[int, float]],
) -> None:
    """What stands at the end of t, opening stock at that of 0, has left by the end of t + A."""
    for p in company.products:
        most = company.age(p)
        if most is None:
            continue
        for s in company.warehouses:
            for t in range(0 if most else 1, company.T - most + 1):
                row: dict[int, float] = defaultdict(float)
                right = -company.opening(p, s) if t == 0 else 0.0
                if t:
                    row[stock[p, s, t - 1]] = 1.0
                for u in range(t, t + most):
                    right += company.demand(p, s, u)
                    for column, sign in leaves[p, s, u].items():
                        row[column] -= sign
                lp.less.append((row, right))


def _vintages(
    company: Company,
    lp: Programme,
    comes: dict[tuple[int, int, int], dict[int, float]],
    leaves: dict[tuple[int, int, int], dict[int, float]],
) -> None:
    """Every unit by the period it came in, in whatever order units leave: none stays too long."""
    for p in company.products:
        most = company.age(p)
        if most is None:
            continue
        for s in company.warehouses:
            left: dict[int, dict[int, float]] = defaultdict(dict)
            for came in range(-1, company.T):
                last = max(came + most, 0)
                row: dict[int, float] = {}
                for u in range(max(came, 0), min(last, company.T - 1) + 1):
                    column = lp.var("vintage", p, s, came, u)
                    row[column] = left[u][column] = 1.0
                if last >= company.T:
                    row[lp.var("vintage", p, s, came, "left")] = 1.0
                if came < 0:
                    lp.equal.append((row, company.opening(p, s)))
                else:
                    inflow = dict.fromkeys(comes[p, s, came], -1.0)
                    lp.equal.append(({**row, **inflow}, company.receipts(p, s, came)))
            for u in range(company.T):
                row = dict(left[u])
                for column, sign in leaves[p, s, u].items():
                    row[column] = -sign
                lp.equal.append((row, company.demand(p, s, u)))


def _work(company: Company, lp: Programme, loads: dict[tuple[int, int], dict[int, float]]) -> None:
    policy = company.policy
    used = sorted({w for w, _ in loads})
    for w in used:
        tiers: dict[int, list[int]] = {}
        for t in range(company.T):
            tiers[t] = [
                lp.var("u", w, code, t, cost=premium, most=most)
                for code, (most, premium) in company.tiers(w, t).items()
            ]
            lp.equal.append(({**loads[w, t], **dict.fromkeys(tiers[t], -1.0)}, 0.0))
        before = policy.initial_load_units
        if isinstance(before, dict):
            before = before.get(w)
        for t in range(company.T):
            if t == 0 and before is None:
                continue
            up = lp.var("up", w, t, cost=policy.load_increase_cost_per_unit)
            down = lp.var("down", w, t, cost=policy.load_decrease_cost_per_unit)
            row = {**dict.fromkeys(tiers[t], 1.0), up: -1.0, down: 1.0}
            if t:
                row.update(dict.fromkeys(tiers[t - 1], -1.0))
            lp.equal.append((row, 0.0 if t else float(before)))
