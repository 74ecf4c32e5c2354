"""How each class of demand is served by a plan, from its published tables.

Does not belong here: words and layout (`report`), which rule it follows (`planning/allocation`).
"""

from __future__ import annotations

import pandas as pd

NO_CLASS = "no class"
"""What demand without a class is called."""
_UNITS = ["DEMAND", "SERVED", "BACKORDER", "LOST_SALES", "REVENUE", "REVENUE_AT_RISK"]


def service_by_class(service: pd.DataFrame) -> pd.DataFrame:
    """One row per class, in the order of their priorities; none where a plan tells no classes.

    Args:
        service: Rows of BUILD_PLAN_SERVICE.

    Returns:
        DEMAND_CLASS, PRIORITY (the first it has, empty for none), and over the horizon DEMAND,
        SERVED, LOST_SALES in units, REVENUE and REVENUE_AT_RISK in currency; BACKORDER is the most
        that is late at the end of a period.
    """
    named = service.assign(DEMAND_CLASS=service["DEMAND_CLASS"].fillna(NO_CLASS).astype(str))
    by_period = named.groupby(["DEMAND_CLASS", "PERIOD_START"], as_index=False)[_UNITS].sum()
    ways = {name: (name, "max" if name == "BACKORDER" else "sum") for name in _UNITS}
    classes = by_period.groupby("DEMAND_CLASS", as_index=False).agg(**ways)
    first = named.groupby("DEMAND_CLASS", as_index=False)["PRIORITY"].min()
    joined = first.merge(classes, "left", "DEMAND_CLASS")
    return joined.sort_values(["PRIORITY", "DEMAND_CLASS"], kind="stable", ignore_index=True)
