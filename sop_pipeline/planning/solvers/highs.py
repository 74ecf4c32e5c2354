"""The programme in HiGHS, in memory: arrays in, arrays out, and restarts from the last basis.

Does not belong here: PuLP, or anything about planning.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import highspy
import numpy as np

from sop_pipeline.errors import PlanNotCertified
from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.solution import Infeasible, ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers.limit import seconds_left

ROW_WISE, MINIMIZE = 2, 1
PRIMAL_SIMPLEX = 4
EXACT: Mapping[str, Any] = MappingProxyType(
    {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
)
"""Tolerances for programmes in natural sizes, so tight that no vertex nearly passes for optimal."""
_BY_REDUCED_COSTS = "mip_heuristic_run_root_reduced_cost"
_ELSEWHERE = (
    "mip_allow_restart",
    "mip_heuristic_run_rens",
    "mip_heuristic_run_rins",
    _BY_REDUCED_COSTS,
)
AT_ROOT: Mapping[str, Any] = MappingProxyType(
    {"mip_max_nodes": 1, **dict.fromkeys(_ELSEWHERE, False)}
)
"""A search in whole numbers that ends where it would branch, or begin anew in a smaller one."""
BRANCHING: Mapping[str, Any] = MappingProxyType(
    {"mip_max_nodes": 200, **dict.fromkeys(_ELSEWHERE, True)}
)
"""One that goes on from there."""
ON_ONE_PATH: Mapping[str, Any] = MappingProxyType({"parallel": "off", "mip_detect_symmetry": False})
"""A search whose path does not depend on how many processors there are; plans have no symmetry."""
TIME_LIMIT = "Time limit reached"
AT_SIDE = 1e-7
"""Values this close to a side, relative to their size, count as lying on it."""

_LYING = np.array(
    [
        highspy.HighsBasisStatus.kLower,
        highspy.HighsBasisStatus.kUpper,
        highspy.HighsBasisStatus.kBasic,
    ],
    dtype=object,
)
INFEASIBLE = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)
LOST = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kNotset)


@cache
def highs_version() -> str:
    """Version of HiGHS; asked for before its first use, it also keeps HiGHS quiet.

    The first HiGHS object of a process greets on standard output, before an option could tell it
    not to.
    """
    stdout, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return f"HiGHS {highspy.Highs().version()}"
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
        os.close(nowhere)


@dataclass(frozen=True)
class Closeness:
    """How close to the best a search in whole numbers comes, as shares of the objective.

    Attributes:
        gap: Where it may end.
        at_root: Where it ends rather than branch; None for none.
        tries_at_root: Whether it also searches a smaller programme before it would branch.
    """

    gap: float
    at_root: float | None = None
    tries_at_root: bool = False

    @property
    def options_at_root(self) -> Mapping[str, Any]:
        """HiGHS options of a search that does not branch."""
        return {**AT_ROOT, _BY_REDUCED_COSTS: self.tries_at_root}


class HighsModel:
    """One linear programme in one HiGHS object; every change keeps the basis for a warm start.

    Attributes:
        name: Solver and version.
    """

    def __init__(self, lp: LinearProgram, options: Mapping[str, Any] | None = None) -> None:
        """Hand the programme over.

        Args:
            lp: The programme.
            options: HiGHS options by name, such as a time limit.
        """
        self.name = highs_version()
        self._lp, self._costs = lp, lp.cost
        self._highs = highspy.Highs()
        for name, value in {"output_flag": False, **(options or {})}.items():
            if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                msg = f"HiGHS does not know the option {name}={value!r}"
                raise ValueError(msg)
        rows, columns = lp.shape
        # Arrays as they are: assembling a HighsLp object first copies number by number.
        self._highs.passModel(
            columns,
            rows,
            lp.matrix.nnz,
            ROW_WISE,
            MINIMIZE,
            lp.constant,
            lp.cost,
            lp.lower,
            lp.upper,
            lp.row_lower,
            lp.row_upper,
            lp.matrix.indptr.astype(np.int32),
            lp.matrix.indices.astype(np.int32),
            lp.matrix.data,
            np.zeros(columns, dtype=np.int32),
        )
        self._is_whole = np.zeros(columns, dtype=bool)

    def hold_whole(self, columns: Integers, *, whole: bool) -> None:
        """Let columns take whole numbers only, or any."""
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        indices = columns.astype(np.int32)
        self._highs.changeColsIntegrality(len(indices), indices, np.full(len(indices), kind))
        self._is_whole[columns] = whole

    def set_bounds(self, columns: Integers, lower: Floats, upper: Floats) -> None:
        """Replace the bounds of some columns."""
        indices = columns.astype(np.int32)
        self._highs.changeColsBounds(len(indices), indices, lower, upper)

    def set_sides(self, rows: Integers, lower: Floats, upper: Floats) -> None:
        """Replace the sides of some rows."""
        indices = rows.astype(np.int32)
        self._highs.changeRowsBounds(len(indices), indices, lower, upper)  # type: ignore[attr-defined]

    def set_costs(self, costs: Floats) -> None:
        """Replace the cost of every column."""
        changed = np.flatnonzero(costs != self._costs)
        self._highs.changeColsCost(len(changed), changed.astype(np.int32), costs[changed])
        self._costs = costs

    def prefer_primal_simplex(self) -> None:
        """Solve from now on by primal simplex, which a change of costs leaves feasible."""
        self._highs.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)

    def start_from(self, solution: ProgrammeSolution) -> None:
        """Start the next solve at a solution's vertex, whichever solver found it."""
        basis = solution.basis
        self.start_from_basis(_vertex(self._lp, solution.primal) if basis is None else basis)

    def start_from_basis(self, basis: highspy.HighsBasis) -> None:
        """Start the next solve at a basis, whose columns are those of the programme."""
        self._highs.setBasis(basis)

    def solve(self) -> ProgrammeResult:
        """Solve from where the last solve ended.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        status = self._answer()
        if status == highspy.HighsModelStatus.kOptimal:
            return self._optimum()
        if status in INFEASIBLE:
            return Infeasible(self.name)
        raise stopped_early(self.name, self._highs.modelStatusToString(status))

    def _optimum(self) -> ProgrammeSolution:
        solution = self._highs.getSolution()
        return ProgrammeSolution(
            primal=np.array(solution.col_value),
            row_dual=np.array(solution.row_dual),
            objective=self._highs.getObjectiveValue(),
            solver=self.name,
            basis=self._highs.getBasis(),
        )

    def basic_variables(self) -> Integers:
        """What is basic at the vertex of the last solve: column j as j, row i as -1 - i, (m,)."""
        _, basic = self._highs.getBasicVariables()  # type: ignore[attr-defined]
        return np.array(basic, dtype=np.int64)

    def solve_in_whole_numbers(
        self, columns: Integers, closeness: Closeness, within: float
    ) -> tuple[Floats, float] | None:
        """Good values with whole numbers in some columns, and the least cost; None for no values.

        The search ends at a gap or a number of nodes, not at a time, and takes one node after the
        other, so that every machine finds the same values, however many processors it has.

        Args:
            columns: Columns that must be whole.
            closeness: Where the search may end.
            within: What values may be outside their limits by.

        Raises:
            PlanNotCertified: The search ended without values and without a proof.
        """
        self.hold_whole(columns, whole=True)
        for name, value in {**ON_ONE_PATH, "mip_rel_gap": closeness.gap}.items():
            self._highs.setOptionValue(name, value)
        for limits in ("mip_feasibility_tolerance", "primal_feasibility_tolerance"):
            self._highs.setOptionValue(limits, within)
        at_root = closeness.at_root
        status = self._search(BRANCHING if at_root is None else closeness.options_at_root)
        is_cut_off = status == highspy.HighsModelStatus.kSolutionLimit
        if at_root is not None and is_cut_off and self._highs.getInfo().mip_gap > at_root:
            status = self._search(BRANCHING)
        if status in INFEASIBLE:
            return None
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise stopped_early(self.name, TIME_LIMIT)
        if self._highs.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
            raise stopped_early(self.name, self._highs.modelStatusToString(status))
        return np.array(self._highs.getSolution().col_value), self._highs.getInfo().mip_dual_bound

    def _search(self, options: Mapping[str, Any]) -> highspy.HighsModelStatus:
        for name, value in options.items():
            self._highs.setOptionValue(name, value)
        return self._run()

    def _run(self) -> highspy.HighsModelStatus:
        """How a run within the time there is ended.

        Raises:
            PlanNotCertified: There is none left.
        """
        left = seconds_left()
        if left is not None:
            if not left:
                raise stopped_early(self.name, TIME_LIMIT)
            self._end_within(left)
        self._highs.run()
        return self._highs.getModelStatus()

    def _end_within(self, seconds: float) -> None:
        """Limit the next run; a search has a clock of its own, that of other runs goes on."""
        begins = 0.0 if self._is_whole.any() else self._highs.getRunTime()
        self._highs.setOptionValue("time_limit", begins + seconds)

    def _answer(self) -> highspy.HighsModelStatus:
        """Run; where the answer is lost on the way, begin anew and go through the inside.

        A simplex loses it from a vertex that was not exact, and where nothing is feasible: its
        costs then grow without end, and their rounding with them.
        """
        status = self._run()
        if status in LOST:
            _, solver = self._highs.getOptionValue("solver")
            self._highs.clearSolver()
            self._highs.setOptionValue("solver", "ipm")
            status = self._run()
            self._highs.setOptionValue("solver", solver)
        return status

    def is_infeasible(self) -> bool:
        """Whether no values satisfy the programme as it stands.

        Raises:
            PlanNotCertified: HiGHS stopped before it had an answer.
        """
        status = self._answer()
        if status == highspy.HighsModelStatus.kOptimal:
            return False
        if status in INFEASIBLE:
            return True
        raise stopped_early(self.name, self._highs.modelStatusToString(status))

    def dual_ray(self) -> Floats | None:
        """A Farkas ray, one entry per row, that proves the last solve infeasible; None without."""
        _, there_is, ray = self._highs.getDualRay()  # type: ignore[attr-defined]
        return np.array(ray, dtype=np.float64) if there_is else None


def stopped_early(solver: str, reason: str) -> PlanNotCertified:
    """The error for a solver that ended without an optimal plan."""
    msg = (
        f"{solver} stopped without an optimal plan: {reason}. Nothing is published. Give it more "
        "time or memory, or choose another solver in the policy"
    )
    return PlanNotCertified(msg)


def solve_with_highs(
    lp: LinearProgram, options: Mapping[str, Any] | None = None
) -> ProgrammeResult:
    """Solve a programme once."""
    return HighsModel(lp, options).solve()


def basis_of(lp: LinearProgram, primal: Floats, basic: Integers) -> highspy.HighsBasis:
    """The basis of a vertex, every value that is not basic at the side of the programme it lies at.

    Where sides were moved to a vertex, the solver's own note of it speaks of those.

    Args:
        lp: The programme.
        primal: Values of its columns, (n,).
        basic: What is basic, as `HighsModel.basic_variables` tells it, (m,).
    """
    basis = highspy.HighsBasis()
    basis.col_status = _lying(primal, lp.lower, lp.upper, basic[basic >= 0])
    activity = lp.matrix @ primal
    basis.row_status = _lying(activity, lp.row_lower, lp.row_upper, -1 - basic[basic < 0])
    basis.valid = True
    return basis


def basis_within(
    lp: LinearProgram, primal: Floats, part: highspy.HighsBasis, columns: Integers
) -> highspy.HighsBasis:
    """The basis of a vertex, of which a basis of some columns is known; the others are not basic.

    Args:
        lp: The programme.
        primal: Values of its columns, (n,).
        part: The basis of the programme with those columns only, (k,) and its rows.
        columns: Which columns those are, (k,).
    """
    status = _LYING[_nearer(primal, lp.lower, lp.upper)]
    status[columns] = part.col_status
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = status.tolist(), part.row_status
    basis.valid = True
    return basis


def _lying(
    values: Floats, lower: Floats, upper: Floats, basic: Integers
) -> list[highspy.HighsBasisStatus]:
    side = _nearer(values, lower, upper)
    side[basic] = 2
    return _LYING[side].tolist()


def _nearer(values: Floats, lower: Floats, upper: Floats) -> Integers:
    """Which side each value is nearer to: 0 for the lower, 1 for the upper one."""
    return (np.abs(upper - values) < np.abs(values - lower)).astype(np.int64)


def _vertex(lp: LinearProgram, primal: Floats) -> highspy.HighsBasis:
    """A basis for a solution known by its values only; HiGHS mends what is degenerate."""
    basis = highspy.HighsBasis()
    basis.col_status = _statuses(primal, lp.lower, lp.upper)
    basis.row_status = _statuses(lp.matrix @ primal, lp.row_lower, lp.row_upper)
    basis.alien = True
    return basis


def _statuses(values: Floats, lower: Floats, upper: Floats) -> list[highspy.HighsBasisStatus]:
    near = AT_SIDE * np.maximum(1.0, np.abs(values))
    at_lower, at_upper = values <= lower + near, values >= upper - near
    status = highspy.HighsBasisStatus
    return [
        status.kLower if low else status.kUpper if high else status.kBasic
        for low, high in zip(at_lower.tolist(), at_upper.tolist(), strict=True)
    ]
