"""Why no plan satisfies the hard constraints, in the planner's words, and the cheapest repair.

The conflict is an irreducible infeasible set: leave out any one of its members and the rest can
be satisfied. The repair is an elastic relaxation: every hard limit may give, at a price.
Does not belong here: faults of the input.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from sop_pipeline.errors import NoFeasiblePlan
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.families import CONSTRAINTS, PERIOD_AXES, VARIABLES, axis_name
from sop_pipeline.planning.linear_program import Block, CostTerm, LinearProgram
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.preparation.lookup import index_of
from sop_pipeline.planning.preparation.notes import some
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.room_for_lots import with_room_for_lots
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import Conflict, irreducible_conflict, solve
from sop_pipeline.planning.solvers.whole_numbers import WholeNumberModel

MEMBERS_SHOWN = 8
NEGLIGIBLE = 1e-6
REPAIR_GAP, REPAIR_SECONDS = 1e-4, 30.0
"""Where decisions are whole: how near the repair must be to the cheapest, and the time for it."""


@dataclass(frozen=True)
class Slack:
    """One way a family of constraints may give.

    Attributes:
        family: Constraint family.
        giving: What giving so many units means for the planner.
        sign: Coefficient in the constraint.
        weight: Price per unit, one per row of the family.
        limit: Most it may give, one per row.
    """

    family: str
    giving: str
    sign: float
    weight: Floats
    limit: Floats


def no_feasible_plan(
    problem: Problem, lp: LinearProgram, naming: Naming | None = None
) -> NoFeasiblePlan:
    """The error that names the conflict, its size, and the cheapest repair.

    Args:
        problem: The problem.
        lp: Its programme.
        naming: What products and places are called.
    """
    naming = naming or Naming()
    slacks = slacks_of(problem)
    lines = ["No plan satisfies the hard constraints."]
    shortage = _repair(lp, [replace(slacks["shortage"], weight=np.ones_like(problem.demand))])
    if shortage is not None:
        lines += _shortage_sentences(problem, shortage[0])
    lines += _decided_sentences(problem, lp, slacks, naming)
    lines.append(conflict_sentence(lp, naming))
    repair = _repair(with_room_for_lots(problem, lp), list(slacks.values()))
    if repair is not None:
        lines.append(_repair_sentence(lp, list(slacks.values()), repair, naming))
    return NoFeasiblePlan("\n".join(lines))


def slacks_of(problem: Problem) -> dict[str, Slack]:
    """Every way the hard constraints may give, with its price; prices of 0 count as 1."""
    centers, periods = len(problem.work_centers), len(problem.periods)
    premium = np.zeros((centers, periods))
    np.maximum.at(premium, problem.tiers.work_center, problem.tiers.premium)
    due = np.count_nonzero(problem.terminal_stock)
    unlimited = np.inf
    decided = _worth_of_decided_builds(problem)
    return {
        "shortage": Slack(
            "inventory_balance",
            "units of demand less",
            1.0,
            _priced(problem.lost_sale_cost),
            problem.demand,
        ),
        "storage": Slack(
            "warehouse_storage",
            "pallets more",
            -1.0,
            _priced(problem.overflow_rate),
            np.full(problem.overflow_rate.shape, unlimited),
        ),
        "capacity": Slack(
            "work_center_capacity",
            "capacity units more",
            -1.0,
            _priced(premium),
            np.full(premium.shape, unlimited),
        ),
        "safety_stock": Slack(
            "safety_stock",
            "units of safety stock less",
            1.0,
            np.ones(problem.shape),
            problem.safety_stock,
        ),
        "terminal_stock": Slack(
            "terminal_stock",
            "units of stock less at the end",
            1.0,
            np.ones(due),
            np.full(due, unlimited),
        ),
        **{
            f"frozen_build_{change}": Slack(
                "frozen_build",
                f"units of decided builds {change}",
                sign,
                decided,
                np.full(decided.shape, unlimited),
            )
            for change, sign in (("less", 1.0), ("more", -1.0))
        },
    }


def _worth_of_decided_builds(problem: Problem) -> Floats:
    """Price of a unit of each build that is decided, more or less, (G, H).

    It is the product's largest cost of a lost sale in the period.
    """
    held = problem.held
    if held is None:
        return np.zeros((0, 0))
    largest = problem.lost_sale_cost.max(axis=1)[:, held.periods]
    product = index_of(problem.products, held.product)
    return np.where((product >= 0)[:, None], _priced(largest[product]), 1.0)


def _repair(lp: LinearProgram, slacks: list[Slack]) -> list[Floats] | None:
    """Cheapest amounts by which the slacks give, one array each; None where none suffices."""
    blocks = [lp.constraints[slack.family] for slack in slacks]
    extra = [
        sparse.csr_array(
            (
                np.full(block.indices.size, slack.sign),
                (block.indices.ravel(), np.arange(block.indices.size)),
            ),
            shape=(lp.shape[0], block.indices.size),
        )
        for slack, block in zip(slacks, blocks, strict=True)
    ]
    weights = np.concatenate([slack.weight.ravel() for slack in slacks])
    columns = lp.shape[1]
    elastic = replace(
        lp,
        variables={},
        matrix=sparse.csr_array(sparse.hstack([lp.matrix, *extra])),
        lower=np.concatenate([lp.lower, np.zeros(len(weights))]),
        upper=np.concatenate([lp.upper, *(slack.limit.ravel() for slack in slacks)]),
        cost_terms={"repair": CostTerm(((columns + np.arange(len(weights)), weights),))},
    )
    values = _cheapest(elastic)
    if values is None:
        return None
    ends = np.cumsum([block.indices.size for block in blocks])[:-1]
    parts = np.split(values[columns:], ends)
    return [part.reshape(block.indices.shape) for part, block in zip(parts, blocks, strict=True)]


def _cheapest(elastic: LinearProgram) -> Floats | None:
    """Values of least cost, (n,), the best found in the time where decisions are whole."""
    if not len(elastic.whole):
        outcome = solve(elastic, "highs")
        return outcome.primal if isinstance(outcome, ProgrammeSolution) else None
    scaled = scale(elastic)
    found = WholeNumberModel(scaled.programme).search(REPAIR_GAP, REPAIR_SECONDS)
    return None if found.values is None else found.values * scaled.sizes.columns


def _shortage_sentences(problem: Problem, shortage: Floats) -> list[str]:
    """Per period: demand, and by how much it exceeds what can be given."""
    short = shortage.sum(axis=(0, 1))
    demand = problem.demand.sum(axis=(0, 1))
    return [
        f"{problem.periods.labels[t]}: demand {demand[t]:,.0f} needs {_whole(short[t]):,} more "
        "units than stock, capacity and storage can give."
        for t in np.flatnonzero(short > NEGLIGIBLE)
    ]


def _decided_sentences(
    problem: Problem, lp: LinearProgram, slacks: Mapping[str, Slack], naming: Naming
) -> list[str]:
    """Per decided build: how much of it cannot be made, or must be made beside it."""
    held = problem.held
    if held is None:
        return []
    each = [
        replace(slacks[f"frozen_build_{change}"], weight=np.ones_like(held.units))
        for change in ("less", "more")
    ]
    given = _repair(lp, each)
    if given is None:
        return []
    less, more = given
    return [
        f"{problem.periods.labels[held.periods[h]]}: {held.units[g, h]:,.0f} units are decided of "
        f"{_place('held_at', f'{held.product[g]},{held.work_center[g]}', naming)}, "
        + (
            f"{_whole(float(less[g, h])):,} units more than can be made."
            if less[g, h] > more[g, h]
            else f"{_whole(float(more[g, h])):,} units less than must be made."
        )
        for h, g in np.argwhere((less + more).T > NEGLIGIBLE).tolist()
    ]


def conflict_of(lp: LinearProgram) -> Conflict:
    """An irreducible set of constraints that cannot hold together, over the first periods."""
    periods = [periods_of(lp, blocks) for blocks in (lp.constraints, lp.variables)]
    return irreducible_conflict(scale(lp).programme, np.concatenate(periods))


def conflict_sentence(lp: LinearProgram, naming: Naming | None = None) -> str:
    """The members of an irreducible infeasible set, told together by family."""
    conflict = conflict_of(lp)
    members = conflict_members(lp, conflict.rows, conflict.limits, naming or Naming())
    return f"{conflict_kind(lp, conflict)}: {members}."


def conflict_kind(lp: LinearProgram, conflict: Conflict) -> str:
    """What is said of a conflict before its members."""
    kind = (
        "of which none can be left out" if conflict.irreducible else "some of which may be left out"
    )
    whole = ", with decisions taken whole" if len(lp.whole) else ""
    return f"Conflict, {kind}{whole}"


def conflict_members(lp: LinearProgram, rows: Integers, limits: Integers, naming: Naming) -> str:
    """Rows and upper bounds of a problem's programme, told together by family."""
    members: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows.tolist():
        block = lp.block_of(lp.constraints, row)
        members[CONSTRAINTS[block.name].conflict].append(lp.member(block, row))
    for column in limits.tolist():
        block = lp.block_of(lp.variables, column)
        members[VARIABLES[block.name].limit].append(lp.member(block, column))
    return "; ".join(f"{what} ({_places(places, naming)})" for what, places in members.items())


