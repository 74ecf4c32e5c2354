"""The generator's programme as bare HiGHS arrays: the floor every rendering is measured against.

Knows only what the generator draws: lost sales, soft safety stock, no lead times.
"""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from sop_pipeline.planning.problem import Problem


def bare_highs(problem: Problem) -> highspy.Highs:
    """Build the arrays by hand and pass them to HiGHS."""
    routings, tiers, lanes = problem.routings, problem.tiers, problem.lanes
    (products, warehouses, periods), cells = problem.shape, int(np.prod(problem.shape))
    r, k, y = len(routings.codes), len(tiers.codes), len(lanes.flow_lane)
    sizes = np.array([r, k, y]) * periods
    starts = np.cumsum([0, *sizes, cells, cells, cells, problem.overflow.capacity.size])
    build, use, send = (np.arange(starts[i], starts[i + 1]).reshape(-1, periods) for i in range(3))
    stock, lost, missing = (
        np.arange(starts[i], starts[i + 1]).reshape(problem.shape) for i in (3, 4, 5)
    )
    over = np.arange(starts[6], starts[7]).reshape(-1, periods)
    columns = int(starts[7])

    plants, centers = len(problem.plants), len(problem.work_centers)
    heights = [cells, products * plants * periods, centers * periods, warehouses * periods, cells]
    tops = np.cumsum([0, *heights])
    balance, safety = (np.arange(tops[i], tops[i + 1]).reshape(problem.shape) for i in (0, 4))
    made = np.arange(tops[1], tops[2]).reshape(products, plants, periods)
    work = np.arange(tops[2], tops[3]).reshape(centers, periods)
    store = np.arange(tops[3], tops[4]).reshape(warehouses, periods)
    rows = int(tops[5])

    to, plant = lanes.to_warehouse[lanes.flow_lane], lanes.from_plant[lanes.flow_lane]
    entries = [
        (balance, stock, -1.0),
        (balance[..., 1:], stock[..., :-1], 1.0),
        (balance[lanes.flow_product, to], send, 1.0),
        (balance, lost, 1.0),
        (made[routings.product, routings.plant], build, 1.0),
        (made[lanes.flow_product, plant], send, -1.0),
        (work[routings.operation_work_center], build[routings.operation_routing], 1.0),
        (work[tiers.work_center], use, -1.0),
        (np.broadcast_to(store, problem.shape), stock, 0.1),
        (store, over, -1.0),
        (safety, stock, 1.0),
        (safety, missing, 1.0),
    ]
    row = np.concatenate([a.ravel() for a, _, _ in entries])
    column = np.concatenate([b.ravel() for _, b, _ in entries])
    value = np.concatenate([np.full(b.size, c) for _, b, c in entries])
    matrix = sparse.csr_array((value, (row, column)), shape=(rows, columns))

    cost, upper = np.zeros(columns), np.full(columns, np.inf)
    cost[build] = routings.unit_cost
    cost[use], upper[use] = tiers.premium, tiers.capacity
    handling = problem.handling_cost[lanes.flow_product, to]
    cost[send] = lanes.unit_cost[lanes.flow_lane][:, None] + handling
    cost[stock] = problem.holding_cost
    cost[lost], upper[lost] = problem.lost_sale_cost, problem.demand
    cost[missing] = problem.safety_stock_shortfall_cost
    cost[over], upper[over] = problem.overflow.penalty, problem.overflow.capacity
    right = problem.demand - problem.receipts
    right[..., 0] -= problem.opening_stock
    low, high = np.zeros(rows), np.zeros(rows)
    low[balance] = high[balance] = right
    low[store], high[store] = -np.inf, problem.threshold
    low[safety], high[safety] = problem.safety_stock, np.inf

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(
        columns, rows, matrix.nnz, 2, 1, 0.0, cost, np.zeros(columns), upper, low, high,
        matrix.indptr, matrix.indices, matrix.data, np.zeros(columns, dtype=np.int32),
    )  # fmt: skip
    return highs
