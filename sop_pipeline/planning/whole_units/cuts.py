"""What every plan in whole units satisfies and plans in fractions do not: cuts.

A warehouse that needs B units on balance up to a period, B = n + f with a fraction f, receives a
whole number N of them, and is short of the rest: N + short >= B. Mixed-integer rounding tightens
this to N + short / f >= n + 1 (Nemhauser and Wolsey 1988, Integer and Combinatorial Optimization,
II.1.7), and with the stock I = N + short - B to the first row below. The second is the same for
the need with the safety stock on top, B + ss = m + g, of which v may be missing:

    I + (1/f - 1) short >= 1 - f
    I + v/g + (1/g - 1) short >= ss + 1 - g

where short[t] is what was lost up to t and is late at its end. What was thrown away up to t counts
like stock: it too has been received. With these rows the bound of an
integer programme is close to its optimum, and its search short.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.whole_units.restatement import cut

LEAST_FRACTION = 1e-3
"""Smaller fractions are left alone: they would make coefficients that are large."""


def cuts(
    problem: Problem, lp: LinearProgram, products: Integers
) -> tuple[sparse.csr_array, Floats]:
    """Rows and least values of the cuts for some products' stock.

    Args:
        problem: The problem the programme states.
        lp: The programme.
        products: The products.

    Returns:
        Coefficients of every column, (cuts, n), and the least value of each cut, (cuts,).
    """
    coming = problem.receipts[products] - problem.demand[products]
    needs = -np.cumsum(coming, axis=2) - problem.opening_stock[products][..., None]
    target = problem.safety_stock[products]
    parts = [_rows(problem, lp, products, needs, np.zeros_like(target), with_target=False)]
    parts += [_rows(problem, lp, products, needs + target, target, with_target=True)]
    rows, least = zip(*parts, strict=True)
    return sparse.csr_array(sparse.vstack(rows)), np.concatenate(least)


def _rows(
    problem: Problem,
    lp: LinearProgram,
    products: Integers,
    needs: Floats,
    target: Floats,
    *,
    with_target: bool,
) -> tuple[sparse.csr_array, Floats]:
    """One cut for every need that has a fraction."""
    fraction = needs - cut(needs)
    asked = (fraction > LEAST_FRACTION) & ((target > 0) | (not with_target))
    p, s, t = np.nonzero(asked)
    number, part = np.arange(len(p)), fraction[asked]
    slope = 1.0 / part - 1.0
    entries = [(number, _column(lp, "stock", products[p], s, t), np.ones(len(p)))]
    if with_target and lp.variables["safety_stock_shortfall"].size:
        entries.append(
            (number, _column(lp, "safety_stock_shortfall", products[p], s, t), 1.0 / part)
        )
    if lp.variables["backorder"].size:
        entries.append((number, _column(lp, "backorder", products[p], s, t), slope))
    # One entry for each period up to the need's.
    row = np.repeat(number, t + 1)
    up_to = np.arange(len(row)) - np.repeat(np.cumsum(t + 1) - t - 1, t + 1)
    if lp.variables["lost_sales"].size:
        entries.append(
            (row, _column(lp, "lost_sales", products[p][row], s[row], up_to), slope[row])
        )
    if problem.ages is not None:
        aged = np.isin(products[p][row], problem.ages.product)
        place = np.searchsorted(problem.ages.product, products[p][row][aged])
        columns = _column(lp, "scrap", place, s[row][aged], up_to[aged])
        entries.append((row[aged], columns, np.ones(len(columns))))
    row, column, value = (np.concatenate([entry[i] for entry in entries]) for i in range(3))
    matrix = sparse.coo_array((value, (row, column)), shape=(len(p), lp.shape[1]))
    return sparse.csr_array(matrix), target[asked] + 1.0 - part


def _column(lp: LinearProgram, family: str, p: Integers, s: Integers, t: Integers) -> Integers:
    return lp.variables[family].indices[p, s, t]
