"""A hedge: that its members are scenarios which one build can be planned for.

Belongs here: what SCENARIO_MEMBER must satisfy, and its members' horizons together.
Does not belong here: each member's own demand, which every rule of demand judges (`input_checks`).
"""

from __future__ import annotations

import numpy as np

from sop_pipeline.errors import OFFENDERS_SHOWN, Fault
from sop_pipeline.planning.preparation.horizon import NOUNS, known_periods
from sop_pipeline.schemas.atomic import SCENARIO_DEFINITION
from sop_pipeline.schemas.inputs import DEMAND_FORECASTS, SCENARIO_MEMBERS
from sop_pipeline.validation.rule import Find, InputRule
from sop_pipeline.validation.scenario_definitions import HEDGE, MEMBERS_OF_HEDGES
from sop_pipeline.validation.scenario_inputs import CALENDAR, MEMBERS, ScenarioInputs

_TOLERANCE = 1e-6
_AS_PERCENTAGES = 100.0
_MEMBER = "MEMBER_SCENARIO_ID"


def _of_hedges_alone(inputs: ScenarioInputs) -> list[Fault]:
    rows, scenario = inputs.rows(MEMBERS), inputs.scenario
    if scenario.is_hedge or rows.empty:
        return []
    return _fault(
        "of_hedges_alone",
        MEMBERS_OF_HEDGES,
        f"{len(rows)} of {scenario.code}, which is of another type",
        column="SCENARIO_ID",
        remedy=f"Give {scenario.code} the type {HEDGE}, or take its rows out",
    )


def _has_members(inputs: ScenarioInputs) -> list[Fault]:
    if not inputs.scenario.is_hedge or not inputs.rows(MEMBERS).empty:
        return []
    return _fault(
        "has_members",
        f"a row for each future of the hedge {inputs.scenario.code}",
        "none that is current",
        column="SCENARIO_ID",
        remedy="Add its members with their probabilities",
    )


def _is_no_baseline(inputs: ScenarioInputs) -> list[Fault]:
    if not (inputs.scenario.is_hedge and inputs.scenario.baseline):
        return []
    return _fault(
        "is_no_baseline",
        "a scenario with forecasts of its own as the official baseline",
        f"{inputs.scenario.code}, a hedge",
        column="IS_OFFICIAL_BASELINE",
        table=SCENARIO_DEFINITION.title,
        remedy="Take the flag off it, and give it to one of its members",
    )


def _no_own_forecasts(inputs: ScenarioInputs) -> list[Fault]:
    if not inputs.scenario.is_hedge:
        return []
    demand = inputs.rows("demand_forecasts")
    own = int((demand["SCENARIO_ID"] == inputs.scenario.id).sum())
    if not own:
        return []
    return _fault(
        "no_own_forecasts",
        f"no forecasts of the hedge {inputs.scenario.code} itself: its members have them",
        f"{own:,} rows",
        column="SCENARIO_ID",
        table=DEMAND_FORECASTS.title,
        remedy="Take them out, or give the scenario another type",
    )


def _known(inputs: ScenarioInputs) -> list[Fault]:
    rows = inputs.rows(MEMBERS)
    unknown = rows[rows["MEMBER_SCENARIO_CODE"].isna()][_MEMBER]
    return _fault(
        "members_known",
        "scenarios of SCENARIO_DEFINITION",
        "others, unknown or retired",
        [f"{_MEMBER}={key}" for key in unknown],
        remedy="Take the member out and share its probability among the others yourself",
    )


def _no_hedges(inputs: ScenarioInputs) -> list[Fault]:
    rows = inputs.rows(MEMBERS)
    hedges = rows[rows["MEMBER_SCENARIO_TYPE"] == HEDGE]["MEMBER_SCENARIO_CODE"]
    return _fault(
        "members_no_hedges",
        "scenarios with forecasts of their own",
        "hedges",
        list(hedges),
        remedy="Name that hedge's own members in its place, each with its share",
    )


def _adds_up(inputs: ScenarioInputs) -> list[Fault]:
    rows = inputs.rows(MEMBERS)
    total = float(rows["PROBABILITY"].sum())
    if not np.isfinite(rows["PROBABILITY"].astype(np.float64)).all():
        return []  # Its column says so.
    if not inputs.scenario.is_hedge or rows.empty or abs(total - 1) <= _TOLERANCE:
        return []
    in_percent = abs(total - _AS_PERCENTAGES) <= _TOLERANCE * _AS_PERCENTAGES
    return _fault(
        "adds_up",
        f"probabilities of {inputs.scenario.code} that add up to 1",
        f"{total:.9g}",
        [
            f"{code} {share:g}"
            for code, share in zip(
                rows["MEMBER_SCENARIO_CODE"].fillna("?"), rows["PROBABILITY"], strict=True
            )
        ],
        column="PROBABILITY",
        remedy="They look like percentages: divide each by 100"
        if in_percent
        else "Correct them; nothing is spread anew unasked",
    )


def _same_horizon(inputs: ScenarioInputs) -> list[Fault]:
    """Members that lack a period which others have, each with the periods it lacks."""
    if not inputs.scenario.is_hedge:
        return []
    calendar, policy = inputs.calendar, inputs.dated_policy
    planned = {
        one.scenario.code: set(
            known_periods(calendar, one.rows("demand_forecasts"), policy)[: policy.horizon_periods]
        )
        for one in inputs.futures
        if not one.rows("demand_forecasts").empty
    }
    every = set().union(*planned.values())
    lacking = {
        code: ", ".join(calendar.label(int(period)) for period in sorted(every - own))
        for code, own in planned.items()
        if every - own
    }
    return _fault(
        "same_horizon",
        f"forecasts of the same {NOUNS[calendar.kind]}s in every member",
        "others",
        [f"{code} lacks {periods}" for code, periods in lacking.items()],
        column="FORECAST_DATE",
        table=DEMAND_FORECASTS.title,
        remedy="Add the forecasts, or narrow the horizon with horizon_start and horizon_periods",
    )


def _fault(
    rule: str,
    expected: str,
    got: str,
    rows: list[str] | None = None,
    *,
    column: str = _MEMBER,
    table: str = SCENARIO_MEMBERS.title,
    remedy: str = "",
) -> list[Fault]:
    """One fault; of rows, none where there are none."""
    if rows is None:
        return [Fault(table, rule, expected, got, column, remedy=remedy)]
    if not rows:
        return []
    shown = tuple(rows[:OFFENDERS_SHOWN])
    return [Fault(table, rule, expected, got, column, shown, len(rows), remedy)]


def _rule(name: str, text: str, find: Find, *reads: str) -> InputRule:
    return InputRule(name, MEMBERS, text, find, reads=reads)


HEDGE_RULES: tuple[InputRule, ...] = (
    _rule("of_hedges_alone", "Only a hedge has members.", _of_hedges_alone),
    _rule("has_members", "A hedge has members.", _has_members),
    _rule("is_no_baseline", "A hedge is not the official baseline.", _is_no_baseline),
    _rule(
        "no_own_forecasts",
        "A hedge has no forecasts of its own.",
        _no_own_forecasts,
        "demand_forecasts",
    ),
    _rule("members_known", "The members are scenarios that are defined.", _known),
    _rule("members_no_hedges", "The members are no hedges.", _no_hedges),
    _rule("adds_up", "The probabilities of a hedge add up to 1.", _adds_up),
    _rule(
        "same_horizon", "The members have forecasts of the same periods.", _same_horizon, *CALENDAR
    ),
)
"""What the members of a hedge must satisfy, beyond their columns."""
