"""Decisions that are taken whole: which tiers are activated, which routings set up, in what lots.

Does not belong here: reading the rows that ask for them (`capacity`, `routings`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.preparation.capacity import Capacity
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import scatter
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.preparation.routings import Production
from sop_pipeline.planning.problem_options import WholeDecisions

WITHIN = 1e-9
"""Share of a lot by which a minimum may exceed a whole number of lots and still be that many."""


def whole_decisions(
    context: PreparationContext, capacity: Capacity, production: Production
) -> WholeDecisions | None:
    """The whole decisions of a plan; None where the data asks for none.

    Args:
        context: Its notes take a warning of lots that can never be made.
        capacity: Capacity of the planned work centres.
        production: The planned routings.
    """
    set_ups, operations = production.set_ups, production.routings.operation_routing
    activated = _asked(capacity.fixed_cost > 0, capacity.minimum_use > 0)
    takes_capacity = np.zeros_like(set_ups.cost, dtype=bool)
    np.logical_or.at(takes_capacity, operations, set_ups.capacity > 0)
    set_up = _asked(
        set_ups.cost > 0, takes_capacity, set_ups.minimum_lot > 0, set_ups.lot_multiple > 1
    )
    if not activated.size and not set_up.size:
        return None
    minimum, multiple = _lots(set_ups.minimum_lot[set_up], set_ups.lot_multiple[set_up])
    setup_operation = np.flatnonzero(set_ups.capacity.any(axis=1))
    decisions = WholeDecisions(
        activated=activated,
        fixed_cost=capacity.fixed_cost[activated],
        minimum_use=capacity.minimum_use[activated],
        set_up=set_up,
        setup_cost=set_ups.cost[set_up],
        minimum_lot=minimum,
        lot_multiple=multiple,
        setup_operation=setup_operation,
        setup_capacity=set_ups.capacity[setup_operation],
    )
    _warn_of_impossible_lots(context, capacity, production, decisions)
    return decisions


def _asked(*asks: Booleans) -> Integers:
    """Members for which the data asks something in any period, ascending."""
    return np.flatnonzero(np.any([ask.any(axis=1) for ask in asks], axis=0))


def _lots(minimum: Floats, multiple: Floats) -> tuple[Floats, Floats]:
    """Both xmin, the smallest multiple of q not below MIN_LOT and not below 1, and q itself."""
    unit = np.maximum(1.0, multiple)
    return np.maximum(1.0, np.ceil(minimum / unit * (1.0 - WITHIN))) * unit, unit


def _warn_of_impossible_lots(
    context: PreparationContext,
    capacity: Capacity,
    production: Production,
    decisions: WholeDecisions,
) -> None:
    """Warn of routings whose minimum lot no period has capacity for."""
    routings, owner = production.routings, production.routings.operation_routing
    shape = (len(production.work_centers), len(context.horizon))
    room = scatter(shape, (capacity.tiers.work_center,), capacity.tiers.capacity)
    least = np.zeros_like(routings.unit_cost)
    least[decisions.set_up] = decisions.minimum_lot
    taken = routings.operation_capacity * least[owner] + production.set_ups.capacity
    fits = routings.available.copy()
    enough = taken <= room[routings.operation_work_center] * (1.0 + WITHIN)
    np.logical_and.at(fits, owner, enough)
    never = [r for r in decisions.set_up.tolist() if not fits[r].any()]
    products = context.products[routings.product[never]].tolist()
    stopped = [
        f"{context.naming.name('product', product)}, routing {routings.codes[r]}"
        for product, r in zip(products, never, strict=True)
    ]
    if stopped:
        context.notes.warn(
            "Routings that can make no lot: a minimum lot and its set-up take more than their work "
            f"centres have in any period: {some(stopped, between='; ')}"
        )
