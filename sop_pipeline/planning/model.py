"""The planning model: its variables, constraints and objective, stated once.

Reads from top to bottom like the mathematics in docs/model.md, one function per constraint
family. Every plan of every grain, whichever matrix solver, comes from these blocks. What is
decided whole and who goes short stand beside it (`model_of_decisions`, `model_of_classes`).
Does not belong here: what the families mean (`families`), the figures they hold (`limits`,
`costs`), where the data comes from (`preparation/`), how it is solved (`solvers/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sop_pipeline.planning.arrays import Integers
from sop_pipeline.planning.columns_and_rows import Rows, Variables
from sop_pipeline.planning.costs import rates
from sop_pipeline.planning.families import (
    FROZEN_BUILD,
    INVENTORY_BALANCE,
    LOAD_CHANGE,
    LOST_SALES_LIMIT,
    PLAN_CHANGE,
    PLANT_BALANCE,
    SAFETY_STOCK,
    STOCK_AGE,
    TERMINAL_STOCK,
    VARIABLES,
    WAREHOUSE_STORAGE,
    WORK_CENTER_CAPACITY,
)
from sop_pipeline.planning.index_sets import (
    arrival_period,
    axes,
    cost_terms_used,
    due,
    made_at_of,
    setup_operations,
    used_families,
)
from sop_pipeline.planning.limits import lower_bounds, sides, upper_bounds
from sop_pipeline.planning.linear_program import LinearProgram
from sop_pipeline.planning.model_of_classes import who_goes_short
from sop_pipeline.planning.model_of_decisions import whole_decisions
from sop_pipeline.planning.problem import Problem
from sop_pipeline.planning.programme_builder import LinearProgramBuilder
from sop_pipeline.planning.statement import ProblemStatement


@dataclass(frozen=True)
class PlanningModel:
    """A problem, and its linear programme for whoever needs the matrix.

    Attributes:
        problem: The problem.
    """

    problem: Problem

    @cached_property
    def programme(self) -> LinearProgram:
        """The problem as a linear programme, built when first asked for."""
        return planning_model(self.problem)

    @cached_property
    def asked(self) -> ProblemStatement:
        """What the problem asks of a plan, without the matrix."""
        return ProblemStatement(self.problem)


def planning_model(problem: Problem) -> LinearProgram:
    """State the planning model of a problem as a linear programme."""
    lp = LinearProgramBuilder(axes(problem))
    variables = declare_variables(lp, problem)
    rows = declare_constraints(lp, problem)
    inventory_balance(lp, problem, variables, rows)
    plant_balance(lp, problem, variables, rows)
    work_center_capacity(lp, problem, variables, rows)
    warehouse_storage(lp, problem, variables, rows)
    lost_sales(lp, variables, rows)
    terminal_stock(lp, problem, variables, rows)
    safety_stock(lp, variables, rows)
    stock_age(lp, problem, variables, rows)
    load_change(lp, problem, variables, rows)
    frozen_build(lp, problem, variables, rows)
    if problem.decisions is not None:
        whole_decisions(lp, problem, problem.decisions, variables, rows)
    plan_change(lp, problem, variables, rows)
    who_goes_short(lp, problem, variables, rows)
    objective(lp, problem, variables)
    return lp.build()


def declare_variables(lp: LinearProgramBuilder, problem: Problem) -> Variables:
    """Every variable between its bounds; a family the policy removes has no members."""
    lower, upper, used = lower_bounds(problem), upper_bounds(problem), used_families(problem)
    is_open = problem.decisions is not None and problem.decisions.taken is None
    return Variables(
        **{
            name: lp.variables(
                family,
                lower=lower[family],
                upper=upper[family],
                used=family in used,
                whole=family.is_decided and is_open,
            )
            for name, family in VARIABLES.items()
        }
    )


def declare_constraints(lp: LinearProgramBuilder, problem: Problem) -> Rows:
    """The rows of every constraint family, with what they ask for."""
    used = used_families(problem)
    return {
        family: lp.constraints(family, lower=lower, upper=upper, used=family in used)
        for family, (lower, upper) in sides(problem).items()
    }


def inventory_balance(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """I[p,s,t-1] + receipts + arrivals - departures - scrap + l + b[t] - b[t-1] = d + I[p,s,t]."""
    rows = r[INVENTORY_BALANCE]
    lp.terms(rows, v.stock, -1)
    lp.terms(rows[..., 1:], v.stock[..., :-1], 1)
    _arrivals(lp, problem, v, rows)
    _departures(lp, problem, v, rows)
    lp.terms(rows, v.lost_sales, 1)
    lp.terms(rows, v.backorder, 1)
    lp.terms(rows[..., 1:], v.backorder[..., :-1], -1)
    if problem.ages is not None:
        lp.terms(rows[problem.ages.product], v.scrap, -1)


def plant_balance(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Sum of x[r,t] over the plant's routings of p = sum of y leaving the plant with p in t."""
    rows = r[PLANT_BALANCE]
    routings, lanes = problem.routings, problem.lanes
    lp.terms(rows[made_at_of(problem, routings.product, routings.plant)], v.build, 1)
    plant = lanes.from_plant[lanes.flow_lane]
    leaving = np.flatnonzero(plant >= 0)
    sent = made_at_of(problem, lanes.flow_product[leaving], plant[leaving])
    lp.terms(rows[sent], v.shipment[leaving], -1)


