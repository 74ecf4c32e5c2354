"""The optimal plans, from their middle, narrowed by one preference after the other.

The method ends in the middle of the optimal plans. What is priced there lies at its bound in every
optimal plan and is held; among the plans that are left the next preference is minimised by the same
method, which begins where it stands: inside all limits that are left, so that a dozen steps do.
Does not belong here: which plan is preferred (`ties`), and a vertex (`strict_face`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.planning import certificate
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.solvers.structured import interior
from sop_pipeline.planning.solvers.structured.coupling import Coupling
from sop_pipeline.planning.solvers.structured.interior import Iterate
from sop_pipeline.planning.solvers.structured.lines import Lines
from sop_pipeline.planning.solvers.structured.normal import NotSolved, Rows, left_of_costs
from sop_pipeline.planning.solvers.structured.one_thread import one_thread
from sop_pipeline.planning.solvers.structured.parts import parts_of
from sop_pipeline.planning.solvers.structured.start import Sizes, between
from sop_pipeline.planning.solvers.structured.translation import costs, quantities

TOLERANCE = 1e-12
"""Gap, relative to what the preference comes to, that the method is to reach."""
NEAR_ENOUGH = 1e-9
"""Gap above which a preference is not decided."""
PRICED = 1e-9
"""Share of a column's cost above which a reduced cost is one."""
AT_SIDE = 1e-4
"""Distance, in the line's size, up to which a column lies at its bound if its price is farther
from 0 than that, or than what the certificate overlooks."""
SEEN = 0.1 * certificate.TOLERANCE
"""A price that the certificate will ask to be borne out."""
TOO_NEAR = 1e-5
"""The same of a column with any price: so near its bound it does not bear one out, and the prices
cannot be corrected for its sake."""
WIDE = 0.1
"""Dimensions to choose in, per row, beyond which the method takes less time than a simplex."""


@dataclass(frozen=True)
class Middle:
    """A plan in the middle of those that are left, and what of it is held.

    Attributes:
        lines: The problem's lines; the upper bound of what is held is 0, as it cannot move.
        values: Value of each column, (L, T).
    """

    lines: Lines
    values: Floats

    @classmethod
    def of(cls, lines: Lines, own: Floats, sizes: Sizes, last: Iterate) -> Middle:
        """The plans that cost no more than the last iterate of the method.

        Args:
            lines: What the method solved.
            own: What each column costs by itself, (L, T).
            sizes: What is ordinary in it.
            last: Where it ended.
        """
        coupling, upper = Coupling.of(lines.problem), lines.upper
        reduced = np.zeros_like(lines.cost)
        left_of_costs(parts_of(lines.chains), coupling, lines.cost, last.prices, reduced)
        side = np.where(reduced > 0.0, 0.0, upper)
        away = np.abs(last.values - side) / sizes.of_values(lines, coupling)[:, None]
        least = certificate.NOISE * sizes.of_lines(lines, coupling)[:, None]
        priced = np.abs(reduced) / np.maximum(own, least)
        told = (away <= AT_SIDE) & (priced > np.minimum(away, SEEN)) | (away <= TOO_NEAR)
        held = (upper > 0.0) & told & (priced > PRICED)
        values = np.where(held, side, last.values)
        return cls(replace(lines, upper=np.where(held, 0.0, upper)), values)

    @property
    def is_wide(self) -> bool:
        """Whether plans still differ in many dimensions."""
        chains, periods = self.lines.owed.shape
        rows = (chains + Coupling.of(self.lines.problem).rows) * periods
        return int(np.count_nonzero(self.lines.upper)) > (1.0 + WIDE) * rows

    @property
    def quantities(self) -> Mapping[str, Floats]:
        """The plan, by variable family."""
        return quantities(self.lines, self.values)

    def settled(self, sizes: Sizes, prices: Rows) -> tuple[Middle, Rows]:
        """The same with rows closed, and prices that leave no cost to what is not held.

        Args:
            sizes: What is ordinary.
            prices: Prices that leave little.
        """
        begin = replace(between(self.lines, self.values), sizes=sizes, prices=prices)
        found = interior.settled(self.lines, begin)
        if found is None:
            return self, prices
        values = np.where(self.lines.upper > 0.0, found[0], self.values)
        return replace(self, values=values), found[1]

    def narrowed(self, preferences: Iterable[Mapping[str, Floats]]) -> tuple[Middle, int]:
        """The plans that preferences leave, and how many of these it took to leave few.

        Args:
            preferences: Costs by variable family, most important first; asked for one by one.
        """
        middle, taken = self, 0
        with one_thread():
            for preference in preferences if self.is_wide else ():
                following = middle._least(preference)
                if following is None:
                    break
                middle, taken = following, taken + 1
                if not middle.is_wide:
                    break
        return middle, taken

    def _least(self, preference: Mapping[str, Floats]) -> Middle | None:
        """The plans that cost least of the preference; None where they are not found."""
        cost, constant = costs(self.lines, preference)
        cost[self.lines.upper == 0.0] = 0.0
        largest = float(np.abs(cost).max())
        if not largest:
            return self
        asked = replace(self.lines, cost=cost / largest, constant=constant / largest)
        begin = between(asked, self.values)
        try:
            last = interior.solve(asked, begin, TOLERANCE)
        except NotSolved:
            return None
        if last.distance >= NEAR_ENOUGH:
            return None
        return Middle.of(asked, np.abs(asked.cost), begin.sizes, last)
