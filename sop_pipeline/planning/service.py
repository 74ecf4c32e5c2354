"""How each class of demand is served: units, and what they earn.

Quantities are whole quanta that add up to those of the plan's stock, place by place, to the last.
Does not belong here: which class goes short (`classes`), which demand a unit serves (`sales`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Floats, Integers
from sop_pipeline.planning.days import days
from sop_pipeline.planning.money import apportion, currency
from sop_pipeline.planning.problem_options import DemandClasses
from sop_pipeline.planning.quantities import PlannedQuantities
from sop_pipeline.planning.sales import QUANTA, DueUnits, Sold, StockFlows, quanta

COLUMNS = ("DEMAND", "SERVED", "BACKORDER", "LOST_SALES", "REVENUE", "REVENUE_AT_RISK")


def flows_by_class(plan: PlannedQuantities, flows: StockFlows) -> StockFlows:
    """What each place wants, gets, is owed and loses: the plan's flows, (N, 1, T) each.

    Args:
        plan: A plan of a problem with classes.
        flows: Its stock flows, which those of the classes add up to.
    """
    classes = _classes(plan)
    place = (classes.product, classes.warehouse)
    late, lost = (plan.family(name)[place] for name in ("backorder", "lost_sales"))
    late[classes.apart], lost[classes.apart] = plan.family("late_by_class"), plan.lost_by_class
    demand = _adding_up(quanta(classes.demand), flows.demand, place)
    owed, gone = (
        _adding_up(quanta(units), totals, place)
        for units, totals in ((late, flows.late), (lost, flows.lost))
    )
    owed_before = np.pad(owed, ((0, 0), (1, 0)))[:, :-1]
    served = np.maximum(0, demand + owed_before - owed - gone)
    by_class = {
        "demand": demand,
        "served": _adding_up(served, flows.served, place),
        "late": owed,
        "lost": gone,
    }
    return replace(flows, **{name: values[:, None, :] for name, values in by_class.items()})


def sold_by_class(plan: PlannedQuantities, flows: StockFlows) -> Sold:
    """Units served and lost by the classes that want them, each at its own revenue."""
    classes = _classes(plan)
    revenue = classes.unit_revenue[:, None, :]
    return Sold.of(flows_by_class(plan, flows), revenue, classes.product)


def service_table(plan: PlannedQuantities, scenario_id: int, flows: StockFlows) -> pd.DataFrame:
    """BUILD_PLAN_SERVICE: one row per class, product, warehouse and period.

    Without rows where forecasts name no class and no rule says who goes short.
    """
    if plan.problem.classes is None:
        return _no_rows()
    classes, problem = plan.problem.classes, plan.problem
    of_class = flows_by_class(plan, flows)
    sold = Sold.of(of_class, classes.unit_revenue[:, None, :], classes.product)
    periods = len(problem.periods)
    units = (of_class.demand, of_class.served, of_class.late, of_class.lost)
    money = (_earned(sold, sold.served), _earned(sold, sold.lost))
    columns = [*(part.ravel() / QUANTA for part in units), *(part.ravel() for part in money)]
    names = np.array([name or None for name in classes.names], dtype=object)
    priority = np.where(np.isinf(classes.priority), np.nan, classes.priority)
    return pd.DataFrame(
        {
            "SCENARIO_ID": scenario_id,
            "DEMAND_CLASS": pd.array(np.repeat(names, periods), "string"),
            "PRIORITY": priority.ravel(),
            "PRODUCT_ID": np.repeat(problem.products[classes.product], periods),
            "SITE_ID": np.repeat(problem.warehouses[classes.warehouse], periods),
            "PERIOD_START": np.tile(days(problem.periods.starts), len(names)),
            **dict(zip(COLUMNS, columns, strict=True)),
        }
    )


def _no_rows() -> pd.DataFrame:
    key = np.zeros(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "SCENARIO_ID": key,
            "DEMAND_CLASS": pd.array([], "string"),
            "PRIORITY": np.zeros(0),
            "PRODUCT_ID": key,
            "SITE_ID": key,
            "PERIOD_START": days([]),
            **dict.fromkeys(COLUMNS, np.zeros(0)),
        }
    )


def _classes(plan: PlannedQuantities) -> DemandClasses:
    if plan.problem.classes is None:
        msg = "The plan's problem tells no classes apart"
        raise ValueError(msg)
    return plan.problem.classes


def _adding_up(parts: Integers, totals: Integers, place: tuple[Integers, Integers]) -> Integers:
    """Parts, (N, T), that add up to the totals of their places, (P, S, T).

    Figures are rounded one by one: what is over or missing is the largest part's.
    """
    sums = np.zeros_like(totals)
    np.add.at(sums, place, parts)
    missing = (totals - sums)[place]
    largest = np.zeros_like(totals)
    np.maximum.at(largest, place, parts)
    is_largest = parts == largest[place]
    before_it = np.zeros_like(totals)
    first = np.zeros_like(is_largest)
    for n, (p, s) in enumerate(zip(*(part.tolist() for part in place), strict=True)):
        first[n] = is_largest[n] & (before_it[p, s] == 0)
        before_it[p, s] += is_largest[n]
    return parts + np.where(first, missing, 0)


def _earned(sold: Sold, units: DueUnits) -> Floats:
    """What places earn or lose in each period, to the cent, (N, T)."""
    earned = sold.earned(units)
    total = np.zeros((len(sold.product), sold.unit_revenue.shape[2]))
    np.add.at(total, (units.product, units.period), earned)
    return currency(apportion(total, sold.revenue(units)))
