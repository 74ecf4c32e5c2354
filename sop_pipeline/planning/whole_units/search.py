"""Whole units by integer programmes: some products' columns whole, all the others as they are.

Does not belong here: which products, and in which order (`__init__`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.classes import apart_of
from sop_pipeline.planning.families import VARIABLES
from sop_pipeline.planning.linear_program import LinearProgram, all_costs
from sop_pipeline.planning.model import PlanningModel
from sop_pipeline.planning.preparation.lookup import index_of
from sop_pipeline.planning.problem import Problem, Quantities
from sop_pipeline.planning.scaling import scale
from sop_pipeline.planning.sizes import Sizes
from sop_pipeline.planning.solution import ProgrammeSolution
from sop_pipeline.planning.solvers import Closeness, HighsModel
from sop_pipeline.planning.whole_units.cuts import cuts
from sop_pipeline.planning.whole_units.restatement import WHOLE, cut, raised

NOISE = 1e-14
"""Relative noise of adding up whole columns of many digits."""
WITHIN = (1e-9, 1e-6)
"""Least and most that values may be outside a limit by while they are searched."""
BROKEN_BY_NOISE = 1e-7
"""Share of its value up to which the plan of a simplex breaks a limit."""

BEST = 1e-6
"""Share of its cost at which a plan is the best one."""
NEAR = 1e-5
"""Share of its cost at which a plan that is whole already is not bettered any more."""
CLOSE = 1e-4
"""Share of its cost by which a plan may be dearer than the best one in whole units."""

WHOLE_FAMILIES = tuple(name for name, family in VARIABLES.items() if family.is_whole)

_SHARED = -1
"""Stands for the product of a column that serves all of them."""


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        quantities: The plan, the products' builds and shipments whole.
        bound: The least cost of the columns searched, as the solver claims.
    """

    quantities: Quantities
    bound: float


@dataclass(frozen=True)
class Bettering:
    """What to look for beside a plan in whole units.

    Attributes:
        least: What must be saved at least, in currency.
        is_quick: Whether only what the relaxation moves is searched (Danna, Rothberg and Le Pape
            2005, Exploring relaxation induced neighborhoods), and not to the end.
    """

    least: float
    is_quick: bool

    def of(
        self, lp: LinearProgram, sizes: Sizes, plan: Floats, whole: Booleans
    ) -> LinearProgram | None:
        """The programme to search; None where its relaxation saves too little.

        Args:
            lp: The programme.
            sizes: Its sizes, 1 for what is whole.
            plan: Values of its columns in the plan, (n,).
            whole: Which of them are whole, (n,).
        """
        scaled = scale(lp, sizes)
        relaxed = scaled.original(HighsModel(scaled.programme).solve())
        if not isinstance(relaxed, ProgrammeSolution):
            return lp
        if lp.cost @ plan - relaxed.objective < self.least:
            return None
        held = whole & (np.abs(relaxed.primal - plan) <= WHOLE) & self.is_quick
        lower, upper = (np.where(held, plan.round(), side) for side in (lp.lower, lp.upper))
        return replace(lp, lower=lower, upper=upper)


