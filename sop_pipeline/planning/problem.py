"""One planning problem as arrays: the symbols of the planning model, for any index sets.

Belongs here: the data of the model, named by its symbols, with shapes and units.
Does not belong here: where the figures come from (`preparation/`) and what is done with them
(`model`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
FAIR_SHARE_SLICES = 10
"""Slices that what a class loses is cut into where shortage is spread evenly."""
Shortage = Literal["lost_sales", "backorder", "forbid"]
Quantities = Mapping[str, NDArray[np.float64]]
"""A plan: units, pallets or capacity units of every variable family, by its name, in its shape."""
PeriodKind = Literal["month", "week", "fiscal"]
"""Calendar months, weeks from Monday, or the rows of FISCAL_CALENDAR."""


@dataclass(frozen=True)
class Periods:
    """The planning horizon: T periods, chronological.

    Attributes:
        starts: First day of each period.
        labels: Short name of each period, for messages and variable names.
        fiscal_months: Fiscal month label of each period; empty text where there is none.
        fiscal_quarters: Fiscal quarter label of each period.
        kind: What the periods are.
    """

    starts: tuple[dt.date, ...]
    labels: tuple[str, ...]
    fiscal_months: tuple[str, ...]
    fiscal_quarters: tuple[str, ...]
    kind: PeriodKind = "month"

    def __len__(self) -> int:
        """Number of periods, T."""
        return len(self.starts)


@dataclass(frozen=True)
class Routings:
    """Ways to make a product, r in R(p), and the capacity each takes.

    Attributes:
        codes: Code of each routing, shape (R,).
        product: Index of the product it makes, (R,).
        plant: Index of the plant it is at, (R,).
        work_center: Index of the work centre of its tightest operation, (R,).
        unit_cost: c[r,t], production cost in currency/unit, (R, T).
        available: Whether the routing may be used in the period, (R, T).
        operation_routing: Routing of each operation, (N,).
        operation_work_center: Work centre of each operation, (N,).
        operation_capacity: a[r,w,t], capacity units per unit, (N, T).
    """

    codes: tuple[str, ...]
    product: Integers
    plant: Integers
    work_center: Integers
    unit_cost: Floats
    available: Booleans
    operation_routing: Integers
    operation_work_center: Integers
    operation_capacity: Floats


@dataclass(frozen=True)
class CapacityTiers:
    """Capacity tiers k in K(w), cheapest first within their work centre.

    Attributes:
        codes: Code of each tier, (K,).
        work_center: Index of its work centre, (K,).
        capacity: cap[w,k,t], capacity units per period, infinite where unlimited, (K, T).
        premium: e[w,k,t], currency per capacity unit, (K, T).
    """

    codes: tuple[str, ...]
    work_center: Integers
    capacity: Floats
    premium: Floats


@dataclass(frozen=True)
class OverflowTiers:
    """Overflow tiers j of the warehouses, cheapest first; none where overflow is forbidden.

    Attributes:
        warehouse: Index of the warehouse, (J,).
        capacity: ocap[s,j,t], pallets, infinite where unlimited, (J, T).
        penalty: pi[s,j,t], currency per pallet and period, (J, T).
    """

    warehouse: Integers
    capacity: Floats
    penalty: Floats


@dataclass(frozen=True)
class Lanes:
    """Transport lanes a, from a plant or a warehouse to a warehouse, and what may travel on them.

    Attributes:
        from_site: SITE_ID each lane leaves, (A,).
        to_site: SITE_ID each lane reaches, (A,).
        from_plant: Index of the plant it leaves, -1 where it leaves a warehouse, (A,).
        from_warehouse: Index of the warehouse it leaves, -1 where it leaves a plant, (A,).
        to_warehouse: Index of the warehouse it reaches, (A,).
        unit_cost: m[a], currency/unit, (A,).
        lead_time: tau[a], periods, (A,).
        flow_lane: Lane of each flow, a (lane, product) pair that may carry goods, (Y,).
        flow_product: Product of each flow, (Y,).
    """

    from_site: Integers
    to_site: Integers
    from_plant: Integers
    from_warehouse: Integers
    to_warehouse: Integers
    unit_cost: Floats
    lead_time: Integers
    flow_lane: Integers
    flow_product: Integers


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


@dataclass(frozen=True)
class Problem:
    """Everything the model needs, in the units of the planning model.

    P products, W work centres, S warehouses, F plants, T periods. Identifiers ascend.

    Attributes:
        periods: The planning horizon.
        products: PRODUCT_ID of each product, (P,).
        work_centers: WORK_CENTER_ID of each work centre on a routing, (W,).
        plants: SITE_ID of each plant, (F,).
        warehouses: SITE_ID of each warehouse, (S,).
        routings: Ways to make the products.
        tiers: Capacity tiers of the work centres.
        lanes: Transport lanes.
        overflow: Overflow tiers of the warehouses.
        demand: d[p,s,t], units, (P, S, T).
        opening_stock: I0[p,s], units, (P, S).
        receipts: Scheduled receipts, units, (P, S, T).
        pallets_per_unit: g[p], pallets per unit, (P,).
        base_load: base[s], pallets of stock that is not planned, (S,).
        pallet_positions: K[s], pallet positions, (S,).
        threshold: theta K, pallets above which a warehouse overflows, (S, T).
        overflow_rate: Contract's penalty, of several tiers the dearest, also where overflow is
            forbidden, currency per pallet and period, (S, T).
        holding_cost: h[p,s,t], currency/unit/period, (P, S, T).
        handling_cost: n[p,s,t], currency per unit arriving, (P, S, T).
        safety_stock: ss[p,s,t], units, (P, S, T).
        safety_stock_shortfall_cost: vc[p,s,t], currency per unit missing, (P, S, T).
        unit_revenue: Revenue of a unit due in each period, currency/unit, (P, S, T).
        lost_sale_cost: lc[p,s,t], currency/unit, (P, S, T).
        backorder_cost: bc[p,s,t], currency/unit/period, (P, S, T).
        terminal_stock: TERMINAL_INVENTORY[p], units, 0 where none is given, (P,).
        load_increase_cost: gamma_up, currency per capacity unit.
        load_decrease_cost: gamma_down, currency per capacity unit.
        initial_load: Load of each work centre before the first period, nan where free, (W,).
        shortage: What may happen to demand that is not met in its period.
        safety_stock_is_hard: Whether missing safety stock is forbidden.
        held: Builds that are decided; None where none is.
        last_plan: The last plan where changing it costs something; None where nothing does.
        classes: Whose the demand is; None where forecasts name no class and no rule says who goes
            short.
        decisions: Decisions that are taken whole; None where there are none.
        ages: Products whose stock ages; None where it keeps for ever.
        build_bounds: Between what the builds are; None where each is free.
    """

    periods: Periods
    products: Integers
    work_centers: Integers
    plants: Integers
    warehouses: Integers
    routings: Routings
    tiers: CapacityTiers
    lanes: Lanes
    overflow: OverflowTiers
    demand: Floats
    opening_stock: Floats
    receipts: Floats
    pallets_per_unit: Floats
    base_load: Floats
    pallet_positions: Floats
    threshold: Floats
    overflow_rate: Floats
    holding_cost: Floats
    handling_cost: Floats
    safety_stock: Floats
    safety_stock_shortfall_cost: Floats
    unit_revenue: Floats
    lost_sale_cost: Floats
    backorder_cost: Floats
    terminal_stock: Floats
    load_increase_cost: float
    load_decrease_cost: float
    initial_load: Floats
    shortage: Shortage
    safety_stock_is_hard: bool
    held: EarlierBuilds | None = None
    last_plan: LastPlan | None = None
    classes: DemandClasses | None = None
    decisions: WholeDecisions | None = None
    ages: StockAges | None = None
    build_bounds: BuildBounds | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(P, S, T): shape of everything that is per product, warehouse and period."""
        return len(self.products), len(self.warehouses), len(self.periods)
