"""The generator's programme as a notebook would write it: PuLP, one variable and row at a time."""

from __future__ import annotations

import pulp

from sop_pipeline.planning.problem import Problem


def looped_model(problem: Problem) -> pulp.LpProblem:
    """Build the model in loops over products, warehouses and periods."""
    model = pulp.LpProblem("loops")
    periods = range(len(problem.periods))
    cells = [(p, s, t) for p in range(len(problem.products))
             for s in range(len(problem.warehouses)) for t in periods]  # fmt: skip
    routings, tiers, lanes = problem.routings, problem.tiers, problem.lanes
    build = {(r, t): model.add_variable(f"x_{r}_{t}", 0)
             for r in range(len(routings.codes)) for t in periods}  # fmt: skip
    use = {(k, t): model.add_variable(f"u_{k}_{t}", 0, float(tiers.capacity[k, t]))
           for k in range(len(tiers.codes)) for t in periods}  # fmt: skip
    send = {(y, t): model.add_variable(f"y_{y}_{t}", 0)
            for y in range(len(lanes.flow_lane)) for t in periods}  # fmt: skip
    stock = {c: model.add_variable(f"I_{c[0]}_{c[1]}_{c[2]}", 0) for c in cells}
    lost = {c: model.add_variable(f"l_{c[0]}_{c[1]}_{c[2]}", 0, float(problem.demand[c]))
            for c in cells}  # fmt: skip
    missing = {c: model.add_variable(f"v_{c[0]}_{c[1]}_{c[2]}", 0) for c in cells}
    over = {(s, t): model.add_variable(f"o_{s}_{t}", 0, float(problem.overflow.capacity[s, t]))
            for s in range(len(problem.warehouses)) for t in periods}  # fmt: skip
    ends = [(lanes.from_plant[a], lanes.to_warehouse[a], p)
            for a, p in zip(lanes.flow_lane, lanes.flow_product, strict=True)]  # fmt: skip
    inward: dict[tuple[int, int], list[int]] = {}
    outward: dict[tuple[int, int], list[int]] = {}
    for y, (plant, store, p) in enumerate(ends):
        inward.setdefault((p, store), []).append(y)
        outward.setdefault((p, plant), []).append(y)
    model += (
        pulp.lpSum(routings.unit_cost[r, t] * x for (r, t), x in build.items())
        + pulp.lpSum(tiers.premium[k, t] * u for (k, t), u in use.items())
        + pulp.lpSum(
            (lanes.unit_cost[lanes.flow_lane[y]] + problem.handling_cost[ends[y][2], ends[y][1], t])
            * v for (y, t), v in send.items()
        )
        + pulp.lpSum(problem.holding_cost[c] * v for c, v in stock.items())
        + pulp.lpSum(problem.lost_sale_cost[c] * v for c, v in lost.items())
        + pulp.lpSum(problem.safety_stock_shortfall_cost[c] * v for c, v in missing.items())
        + pulp.lpSum(problem.overflow.penalty[s, t] * v for (s, t), v in over.items())
    )  # fmt: skip
    for p, s, t in cells:
        before = stock[p, s, t - 1] if t else problem.opening_stock[p, s]
        arriving = pulp.lpSum(send[y, t] for y in inward[p, s])
        balance = before + arriving + lost[p, s, t] - stock[p, s, t]
        model += balance == problem.demand[p, s, t]
        model += stock[p, s, t] + missing[p, s, t] >= problem.safety_stock[p, s, t]
    made: dict[tuple[int, int], list[int]] = {}
    loaded: dict[int, list[int]] = {}
    for r in range(len(routings.codes)):
        made.setdefault((routings.product[r], routings.plant[r]), []).append(r)
        loaded.setdefault(routings.work_center[r], []).append(r)
    for t in periods:
        for pair, members in made.items():
            model += pulp.lpSum(build[r, t] for r in members) == pulp.lpSum(
                send[y, t] for y in outward[pair]
            )
        for w, members in loaded.items():
            model += pulp.lpSum(build[r, t] for r in members) == pulp.lpSum(
                use[k, t] for k in range(len(tiers.codes)) if tiers.work_center[k] == w
            )
        for s in range(len(problem.warehouses)):
            held = pulp.lpSum(
                problem.pallets_per_unit[p] * stock[p, s, t] for p in range(len(problem.products))
            )
            model += held <= problem.threshold[s, t] + over[s, t]
    return model
