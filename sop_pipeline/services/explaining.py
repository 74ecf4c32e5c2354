"""Why a plan is so: the plan, its inputs and the part of it asked for, handed to `insight`.

Belongs here: finding the plan's inputs, and whether they are those it was made of; names to ids.
Does not belong here: what is said (`insight.explanation`), how it is worded (`report`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.explanation import Explanation, Scope, Situation
from sop_pipeline.insight.explanation import explain as explain_plan
from sop_pipeline.planning.counterfactuals import Counterfactuals
from sop_pipeline.planning.solvers.limit import solving_within
from sop_pipeline.report.explanation import (
    Words,
    explanation_table,
    explanation_texts,
    sentence_values,
)
from sop_pipeline.report.names import Label
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.report.wording import count
from sop_pipeline.services.checked_scenario import CheckedScenario
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan, published
from sop_pipeline.services.plan_inputs import PlanInputs, PlanOrigin
from sop_pipeline.settings import Solvers
from sop_pipeline.suggestions import did_you_mean


@dataclass(frozen=True)
class ExplainedPlan:
    """A plan with its explanation.

    Attributes:
        plan: The plan.
        explanation: Why it is so.
        notes: What could not be told, and why.
        quoted: Whether names of the company stand between quotation marks.
    """

    plan: Plan
    explanation: Explanation
    notes: tuple[str, ...] = ()
    quoted: bool = False

    @cached_property
    def words(self) -> Words:
        """How its facts are worded."""
        return replace(Words.of_plan(self.plan.tables, self.plan.names), quoted=self.quoted)

    @property
    def sentences(self) -> list[str]:
        """Every sentence, the headline first, then by money."""
        return explanation_texts(self.explanation, self.words, None)

    @property
    def first_sentences(self) -> list[str]:
        """About ten sentences: the headline, then what is about most money."""
        return explanation_texts(self.explanation, self.words)

    @property
    def paragraph(self) -> str:
        """The first sentences, to read aloud."""
        return " ".join(self.first_sentences)

    def unsaid(self, shown: int) -> list[str]:
        """How many sentences are left after so many, and how they are had."""
        left = len(self.explanation.sentences) - shown
        if left <= 0:
            return []
        them = "it" if left == 1 else "them"
        return [f"{count(left, 'sentence')} about less money not shown: --all tells {them}."]

    @property
    def table(self) -> TextTable:
        """The first sentences as a table, for a page."""
        return explanation_table(self.explanation, self.words)

    def as_dict(self, most: int | None = None) -> dict[str, Any]:
        """Sentences with the facts bound to them, as plain values."""
        return {
            "scenario_code": self.plan.scenario_code,
            "sentences": sentence_values(self.explanation.sentences[:most], self.words),
            "tables": dict(self.explanation.tables),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        """The first sentences, one a line."""
        return "\n".join(self.first_sentences)


@dataclass(frozen=True)
class Narrowed:
    """The part of a plan asked for, by codes, names or first days; None is all of it.

    Attributes:
        product: A product.
        work_center: A work centre.
        period: A period, as the plan names it or by a day in it as YYYY-MM or YYYY-MM-DD.
        site: A plant or warehouse.
    """

    product: str | None = None
    work_center: str | None = None
    period: str | None = None
    site: str | None = None

    def scope(self, plan: Plan) -> Scope:
        """The ids and days meant.

        Raises:
            UsageError: There is no such product, work centre, period or site in the plan.
        """
        names, build = plan.names, plan.tables["RECOMMENDED_BUILD_PLAN"]
        products = _found("product", self.product, names.products)
        centers = _found("work centre", self.work_center, names.work_centers)
        sites = _found("site", self.site, names.sites)
        if centers is not None and products is None:
            made = build[
                build["WORK_CENTER_ID"].isin(centers) & (build["RECOMMENDED_QUANTITY"] > 0)
            ]
            products = frozenset(made["PRODUCT_ID"].tolist())
        elif products is not None and centers is None:
            on = build[build["PRODUCT_ID"].isin(products)]
            centers = frozenset(on["WORK_CENTER_ID"].tolist())
        if sites is not None:
            codes = {names.sites[site].code for site in sites}
            there = {w for w, label in names.work_centers.items() if label.group in codes}
            if there:
                centers = frozenset(there) if centers is None else centers & there
                sites = None
        return Scope(products, sites, centers, _period(self.period, plan))


def explain(
    company: Company,
    scenario: str | Plan,
    *,
    product: str | None = None,
    work_center: str | None = None,
    period: str | None = None,
    site: str | None = None,
    against: str | Plan | None = None,
) -> ExplainedPlan:
    """Explain a plan in sentences over solved facts; nothing is published.

    What would be otherwise is solved for, from the plan's own inputs. Where those have changed
    since it was published, they are read as they are kept beside it; where an earlier release kept
    none, only the plan's own figures are told. Either is said.

    Args:
        company: The company.
        scenario: Code of a scenario with a published plan, or a plan.
        product: A product by code or name, to explain what concerns it; likewise the others.
        work_center: A work centre.
        period: A period: `Nov 2024`, `2024-11`, `2024-11-01`.
        site: A plant or warehouse.
        against: A scenario or plan to tell the difference from.

    Raises:
        UsageError: The scenario is unknown or has no published plan, or there is no such product,
            work centre, period or site in it.
        PlanNotCertified: What would be done instead could not be proved the cheapest.
    """
    plan, other = (_plan_of(company, one) for one in (scenario, against))
    if plan is None:
        msg = "Name a scenario to explain."
        raise UsageError(msg)
    narrowed = Narrowed(product, work_center, period, site)
    with company.store.reading():
        origin = PlanInputs(company).of(plan)
    scope = narrowed.scope(plan)
    pair = None if other is None else (other.scenario_code, other.tables)
    with solving_within(Solvers.from_environment().time_limit_seconds):
        situation = _situation(plan, origin.inputs, scope)
        explanation = explain_plan(plan.scenario_code, plan.tables, situation, pair)
    return ExplainedPlan(plan, explanation, _notes(plan, origin))


def headline(plan: Plan, against: Plan | None = None) -> ExplainedPlan:
    """What a plan comes to, and how it differs from another; nothing is solved."""
    pair = None if against is None else (against.scenario_code, against.tables)
    return ExplainedPlan(plan, explain_plan(plan.scenario_code, plan.tables, None, pair))


def _plan_of(company: Company, asked: str | Plan | None) -> Plan | None:
    if asked is None or isinstance(asked, Plan):
        return asked
    return next(iter(published(company, [asked]).values()))


def _situation(plan: Plan, inputs: CheckedScenario | None, scope: Scope) -> Situation | None:
    """The plan with its problem; None where it is not known any more, or is of several futures."""
    if inputs is None or inputs.scenario.is_hedge:
        return None
    solved = Counterfactuals.of(inputs.planning_inputs, inputs.policy)
    starts = pd.DatetimeIndex([pd.Timestamp(day) for day in solved.problem.periods.starts])
    shifts = {} if inputs.policy.grain == "aggregate" else _shifts(inputs.tables, starts)
    return Situation(plan.tables, solved, shifts, scope)


def _shifts(
    tables: Mapping[str, pd.DataFrame], starts: pd.DatetimeIndex
) -> dict[tuple[int, pd.Timestamp], float]:
    """Capacity units that one shift makes on one day: rate x hours x efficiency."""
    rows = tables["capacity_summary"]
    calendar = tables["capacity_calendar"]
    efficiency = {
        (int(center), pd.Timestamp(day)): float(share)
        for center, day, share in zip(
            calendar["WORK_CENTER_ID"],
            calendar["PERIOD_START"],
            calendar["EFFICIENCY_FACTOR"],
            strict=True,
        )
        if not pd.isna(share)
    }
    own = rows["EFFICIENCY_FACTOR"].fillna(1.0)
    shift = rows["CAPACITY_PER_HOUR"] * rows["HOURS_PER_DAY"]
    return {
        (int(center), day): float(units * efficiency.get((int(center), day), float(share)))
        for center, units, share in zip(rows["WORK_CENTER_ID"], shift, own, strict=True)
        for day in starts
    }


def _notes(plan: Plan, origin: PlanOrigin) -> tuple[str, ...]:
    code, inputs = plan.scenario_code, origin.inputs
    notes: list[str] = []
    if inputs is not None and inputs.scenario.is_hedge:
        codes = " or ".join(one.scenario_code for one in inputs.futures)
        notes.append(
            f"The build of {code} weighs several futures, so what would be done instead is told of "
            f"one of them: sop explain {codes}"
        )
    if not origin.stands:
        what = "its own figures alone are told" if inputs is None else "it is explained by its own"
        notes.append(
            f"The inputs of {code} have changed since its plan was published: {what}. "
            f"Plan it again: sop plan {code}"
        )
    return tuple(notes)


def _found(kind: str, asked: str | None, labels: Mapping[int, Label]) -> frozenset[int] | None:
    """Ids of a code or name.

    Raises:
        UsageError: There is none; the nearest is named.
    """
    if asked is None:
        return None
    wanted = asked.strip().casefold()
    for name_of in (lambda one: one.code, lambda one: one.name):
        ids = frozenset(key for key, one in labels.items() if name_of(one).casefold() == wanted)
        if ids:
            return ids
    known: Iterable[str] = (text for one in labels.values() for text in (one.code, one.name))
    msg = f"There is no {kind} {asked!r}. {did_you_mean(asked, known)}".rstrip()
    raise UsageError(msg)


def _period(asked: str | None, plan: Plan) -> frozenset[pd.Timestamp] | None:
    """First day of a period by its name or a day in it.

    Raises:
        UsageError: The plan has no such period.
    """
    if asked is None:
        return None
    names = PeriodNames.of_plan(plan.tables)
    days = sorted(
        {pd.Timestamp(day) for day in plan.tables["BUILD_PLAN_WAREHOUSE"]["PERIOD_START"]}
    )
    by_name = {names.name(day).casefold(): day for day in days}
    wanted = asked.strip().casefold()
    texts = {f"{day:%Y-%m-%d}": day for day in days} | {
        f"{day:%Y-%m}": day for day in reversed(days)
    }
    found = by_name.get(wanted) or texts.get(wanted)
    if found is None:
        msg = (
            f"The plan of {plan.scenario_code} has no {names.noun} {asked!r}. It has "
            f"{names.name(days[0])} to {names.name(days[-1])}"
        )
        raise UsageError(msg)
    return frozenset({found})
