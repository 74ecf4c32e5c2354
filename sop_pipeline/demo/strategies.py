"""Two ways to run the demo company without a plan: chase demand, or build everything early.

Belongs here: month-by-month simulations in which nobody looks for the cheapest way.
Does not belong here: planning, which looks at all months at once.

Both are kind to the planless: each month's capacity is used as well as it can be for what is
wanted in that month, by a small linear programme, and goods reach every warehouse within the month
they are made in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from sop_pipeline.demo.works import Market, Works

_URGENCY = 0.8
"""What one unit is worth against the same unit wanted one step more urgently."""


@dataclass(frozen=True)
class StrategyResult:
    """What a strategy led to.

    Attributes:
        lost: Demand not met, (t, p, s), units.
        pallets: Pallets stored at the end of each month, other goods included, (t, s).
        load: Capacity used, (t, w), capacity units.
    """

    lost: np.ndarray
    pallets: np.ndarray
    load: np.ndarray


def chase(works: Works, market: Market) -> StrategyResult:
    """Make each month what that month lacks, its safety stock included; nothing beyond.

    All capacity may be used: regular time, overtime, subcontracting.
    """
    coming = np.concatenate([market.demand[1:], market.demand[-1:]])
    safety = works.safety_ratio[:, None] * coming
    wanted = [np.stack([now, held]) for now, held in zip(market.demand, safety, strict=True)]
    return _simulate(works, market, works.regular + works.extra, wanted)


def build_early(works: Works, market: Market) -> StrategyResult:
    """Run the plants at full regular time until all demand of the horizon is made.

    What is sold soonest is made first; nobody asks where it is put.
    """
    wanted = [market.demand[t:] for t in range(len(market.demand))]
    return _simulate(works, market, works.regular, wanted)


def _simulate(
    works: Works, market: Market, capacity: np.ndarray, wanted: list[np.ndarray]
) -> StrategyResult:
    """Run the months one by one.

    Args:
        works: The company.
        market: The scenario.
        capacity: Capacity that may be used, (t, w).
        wanted: For each month what should be there after making, (k, p, s), by urgency: first
            the month's own demand.
    """
    stock = works.opening.copy()
    lost, pallets, load = [], [], []
    for t, demand in enumerate(market.demand):
        stock += works.receipts[t]
        lacking = np.diff(np.maximum(wanted[t].cumsum(axis=0) - stock, 0), axis=0, prepend=0)
        lines, made = _best_month(works, t, capacity[t], lacking.sum(axis=2), market.revenue)
        total = lacking.sum(axis=2, keepdims=True)
        share = np.divide(lacking, total, out=np.zeros_like(lacking), where=total > 0)
        stock += (share * made[:, :, None]).sum(axis=0)
        served = np.minimum(stock, demand)
        stock -= served
        lost.append(demand - served)
        load.append(lines)
        pallets.append(works.base_load + works.pallets_per_unit @ stock)
    return StrategyResult(np.array(lost), np.array(pallets), np.array(load))


def _best_month(
    works: Works, t: int, capacity: np.ndarray, lacking: np.ndarray, revenue: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Make the most valuable part of what is lacking that the month's capacity allows.

    Maximise sum of value[k, p] made[k, p], subject to
    sum_r usage[w, r] x[r] <= capacity[w],  sum_k made[k, p] = sum of x over p's routings,
    0 <= made <= lacking,  x >= 0.

    Returns:
        Capacity used, (w,), and units made, (k, p).
    """
    steps, products = lacking.shape
    routings = works.usage.shape[1]
    price = revenue.max(axis=(0, 2))
    value = price * _URGENCY ** np.arange(steps)[:, None]
    most = np.where(works.open_routings[t], np.inf, 0)
    result = linprog(
        np.concatenate([np.zeros(routings), -value.ravel()]),
        A_ub=np.hstack([works.usage, np.zeros((len(capacity), lacking.size))]),
        b_ub=capacity,
        A_eq=np.hstack([works.makes, *[-np.eye(products)] * steps]),
        b_eq=np.zeros(products),
        bounds=[(0, upper) for upper in np.concatenate([most, lacking.ravel()])],
        method="highs",
    )
    if result.x is None:
        msg = f"no way to make anything in month {t + 1}: {result.message}"
        raise RuntimeError(msg)
    x, made = np.split(result.x, [routings])
    return works.usage @ x, made.reshape(lacking.shape)
