"""The jobs: plan a scenario, with or without publishing it."""

import dagster as dg

EVERYTHING = dg.AssetSelection.all(include_sources=False)

plan_scenario = dg.define_asset_job(
    "plan_scenario",
    selection=EVERYTHING,
    description="Read, check, solve and publish one scenario.",
    tags={"domain": "sop"},
)
solve_scenario = dg.define_asset_job(
    "solve_scenario",
    selection=EVERYTHING - dg.AssetSelection.assets("recommended_build_plan"),
    description="Read, check and solve one scenario; publish nothing.",
    tags={"domain": "sop"},
)
JOBS = [plan_scenario, solve_scenario]
