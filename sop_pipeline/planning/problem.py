"""One planning problem as arrays: the symbols of the planning model, for any index sets.

Belongs here: the data of the model, named by its symbols, with shapes and units.
Does not belong here: what a problem may have beside them (`problem_options`), where the figures
come from (`preparation/`), what is done with them (`model`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.problem_options import (
    BuildBounds,
    DemandClasses,
    EarlierBuilds,
    LastPlan,
    StockAges,
    WholeDecisions,
)

Shortage = Literal["lost_sales", "backorder", "forbid"]
Quantities = Mapping[str, Floats]
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
