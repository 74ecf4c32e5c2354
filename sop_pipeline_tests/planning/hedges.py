"""Hedges for tests: of plans' inputs given together, or of an input folder's scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from sop_pipeline.planning.futures.inputs import HedgeInputs, Member
from sop_pipeline.planning.inputs import PlanningInputs

HEDGE_ID = 99


def hedge_of(
    inputs: Sequence[PlanningInputs],
    probabilities: Sequence[float],
    *,
    baseline_id: int | None = None,
) -> HedgeInputs:
    """A hedge over scenarios, each with its probability."""
    demanded = [one.demand_forecasts.query("FORECAST_QUANTITY > 0") for one in inputs]
    products = tuple(sorted({int(p) for rows in demanded for p in rows["PRODUCT_ID"]}))
    alike = [replace(one, further_products=products) for one in inputs]
    rows = [
        one.demand_forecasts.assign(
            FORECAST_QUANTITY=one.demand_forecasts["FORECAST_QUANTITY"] * probability
        )
        for one, probability in zip(inputs, probabilities, strict=True)
    ]
    mean = replace(
        alike[0],
        scenario_id=HEDGE_ID,
        scenario_code="HEDGE",
        demand_forecasts=pd.concat(rows, ignore_index=True),
    )
    members = tuple(Member(p, one) for p, one in zip(probabilities, alike, strict=True))
    return HedgeInputs(HEDGE_ID, "HEDGE", members, mean, baseline_id)


def hedge_of_folder(folder: Path) -> tuple[HedgeInputs, str]:
    """The hedge of an input folder, and the policy file in it."""
    # The services import the planner's callers, which a test of the planner alone need not.
    from sop_pipeline.services.company import read_folder  # noqa: PLC0415

    company, policy = read_folder(folder), str(folder / "policy.yaml")
    codes = {scenario.id: scenario.code for scenario in company.scenarios}
    rows = pd.read_csv(folder / "scenario_members.csv").sort_values("MEMBER_SCENARIO_ID")
    members = [codes[int(member)] for member in rows["MEMBER_SCENARIO_ID"]]
    inputs = [company.checked(code, policy=policy).planning_inputs for code in members]
    flagged = pd.read_csv(folder / "scenario_definitions.csv").query("IS_OFFICIAL_BASELINE")
    baseline = int(flagged["SCENARIO_ID"].iloc[0]) if len(flagged) else None
    shares = (rows["PROBABILITY"] / rows["PROBABILITY"].sum()).tolist()
    return hedge_of(inputs, shares, baseline_id=baseline), policy
