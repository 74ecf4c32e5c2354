"""The constraint families."""

from __future__ import annotations

from sop_pipeline.planning.families.family import (
    ACTIVATED,
    AGES,
    APART,
    IN_LOTS,
    PER_AGED_STOCK,
    PER_CLASS,
    PER_LOAD,
    PER_STOCK,
    SET_UP,
    SMOOTHED,
    STABLE,
    ConstraintFamily,
)

INVENTORY_BALANCE = ConstraintFamily(
    "inventory_balance",
    PER_STOCK,
    "units",
    "what comes in serves demand or stays",
    formula="I[p,s,t-1] + receipts + arrivals - departures - scrap + l + b[t] - b[t-1] = d + "
    "I[p,s,t]",
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
    PER_LOAD,
    "capacity units",
    "work takes capacity, tier by tier",
    formula="sum of a[r,w] x[r,t] + st[r,w] s[r,t] = sum of u[w,k,t], u <= cap",
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
    PER_STOCK,
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
    PER_STOCK,
    "units",
    "a cushion for the next period's demand",
    formula="I[p,s,t] + v[p,s,t] >= ss[p,s,t]",
    conflict="safety stock",
    price="one unit less of it",
)
STOCK_AGE = ConstraintFamily(
    "stock_age",
    PER_AGED_STOCK,
    "units",
    "what stands in stock has come in within the last A[p] periods, opening stock before t = 1",
    formula="I[p,s,t] <= sum over u = t-A+1..t of receipts + arrivals, + I0 where t < A",
    conflict="stock must leave before it is too old",
    price="one unit that may be older",
    used=AGES,
)
LOAD_CHANGE = ConstraintFamily(
    "load_change",
    PER_LOAD,
    "capacity units",
    "what smoothing pays for",
    formula="load[w,t] - load[w,t-1] = up[w,t] - down[w,t]",
    conflict="change of load",
    price="one unit more of load in the period before",
    used=SMOOTHED,
)
FROZEN_BUILD = ConstraintFamily(
    "frozen_build",
    ("held_at", "held_period"),
    "units",
    "builds that are decided already",
    formula="sum of x[r,t] over the routings of p standing at w = xhat[p,w,t]",
    conflict="builds that are decided",
    price="one unit more of them",
    used="builds are decided, as by `frozen_periods`",
)
PLAN_CHANGE = ConstraintFamily(
    "plan_change",
    ("changed_at", "changed_period"),
    "units",
    "what differs from the last plan",
    formula="sum of x[r,t] over the routings of p standing at w - xhat[p,w,t] = "
    "more[p,w,t] - less[p,w,t]",
    conflict="changes of the last plan",
    price="one unit more in the last plan",
    used=STABLE,
)
TIER_ACTIVATION = ConstraintFamily(
    "tier_activation",
    ("activated_tier", "period"),
    "capacity units",
    "only an activated tier has capacity",
    formula="u[w,k,t] <= cap[w,k,t] z[w,k,t]",
    conflict="a tier is used only where it is activated",
    price="one capacity unit more without activating the tier",
    used=ACTIVATED,
)
MINIMUM_USE = ConstraintFamily(
    "minimum_use",
    ("least_used_tier", "period"),
    "capacity units",
    "what an activated tier is used for at least",
    formula="u[w,k,t] >= umin[w,k,t] z[w,k,t]",
    conflict="minimum use of a tier",
    price="one capacity unit less of it",
    used="a tier has MIN_USE",
)
SETUP_LIMIT = ConstraintFamily(
    "setup",
    ("set_up_routing", "period"),
    "units",
    "only a routing set up makes anything",
    formula="x[r,t] <= M[r,t] s[r,t]",
    conflict="a routing makes something only where it is set up",
    price="one unit more without a set-up",
    used=SET_UP,
)
MINIMUM_LOT = ConstraintFamily(
    "minimum_lot",
    ("set_up_routing", "period"),
    "units",
    "what a routing set up makes at least",
    formula="x[r,t] >= max(1, xmin[r]) s[r,t]",
    conflict="minimum lot",
    price="one unit less of it",
    used=SET_UP,
)
LOT_SIZE = ConstraintFamily(
    "lot_size",
    ("lot_routing", "period"),
    "units",
    "only whole lots are made",
    formula="x[r,t] = q[r] n[r,t]",
    conflict="whole lots",
    price="one unit more beside the lots",
    used=IN_LOTS,
)
LOST_OF_CLASSES = ConstraintFamily(
    "lost_of_classes",
    ("class_site", "period"),
    "units",
    "what is lost is lost by some class",
    formula="l[p,s,t] = sum of lost[c,p,s,i,t] over its classes and slices",
    conflict="what is lost must be some class's",
    price="one unit lost that no class pays for",
    used=APART,
)
LATE_OF_CLASSES = ConstraintFamily(
    "late_of_classes",
    ("class_site", "period"),
    "units",
    "what is late is owed to some class",
    formula="b[p,s,t] = sum of late[c,p,s,t] over its classes",
    conflict="what is late must be owed to some class",
    price="one unit late that no class pays for",
    used=f"`shortage: backorder`, and {APART}",
)
CLASS_OWED = ConstraintFamily(
    "class_owed",
    PER_CLASS,
    "units",
    "only what is owed to a class can be lost or late for it",
    formula="sum over i of lost[c,p,s,i,t] + late[c,p,s,t] <= d[c,p,s,t] + late[c,p,s,t-1]",
    conflict="only a class's own demand can be lost",
    price="one more unit that may be lost for the class",
    used=f"`shortage: backorder`, and {APART}",
)
PRIORITY_KEPT = ConstraintFamily(
    "priority_kept",
    ("priority",),
    "currency",
    "nothing that comes later costs a higher priority anything",
    formula="sum of revenue x (lost[c,p,s,t] + late[c,p,s,t]) of k - over[k] <= its least value",
    conflict="the least shortage of a priority",
    price="one unit of money more that the priority may go short of",
    used="`allocation: priority`",
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
        STOCK_AGE,
        LOAD_CHANGE,
        FROZEN_BUILD,
        TIER_ACTIVATION,
        MINIMUM_USE,
        SETUP_LIMIT,
        MINIMUM_LOT,
        LOT_SIZE,
        PLAN_CHANGE,
        LOST_OF_CLASSES,
        LATE_OF_CLASSES,
        CLASS_OWED,
        PRIORITY_KEPT,
    )
}
