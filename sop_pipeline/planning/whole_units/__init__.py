"""Whole units: builds and shipments as integers, every balance exact, no limit broken.

The programme is stated in whole units and solved from the plan in fractions; its plan is whole
almost everywhere (`restatement`). Where it is not, or a product is shorter than it was, integer
programmes decide (`search`), made short by what all plans in whole units satisfy (`cuts`). A small
company is one integer programme altogether. Stock, shortages and money then follow from builds and
shipments (`completion`). Every plan is held against the programme before it is returned.
Does not belong here: what the units cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.errors import NoFeasiblePlan, PlanNotCertified
from sop_pipeline.planning.arrays import Booleans, Integers
from sop_pipeline.planning.certificate import TOLERANCE, plan_violation
from sop_pipeline.planning.costs import total_cost
from sop_pipeline.planning.families import CONSTRAINTS, VARIABLES, axis_name
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.problem import Quantities
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible, Solution
from sop_pipeline.planning.solvers import HighsModel
from sop_pipeline.planning.whole_units.completion import completed
from sop_pipeline.planning.whole_units.reference import Reference
from sop_pipeline.planning.whole_units.restatement import Restatement, cut
from sop_pipeline.planning.whole_units.search import CLOSE, WHOLE_FAMILIES, Bettering, Search
from sop_pipeline.planning.whole_units.verdict import Verdict

__all__ = ["Verdict", "WholeUnits", "whole_unit_plan"]

_BROKEN = (
    "The plan in whole units breaks a limit by {violation:.2e}, more than rounding of figures "
    "explains. Nothing is published. Make the limit a little wider, or soft in the policy"
)

AT_ONCE = 150
"""Fractions that one integer programme decides of a large company."""
BETTERED_AT_ONCE = 600
"""Builds and shipments that one integer programme may better, most of which it leaves alone."""
WORTH = 1e-6
"""Share of a plan's cost below which no product is searched alone for a unit more."""
SMALL = 150
"""Up to so many in all the company is one integer programme, a second's work at most."""


@dataclass(frozen=True)
class WholeUnits:
    """A plan in whole units.

    Attributes:
        quantities: The plan, builds and shipments whole.
        bound: A cost that no plan in whole units is below, in currency.
    """

    quantities: Quantities
    bound: float


def whole_unit_plan(
    model: PlanningModel,
    optimum: Solution,
    progress: Callable[[str], None] | None = None,
) -> WholeUnits:
    """Turn a plan in fractions into one with whole builds and shipments.

    Args:
        model: The problem; its programme is used where fractions are left.
        optimum: Its optimal plan in fractions.
        progress: Called with a sentence before each group of products that has to be searched.

    Raises:
        NoFeasiblePlan: A hard policy leaves no plan in whole units.
        PlanNotCertified: Whether it leaves one could not be found out.
    """
    search, problem = Search(model), model.problem
    near = _near(search, optimum, progress)
    if near is None:
        return _searched(search, optimum, (1, np.inf))
    least = total_cost(problem, near)
    worth = least - optimum.bound > CLOSE * abs(least)
    if worth and search.sizes.sum() <= SMALL:
        best = _searched(search, optimum, (np.inf,))
        is_cheaper = total_cost(problem, best.quantities) < least
        return best if is_cheaper else replace(best, quantities=near)
    return WholeUnits(near, optimum.bound)


def _near(
    search: Search, optimum: Solution, progress: Callable[[str], None] | None
) -> Quantities | None:
    """A plan in whole units a few steps from the optimum; None where none is found.

    Raises:
        NoFeasiblePlan: There is none anywhere.
    """
    problem, plan = search.problem, optimum.quantities
    if search.fractions(plan).any():
        lp = search.lp
        restatement = Restatement(lp, Reference(problem, plan))
        scaled = scale(restatement.programme, lp.sizes)
        model = HighsModel(scaled.programme)
        model.start_from(scaled.scaled(optimum.of_programme(lp)))
        outcome = scaled.original(model.solve())
        if isinstance(outcome, Infeasible):
            if problem.shortage == "forbid" and problem.ages is None:
                # Without shortages and scrap the programme in whole units leaves out no plan.
                raise NoFeasiblePlan(_no_whole_units(search, optimum))
            return None
        followed = completed(restatement.restore(outcome.primal))
        plan = _without_fractions(search, optimum, followed, progress)
    whole = completed(Reference(problem, search.snapped(plan)))
    sound = not search.fractions(whole).any() and _violation(search, whole) <= TOLERANCE
    return whole if sound else None


