"""Why no plan satisfies the hard constraints, in the planner's words.

The conflict is an irreducible infeasible set: leave out any one of its members and the rest can
be satisfied.
Does not belong here: faults of the input; how the cheapest repair is found (`repair`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sop_pipeline.errors import OFFENDERS_SHOWN, NoFeasiblePlan
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.families import CONSTRAINTS, PERIOD_AXES, VARIABLES
from sop_pipeline.planning.linear_program import Block, LinearProgram
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.repair import (
    NEGLIGIBLE,
    Slack,
    cheapest_repair,
    repair_sentence,
    slacks_of,
    whole_above,
)
from sop_pipeline.planning.room_for_lots import with_room_for_lots
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solvers import Conflict, irreducible_conflict

SOONER_IS_DEARER = 1e-4
"""What a unit short in a period counts more than one in the next, beside 1 for each."""


def no_feasible_plan(
    problem: Problem,
    lp: LinearProgram,
    naming: Naming | None = None,
    remarks: Sequence[str] = (),
) -> NoFeasiblePlan:
    """The error that names the conflict, its size, and the cheapest repair.

    Args:
        problem: The problem.
        lp: Its programme.
        naming: What products and places are called.
        remarks: What preparing the data found that leaves less to plan with.
    """
    naming = naming or Naming()
    slacks = slacks_of(problem)
    short: list[str] = []
    shortage = cheapest_repair(
        lp, [replace(slacks["shortage"], weight=_later_first(problem.demand.shape))]
    )
    if shortage is not None:
        short += _shortage_sentences(problem, shortage[0])
    short += _decided_sentences(problem, lp, slacks, naming)
    conflict = conflict_sentence(lp, naming)
    repair = cheapest_repair(with_room_for_lots(problem, lp), list(slacks.values()))
    mend = [] if repair is None else [repair_sentence(lp, list(slacks.values()), repair, naming)]
    found = [f"Found in the data: {remark}." for remark in remarks]
    lines = ["No plan satisfies the hard constraints.", *short, conflict, *mend, *found]
    return NoFeasiblePlan("\n".join(lines), "\n".join([*short, *mend]))


def _later_first(shape: tuple[int, int, int]) -> Floats:
    """Prices of a unit short, (P, S, T), by which of equal shortages the latest is told.

    What a period is told to lack is then what it lacks, not what it was left for later ones.
    """
    sooner = np.arange(shape[-1], dtype=np.float64)[::-1]
    return np.ones(shape) + SOONER_IS_DEARER * sooner


def _shortage_sentences(problem: Problem, shortage: Floats) -> list[str]:
    """Per period: demand, and by how much it exceeds what can be given."""
    short = shortage.sum(axis=(0, 1))
    demand = problem.demand.sum(axis=(0, 1))
    return [
        f"{problem.periods.labels[t]}: demand {demand[t]:,.0f} needs {whole_above(short[t]):,} "
        "more units than stock, capacity and storage can give."
        for t in np.flatnonzero(short > NEGLIGIBLE)
    ]


def _decided_sentences(
    problem: Problem, lp: LinearProgram, slacks: Mapping[str, Slack], naming: Naming
) -> list[str]:
    """Per decided build: how much of it cannot be made, or must be made beside it.

    Of many the furthest off are told, in the order of their periods, and the rest is counted.
    """
    held = problem.held
    if held is None:
        return []
    each = [
        replace(slacks[f"frozen_build_{change}"], weight=np.ones_like(held.units))
        for change in ("less", "more")
    ]
    given = cheapest_repair(lp, each)
    if given is None:
        return []
    less, more = given
    off = (less + more).T
    all_off = np.argwhere(off > NEGLIGIBLE).tolist()
    furthest = sorted(all_off, key=lambda one: -off[*one])[:OFFENDERS_SHOWN]
    left_out = len(all_off) - len(furthest)
    told = [
        f"{problem.periods.labels[held.periods[h]]}: {held.units[g, h]:,.0f} units are decided of "
        f"{naming.place('held_at', f'{held.product[g]},{held.work_center[g]}')}, "
        + (
            f"{whole_above(float(less[g, h])):,} units more than can be made."
            if less[g, h] > more[g, h]
            else f"{whole_above(float(more[g, h])):,} units less than must be made."
        )
        for h, g in sorted(furthest)
    ]
    rest = f"So are {left_out:,} more of the decided builds, by no more than these."
    return [*told, *([rest] if left_out else [])]


def conflict_of(lp: LinearProgram) -> Conflict:
    """An irreducible set of constraints that cannot hold together, over the first periods."""
    periods = [periods_of(lp, blocks) for blocks in (lp.constraints, lp.variables)]
    return irreducible_conflict(scale(lp).programme, np.concatenate(periods))


def conflict_sentence(lp: LinearProgram, naming: Naming | None = None) -> str:
    """The members of an irreducible infeasible set, told together by family."""
    conflict = conflict_of(lp)
    members = conflict_members(lp, conflict.rows, conflict.limits, naming or Naming())
    return f"{conflict_kind(conflict)}: {members}."


def conflict_kind(conflict: Conflict) -> str:
    """What is said of a conflict before its members."""
    kind = (
        "of which none can be left out" if conflict.irreducible else "some of which may be left out"
    )
    whole = ", with decisions taken whole" if conflict.whole else ""
    return f"Conflict, {kind}{whole}"


def conflict_members(lp: LinearProgram, rows: Integers, limits: Integers, naming: Naming) -> str:
    """Upper bounds, which say what is scarce, and rows, told together by family."""
    members: dict[str, list[dict[str, str]]] = defaultdict(list)
    for column in limits.tolist():
        block = lp.block_of(lp.variables, column)
        members[VARIABLES[block.name].limit].append(lp.member(block, column))
    for row in rows.tolist():
        block = lp.block_of(lp.constraints, row)
        members[CONSTRAINTS[block.name].conflict].append(lp.member(block, row))
    return "; ".join(f"{what} ({naming.places(places)})" for what, places in members.items())


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
