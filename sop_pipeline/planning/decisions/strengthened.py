"""The programme with rows that every plan satisfies and that fractions of decisions do not.

Without a set-up in t..u, the demand of t..u is met from what there was before t, or it is lost or
late: the (l,S) inequalities of Barany, Van Roy and Wolsey 1984, on echelon stock, in windows of a
few periods. They say nothing new of whole decisions.
Belongs here: rows for the search and its bound. The model has none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.linear_program import Axis, Block, LinearProgram
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.problem_options import WholeDecisions

WINDOW = 6
"""Periods of a window at most; longer ones hardly raise the bound."""

Entries = tuple[Integers, Integers, Floats]
"""Rows, columns and coefficients, of one shape."""


def strengthened(problem: Problem, lp: LinearProgram) -> LinearProgram:
    """The programme of a problem with the (l,S) rows of its products below its own rows."""
    decisions = problem.decisions
    products = np.empty(0, np.int64) if decisions is None else _all_set_up(problem, decisions)
    if decisions is None or not len(products):
        return lp
    entries: list[Entries] = []
    sides: list[Floats] = []
    for first, last in _windows(len(problem.periods)):
        rows = len(sides) * len(products) + np.arange(len(products))
        sides.append(_least(problem, products, first, last))
        for columns, coefficients in _parts(problem, decisions, lp, products, first, last):
            beside = rows.reshape(-1, *(1,) * (columns.ndim - 1))
            row, column, value = np.broadcast_arrays(beside, columns, coefficients)
            entries.append((row.ravel(), column.ravel(), value.ravel()))
    least = np.concatenate(sides)
    row, column, value = (np.concatenate([entry[part] for entry in entries]) for part in range(3))
    at = (column >= 0) & (value != 0)
    shape = (len(least), lp.shape[1])
    added = sparse.csr_array(sparse.coo_array((value[at], (row[at], column[at])), shape=shape))
    names = [str(name) for name in range(len(least))]
    block = Block("served_by_setup", ("window",), lp.shape[0] + np.arange(len(least)))
    return replace(
        lp,
        labels={**lp.labels, "window": Axis(len(least), lambda: names)},
        constraints={**lp.constraints, block.name: block},
        matrix=sparse.csr_array(sparse.vstack([lp.matrix, added])),
        row_lower=np.concatenate([lp.row_lower, least]),
        row_upper=np.concatenate([lp.row_upper, np.full(len(least), np.inf)]),
    )


def _all_set_up(problem: Problem, decisions: WholeDecisions) -> Integers:
    """Products with demand all of whose routings are set up, ascending."""
    is_set_up = np.zeros(len(problem.routings.codes), dtype=bool)
    is_set_up[decisions.set_up] = True
    others = np.bincount(problem.routings.product[~is_set_up], minlength=len(problem.products))
    return np.flatnonzero((others == 0) & problem.demand.any(axis=(1, 2)))


def _windows(periods: int) -> list[tuple[int, int]]:
    """First and last period of every window, t and l."""
    return [(t, u) for t in range(periods) for u in range(t, min(t + WINDOW, periods))]


def _least(problem: Problem, products: Integers, first: int, last: int) -> Floats:
    """Demand of a window less receipts, and less opening stock in the first, (products,)."""
    window = slice(first, last + 1)
    due = problem.demand[products][:, :, window] - problem.receipts[products][:, :, window]
    opening = problem.opening_stock[products].sum(axis=1) if first == 0 else 0.0
    return due.sum(axis=(1, 2)) - opening


def _parts(
    problem: Problem,
    decisions: WholeDecisions,
    lp: LinearProgram,
    products: Integers,
    first: int,
    last: int,
) -> Iterator[tuple[Integers, Floats]]:
    """Columns of every product's row, -1 for none, and what stands before them."""
    one = np.ones(1)
    if first > 0:
        yield lp.variables["stock"].indices[products, :, first - 1], one
        yield _in_transit(problem, lp, products, first), one
    for name in ("lost_sales", "backorder"):
        if lp.variables[name].size:
            yield lp.variables[name].indices[products, :, first : last + 1], one
    due = problem.demand[products, :, first : last + 1].sum(axis=1)
    served = np.flip(np.cumsum(np.flip(due, axis=1), axis=1), axis=1)
    routing = _members(problem.routings.product[decisions.set_up], products)
    setups = np.where(
        routing[..., None] >= 0, lp.variables["setup"].indices[routing, first : last + 1], -1
    )
    yield setups, served[:, None, :]


def _in_transit(problem: Problem, lp: LinearProgram, products: Integers, first: int) -> Integers:
    """Shipments on their way at the end of the period before, (products, most flows x periods)."""
    lanes = problem.lanes
    flow = _members(lanes.flow_product, products)
    lead = np.where(flow >= 0, lanes.lead_time[lanes.flow_lane][flow], 0)
    back = np.arange(1, min(first, int(lead.max(initial=0))) + 1)
    on_the_way = back <= lead[..., None]
    columns = lp.variables["shipment"].indices[flow[..., None], first - back]
    return np.where(on_the_way, columns, -1).reshape(len(products), -1)


def _members(owner: Integers, owners: Integers) -> Integers:
    """Which members each owner has, ascending, -1 where it has no more, (owners, most)."""
    order = np.argsort(owner, kind="stable")
    count = np.bincount(owner, minlength=int(owners.max(initial=0)) + 1)[owners]
    start = np.searchsorted(owner[order], owners)
    place = np.arange(int(count.max(initial=0)))
    there = place < count[:, None]
    return np.where(there, order[np.where(there, start[:, None] + place, 0)], -1)
