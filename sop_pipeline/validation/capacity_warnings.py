"""What a plan's reader must know of its capacity: days, stages, routings.

Belongs here: functions that find it. Does not belong here: which rules they are (`warnings`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.errors import Fault
from sop_pipeline.planning.preparation.routings import PLANT
from sop_pipeline.planning.preparation.storage import WAREHOUSE_TYPES
from sop_pipeline.validation.planner_words import (
    count,
    finding,
    product_names,
    site_names,
)
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

_HOURS_OF_A_DAY = 24.0


def day_of_more_than_24_hours(inputs: ScenarioInputs) -> list[Fault]:
    """Work centres whose hours times shifts exceed a day, with their capacity in one."""
    rows = inputs.rows("capacity_summary")
    hours = rows["HOURS_PER_DAY"] * rows["AVAILABLE_SHIFTS"]
    long = rows.assign(HOURS_TIMES_SHIFTS=hours)[hours > _HOURS_OF_A_DAY]
    if long.empty or inputs.policy.max_hours_per_day is not None:
        return []
    planned = rows["MAX_MONTHLY_CAPACITY"].sum()
    capped = planned - (long["MAX_MONTHLY_CAPACITY"] * (1 - 24 / long["HOURS_TIMES_SHIFTS"])).sum()
    long_days = [
        f"{row.WORK_CENTER_CODE} {row.WORK_CENTER_NAME} ({row.HOURS_TIMES_SHIFTS:g})"
        for row in long.itertuples()
    ]
    return finding(
        f"{count(len(long), 'work centre')} with hours x shifts above 24 a day. All stages "
        f"together have {planned:,.0f} capacity units a month; at 24 hours {capped:,.0f}",
        "hours_fit_the_day",
        ("capacity_summary", "HOURS_PER_DAY"),
        long_days,
        "max_hours_per_day: 24 in the policy caps them",
    )


def centers_at_no_plant(inputs: ScenarioInputs) -> list[Fault]:
    """Work centres at sites that are no plant, at which nothing is made."""
    if inputs.policy.grain == "aggregate":
        return []
    rows, sites = inputs.rows("capacity_summary"), inputs.rows("site_master")
    others = sites[sites["SITE_TYPE"].isin(WAREHOUSE_TYPES)]["SITE_ID"]
    idle = rows[rows["SITE_ID"].isin(others)]
    if idle.empty:
        return []
    named = zip(
        idle["WORK_CENTER_CODE"],
        idle["WORK_CENTER_NAME"],
        site_names(inputs, idle["SITE_ID"]),
        strict=True,
    )
    return finding(
        f"{count(len(idle), 'work centre')} at a site that is no plant: nothing is made there",
        "centers_at_plants",
        ("capacity_summary", "SITE_ID"),
        [f"{code} {name} at {site}" for code, name, site in named],
        f"SITE_TYPE {PLANT} in SITE, or another SITE_ID in WORK_CENTER, makes it count",
    )


def serial_stages_summed(inputs: ScenarioInputs) -> list[Fault]:
    """Plants whose stages follow each other and are added up nonetheless."""
    if inputs.policy.capacity_basis != "sum":
        return []
    rows = inputs.rows("capacity_summary")
    stages = rows.groupby("SITE_ID")["WORK_CENTER_TYPE"].nunique()
    serial = rows[rows["SITE_ID"].isin(stages[stages > 1].index)]
    if serial.empty:
        return []
    by_stage = serial.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    bottleneck = by_stage.groupby(level="SITE_ID").min().sum()
    return finding(
        f"Stages that follow one another are added up to {rows['MAX_MONTHLY_CAPACITY'].sum():,.0f} "
        f"capacity units a month; the bottleneck stages give {bottleneck:,.0f}",
        "stages_not_summed",
        ("capacity_summary", "WORK_CENTER_TYPE"),
        site_names(inputs, serial["SITE_ID"].drop_duplicates()),
    )


def assumed_routings(inputs: ScenarioInputs) -> list[Fault]:
    """Planned products without a routing."""
    if inputs.policy.grain == "aggregate":
        return []
    routed = inputs.rows("product_routings")["PRODUCT_ID"]
    planned = inputs.rows("demand_forecasts")[["PRODUCT_ID"]].drop_duplicates()
    assumed = planned[~planned["PRODUCT_ID"].isin(routed)]
    if assumed.empty:
        return []
    return finding(
        f"{count(len(assumed), 'product')} without a routing, assumed to be made at each plant's "
        "bottleneck stage",
        "routings_given",
        ("product_routings", "PRODUCT_ID"),
        product_names(inputs, assumed["PRODUCT_ID"]),
    )


def capacity_below_demand(inputs: ScenarioInputs) -> list[Fault]:
    """A coarse look on what `notebook` sums up; the solved plan knows better."""
    demand, calendar = inputs.rows("demand_forecasts"), inputs.calendar
    planned = inputs.planned_periods
    in_period = demand.groupby(calendar.index(demand["FORECAST_DATE"]))["FORECAST_QUANTITY"].sum()
    asked = in_period.reindex(planned).fillna(0.0).to_numpy()
    made = _monthly_capacity(inputs) * calendar.months[planned]
    short = np.flatnonzero(asked > made)
    if not short.size:
        return []
    named = [
        f"{calendar.label(planned[i])} ({asked[i]:,.0f} against {made[i]:,.0f})" for i in short
    ]
    noun = "period" if calendar.kind == "fiscal" else calendar.kind
    return finding(
        f"{count(len(short), noun)} with more demand than the bottleneck stages make then, so that "
        "stock has to be built before",
        "capacity_covers_demand",
        ("capacity_summary", "MAX_MONTHLY_CAPACITY"),
        named,
    )


def _monthly_capacity(inputs: ScenarioInputs) -> float:
    rows = inputs.rows("capacity_summary")
    if inputs.policy.capacity_basis == "sum":
        return float(rows["MAX_MONTHLY_CAPACITY"].sum())
    stages = rows.groupby(["SITE_ID", "WORK_CENTER_TYPE"])["MAX_MONTHLY_CAPACITY"].sum()
    return float(stages.groupby(level="SITE_ID").min().sum())
