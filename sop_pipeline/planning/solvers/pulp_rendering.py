"""The programme as a named PuLP model, for any solver PuLP drives, and to be read.

Columns and rows are matched by their position, never by name: PuLP rewrites some characters.
Does not belong here: anything about planning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pulp

from sop_pipeline.errors import PlanNotCertified, UsageError
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Infeasible, ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers.highs import (
    EXACT,
    TIME_LIMIT,
    highs_version,
    solve_with_highs,
    stopped_early,
)
from sop_pipeline.planning.solvers.limit import seconds_left
from sop_pipeline.planning.solvers.whole_numbers import Searched

ALIASES = {"CBC": "COIN_CMD", "HIGHS": "HiGHS"}
"""Names people use for solvers that PuLP calls otherwise."""


def pulp_model(lp: LinearProgram, name: str = "plan") -> pulp.LpProblem:
    """Render the programme as a PuLP model, column for column and row for row."""
    model = pulp.LpProblem(name)
    columns = [
        model.add_variable(label, low, high if np.isfinite(high) else None)
        for label, low, high in zip(
            lp.names(lp.variables), lp.lower.tolist(), lp.upper.tolist(), strict=True
        )
    ]
    for column in lp.whole.tolist():
        columns[column].cat = pulp.LpInteger
    costly = np.flatnonzero(lp.cost)
    model += pulp.lpSum_vars_coefs(
        zip([columns[j] for j in costly], lp.cost[costly].tolist(), strict=True)
    )
    starts, indices = lp.matrix.indptr.tolist(), lp.matrix.indices.tolist()
    values = lp.matrix.data.tolist()
    sides = zip(lp.row_lower.tolist(), lp.row_upper.tolist(), strict=True)
    for i, (label, (low, high)) in enumerate(zip(lp.names(lp.constraints), sides, strict=True)):
        entries = range(starts[i], starts[i + 1])
        row = pulp.lpSum_vars_coefs((columns[indices[k]], values[k]) for k in entries)
        model.addConstraint(_sided(row, low, high), label)
    return model


def solve_with_pulp(lp: LinearProgram, solver_name: str) -> ProgrammeResult:
    """Solve a programme with a solver PuLP drives.

    Raises:
        UsageError: PuLP does not know the solver, or it is not installed.
        PlanNotCertified: The solver failed or stopped before it had an answer.
    """
    left = seconds_left()
    solver = _solver(solver_name, left)
    label = f"{solver_label(solver)} (PuLP {pulp.__version__})"
    if left is not None and not left:
        raise stopped_early(label, TIME_LIMIT)
    model = pulp_model(lp)
    stats = _solved(model, solver, solver_name)
    if stats.status == pulp.const.LpSolveStatus.Infeasible:
        return Infeasible(label)
    if stats.status == pulp.const.LpSolveStatus.Undefined and _is_infeasible(lp):
        return Infeasible(label)
    # At a limit PuLP also has a solution; only what the solver called optimal counts.
    if stats.status != pulp.const.LpSolveStatus.Optimal:
        raise stopped_early(label, stats.status_str)
    primal = np.array([_value(v.varValue) for v in model.variables()])
    primal = np.where(np.isnan(primal), lp.lower, primal)
    return ProgrammeSolution(
        primal=primal,
        row_dual=np.array([_value(c.pi) for c in model.constraints()]),
        objective=lp.cost_of(primal),
        solver=label,
    )


def _solved(model: pulp.LpProblem, solver: pulp.LpSolver, name: str) -> Any:
    """What PuLP tells of a solve.

    Raises:
        PlanNotCertified: The solver failed.
    """
    try:
        return model.solve(solver)
    except pulp.PulpSolverError as error:
        msg = f"{name} failed: {error}. Nothing is published"
        raise PlanNotCertified(msg) from error


def search_with_pulp(lp: LinearProgram, solver_name: str, gap: float, seconds: float) -> Searched:
    """Search a programme with whole columns by a solver PuLP drives.

    PuLP tells no bound: at its own end the solver claims to be within the gap, before it nothing.

    Raises:
        UsageError: PuLP does not know the solver, or it is not installed.
        PlanNotCertified: The solver failed.
    """
    solver = _solver(solver_name, seconds if np.isfinite(seconds) else None, gap)
    model = pulp_model(lp)
    stats = _solved(model, solver, solver_name)
    if stats.status == pulp.const.LpSolveStatus.Infeasible:
        return Searched(None, np.inf, is_infeasible=True, by_clock=False)
    values = np.array([_value(v.varValue) for v in model.variables()])
    values = np.where(np.isnan(values), lp.lower, values)
    is_done = stats.status in (
        pulp.const.LpSolveStatus.Optimal,
        pulp.const.LpSolveStatus.GapLimit,
    )
    cost = lp.cost_of(values)
    found = values if stats.has_solution else None
    bound = cost - gap * abs(cost) if is_done else -np.inf
    return Searched(found, bound, is_infeasible=False, by_clock=not is_done)


def solver_label(solver: pulp.LpSolver) -> str:
    """Name of a PuLP solver, with its version where it tells."""
    return highs_version() if isinstance(solver, pulp.HiGHS) else str(solver.name)


def _is_infeasible(lp: LinearProgram) -> bool:
    """Whether HiGHS itself calls infeasible what PuLP calls undefined: infeasible or unbounded."""
    return isinstance(solve_with_highs(lp), Infeasible)


def _solver(name: str, left: float | None, gap: float | None = None) -> pulp.LpSolver:
    known = ALIASES.get(name.upper(), name)
    available = pulp.listSolvers(onlyAvailable=True)
    if known not in available:
        msg = f"The solver pulp:{name} is not available. Available: {', '.join(available)}"
        raise UsageError(msg)
    limit: dict[str, float] = {} if left is None else {"timeLimit": left}
    if gap is not None:
        limit["gapRel"] = gap
    if known == ALIASES["HIGHS"]:
        limit |= EXACT
    return pulp.getSolver(known, msg=False, **limit)  # pyright: ignore[reportUnknownMemberType]


def _sided(row: pulp.LpAffineExpression, low: float, high: float) -> pulp.LpAffineExpression:
    if low == high:
        return row == low
    return row >= low if np.isfinite(low) else row <= high


def _value(value: float | None) -> float:
    return np.nan if value is None else value
