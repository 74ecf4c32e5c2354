"""The jobs: plan a scenario, with or without publishing it, or as of a past day."""

import dagster as dg

from sop_pipeline.automation.as_of import plan_as_of

_SOLVING = dg.AssetSelection.groups("inputs", "plan")

plan_scenario = dg.define_asset_job(
    "plan_scenario",
    selection=_SOLVING | dg.AssetSelection.groups("publication"),
    description="Read, check, solve and publish one scenario.",
    tags={"domain": "sop"},
)
solve_scenario = dg.define_asset_job(
    "solve_scenario",
    selection=_SOLVING,
    description="Read, check and solve one scenario; publish nothing.",
    tags={"domain": "sop"},
)
JOBS = [plan_scenario, solve_scenario, plan_as_of]
