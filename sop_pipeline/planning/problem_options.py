"""What a problem may have beside the base: decided builds, ages, whole decisions, demand classes.

Belongs here: their data, with shapes and units. A problem without one has None in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sop_pipeline.planning.arrays import Booleans, Floats, Integers

FAIR_SHARE_SLICES = 10
"""Slices that what a class loses is cut into where shortage is spread evenly."""


@dataclass(frozen=True)
class EarlierBuilds:
    """Builds of an earlier plan: what it makes of a product at a work centre it stands at.

    Attributes:
        product: PRODUCT_ID of each place, a product at a work centre, (G,).
        work_center: WORK_CENTER_ID of each place, (G,).
        place: Place each routing stands at, (R,).
        periods: Periods of this plan that the earlier one has, ascending, (H,).
        units: xhat[p,w,t], units, (G, H).
    """

    product: Integers
    work_center: Integers
    place: Integers
    periods: Integers
    units: Floats

    def at_places(self, build: Floats) -> Floats:
        """Units built at each place in those periods, (G, H), of builds by routing, (R, T)."""
        units = np.zeros(self.units.shape)
        np.add.at(units, self.place, build[:, self.periods])
        return units


@dataclass(frozen=True)
class LastPlan:
    """The last plan where changing it costs something.

    Attributes:
        builds: Its builds in the periods in which a change costs.
        change_cost: Cost of one unit more or less, currency/unit.
    """

    builds: EarlierBuilds
    change_cost: float

    def changes(self, build: Floats) -> dict[str, Floats]:
        """Units more and less than in the last plan, (G, H) each, of builds by routing, (R, T)."""
        change = self.builds.at_places(build) - self.builds.units
        return {"more": np.maximum(0.0, change), "less": np.maximum(0.0, -change)}


@dataclass(frozen=True)
class BuildBounds:
    """What each routing builds at least and at most.

    Attributes:
        least: Units, (R, T).
        most: Units, infinite where there is no limit, (R, T).
    """

    least: Floats
    most: Floats

    @classmethod
    def of_first(cls, periods: int, least: Floats, most: Floats) -> BuildBounds:
        """Bounds of the first periods, (R, T) each; after those every build is free."""
        first: Booleans = np.arange(least.shape[1], dtype=np.int64) < periods
        return cls(np.where(first, least, 0.0), np.where(first, most, np.inf))


@dataclass(frozen=True)
class StockAges:
    """Products whose stock ages: how long it may stand in a warehouse, and what scrap costs.

    Attributes:
        product: Index of each such product, ascending, (G,).
        most: A[p], periods a unit may stand in one warehouse, (G,).
        scrap_cost: Currency per unit thrown away, (G,).
    """

    product: Integers
    most: Integers
    scrap_cost: Floats


@dataclass(frozen=True)
class DecisionsTaken:
    """Whole decisions as a plan takes them, each a whole number.

    Attributes:
        activation: z[w,k,t], 1 where the tier is used, (Z, T).
        setup: s[r,t], 1 where the routing is set up, (V, T).
        lots: n[r,t], lots of the routings made in lots, (L, T).
    """

    activation: Floats
    setup: Floats
    lots: Floats


@dataclass(frozen=True)
class WholeDecisions:
    """Decisions that are taken whole: tiers activated, routings set up, lots made.

    Attributes:
        activated: Tiers with a fixed cost or a minimum use, indices into tiers, ascending, (Z,).
        fixed_cost: F[w,k,t], currency per period used, (Z, T).
        minimum_use: umin[w,k,t], capacity units, 0 for none, (Z, T). The capacity of the tiers is
            finite; it is 0 in a period whose capacity is below the minimum use.
        set_up: Routings with a set-up cost, a set-up capacity, a minimum lot or a lot multiple,
            indices into the routings, ascending, (V,).
        setup_cost: S[r,t], currency per period set up, (V, T).
        minimum_lot: xmin[r], at least 1 and a multiple of the lot multiple, units, (V, T).
        lot_multiple: q[r], whole units, 1 for none, (V, T).
        setup_operation: Operations that take set-up capacity, indices into the operations of the
            routings, (N',).
        setup_capacity: st[r,w], capacity units per period set up, (N', T).
        taken: The decisions of a plan, where only the rest is to be planned; None where they are
            still to be taken. A problem whose decisions are taken is a linear programme.
    """

    activated: Integers
    fixed_cost: Floats
    minimum_use: Floats
    set_up: Integers
    setup_cost: Floats
    minimum_lot: Floats
    lot_multiple: Floats
    setup_operation: Integers
    setup_capacity: Floats
    taken: DecisionsTaken | None = None

    @property
    def at_least(self) -> Integers:
        """Which of the activated tiers have a minimum use, ascending, (U,)."""
        return np.flatnonzero((self.minimum_use > 0).any(axis=1))

    @property
    def in_lots(self) -> Integers:
        """Which of the routings set up are made in lots, ascending, (L,)."""
        return np.flatnonzero((self.lot_multiple > 1).any(axis=1))


@dataclass(frozen=True)
class DemandClasses:
    """Whose the demand is, and who goes short where there is not enough.

    A place is a product, a warehouse and a class that wants it there; places ascend by product,
    warehouse and class, the class without a name first. Stock knows no class.

    Attributes:
        names: DEMAND_CLASS of each place, empty where it has none, (N,).
        product: Index of its product, (N,).
        warehouse: Index of its warehouse, (N,).
        priority: PRIORITY, infinite where none is given, (N, T).
        demand: d[c,p,s,t], units, (N, T).
        unit_revenue: Revenue of a unit due in each period, currency/unit, (N, T).
        lost_sale_cost: lc[c,p,s,t], currency/unit, (N, T).
        backorder_cost: bc[c,p,s,t], currency/unit/period, (N, T).
        apart: Places whose shortage is planned by itself: those that share a product and warehouse,
            and all of them where a rule says who goes short; indices, ascending, (M,).
        by_priority: Whether a higher priority is served first, whatever it costs.
        fair_share_weight: How much dearer the last tenth of a class's demand is to lose than the
            first, as a share; None where shortage is not spread evenly.
        held: What the revenue of units lost or late may be at most, for each of the first
            priorities, currency, (K,).
        least: Number of the priority for which that revenue alone is to be made least; None for
            least cost.
        excess_cost: What a unit of money above `held` costs, currency, (K,); None where none may
            be above it.
    """

    names: tuple[str, ...]
    product: Integers
    warehouse: Integers
    priority: Floats
    demand: Floats
    unit_revenue: Floats
    lost_sale_cost: Floats
    backorder_cost: Floats
    apart: Integers
    by_priority: bool = False
    fair_share_weight: float | None = None
    held: Floats = field(default_factory=lambda: np.zeros(0))
    least: int | None = None
    excess_cost: Floats | None = None

    @property
    def slices(self) -> int:
        """Slices that what each place loses is cut into."""
        return 1 if self.fair_share_weight is None else FAIR_SHARE_SLICES

    @property
    def priorities(self) -> Floats:
        """The priorities there are, first one first, infinite for none given, ascending."""
        return np.unique(self.priority[self.apart][self.demand[self.apart] > 0])
