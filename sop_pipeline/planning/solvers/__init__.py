"""The solvers: one programme in, one outcome out.

Belongs here: choosing the rendering a policy asks for. PuLP and HiGHS are imported only below.
"""

from __future__ import annotations

from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.solution import Infeasible, ProgrammeResult, ProgrammeSolution
from sop_pipeline.planning.solvers.bounding_rows import WithoutBoundingRows
from sop_pipeline.planning.solvers.conflict import Conflict, irreducible_conflict
from sop_pipeline.planning.solvers.highs import (
    EXACT,
    Closeness,
    HighsModel,
    basis_of,
    basis_within,
    solve_with_highs,
)
from sop_pipeline.planning.solvers.sifting import solve_from_neighbour
from sop_pipeline.planning.solvers.substitution import substitute

PULP_COLUMNS = 10_000
"""Up to this many columns the default is the named PuLP model; beyond it, arrays in memory.

At 27,000 columns the named model costs a second more than the arrays."""
SUBSTITUTED_COLUMNS = 100_000
"""Beyond this many columns fewer rows pay: 200 products in 200 warehouses for 3 months, 600,000
columns, take 25 s of a processor in place of 86; below it they make no difference."""


def solve(lp: LinearProgram, solver: str = "auto") -> ProgrammeResult:
    """Solve a programme as the policy's `solver` says: auto, highs or pulp:NAME.

    Raises:
        UsageError: The solver is not available.
        PlanNotCertified: The solver stopped before it had an answer.
    """
    if solver == "auto":
        solver = "pulp:HiGHS" if lp.shape[1] <= PULP_COLUMNS else "highs"
    if solver == "highs":
        return _in_memory(lp)
    # PuLP takes half a second to import, so only where it is used.
    from sop_pipeline.planning.solvers.pulp_rendering import solve_with_pulp  # noqa: PLC0415

    scaled = scale(lp)
    return scaled.original(solve_with_pulp(scaled.programme, solver.removeprefix("pulp:")))


def _in_memory(lp: LinearProgram) -> ProgrammeResult:
    if lp.shape[1] <= SUBSTITUTED_COLUMNS:
        scaled = scale(lp)
        return scaled.original(solve_with_highs(scaled.programme, EXACT))
    substituted = substitute(lp)
    scaled = scale(substituted.programme)
    outcome = scaled.original(solve_with_highs(scaled.programme, EXACT))
    return substituted.restore(outcome) if isinstance(outcome, ProgrammeSolution) else outcome


__all__ = [
    "EXACT",
    "Closeness",
    "Conflict",
    "HighsModel",
    "Infeasible",
    "ProgrammeSolution",
    "WithoutBoundingRows",
    "basis_of",
    "basis_within",
    "irreducible_conflict",
    "solve",
    "solve_from_neighbour",
    "substitute",
]
