"""Builds of earlier plans: which of them are decided, and where each stands among today's routings.

Belongs here: what the freeze and the change cost of the policy make of the last plan.
Does not belong here: which plan that is (`store/`), what changes of it come to (`stability`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.context import PreparationContext
from sop_pipeline.planning.preparation.horizon import Horizon
from sop_pipeline.planning.preparation.lookup import scatter
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.preparation.routings import Production
from sop_pipeline.planning.problem_options import EarlierBuilds, LastPlan

Place = tuple[int, int]
"""PRODUCT_ID and WORK_CENTER_ID."""


def with_frozen_builds(inputs: PlanningInputs, policy: Policy, horizon: Horizon) -> PlanningInputs:
    """The inputs with the last plan's builds of the frozen periods among those that are decided.

    Where builds of a period are decided already, the last plan's are not.
    """
    rows = inputs.last_plan
    if not policy.frozen_periods or rows.empty:
        return inputs
    frozen = rows[_within(horizon, rows, 0, policy.frozen_periods)]
    held = inputs.held_builds
    if held is not None:
        of_held, of_frozen = (horizon.index(one["PRODUCTION_WEEK"]) for one in (held, frozen))
        decided = np.isin(of_frozen, of_held)
        frozen = pd.concat([held, frozen[~decided]], ignore_index=True)
    return inputs if frozen.empty else replace(inputs, held_builds=frozen)


@dataclass(frozen=True)
class Stability:
    """What is kept of earlier plans.

    Attributes:
        held: Builds that are decided; None where none is.
        changed: The last plan where changing it costs something; None where nothing does.
        last: All of the last plan that lies in the horizon; None where the policy keeps none of it
            or there is none.
    """

    held: EarlierBuilds | None
    changed: LastPlan | None
    last: EarlierBuilds | None


def stability(context: PreparationContext, production: Production) -> Stability:
    """What is decided, and what a change of the last plan costs.

    In each period of an earlier plan, what has no row is 0; a build that no routing serves any
    more has a place of its own, which nothing can fill.
    """
    policy, decided = context.policy, context.inputs.held_builds
    held = None if decided is None else _earlier_builds(context, production, decided)
    if not policy.keeps_last_plan:
        return Stability(held, None, None)
    rows = context.inputs.last_plan
    last = _earlier_builds(context, production, rows)
    if last is None:
        _tell_of_nothing_to_keep(context)
        return Stability(held, None, None)
    _warn_of_unserved(context, last)
    changed = _changed(context, production, rows)
    return Stability(held, changed, last)


def _changed(
    context: PreparationContext, production: Production, rows: pd.DataFrame
) -> LastPlan | None:
    """The last plan after the frozen periods, as long as changing it costs something."""
    policy = context.policy
    if not policy.change_cost_per_unit:
        return None
    first, periods = policy.frozen_periods, policy.change_cost_periods
    end = len(context.horizon) if periods is None else first + periods
    inside = _within(context.horizon, rows, first, end)
    builds = _earlier_builds(context, production, rows[inside], rows)
    return None if builds is None else LastPlan(builds, policy.change_cost_per_unit)


def _within(horizon: Horizon, rows: pd.DataFrame, first: int, end: int) -> Booleans:
    """Whether each row is of one of some periods of the horizon, the last one not counted."""
    period = horizon.index(rows["PRODUCTION_WEEK"])
    return (period >= first) & (period < min(end, len(horizon)))


def _earlier_builds(
    context: PreparationContext,
    production: Production,
    rows: pd.DataFrame,
    whole: pd.DataFrame | None = None,
) -> EarlierBuilds | None:
    """The rows of a plan that lie in the horizon; None where none does.

    Args:
        context: What is prepared.
        production: Today's routings.
        rows: The rows.
        whole: The plan they are of, whose places tell where routings stand; by default the rows.
    """
    horizon = context.horizon
    rows = rows[_within(horizon, rows, 0, len(horizon))]
    if rows.empty:
        return None
    period = horizon.index(rows["PRODUCTION_WEEK"])
    places_of_rows = list(_places(rows))
    standing = _standing(context, production, _built(rows if whole is None else whole))
    built = (rows["RECOMMENDED_QUANTITY"] > 0).to_numpy()
    places = sorted(
        {
            *standing,
            *(place for place, is_built in zip(places_of_rows, built, strict=True) if is_built),
        }
    )
    number = {place: i for i, place in enumerate(places)}
    periods = np.unique(period)
    counts = np.array([place in number for place in places_of_rows], dtype=np.bool_)
    at = np.array([number[place] for place in places_of_rows if place in number], dtype=np.int64)
    units = scatter(
        (len(places), len(periods)),
        (at, np.searchsorted(periods, period[counts])),
        rows["RECOMMENDED_QUANTITY"].to_numpy(np.float64)[counts],
    )
    return EarlierBuilds(
        product=np.array([product for product, _ in places], dtype=np.int64),
        work_center=np.array([center for _, center in places], dtype=np.int64),
        place=np.array([number[place] for place in standing], dtype=np.int64),
        periods=periods,
        units=units,
    )


def _places(rows: pd.DataFrame) -> Iterator[Place]:
    """The place of each row."""
    ids = (rows[name].astype(int) for name in ("PRODUCT_ID", "WORK_CENTER_ID"))
    return zip(*ids, strict=True)


def _built(rows: pd.DataFrame) -> set[Place]:
    """Where a plan builds anything: it has rows at every operation of a routing, most of them 0."""
    return set(_places(rows[rows["RECOMMENDED_QUANTITY"] > 0]))


def _standing(
    context: PreparationContext, production: Production, built: set[Place]
) -> list[Place]:
    """Where each routing stands: where the plan builds its product, else at its tightest operation.

    Its tightest comes before its others. A build that no routing stands at takes the first one that
    passes there and leaves no other build without one.
    """
    routings, centers = production.routings, production.work_centers
    products: list[int] = context.products[routings.product].tolist()
    passes: list[set[Place]] = [set() for _ in products]
    for routing, center in zip(
        routings.operation_routing.tolist(), routings.operation_work_center.tolist(), strict=True
    ):
        passes[routing] |= {(products[routing], int(centers[center]))}
    tightest = zip(products, centers[routings.work_center].tolist(), strict=True)
    standing = [
        place if place in built else next(iter(sorted(passed & built)), place)
        for place, passed in zip(tightest, passes, strict=True)
    ]
    for place in sorted(built.difference(standing)):
        served = Counter(standing)
        for routing, passed in enumerate(passes):
            now = standing[routing]
            if place in passed and (served[now] > 1 or now not in built):
                standing[routing] = place
                break
    return standing


def _tell_of_nothing_to_keep(context: PreparationContext) -> None:
    why = (
        "No earlier plan of the scenario is published"
        if context.inputs.last_plan.empty
        else "The last plan has none of the periods planned"
    )
    context.notes.assume("no_last_plan", f"{why}: nothing is frozen, and no change costs anything")


def _warn_of_unserved(context: PreparationContext, last: EarlierBuilds) -> None:
    """Warn of what the last plan builds where no planned routing stands any more."""
    unserved = np.setdiff1d(np.arange(len(last.product)), last.place)
    called = context.naming
    builds = [
        f"{units:,.0f} units of product {called.name('product', product)} at work centre "
        f"{called.name('work_center', center)}"
        for product, center, units in zip(
            last.product[unserved].tolist(),
            last.work_center[unserved].tolist(),
            last.units[unserved].sum(axis=1).tolist(),
            strict=True,
        )
    ]
    if builds:
        context.notes.warn(
            f"The last plan builds what no planned routing makes now: {some(builds, between='; ')}"
        )