def periods_of(lp: LinearProgram, blocks: Mapping[str, Block]) -> Integers:
    """The number of the period of each member; what has none is of the end of the horizon."""
    periods = len(lp.labels["period"])
    of_blocks: list[Integers] = []
    for block in blocks.values():
        period = np.full(block.indices.shape, periods - 1, dtype=np.int64)
        if "period" in block.axes:
            shape = [periods if axis == "period" else 1 for axis in block.axes]
            period[:] = np.arange(periods).reshape(shape)
        for axis in set(block.axes) & {*PERIOD_AXES[1:]}:
            period[:] = [lp.labels["period"].index(one) for one in lp.labels[axis]]
        of_blocks.append(period.ravel())
    return np.concatenate(of_blocks)


def _places(members: list[dict[str, str]], naming: Naming) -> str:
    """Where and when: one place in full, several by what they have in common."""
    by_axis: dict[str, list[str]] = defaultdict(list)
    for member in members:
        for axis, label in member.items():
            if label not in by_axis[axis]:
                by_axis[axis].append(label)
    periods = [one for axis in PERIOD_AXES for one in by_axis.pop(axis, [])]
    where = [
        f"{axis_name(axis)} {some([naming.told(axis, label) for label in labels])}"
        for axis, labels in by_axis.items()
    ]
    return ", ".join([*where, *([_span(periods)] if periods else [])])


