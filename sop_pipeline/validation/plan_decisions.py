"""The whole decisions a solved plan must keep, recomputed from its own tables.

Belongs here: set-ups, lots, activated tiers and what they cost. A plan without any has no rows to
check.
Does not belong here: the limits every plan has (`plan_limits`).
"""

from __future__ import annotations

import pandas as pd

from sop_pipeline.errors import Fault
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.schemas.plan import (
    BUILD_PLAN_CAPACITY,
    BUILD_PLAN_PEGGING,
    BUILD_PLAN_SETUP,
    BUILD_PLAN_SUMMARY,
)
from sop_pipeline.validation.plan_limits import (
    PlanRule,
    differs,
    exceeds,
    faults_of_rows,
    plan_rule,
)

_CENT = 0.005 + 1e-9


def _lots_kept(solved: SolvedPlan) -> list[Fault]:
    rows = solved.tables[BUILD_PLAN_SETUP.name]
    set_up = rows["SET_UP"].astype(bool)
    in_lots = rows["LOTS"] * rows["LOT_MULTIPLE"]
    wrong = (
        (rows["LOTS"] != rows["LOTS"].round())
        | differs(in_lots, rows["UNITS"])
        | (set_up & exceeds(rows["MIN_LOT"], rows["UNITS"]))
        | (set_up & (rows["UNITS"] < 1))
    )
    return faults_of_rows(
        BUILD_PLAN_SETUP,
        "lots_kept",
        rows[wrong],
        "UNITS",
        "whole lots, and at least the minimum lot where a routing is set up",
        "other units",
    )


def _set_ups_made(solved: SolvedPlan) -> list[Fault]:
    """Only a routing that is set up makes, costs and takes anything."""
    rows = solved.tables[BUILD_PLAN_SETUP.name]
    spent = rows["UNITS"] + rows["SETUP_COST"] + rows["SETUP_CAPACITY"]
    return faults_of_rows(
        BUILD_PLAN_SETUP,
        "set_ups_made",
        rows[~rows["SET_UP"].astype(bool) & (spent != 0)],
        "SET_UP",
        "no units, cost or capacity of a routing that is not set up",
        "some",
    )


def _lots_are_builds(solved: SolvedPlan) -> list[Fault]:
    """The units of a set-up are those that its routing's builds are pegged with."""
    rows, pegs = (solved.tables[t.name] for t in (BUILD_PLAN_SETUP, BUILD_PLAN_PEGGING))
    key = ["PRODUCT_ID", "ROUTING_CODE", "SOURCE_PERIOD"]
    built = pegs[pegs["SOURCE"] == "BUILD"].groupby(key)["UNITS"].sum().rename("BUILT")
    joined = rows.rename(columns={"PERIOD_START": "SOURCE_PERIOD"}).join(built, on=key)
    return faults_of_rows(
        BUILD_PLAN_SETUP,
        "lots_are_builds",
        rows[differs(joined["BUILT"].fillna(0.0), rows["UNITS"]).to_numpy()],
        "UNITS",
        "the units that the routing builds",
        "others",
    )


def _set_ups_take_capacity(solved: SolvedPlan) -> list[Fault]:
    """What set-ups take is in the capacity used."""
    rows, capacity = (solved.tables[t.name] for t in (BUILD_PLAN_SETUP, BUILD_PLAN_CAPACITY))
    used = rows["PERIOD_START"].map(capacity.groupby("PERIOD_START")["CAPACITY_USED"].sum())
    taken = rows.groupby("PERIOD_START")["SETUP_CAPACITY"].transform("sum")
    return faults_of_rows(
        BUILD_PLAN_SETUP,
        "set_ups_take_capacity",
        rows[exceeds(taken, used.astype(float))],
        "SETUP_CAPACITY",
        "set-ups within the capacity used in the period",
        "more",
    )


def _tiers_activated(solved: SolvedPlan) -> list[Fault]:
    """A tier is used where it is activated, and then for its least; else it costs nothing."""
    every = solved.tables[BUILD_PLAN_CAPACITY.name]
    rows = every[every["ACTIVATED"].notna()]
    is_open, used = rows["ACTIVATED"].astype(bool), rows["CAPACITY_USED"]
    closed_use = ~is_open & (exceeds(used, 0.0) | (rows["FIXED_COST"] != 0))
    return faults_of_rows(
        BUILD_PLAN_CAPACITY,
        "tiers_activated",
        rows[closed_use | (is_open & exceeds(rows["MIN_USE"], used))],
        "CAPACITY_USED",
        "at least the minimum use of an activated tier, nothing of another",
        "another use",
    )


def _decisions_paid(solved: SolvedPlan) -> list[Fault]:
    """What tiers and set-ups cost adds up to the summary, to the cent."""
    summary = solved.tables[BUILD_PLAN_SUMMARY.name].iloc[0]
    columns = {
        "PUBLISHED_ACTIVATION_COST": (BUILD_PLAN_CAPACITY, "FIXED_COST"),
        "PUBLISHED_SETUP_COST": (BUILD_PLAN_SETUP, "SETUP_COST"),
    }
    faults: list[Fault] = []
    for term, (table, column) in columns.items():
        stated = 0.0 if pd.isna(summary[term]) else float(summary[term])
        added = float(solved.tables[table.name][column].fillna(0.0).sum())
        if abs(stated - added) > _CENT:
            faults.append(
                Fault(table.name, "decisions_paid", f"{stated:,.2f}", f"{added:,.2f}", column)
            )
    return faults


DECISION_RULES: tuple[PlanRule, ...] = (
    plan_rule(
        "lots_kept",
        "Builds are whole lots, and at least the minimum lot where a routing is set up.",
        _lots_kept,
    ),
    plan_rule("set_ups_made", "Only a routing that is set up makes anything.", _set_ups_made),
    plan_rule("lots_are_builds", "The units of set-ups are the builds.", _lots_are_builds),
    plan_rule(
        "set_ups_take_capacity",
        "What set-ups take is in the capacity used.",
        _set_ups_take_capacity,
    ),
    plan_rule(
        "tiers_activated",
        "A tier is used only where it is activated, and then for its least.",
        _tiers_activated,
    ),
    plan_rule(
        "decisions_paid",
        "Activations and set-ups cost together what the summary says.",
        _decisions_paid,
    ),
)
