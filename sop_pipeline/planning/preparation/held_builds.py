"""Builds of an earlier plan that are decided: where each stands among today's routings.

Does not belong here: which builds those are.
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.lookup import scatter
from sop_pipeline.planning.preparation.routings import Production
from sop_pipeline.planning.problem import HeldBuilds, Integers

Place = tuple[int, int]
"""PRODUCT_ID and WORK_CENTER_ID."""


def held_builds(context: PreparationContext, production: Production) -> HeldBuilds | None:
    """The builds that are decided; None where none is.

    A routing stands at the work centre of its row, if that is on it, else at that of its tightest
    operation. In each period of the rows, what has no row is 0; a build that no routing serves any
    more has a place of its own, which nothing can fill.
    """
    rows = context.inputs.held_builds
    if rows is None:
        return None
    period = context.horizon.index(rows["PRODUCTION_WEEK"])
    inside = (period >= 0) & (period < len(context.horizon))
    rows, period = rows[inside], period[inside]
    if rows.empty:
        return None
    told = list(
        zip(rows["PRODUCT_ID"].astype(int), rows["WORK_CENTER_ID"].astype(int), strict=True)
    )
    standing = _standing(context, production, set(told))
    built = (rows["RECOMMENDED_QUANTITY"] > 0).to_numpy()
    places = sorted(
        {*standing, *(place for place, is_built in zip(told, built, strict=True) if is_built)}
    )
    number = {place: i for i, place in enumerate(places)}
    periods = np.unique(period)
    counts = np.array([place in number for place in told], dtype=np.bool_)
    at = np.array([number[place] for place in told if place in number], dtype=np.int64)
    units = scatter(
        (len(places), len(periods)),
        (at, np.searchsorted(periods, period[counts])),
        rows["RECOMMENDED_QUANTITY"].to_numpy(np.float64)[counts],
    )
    return HeldBuilds(
        product=np.array([product for product, _ in places], dtype=np.int64),
        work_center=np.array([center for _, center in places], dtype=np.int64),
        place=np.array([number[place] for place in standing], dtype=np.int64),
        periods=periods,
        units=units,
    )


def _standing(context: PreparationContext, production: Production, told: set[Place]) -> list[Place]:
    """Where each routing stands."""
    routings, centers = production.routings, production.work_centers
    operations: dict[int, list[int]] = {}
    for routing, center in zip(
        routings.operation_routing.tolist(), routings.operation_work_center.tolist(), strict=True
    ):
        operations.setdefault(routing, []).append(int(centers[center]))
    products: Integers = context.products[routings.product]
    standing: list[Place] = []
    for routing, product in enumerate(products.tolist()):
        tightest = int(centers[routings.work_center[routing]])
        candidates = [tightest, *sorted(operations[routing])]
        found = next((w for w in candidates if (product, w) in told), tightest)
        standing.append((product, found))
    return standing