def _place(axis: str, label: str, naming: Naming) -> str:
    return f"{axis_name(axis)} {naming.told(axis, label)}"


def _span(periods: list[str]) -> str:
    ordered = sorted(periods)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _repair_sentence(
    lp: LinearProgram, slacks: list[Slack], amounts: list[Floats], naming: Naming
) -> str:
    parts: list[str] = []
    cost = 0.0
    for slack, amount in zip(slacks, amounts, strict=True):
        block = lp.constraints[slack.family]
        for offset in np.flatnonzero(amount.ravel() > NEGLIGIBLE):
            member = lp.member(block, block.slice.start + int(offset))
            units, weight = amount.ravel()[offset], slack.weight.ravel()[offset]
            cost += units * weight
            place = _places([member], naming)
            parts.append(f"{_whole(units):,} {slack.giving} ({place}; weight {weight:,.2f})")
    shown = parts[:MEMBERS_SHOWN]
    rest = f"; and {len(parts) - len(shown):,} more" if len(parts) > len(shown) else ""
    best = "Cheapest repair found in the time" if len(lp.whole) else "Cheapest repair"
    return f"{best}, {cost:,.2f} in all: {'; '.join(shown)}{rest}."


def _whole(units: float) -> int:
    """Units rounded up: what a person has to find."""
    return math.ceil(units - NEGLIGIBLE)


def _priced(weights: Floats) -> Floats:
    return np.where(weights > 0, weights, 1.0)
