"""What one unit more or less of a scarce resource is worth to a hedge: expected, in every future.

A limit is the same in every future, and moves in all of them at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sop_pipeline.planning.futures.joint import Joint
from sop_pipeline.planning.futures.joint_plan import JointPlan
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.planning.resources import Resource, resources
from sop_pipeline.planning.shadow_prices import PricedResources, prices_of


def joint_prices(
    plan: JointPlan, scope: PricedResources, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Price every resource of a joint plan; see `shadow_prices.shadow_prices`.

    Raises:
        PlanNotCertified: The solver no longer finds the plan.
    """
    if scope == "none":
        return []
    joint, found = plan.joint, plan.found
    own = [
        resources(model.problem, model.programme, joint.of_part(number, found.primal))
        for number, model in enumerate(plan.models)
    ]
    every = [_in_every_future(joint, same) for same in zip(*own, strict=True)]
    return prices_of(every, joint.programme, found, scope, progress)


def _in_every_future(joint: Joint, same: tuple[Resource, ...]) -> Resource:
    """A resource of one future in its places of the joint programme, which all futures have."""
    first, sizes = same[0], joint.programme.sizes
    if first.kind == "column":
        places = [joint.places[number][one.places] for number, one in enumerate(same)]
    else:
        places = [joint.rows_of(number).start + one.places for number, one in enumerate(same)]
    at = np.concatenate(places)
    return replace(
        first,
        places=at,
        sizes=(sizes.columns if first.kind == "column" else sizes.rows)[at],
        slacks=np.concatenate([one.slacks for one in same]),
    )
