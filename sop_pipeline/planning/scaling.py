"""The programme in its natural sizes, which is how every solver sees it.

Solvers judge with absolute tolerances and drop coefficients below 1e-9. In natural sizes 1 is an
ordinary value in every row and column, so that those mean the same in any currency and unit, for
the cheapest product and the dearest. The sizes are powers of two: nothing is rounded on the way
there or back.
Does not belong here: what the sizes are (`sizes`), and whether a solution is right (`certificate`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from scipy import sparse

from sop_pipeline.planning.linear_program import LinearProgram, SidesAndBounds, all_costs
from sop_pipeline.planning.sizes import Sizes
from sop_pipeline.planning.solution import ProgrammeResult, ProgrammeSolution


@dataclass(frozen=True)
class Scaled:
    """A programme measured in sizes of its rows and columns.

    Attributes:
        programme: The programme in these sizes: x' = x / columns, row' = row / rows.
        sizes: The sizes.
    """

    programme: LinearProgram
    sizes: Sizes

    def within(self, limits: SidesAndBounds) -> LinearProgram:
        """The scaled programme within other limits of the original one."""
        return self.programme.within(_scaled(limits, self.sizes))

    @overload
    def original(self, outcome: ProgrammeSolution) -> ProgrammeSolution: ...

    @overload
    def original(self, outcome: ProgrammeResult) -> ProgrammeResult: ...

    def original(self, outcome: ProgrammeResult) -> ProgrammeResult:
        """What an outcome of the scaled programme says of the original one."""
        if not isinstance(outcome, ProgrammeSolution):
            return outcome
        sizes = self.sizes
        return replace(
            outcome,
            primal=outcome.primal * sizes.columns,
            row_dual=outcome.row_dual * (sizes.money / sizes.rows),
            objective=outcome.objective * sizes.money,
        )

    def scaled(self, solution: ProgrammeSolution) -> ProgrammeSolution:
        """A solution of the original programme as one of the scaled programme."""
        sizes = self.sizes
        return replace(
            solution,
            primal=solution.primal / sizes.columns,
            row_dual=solution.row_dual / (sizes.money / sizes.rows),
            objective=solution.objective / sizes.money,
        )


def scale(lp: LinearProgram, sizes: Sizes | None = None) -> Scaled:
    """Measure a programme in its natural sizes, or in those of another with the same matrix."""
    sizes = _of_whole_numbers(lp) if sizes is None else sizes
    matrix = lp.matrix
    by_row = np.repeat(1.0 / sizes.rows, np.diff(matrix.indptr))
    entries = matrix.data * by_row * sizes.columns[matrix.indices]
    programme = replace(
        lp,
        matrix=sparse.csr_array((entries, matrix.indices, matrix.indptr), shape=matrix.shape),
        cost_terms=all_costs(lp.cost * sizes.columns / sizes.money),
        constant=lp.constant / sizes.money,
    )
    limits = SidesAndBounds(lp.row_lower, lp.row_upper, lp.lower, lp.upper)
    return Scaled(programme.within(_scaled(limits, sizes)), sizes)


def _scaled(limits: SidesAndBounds, sizes: Sizes) -> SidesAndBounds:
    return SidesAndBounds(
        row_lower=limits.row_lower / sizes.rows,
        row_upper=limits.row_upper / sizes.rows,
        lower=limits.lower / sizes.columns,
        upper=limits.upper / sizes.columns,
    )


def _of_whole_numbers(lp: LinearProgram) -> Sizes:
    """The natural sizes of a programme, in which whole numbers stay what they are."""
    if not len(lp.whole):
        return lp.sizes
    columns = lp.sizes.columns.copy()
    columns[lp.whole] = 1.0
    return replace(lp.sizes, columns=columns)
