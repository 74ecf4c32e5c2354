"""One scenario's inputs as its rules are given them: data, read by whoever asks for the check.

Belongs here: what rules look at, and the calendar that follows from it.
Does not belong here: how a table is read (`services/input_reader`), the rules (`rules`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from sop_pipeline.errors import Fault, InputRefused
from sop_pipeline.planning.days import today
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import Calendar, calendar_of, dated_policy
from sop_pipeline.planning.preparation.horizon import known_periods
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.validation.fan_out import JoinCounts
from sop_pipeline.validation.scenario_definitions import Scenario, members_of

BASE_DEMAND = "base_demand"
"""The scenario's demand straight from the base table, whatever the policy reads."""
EVERY_PRODUCT = "every_product"
"""PRODUCT_ID of every row of PRODUCT, current or not."""
JOIN_COUNTS = "join_counts"
"""What a fan-out of the view of demand is explained by; read where there is one."""
CALENDAR = ("demand_forecasts", "fiscal_calendar")
"""What the calendar takes, and the planned periods."""

DEMAND = ("demand_forecasts", BASE_DEMAND)
"""What a scenario has of its own: all else every scenario shares."""
MEMBERS = "scenario_members"

EVERYTHING = (*INPUTS, BASE_DEMAND, EVERY_PRODUCT, JOIN_COUNTS)
"""Names of all that rules may look at."""


@dataclass(frozen=True)
class ScenarioInputs:
    """One scenario's inputs under one policy.

    Attributes:
        scenario: Whose they are.
        policy: What is planned with; its horizon may start with this month (`dated_policy`).
        frames: Rows by name of the table, typed but unchecked, of the tables that were asked for.
        unreadable: Why a table could not be read, by its name.
        join_counts: What a fan-out of the view of demand is explained by, where there is one.
        day: Day of planning, in UTC.
        unseen_classes: Columns of demand classes that the view lacks and the base table uses;
            where there are any, demand was read from the base table.
    """

    scenario: Scenario
    policy: Policy
    frames: Mapping[str, pd.DataFrame]
    unreadable: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)
    join_counts: JoinCounts | None = None
    day: dt.date = field(default_factory=today)
    unseen_classes: list[str] = field(default_factory=list[str])

    def rows(self, name: str) -> pd.DataFrame:
        """Rows of a table.

        Raises:
            InputRefused: It could not be read.
            KeyError: It was not asked for: a rule looks at more than it says it `reads`.
        """
        if name in self.unreadable:
            raise InputRefused(self.unreadable[name])
        return self.frames[name]

    def of(self, names: Iterable[str]) -> ScenarioInputs:
        """The same scenario with some of its tables alone."""
        chosen = {*names, MEMBERS} if self.scenario.is_hedge else set(names)
        if chosen.issuperset({*self.frames, *self.unreadable}):
            return self
        return replace(
            self,
            frames={name: rows for name, rows in self.frames.items() if name in chosen},
            unreadable={name: why for name, why in self.unreadable.items() if name in chosen},
            join_counts=self.join_counts if JOIN_COUNTS in chosen else None,
        )

    @cached_property
    def futures(self) -> tuple[ScenarioInputs, ...]:
        """The inputs of each scenario that is planned: its own, or of a hedge each member's.

        A member has its own demand, and shares everything else; those that are not defined,
        or are hedges, are left out.

        Raises:
            InputRefused: SCENARIO_MEMBER could not be read.
        """
        if not self.scenario.is_hedge:
            return (self,)
        return tuple(self._of_member(member) for member in members_of(self.rows(MEMBERS)))

    def _of_member(self, member: Scenario) -> ScenarioInputs:
        demand = {
            name: rows[rows["SCENARIO_ID"] == member.id]
            for name, rows in self.frames.items()
            if name in DEMAND
        }
        return replace(self, scenario=member, frames={**self.frames, **demand})

    @cached_property
    def dated_policy(self) -> Policy:
        """The policy, with a first day of its horizon where it says this month or the next one.

        Raises:
            InputRefused: FISCAL_CALENDAR could not be read.
        """
        if not isinstance(self.policy.horizon_start, str):
            return self.policy
        return dated_policy(self.policy, self.rows("fiscal_calendar"), self.day)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar the scenario is planned by.

        Raises:
            InputRefused: Its demand or FISCAL_CALENDAR could not be read.
        """
        dates = self.rows("demand_forecasts")["FORECAST_DATE"]
        return calendar_of(self.policy, self.rows("fiscal_calendar"), dates)

    @cached_property
    def planned_periods(self) -> list[int]:
        """Numbers of the periods to plan in the calendar, in order; gaps are left as they are.

        Raises:
            InputRefused: As `calendar`.
        """
        demand, policy = self.rows("demand_forecasts"), self.dated_policy
        known: list[int] = known_periods(self.calendar, demand, policy).tolist()
        return known[: policy.horizon_periods]

    @property
    def period_starts(self) -> list[dt.date]:
        """The first day of each planned period; none where nothing is planned."""
        return [self.calendar.first_day(period) for period in self.planned_periods]

    @property
    def passed_periods(self) -> list[str]:
        """Labels of the planned periods that ended before the day of planning."""
        day, starts = np.datetime64(self.day), self.calendar.starts
        return [self.calendar.label(p) for p in self.planned_periods if starts[p + 1] <= day]
