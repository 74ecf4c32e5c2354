"""The problems of a hedge: one for each future, one for mean demand, and what is committed.

Belongs here: what the futures have in common, and what they must.
Does not belong here: which scenarios they are, and how a problem is prepared (`preparation/`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from sop_pipeline.errors import Fault, InputRefused, UsageError
from sop_pipeline.planning.arrays import Floats
from sop_pipeline.planning.commitment import commit_periods
from sop_pipeline.planning.futures.inputs import HedgeInputs, Member
from sop_pipeline.planning.inputs import PlanningInputs
from sop_pipeline.planning.naming import Naming
from sop_pipeline.planning.optimum import prepared_problem
from sop_pipeline.planning.policy import Policy
from sop_pipeline.planning.preparation.calendar import calendar_of
from sop_pipeline.planning.preparation.horizon import known_periods
from sop_pipeline.planning.preparation.network import Preparation
from sop_pipeline.planning.preparation.notes import Notes, some
from sop_pipeline.planning.problem import Problem


@dataclass(frozen=True)
class Future:
    """A future as prepared.

    Attributes:
        member: Its scenario and probability.
        prepared: Its problem, with the opening stock of the hedge, and its own notes.
    """

    member: Member
    prepared: Preparation

    @property
    def problem(self) -> Problem:
        """Its problem."""
        return self.prepared.problem

    @property
    def code(self) -> str:
        """SCENARIO_CODE of its scenario."""
        return self.member.inputs.scenario_code

    @property
    def naming(self) -> Naming:
        """What its products and places are called."""
        return Naming.of(self.member.inputs)


@dataclass(frozen=True)
class PreparedHedge:
    """A hedge as prepared.

    Attributes:
        inputs: What it was prepared from.
        futures: Its futures, by SCENARIO_ID.
        mean: The future of mean demand.
        committed: C, how many periods have one build for all futures.
        reference: Number of the future whose own part of the plan is published.
        notes: Assumptions and warnings of all futures and of the hedge.
    """

    inputs: HedgeInputs
    futures: tuple[Future, ...]
    mean: Preparation
    committed: int
    reference: int
    notes: Notes

    @property
    def probabilities(self) -> Floats:
        """How probable each future is, (M,)."""
        return np.array([future.member.probability for future in self.futures])

    @property
    def commit_until(self) -> dt.date | None:
        """First day of the last period that is committed; None where none is."""
        starts = self.futures[0].problem.periods.starts
        return starts[self.committed - 1] if self.committed else None


def prepared_hedge(hedge: HedgeInputs, policy: Policy) -> PreparedHedge:
    """Prepare every future of a hedge, and that of mean demand.

    Raises:
        InputRefused: A future's input breaks a rule, or their periods differ.
        UsageError: The policy does not fit the data.
    """
    if policy.grain == "aggregate":
        msg = f"{hedge.scenario_code} is a hedge: it is planned only with grain: network"
        raise UsageError(msg)
    _refuse_other_periods(hedge, policy)
    mean = prepared_problem(hedge.mean, policy)
    futures = tuple(_prepared(member, mean.problem, policy) for member in hedge.members)
    demand = sum(f.member.probability * f.problem.demand.sum(axis=(0, 1)) for f in futures)
    committed = commit_periods(futures[0].problem.periods, np.asarray(demand), policy.commit_until)
    reference = reference_member(hedge)
    alone = PreparedHedge(hedge, futures, mean, committed, reference, Notes())
    return replace(alone, notes=_notes(alone, policy.risk_level))


def reference_member(hedge: HedgeInputs) -> int:
    """Number of the member whose own part is published.

    It is the official baseline, else the most probable one, else the lowest SCENARIO_ID.
    """
    ids = [member.inputs.scenario_id for member in hedge.members]
    if hedge.baseline_id in ids:
        return ids.index(hedge.baseline_id)
    return int(np.argmax([member.probability for member in hedge.members]))


def _prepared(member: Member, mean: Problem, policy: Policy) -> Future:
    """A future with the opening stock of mean demand, which occupied pallets are shared out by."""
    prepared = prepared_problem(member.inputs, policy)
    problem = replace(
        prepared.problem,
        opening_stock=mean.opening_stock,
        base_load=mean.base_load,
        threshold=mean.threshold,
    )
    return Future(member, replace(prepared, problem=problem))


def _refuse_other_periods(hedge: HedgeInputs, policy: Policy) -> None:
    first, *others = ((m.inputs, _periods(m.inputs, policy)) for m in hedge.members)
    faults: list[Fault] = []
    for inputs, periods in others:
        differing = [str(day) for day in sorted(periods ^ first[1])]
        if differing:
            pair = f"{first[0].scenario_code} and {inputs.scenario_code}"
            faults.append(
                Fault(
                    "DEMAND_FORECAST_VERSIONS (demand_forecasts)",
                    "same_periods",
                    f"forecasts of the same periods in every future of {hedge.scenario_code}",
                    f"{pair} differ in those from {some(differing, len(differing))}",
                    "FORECAST_DATE",
                    remedy="Give both scenarios forecasts for each, or shorten the horizon in the "
                    "policy",
                )
            )
    if faults:
        raise InputRefused(faults)


def _periods(inputs: PlanningInputs, policy: Policy) -> set[dt.date]:
    """First days of the periods with forecasts that are planned, and of the one after them."""
    forecasts = inputs.demand_forecasts
    calendar = calendar_of(policy, inputs.fiscal_calendar, forecasts["FORECAST_DATE"])
    known = known_periods(calendar, forecasts, policy)
    if policy.horizon_periods is not None:
        known = known[: policy.horizon_periods + 1]
    return {calendar.first_day(int(period)) for period in known}


def _notes(hedge: PreparedHedge, risk_level: float) -> Notes:
    """What was assumed and what is warned of, in every future or in some."""
    notes = Notes()
    for future in reversed(hedge.futures):
        notes.assumptions.update(future.prepared.notes.assumptions)
    notes.assumptions.update(hedge.futures[hedge.reference].prepared.notes.assumptions)
    notes.warnings += _warnings(hedge)
    until, code = hedge.commit_until, hedge.futures[hedge.reference].code
    if len(hedge.futures) > 1:
        notes.assume(
            "one_build",
            "Builds up to the commit period are the same in every future; shipments before its end "
            "already know which future comes, so the expected cost is a lower bound where they do "
            f"not. Quantities of single futures are those of {code}",
        )
    if until is None:
        notes.warn("Nothing is committed, set commit_until: every future is planned by itself")
    else:
        notes.assume("commit_until", f"One build for all futures up to the period from {until}")
    if 1.0 - risk_level <= hedge.probabilities.min():
        notes.assume(
            "worst_case",
            f"The mean of the costliest {1.0 - risk_level:.0%} of futures (risk_level) is the cost "
            "of the worst one: none is less probable",
        )
    return notes


def _warnings(hedge: PreparedHedge) -> list[str]:
    """Warnings of every future once, those of some futures with their codes."""
    each = {future.code: future.prepared.notes.warnings for future in hedge.futures}
    sentences: list[str] = []
    for warning in dict.fromkeys(text for texts in each.values() for text in texts):
        codes = [code for code, texts in each.items() if warning in texts]
        everywhere = len(codes) == len(each)
        sentences.append(warning if everywhere else f"{', '.join(codes)}: {warning}")
    return sentences