def _without_fractions(
    search: Search,
    optimum: Solution,
    plan: Quantities,
    progress: Callable[[str], None] | None,
) -> Quantities:
    """A plan with its fractions decided, a group of products after the other.

    Fractions are first decided between the whole numbers around them; where a full warehouse leaves
    no such plan, one product after the other may move every build and shipment by a unit. So may
    those that are then short of more than in the optimum, or crowd a warehouse that overflows more:
    many of them quickly, then one after the other.
    """
    fractions = search.fractions(plan)

    def worse(plan: Quantities) -> Booleans:
        crowded = (fractions > 0) & search.crowded(plan, optimum.quantities)
        return search.shorter(plan, optimum.quantities) | crowded

    groups = _groups(fractions, AT_ONCE)
    for number, products in enumerate(groups, 1):
        if progress is not None:
            progress(f"Rounding what is left of fractions, {number:,} of {len(groups):,}")
        plan = _decided(search, plan, products)
    least = WORTH * abs(search.cost(plan))
    groups = _groups(np.where(worse(plan), search.sizes, 0), BETTERED_AT_ONCE)
    for number, products in enumerate(groups, 1):
        if progress is not None:
            progress(f"Looking for a unit more, {number:,} of {len(groups):,}")
        if worse(plan)[products].any():
            plan = _bettered(search, plan, products, Bettering(0.0, is_quick=True))
    for product in np.flatnonzero(worse(plan)):
        plan = _bettered(search, plan, product[None], Bettering(least, is_quick=False))
    return plan


def _decided(search: Search, plan: Quantities, products: Integers) -> Quantities:
    """A plan with the products' fractions decided, together or else one after the other."""
    found = search.among(plan, products, 0)
    if found is not None:
        return found.quantities
    for product in products if search.is_in_parts else ():
        among = (search.among(plan, product[None], reach) for reach in (0, 1))
        plan = next((found.quantities for found in among if found is not None), plan)
    return plan


def _bettered(
    search: Search, plan: Quantities, products: Integers, bettering: Bettering
) -> Quantities:
    """A cheaper plan, the products' builds and shipments up to a unit away; the plan for none."""
    is_whole = not search.fractions(plan)[products].any()
    found = search.among(plan, products, 1, bettering=bettering if is_whole else None)
    if found is None or (is_whole and search.cost(found.quantities) >= search.cost(plan)):
        return plan
    return found.quantities


def _violation(search: Search, plan: Quantities) -> float:
    return plan_violation(search.model.asked, plan)


def _groups(undecided: Integers, at_once: int) -> list[Integers]:
    """Products with something undecided, so many together that an integer programme stays small."""
    products = np.flatnonzero(undecided)
    group = np.cumsum(undecided[products]) // at_once
    return np.split(products, np.flatnonzero(np.diff(group)) + 1) if products.size else []


def _searched(search: Search, optimum: Solution, reaches: tuple[float, ...]) -> WholeUnits:
    """The best plan of all products at once, within the first reach that holds one."""
    every = np.arange(len(search.problem.products))
    for reach in reaches:
        found = search.among(optimum.quantities, every, reach, CLOSE)
        if found is None:
            continue
        whole = completed(Reference(search.problem, found.quantities))
        violation = _violation(search, whole)
        if violation > TOLERANCE:
            raise PlanNotCertified(_BROKEN.format(violation=violation))
        bound = found.bound if np.isinf(reach) else optimum.bound
        return WholeUnits(whole, max(bound, optimum.bound))
    raise NoFeasiblePlan(_no_whole_units(search, optimum))


def _no_whole_units(search: Search, optimum: Solution) -> str:
    """Name the constraint and period that the plan, cut to whole units, breaks most."""
    lp, plan = search.lp, optimum.quantities
    less = {**plan, **{name: cut(plan[name]) for name in WHOLE_FAMILIES}}
    followed = lp.of_columns(completed(Reference(search.problem, less)))
    values = lp.matrix @ followed
    sides = (
        (lp.constraints, np.maximum(lp.row_lower - values, values - lp.row_upper)),
        (lp.variables, np.maximum(lp.lower - followed, followed - lp.upper)),
    )
    blocks, missing = max(sides, key=lambda side: side[1].max())
    worst = int(np.argmax(missing))
    block = lp.block_of(blocks, worst)
    if blocks is lp.constraints:
        family = CONSTRAINTS[block.name]
        what = family.conflict
    else:
        family = VARIABLES[block.name]
        below = followed[worst] < lp.lower[worst]
        what = f"{block.name.replace('_', ' ')} not below 0" if below else family.limit
    place = ", ".join(
        f"{axis_name(axis)} {label}" for axis, label in lp.member(block, worst).items()
    )
    return (
        "No plan in whole units satisfies the hard constraints, although one in fractions does. "
        f"Tightest: {what} ({place}), missed by {missing[worst]:,.4f} {family.unit}. Make what "
        "is hard soft in the policy, or ease it by one unit"
    )
