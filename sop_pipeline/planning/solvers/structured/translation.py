"""Between a problem's variable families and its lines, both ways, as they are.

A path is a build and a shipment in one; stock has two layers, of which the second is the safety
stock that is there. Where two tiers of one work centre cost the same, here it stays open which of
them is used; `plan` fills one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sop_pipeline.planning.arrays import Floats, Integers, inner
from sop_pipeline.planning.classes import most_lost
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.index_sets import shapes
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.lines import Lines, arriving, leaving


def costs(lines: Lines, by_family: Mapping[str, Floats]) -> tuple[Floats, float]:
    """Costs of the lines, (L, T), and a constant cost, of costs by variable family."""
    problem, paths = lines.problem, lines.paths
    chains = lines.owed.shape
    cost, at = np.zeros_like(lines.cost), lines.stock_line
    stock, missing = by_family["stock"], by_family["safety_stock_shortfall"]
    sent = by_family["build"][paths.routing] + by_family["shipment"][paths.flow]
    cost[lines.path_line] = arriving(sent, paths.lead, 0.0)
    chain, place, number = lines.losses
    of_class = place >= 0
    cost[lines.loss_line] = by_family["lost_sales"].reshape(chains)[chain]
    cost[lines.loss_line[of_class]] += by_family["lost_by_class"][place[of_class], number[of_class]]
    cost[at] = stock.reshape(chains)
    cost[at + 1] = (stock - missing).reshape(chains)
    if problem.shortage == "backorder":
        cost[at + 2] = by_family["backorder"].reshape(chains)
    coupling, tail = Coupling.of(problem), _coupling(lines, cost)
    for name, rows in tail.items():
        rows[...] = by_family[name]
    if coupling.is_smoothed:
        rise = np.where(coupling.free, by_family["increase"], 0.0)
        tail["tier_use"] += rise[coupling.tier_center]
    return cost, inner(missing, problem.safety_stock)


def quantities(lines: Lines, values: Floats) -> dict[str, Floats]:
    """Quantities by variable family of the values of the lines, (L, T)."""
    problem, paths, at = lines.problem, lines.paths, lines.stock_line
    sent = leaving(values[lines.path_line], paths.lead, 0.0)
    always = np.where(lines.lost, problem.demand.reshape(lines.lost.shape), 0.0)
    lost = always + summed(lines.losses.chain, values[lines.loss_line], len(always))
    kept = values[at + 1].reshape(problem.shape)
    late = values[at + 2] if problem.shortage == "backorder" else np.zeros_like(always)
    coupling, tail = Coupling.of(problem), _coupling(lines, values)
    if coupling.is_smoothed:
        load = summed(coupling.tier_center, tail["tier_use"], coupling.centers)
        tail["increase"] = tail["increase"] + np.where(coupling.free, load, 0.0)
    return {
        **{name: np.zeros(shape) for name, shape in shapes(problem, VARIABLES).items()},
        "build": summed(paths.routing, sent, len(problem.routings.product)),
        "shipment": summed(paths.flow, sent, len(problem.lanes.flow_lane)),
        "lost_sales": lost.reshape(problem.shape),
        "lost_by_class": _lost_by_class(lines, values),
        "stock": values[at].reshape(problem.shape) + kept,
        "safety_stock_shortfall": problem.safety_stock - kept,
        "backorder": late.reshape(problem.shape),
        **tail,
    }


def _lost_by_class(lines: Lines, values: Floats) -> Floats:
    """What each class loses of each slice, (M, slices, T); all where nothing can be served."""
    chain, place, number = lines.losses
    of_class = place >= 0
    lost = np.zeros(shapes(lines.problem, VARIABLES)["lost_by_class"])
    each = values[lines.loss_line[of_class]]
    most = most_lost(lines.problem)[place[of_class], number[of_class]]
    lost[place[of_class], number[of_class]] = np.where(lines.lost[chain[of_class]], most, each)
    return lost


def summed(groups: Integers, values: Floats, size: int) -> Floats:
    """The sum of the values of each group, (size, T)."""
    total = np.zeros((size, values.shape[1]))
    np.add.at(total, groups, values)
    return total


def _coupling(lines: Lines, values: Floats) -> dict[str, Floats]:
    """The coupling's lines by variable family, where they stand; room left is no variable."""
    parts = Coupling.of(lines.problem).split(values[int(lines.chains.line[-1]) :])
    tier_use, overflow, _, rise, fall = parts
    by_family = {"tier_use": tier_use, "overflow": overflow, "increase": rise, "decrease": fall}
    return {name: rows for name, rows in by_family.items() if rows.size}