def work_center_capacity(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Sum of a[r,w] x[r,t] + st[r,w] s[r,t] = sum of u[w,k,t]; u[w,k,t] <= cap[w,k,t]."""
    rows, routings = r[WORK_CENTER_CAPACITY], problem.routings
    lp.terms(
        rows[routings.operation_work_center],
        v.build[routings.operation_routing],
        routings.operation_capacity,
    )
    lp.terms(rows[problem.tiers.work_center], v.tier_use, -1)
    decisions = problem.decisions
    if decisions is not None:
        center, operated = setup_operations(problem, decisions)
        lp.terms(rows[center], v.setup[operated], decisions.setup_capacity)


def warehouse_storage(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """base[s] + sum of g[p] I[p,s,t] <= theta K + sum of o[s,j,t]; o[s,j,t] <= ocap[s,j,t]."""
    rows = r[WAREHOUSE_STORAGE]
    lp.terms(rows, v.stock, problem.pallets_per_unit[:, None, None])
    lp.terms(rows[problem.overflow.warehouse], v.overflow, -1)


def lost_sales(lp: LinearProgramBuilder, v: Variables, r: Rows) -> None:
    """l[p,s,t] + b[p,s,t] <= d[p,s,t] + b[p,s,t-1]: only what is owed can be lost or late.

    Neither losing a sale nor promising it for later creates stock. Without backorders it is a
    bound of the variable.
    """
    rows = r[LOST_SALES_LIMIT]
    lp.terms(rows, v.lost_sales, 1)
    lp.terms(rows, v.backorder, 1)
    lp.terms(rows[..., 1:], v.backorder[..., :-1], -1)


def terminal_stock(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Sum of I[p,s,T] over the warehouses >= TERMINAL_INVENTORY[p], where one is given."""
    lp.terms(r[TERMINAL_STOCK][:, None], v.stock[due(problem), :, -1], 1)


def safety_stock(lp: LinearProgramBuilder, v: Variables, r: Rows) -> None:
    """I[p,s,t] + v[p,s,t] >= ss[p,s,t]."""
    lp.terms(r[SAFETY_STOCK], v.stock, 1)
    lp.terms(r[SAFETY_STOCK], v.safety_stock_shortfall, 1)


def stock_age(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """I[p,s,t] <= sum over u = t-A+1..t of (receipts + arrivals)[p,s,u], + I0 where t < A.

    By the balances this is what first in, first out asks: what stands there at the end of t - A
    has left, served, sent on or thrown away, by the end of t.
    """
    ages = problem.ages
    if ages is None:
        return
    rows, periods = r[STOCK_AGE], len(problem.periods)
    lp.terms(rows, v.stock[ages.product], 1)
    lanes, number = problem.lanes, np.full(len(problem.products), -1)
    number[ages.product] = np.arange(len(ages.product))
    place, warehouse = number[lanes.flow_product], lanes.to_warehouse[lanes.flow_lane]
    most = np.where(place < 0, 0, ages.most[place])
    for age in range(min(periods, int(most.max(initial=0)))):
        stands = arrival_period(problem) + age
        flow, leaving = np.nonzero((stands < periods) & (age < most[:, None]))
        stock = rows[place[flow], warehouse[flow], stands[flow, leaving]]
        lp.terms(stock, v.shipment[flow, leaving], -1)


def load_change(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """load[w,t] - load[w,t-1] = up[w,t] - down[w,t], where the load is the sum of u[w,k,t].

    The first period compares with the initial load; where none is given it compares with 0, and
    `limits.free_start` makes that change free.
    """
    rows = r[LOAD_CHANGE]
    if not rows.size:
        return
    tier_rows = rows[problem.tiers.work_center]
    lp.terms(tier_rows, v.tier_use, 1)
    lp.terms(tier_rows[:, 1:], v.tier_use[:, :-1], -1)
    lp.terms(rows, v.increase, -1)
    lp.terms(rows, v.decrease, 1)


def frozen_build(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Sum of x[r,t] over the routings of p standing at w = xhat[p,w,t], in periods held."""
    held = problem.held
    if held is not None:
        lp.terms(r[FROZEN_BUILD][held.place], v.build[:, held.periods], 1)


def plan_change(lp: LinearProgramBuilder, problem: Problem, v: Variables, r: Rows) -> None:
    """Sum of x[r,t] over the routings of p standing at w - xhat[p,w,t] = more - less."""
    if problem.last_plan is None:
        return
    rows, last = r[PLAN_CHANGE], problem.last_plan.builds
    lp.terms(rows[last.place], v.build[:, last.periods], 1)
    lp.terms(rows, v.more, -1)
    lp.terms(rows, v.less, 1)


def objective(lp: LinearProgramBuilder, problem: Problem, v: Variables) -> None:
    """The sum of the cost terms, minimised."""
    lp.declare_cost_terms(cost_terms_used(problem))
    for rate in rates(problem):
        lp.costs(rate.term, getattr(v, rate.family), rate.per_unit)


def _arrivals(lp: LinearProgramBuilder, problem: Problem, v: Variables, rows: Integers) -> None:
    arrival = arrival_period(problem)
    flow, leaving = np.nonzero(arrival < len(problem.periods))
    warehouse = problem.lanes.to_warehouse[problem.lanes.flow_lane[flow]]
    product = problem.lanes.flow_product[flow]
    lp.terms(rows[product, warehouse, arrival[flow, leaving]], v.shipment[flow, leaving], 1)


def _departures(lp: LinearProgramBuilder, problem: Problem, v: Variables, rows: Integers) -> None:
    warehouse = problem.lanes.from_warehouse[problem.lanes.flow_lane]
    flow = np.flatnonzero(warehouse >= 0)
    lp.terms(rows[problem.lanes.flow_product[flow], warehouse[flow]], v.shipment[flow], -1)
