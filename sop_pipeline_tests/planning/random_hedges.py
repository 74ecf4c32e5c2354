"""Small hedges drawn at random: a company, and futures that demand more or less of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from sop_pipeline.planning.futures.inputs import HedgeInputs
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.policy import Policy
from sop_pipeline_tests.planning.drawn_tables import Draw
from sop_pipeline_tests.planning.hedges import hedge_of
from sop_pipeline_tests.planning.random_companies import companies

FACTORS = (0.0, 0.5, 1.0, 1.0, 1.5, 2.5)
SHARES = {1: [(1.0,)], 2: [(0.5, 0.5), (0.25, 0.75)], 3: [(0.2, 0.3, 0.5), (0.5, 0.25, 0.25)]}


@st.composite
def hedges(draw: Draw, least: int = 2) -> tuple[HedgeInputs, Policy]:
    """A hedge of up to three futures, and a policy."""
    inputs, policy = draw(companies())
    shares = draw(st.sampled_from(SHARES[draw(st.integers(least, 3))]))
    futures = [_future(draw, inputs, number) for number in range(1, len(shares) + 1)]
    days = [None, *sorted(inputs.demand_forecasts["FORECAST_DATE"].dt.date.unique())]
    settings = {
        "commit_until": draw(st.sampled_from(days)),
        "risk_weight": draw(st.sampled_from([0.0, 0.0, 0.3])),
        "risk_level": draw(st.sampled_from([0.0, 0.5, 0.9])),
    }
    return hedge_of(futures, shares), policy.model_copy(update=settings)


def _future(draw: Draw, inputs: PlanningInputs, number: int) -> PlanningInputs:
    rows = inputs.demand_forecasts
    size = len(rows)
    factors = draw(st.lists(st.sampled_from(FACTORS), min_size=size, max_size=size))
    quantities = rows["FORECAST_QUANTITY"] * factors
    return replace(
        inputs,
        scenario_id=number,
        scenario_code=f"F{number}",
        demand_forecasts=rows.assign(FORECAST_QUANTITY=quantities),
    )
