"""Every index set, variable family, constraint family and cost term of the model, described once.

Messages, reports, tables of the documentation and the programme itself take from here what a
family is called, indexed by and measured in, and what it means to a planner.
Does not belong here: the mathematics (`model`), figures, and how a page shows them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IndexSet:
    """An index set of the model.

    Attributes:
        name: Name of the axis.
        index: Its index in formulas.
        spoken: What a person calls a member.
    """

    name: str
    index: str
    spoken: str


@dataclass(frozen=True)
class Cost:
    """A term of the objective.

    Attributes:
        name: Name of the term.
        title: What a report calls it.
        is_spent: Whether it is money that the plan spends; the others only steer the plan.
    """

    name: str
    title: str
    is_spent: bool = True

    @property
    def column(self) -> str:
        """Column of BUILD_PLAN_SUMMARY that holds it."""
        return f"{self.name.upper()}_COST"


@dataclass(frozen=True)
class Family:
    """What variable and constraint families have in common.

    Attributes:
        name: Name in the programme.
        axes: Names of its index sets; the family has one member per combination.
        unit: What a member is measured in.
        meaning: What it means to a planner.
    """

    name: str
    axes: tuple[str, ...]
    unit: str
    meaning: str

    @property
    def indices(self) -> str:
        """Its indices in formulas, such as `[p,s,t]`."""
        return f"[{','.join(INDEX_SETS[axis].index for axis in self.axes)}]"


@dataclass(frozen=True)
class VariableFamily(Family):
    """A family of variables, each at least 0.

    Attributes:
        letter: Its letter in formulas.
        cost_terms: Terms of the objective it pays.
        limit: What an upper bound means; empty where it has none.
        used: When a problem uses it; empty for always.
        is_whole: Whether published plans hold it in whole units.
    """

    letter: str
    cost_terms: tuple[str, ...] = ()
    limit: str = ""
    used: str = ""
    is_whole: bool = False

    @property
    def symbol(self) -> str:
        """A member in formulas, such as `I[p,s,t]`."""
        return f"{self.letter}{self.indices}"


@dataclass(frozen=True)
class ConstraintFamily(Family):
    """A family of constraints.

    Attributes:
        formula: The inequality.
        conflict: What it demands, in words, where it stands in a conflict.
        price: What its dual value is the worth of.
        used: When a problem uses it; empty for always.
    """

    formula: str
    conflict: str
    price: str
    used: str = ""


INDEX_SETS = {
    index_set.name: index_set
    for index_set in (
        IndexSet("product", "p", "product"),
        IndexSet("work_center", "w", "work centre"),
        IndexSet("warehouse", "s", "warehouse"),
        IndexSet("period", "t", "period"),
        IndexSet("routing", "r", "routing"),
        IndexSet("tier", "w,k", "tier"),
        IndexSet("flow", "a,p", "lane and product"),
        IndexSet("overflow_tier", "s,j", "warehouse and tier"),
        IndexSet("made_at", "p,plant", "product and plant"),
        IndexSet("due", "p", "product"),
        IndexSet("held_at", "p,w", "product and work centre"),
        IndexSet("held_period", "t", "period"),
    )
}

COSTS = (
    Cost("production", "Production"),
    Cost("tier_premium", "Tier premiums"),
    Cost("transport", "Transport"),
    Cost("handling", "Handling"),
    Cost("holding", "Holding"),
    Cost("overflow", "Overflow penalty"),
    Cost("lost_sales", "Lost sales", is_spent=False),
    Cost("backorder", "Late delivery", is_spent=False),
    Cost("safety_stock", "Safety stock missing", is_spent=False),
    Cost("load_change", "Load changes", is_spent=False),
)
COST_TERMS = tuple(cost.name for cost in COSTS)
"""The terms of the objective, in order; they add up to it."""

_STOCK = ("product", "warehouse", "period")
_LOAD = ("work_center", "period")
_SMOOTHED = "changing the load costs something"

BUILD = VariableFamily(
    "build",
    ("routing", "period"),
    "units",
    "units built in t",
    letter="x",
    cost_terms=("production",),
    limit="dates of the routing",
    is_whole=True,
)
TIER_USE = VariableFamily(
    "tier_use",
    ("tier", "period"),
    "capacity units",
    "capacity used in a tier",
    letter="u",
    cost_terms=("tier_premium",),
    limit="capacity limit",
)
SHIPMENT = VariableFamily(
    "shipment",
    ("flow", "period"),
    "units",
    "units leaving in t",
    letter="y",
    cost_terms=("transport", "handling"),
    limit="arrival within the horizon",
    is_whole=True,
)
STOCK = VariableFamily(
    "stock",
    _STOCK,
    "units",
    "units in stock at the end of t",
    letter="I",
    cost_terms=("holding",),
)
BACKORDER = VariableFamily(
    "backorder",
    _STOCK,
    "units",
    "units owed at the end of t",
    letter="b",
    cost_terms=("backorder",),
    limit="nothing stays late",
    used="`shortage: backorder`",
)
LOST_SALES = VariableFamily(
    "lost_sales",
    _STOCK,
    "units",
    "units of demand lost in t",
    letter="l",
    cost_terms=("lost_sales",),
    limit="only demand can be lost",
    used="not `shortage: forbid`",
)
SAFETY_STOCK_SHORTFALL = VariableFamily(
    "safety_stock_shortfall",
    _STOCK,
    "units",
    "units of safety stock missing at the end of t",
    letter="v",
    cost_terms=("safety_stock",),
    used="not `safety_stock: hard`",
)
OVERFLOW = VariableFamily(
    "overflow",
    ("overflow_tier", "period"),
    "pallets",
    "pallets above the threshold",
    letter="o",
    cost_terms=("overflow",),
    limit="overflow limit",
    used="not `overflow: forbid`",
)
INCREASE = VariableFamily(
    "increase",
    _LOAD,
    "capacity units",
    "by how much a work centre's load rises",
    letter="up",
    cost_terms=("load_change",),
    used=_SMOOTHED,
)
DECREASE = VariableFamily(
    "decrease",
    _LOAD,
    "capacity units",
    "by how much a work centre's load falls",
    letter="down",
    cost_terms=("load_change",),
    limit="a load that starts free does not fall",
    used=_SMOOTHED,
)
VARIABLES = {
    family.name: family
    for family in (
        BUILD,
        TIER_USE,
        SHIPMENT,
        STOCK,
        BACKORDER,
        LOST_SALES,
        SAFETY_STOCK_SHORTFALL,
        OVERFLOW,
        INCREASE,
        DECREASE,
    )
}

INVENTORY_BALANCE = ConstraintFamily(
    "inventory_balance",
    _STOCK,
    "units",
    "what comes in serves demand or stays",
    formula="I[p,s,t-1] + receipts + arrivals - departures + l + b[t] - b[t-1] = d + I[p,s,t]",
    conflict="demand must be met from stock and arrivals",
    price="one unit less of demand: the cost of delivering the product there and then",
)
PLANT_BALANCE = ConstraintFamily(
    "plant_balance",
    ("made_at", "period"),
    "units",
    "plants keep no stock",
    formula="sum of x over the plant's routings of p = sum of y leaving it",
    conflict="what a plant makes must leave it",
    price="one unit of the product standing at the plant",
)
WORK_CENTER_CAPACITY = ConstraintFamily(
    "work_center_capacity",
    _LOAD,
    "capacity units",
    "work takes capacity, tier by tier",
    formula="sum of a[r,w] x[r,t] = sum of u[w,k,t], u <= cap",
    conflict="capacity of the work centre",
    price="one capacity unit of work: the marginal tier's premium and scarcity",
)
WAREHOUSE_STORAGE = ConstraintFamily(
    "warehouse_storage",
    ("warehouse", "period"),
    "pallets",
    "pallets fit, or overflow at a price",
    formula="base + sum of g[p] I[p,s,t] <= theta K + sum of o[s,j,t], o <= ocap",
    conflict="pallets the warehouse may hold",
    price="one pallet position",
)
LOST_SALES_LIMIT = ConstraintFamily(
    "lost_sales",
    _STOCK,
    "units",
    "only what is owed can be lost or late; without backorders a bound of l",
    formula="l[p,s,t] + b[p,s,t] <= d[p,s,t] + b[p,s,t-1]",
    conflict="only demand can be lost",
    price="one more unit that may be lost",
    used="`shortage: backorder`",
)
TERMINAL_STOCK = ConstraintFamily(
    "terminal_stock",
    ("due",),
    "units",
    "stock the next horizon starts with, hard",
    formula="sum over s of I[p,s,T] >= TERMINAL_INVENTORY[p]",
    conflict="stock wanted at the end of the horizon",
    price="one unit less of it",
    used="TERMINAL_INVENTORY is given",
)
SAFETY_STOCK = ConstraintFamily(
    "safety_stock",
    _STOCK,
    "units",
    "a cushion for the next period's demand",
    formula="I[p,s,t] + v[p,s,t] >= ss[p,s,t]",
    conflict="safety stock",
    price="one unit less of it",
)
LOAD_CHANGE = ConstraintFamily(
    "load_change",
    _LOAD,
    "capacity units",
    "what smoothing pays for",
    formula="load[w,t] - load[w,t-1] = up[w,t] - down[w,t]",
    conflict="change of load",
    price="one unit more of load in the period before",
    used=_SMOOTHED,
)
FROZEN_BUILD = ConstraintFamily(
    "frozen_build",
    ("held_at", "held_period"),
    "units",
    "builds that are decided already",
    formula="sum of x[r,t] over the routings of p standing at w = xhat[p,w,t]",
    conflict="builds that are decided",
    price="one unit more of them",
    used="builds are held",
)
CONSTRAINTS = {
    family.name: family
    for family in (
        INVENTORY_BALANCE,
        PLANT_BALANCE,
        WORK_CENTER_CAPACITY,
        WAREHOUSE_STORAGE,
        LOST_SALES_LIMIT,
        TERMINAL_STOCK,
        SAFETY_STOCK,
        LOAD_CHANGE,
        FROZEN_BUILD,
    )
}


def axis_name(axis: str) -> str:
    """An index set as a person says it."""
    return INDEX_SETS[axis].spoken