@dataclass(frozen=True)
class Search:
    """A problem whose builds and shipments are to be whole.

    Attributes:
        model: The problem, and its programme where it is searched.
    """

    model: PlanningModel

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.model.problem

    @property
    def lp(self) -> LinearProgram:
        """Its programme."""
        return self.model.programme

    @property
    def is_in_parts(self) -> bool:
        """Whether products are decided by themselves where they can be, each part nearly best.

        Beside set-ups and lots as planned few builds are left to decide, and are searched together.
        """
        return self.problem.decisions is None

    @cached_property
    def sizes(self) -> Integers:
        """How many quantities of each product must be whole, (P,)."""
        every = {name: np.ones(len(owner)) for name, owner in self._products_of().items()}
        return self._per_product(every) * len(self.problem.periods)

    def fractions(self, plan: Quantities) -> Integers:
        """How many quantities of each product should be whole and are not, (P,)."""
        broken = {name: raised(plan[name]) > cut(plan[name]) for name in WHOLE_FAMILIES}
        return self._per_product({name: each.sum(axis=1) for name, each in broken.items()})

    def cost(self, plan: Quantities) -> float:
        """What a plan costs, penalties included, in currency."""
        return float(self.lp.cost @ self.lp.of_columns(plan))

    def snapped(self, plan: Quantities) -> Quantities:
        """A plan with what is whole but for the noise of arithmetic made exactly so."""
        near = {name: raised(plan[name]) == cut(plan[name]) for name in WHOLE_FAMILIES}
        exact = {name: np.where(at, cut(plan[name]), plan[name]) for name, at in near.items()}
        return {**plan, **exact}

    def shorter(self, plan: Quantities, than: Quantities) -> Booleans:
        """Which products lose and delay more units than in another plan, (P,)."""
        more = np.zeros(len(self.problem.products))
        for name in ("lost_sales", "backorder"):
            more += (plan[name] - than[name]).sum(axis=(1, 2))
        return more > WHOLE

    def crowded(self, plan: Quantities, than: Quantities) -> Booleans:
        """Which products stand where more pallets overflow than in another plan, (P,)."""
        full = np.zeros(self.problem.threshold.shape)
        more = plan["overflow"] - than["overflow"]
        np.add.at(full, self.problem.overflow.warehouse, more)
        return ((plan["stock"] > WHOLE) & (full > WHOLE)).any(axis=(1, 2))

    def _products_of(self) -> dict[str, Integers]:
        """The product of each member of a family's first index set, where it has one."""
        return {
            "build": self.problem.routings.product,
            "shipment": self.problem.lanes.flow_product,
        }

    def _per_product(self, counts: Mapping[str, Floats | Integers]) -> Integers:
        total = np.zeros(len(self.problem.products), dtype=np.int64)
        for name, owner in self._products_of().items():
            np.add.at(total, owner, counts[name].astype(np.int64))
        return total

    @cached_property
    def _product(self) -> Integers:
        """Product of each column, `_SHARED` for tiers, overflow and changes of load, (n,)."""
        ages, nothing = self.problem.ages, np.empty(0, dtype=np.int64)
        routings, decisions = self.problem.routings, self.problem.decisions
        of_axis = {
            "product": np.arange(len(self.problem.products)),
            "routing": routings.product,
            "flow": self.problem.lanes.flow_product,
            "changed_at": self._changed_product,
            "class_place": apart_of(self.problem).product,
            "class_site": apart_of(self.problem).site_product,
            "aged_product": nothing if ages is None else ages.product,
        }
        if decisions is not None:
            of_axis["set_up_routing"] = routings.product[decisions.set_up]
            of_axis["lot_routing"] = routings.product[decisions.set_up[decisions.in_lots]]
        product = np.full(self.lp.shape[1], _SHARED)
        for block in self.lp.variables.values():
            members = of_axis.get(block.axes[0], nothing)
            if len(members):
                product[block.slice] = np.repeat(members, block.size // len(members))
        return product

    @cached_property
    def _changed_product(self) -> Integers:
        """Product of each place where a change costs, `_SHARED` if it is not planned, (G,)."""
        last = self.problem.last_plan
        if last is None:
            return np.empty(0, dtype=np.int64)
        return index_of(self.problem.products, last.builds.product)

    @cached_property
    def _whole(self) -> Booleans:
        """Which columns must be whole, (n,)."""
        whole = np.zeros(self.lp.shape[1], dtype=bool)
        for name in WHOLE_FAMILIES:
            whole[self.lp.variables[name].slice] = True
        return whole

    def among(
        self,
        plan: Quantities,
        products: Integers,
        reach: float,
        gap: float | None = None,
        *,
        bettering: Bettering | None = None,
    ) -> Found | None:
        """The best plan with the products' builds and shipments whole, all others' as they are.

        Args:
            plan: The plan.
            products: The products to decide.
            reach: Units each quantity may move beyond the whole numbers around it.
            gap: Share of what the products cost at which the search may end; by default it looks
                for the best plan, but does not branch where it is close: on full work centres nodes
                by the hundred save a part of a unit's cost.
            bettering: What to look for where the products' part of the plan is whole already.

        Returns:
            None where there are none, or none better.

        Raises:
            PlanNotCertified: The solver stopped before it could tell.
        """
        values = self.lp.of_columns(plan)
        free = np.flatnonzero(np.isin(self._product, products) | (self._product == _SHARED))
        rows = np.flatnonzero(np.diff(sparse.csr_array(self._by_column[:, free]).indptr))
        whole = self._whole[free]
        programme = self._among(values, products, free, rows, reach)
        sizes = _sizes(programme, self._product[free] == _SHARED)
        if bettering is not None:
            sought = bettering.of(programme, sizes, values[free], whole)
            if sought is None:
                return None
            programme = sought
        closeness = self._closeness(gap, bettering)
        largest = float(np.abs(values[free]).max(initial=0.0))

        def solved(programme: LinearProgram) -> tuple[Floats, float] | None:
            scaled = scale(programme, sizes).programme
            return HighsModel(scaled).solve_in_whole_numbers(
                np.flatnonzero(whole), closeness, within=float(np.clip(NOISE * largest, *WITHIN))
            )

        found = solved(programme)
        below, above = self._noise(rows, values, len(programme.row_lower))
        if found is None and (below.any() or above.any()):
            row_lower, row_upper = programme.row_lower - below, programme.row_upper + above
            found = solved(replace(programme, row_lower=row_lower, row_upper=row_upper))
        if found is None:
            return None
        decided, bound = found
        result = values.copy()
        result[free] = np.where(whole, decided.round(), decided * sizes.columns)
        return Found(self.lp.quantities(result), bound * sizes.money)

    def _closeness(self, gap: float | None, bettering: Bettering | None) -> Closeness:
        """How close to the best a search comes."""
        if bettering is not None and bettering.is_quick:
            return Closeness(NEAR, at_root=1.0, tries_at_root=True)
        ends_at_root = gap is None and self.is_in_parts
        return Closeness(BEST if gap is None else gap, CLOSE if ends_at_root else None)

    def _among(
        self, values: Floats, products: Integers, free: Integers, rows: Integers, reach: float
    ) -> LinearProgram:
        """The programme of some columns, its rows first and cuts after them."""
        part = sparse.csr_array(self._by_column[:, free])[rows]
        held = values.copy()
        held[free] = 0.0
        others = self.lp.matrix[rows] @ held
        whole, lower, upper = self._whole[free], self.lp.lower[free], self.lp.upper[free]
        tighter, least = cuts(self.problem, self.lp, products)
        return LinearProgram(
            labels={},
            variables={},
            constraints={},
            matrix=sparse.csr_array(sparse.vstack([part, tighter[:, free]])),
            row_lower=np.append(self.lp.row_lower[rows] - others, least),
            row_upper=np.append(self.lp.row_upper[rows] - others, np.full(len(least), np.inf)),
            lower=np.where(whole, np.maximum(lower, cut(values[free]) - reach), lower),
            upper=np.where(whole, np.minimum(upper, raised(values[free]) + reach), upper),
            cost_terms=all_costs(self.lp.cost[free]),
        )

    def _noise(self, rows: Integers, values: Floats, size: int) -> tuple[Floats, Floats]:
        """By how much noise puts a plan below and above sides of rows, (size,).

        On a limit that the others break by a billionth nothing fits beside them. 0 stands for a
        side that is kept, or broken by more, and after the rows.

        Args:
            rows: The rows, (r,).
            values: Values of the plan, (n,).
            size: How many rows the programme has.
        """
        activity = self.lp.matrix[rows] @ values
        sides = self.lp.row_lower[rows] - activity, activity - self.lp.row_upper[rows]
        beyond = np.maximum(0.0, np.stack(sides))
        noise = np.where(beyond <= BROKEN_BY_NOISE * np.maximum(1.0, abs(activity)), beyond, 0.0)
        below, above = np.pad(noise, ((0, 0), (0, size - len(rows))))
        return below, above

    @cached_property
    def _by_column(self) -> sparse.csc_array:
        return sparse.csc_array(self.lp.matrix)


def _sizes(lp: LinearProgram, shared: Booleans) -> Sizes:
    """Sizes in which a unit of a product is 1, and so is what it takes of anything shared.

    Args:
        lp: The programme.
        shared: Which of its columns are not of one product, (n,).
    """
    magnitude = abs(lp.matrix)
    rows = _power_of_two(magnitude.max(axis=1).toarray().ravel())
    share = (sparse.diags_array(1.0 / rows) @ magnitude).max(axis=0).toarray().ravel()
    columns = np.where(shared, 1.0 / _power_of_two(share), 1.0)
    paid = np.abs(lp.cost * columns)
    money = np.exp2(np.rint(np.log2(paid[paid > 0]).mean())) if paid.any() else 1.0
    return Sizes(rows, columns, float(money))


def _power_of_two(values: Floats) -> Floats:
    """The nearest powers of two, 1 for nothing."""
    return np.exp2(np.rint(np.log2(np.where(values > 0, values, 1.0))))
