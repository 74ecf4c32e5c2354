"""A hedge as the planner is given it, made of checked inputs.

Belongs here: each member's inputs with its probability, and mean demand.
Does not belong here: whether one build can be planned for the members (`validation/hedges`), the
plan (`planning/futures`).
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sop_pipeline.planning.futures.inputs import HedgeInputs, Member
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.validation.scenario_definitions import Scenario, members_of
from sop_pipeline.validation.scenario_inputs import MEMBERS, ScenarioInputs


def hedge_of(inputs: ScenarioInputs, shared: PlanningInputs) -> HedgeInputs:
    """What the planner is given of a hedge.

    Args:
        inputs: Its tables, which passed their checks.
        shared: The same for the planner, under the hedge's own scenario.
    """
    demand, rows = inputs.rows("demand_forecasts"), inputs.rows(MEMBERS)
    given = rows.set_index("MEMBER_SCENARIO_ID")["PROBABILITY"]
    shares = given / given.sum()
    shared = replace(shared, further_products=_products(inputs))
    members = members_of(rows)
    return HedgeInputs(
        inputs.scenario.id,
        inputs.scenario.code,
        tuple(Member(float(shares[one.id]), _own(one, shared, demand)) for one in members),
        mean=_mean(shared, demand, shares),
        baseline_id=next((one.id for one in members if one.baseline), None),
    )


def _own(member: Scenario, shared: PlanningInputs, demand: pd.DataFrame) -> PlanningInputs:
    """The shared tables with a member's own forecasts."""
    rows = demand[demand["SCENARIO_ID"] == member.id].reset_index(drop=True)
    forecasts = rows.drop(columns="SCENARIO_ID")
    return replace(
        shared, scenario_id=member.id, scenario_code=member.code, demand_forecasts=forecasts
    )


def _mean(shared: PlanningInputs, demand: pd.DataFrame, shares: pd.Series) -> PlanningInputs:
    """The shared tables with the forecasts of all members, each by its member's probability."""
    weighted = demand["FORECAST_QUANTITY"] * demand["SCENARIO_ID"].map(shares).astype("float64")
    forecasts = demand.assign(FORECAST_QUANTITY=weighted).drop(columns="SCENARIO_ID")
    return replace(shared, demand_forecasts=forecasts)


def _products(inputs: ScenarioInputs) -> tuple[int, ...]:
    """PRODUCT_ID of what any member demands within the horizon."""
    demand = inputs.rows("demand_forecasts")
    period = pd.Series(inputs.calendar.index(demand["FORECAST_DATE"]), index=demand.index)
    wanted = period.isin(inputs.planned_periods) & (demand["FORECAST_QUANTITY"] > 0)
    return tuple(sorted({int(key) for key in demand.loc[wanted, "PRODUCT_ID"]}))
