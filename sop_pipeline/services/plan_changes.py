"""What changed since the plan before: inputs, builds and costs.

The store keeps every build that was ever published, but of inputs only what they are and, where
tables carry versions, what they were. Inputs count as those of a plan only where their fingerprint
is the plan's own; where that is not so, this is told, and builds and costs are shown alone.
Does not belong here: how far plans differ (`insight.difference`), wording.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sop_pipeline.errors import InputRefused, NoFeasiblePlan, UsageError
from sop_pipeline.insight.comparison import plan_figures
from sop_pipeline.insight.difference import (
    InputChange,
    Nervousness,
    build_changes,
    input_changes,
    nervousness,
)
from sop_pipeline.insight.execution import Future, Outcome, outcome_of
from sop_pipeline.planning import solving_within
from sop_pipeline.planning.money import CENTS, to_cents
from sop_pipeline.planning.policy import Policy
from sop_pipeline.report.change_tables import (
    build_change_table,
    builds_now_table,
    cost_change_table,
    input_change_table,
    nervousness_table,
)
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.checked_scenario import CheckedScenario, of_checked
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan, published
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.past_plans import PastPlan, published_by
from sop_pipeline.services.plan_inputs import policy_of
from sop_pipeline.settings import Solvers


@dataclass(frozen=True)
class PlanChanges:
    """What changed from an earlier plan of a scenario to the published one.

    Attributes:
        plan: The published plan.
        before: The earlier one, as the history keeps it.
        old_inputs: What the earlier one was made of; None where that is not kept.
        new_inputs: What the published one was made of; None where that is not kept.
    """

    plan: Plan
    before: PastPlan
    old_inputs: CheckedScenario | None
    new_inputs: CheckedScenario | None

    @cached_property
    def builds(self) -> pd.DataFrame:
        """Builds that differ, by product, work centre and common period (units)."""
        return build_changes(self.before.rows, self._rows)

    @cached_property
    def nervousness(self) -> Nervousness:
        """How far the builds moved."""
        return nervousness(self.before.rows, self._rows)

    @cached_property
    def inputs(self) -> tuple[InputChange, ...] | None:
        """Input tables that differ; None where the inputs of either plan are not kept."""
        if self.old_inputs is None or self.new_inputs is None:
            return None
        return input_changes(self.old_inputs.tables, self.new_inputs.tables)

    @cached_property
    def costs(self) -> tuple[int, int]:
        """What the earlier plan spends and what the published one does, in cents."""
        before, now = self.before.publication["TOTAL_COST"], self.plan.summary["total_cost"]
        return to_cents(float(before)), to_cents(float(now))

    @cached_property
    def old_builds_now(self) -> Outcome | str | None:
        """The earlier builds under today's inputs, all else free; why they cannot be; or None.

        Of a hedge, whose inputs are those of several futures, it is not told.

        Raises:
            PlanNotCertified: The programme was not solved in time.
        """
        checked = self.new_inputs
        if checked is None or checked.scenario.is_hedge:
            return None
        if self.before.grain != checked.policy.grain:
            return None
        future = Future(self.plan.scenario_code, checked.planning_inputs, checked.policy)
        try:
            with solving_within(Solvers.from_environment().time_limit_seconds):
                return outcome_of(future.problem(self.before.rows), checked.policy.solver)
        except NoFeasiblePlan as conflict:
            return str(conflict)

    @property
    def data_and_optimisation(self) -> tuple[int, int] | None:
        """How much of the change of spending is of the data and of planning anew, in cents."""
        if not isinstance(self.old_builds_now, Outcome):
            return None
        old, new = self.costs
        between = to_cents(self.old_builds_now.spent)
        return between - old, new - between

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is not known of the change, one sentence each."""
        sentences = []
        for what, inputs in (("earlier", self.old_inputs), ("published", self.new_inputs)):
            if inputs is None:
                sentences.append(
                    f"The inputs of the {what} plan are not kept as they were: neither today's "
                    "tables nor those known on its day of publication are its own."
                )
        starts = [set(rows["PRODUCTION_WEEK"]) for rows in (self.before.rows, self._rows)]
        if starts[0] != starts[1]:
            sentences.append("The plans cover other periods: costs are of each plan's own horizon.")
        if isinstance(self.old_builds_now, str):
            sentences.append(f"The earlier builds have no plan today. {self.old_builds_now}")
        return tuple(sentences)

    @property
    def text_tables(self) -> tuple[TextTable, ...]:
        """The changes as a person reads them."""
        periods, currency = (
            PeriodNames.of_plan(self.plan.tables),
            str(self.plan.summary["currency"]),
        )
        names = self.plan.names
        return (
            *([] if self.inputs is None else [input_change_table(self.inputs, names)]),
            build_change_table(self.builds, names, periods),
            nervousness_table(self.nervousness, periods),
            cost_change_table(self.costs, self.data_and_optimisation, currency),
            *self._under_new_inputs(currency),
        )

    def _under_new_inputs(self, currency: str) -> tuple[TextTable, ...]:
        outcome = self.old_builds_now
        if not isinstance(outcome, Outcome):
            return ()
        anew = plan_figures(self.plan.scenario_code, self.plan.tables)
        return (builds_now_table(outcome, anew, currency),)

    def as_dict(self) -> dict[str, Any]:
        """The changes as plain values, as `sop diff --json` prints them."""
        old, new = self.costs
        split, outcome = self.data_and_optimisation, self.old_builds_now
        return {
            "scenario_code": self.plan.scenario_code,
            "before": {
                "run_id": self.before.run_id,
                "published": self.before.summary["published"],
                "input_hash": self.before.summary["input_hash"],
            },
            "inputs": None if self.inputs is None else [_input_values(one) for one in self.inputs],
            "builds": self.builds,
            "nervousness": {
                "total": self.nervousness.total,
                "by_period": {
                    f"{day:%Y-%m-%d}": ratio for day, ratio in self.nervousness.by_period.items()
                },
            },
            "costs": {
                "before": old / CENTS,
                "now": new / CENTS,
                "old_builds_now": outcome.spent if isinstance(outcome, Outcome) else None,
                "data_change": split[0] / CENTS if split else None,
                "reoptimisation": split[1] / CENTS if split else None,
            },
            "warnings": list(self.warnings),
        }

    @property
    def _rows(self) -> pd.DataFrame:
        return self.plan.tables["RECOMMENDED_BUILD_PLAN"]


def diff(company: Company, scenario: str, run: str | None = None) -> PlanChanges:
    """What changed from an earlier plan of a scenario to the published one.

    Args:
        company: The company.
        scenario: Code of the scenario.
        run: Run that published the earlier plan, or how its id begins; by default the publication
            before the one that stands.

    Raises:
        UsageError: The scenario has no published plan or none before it, or no such run published.
    """
    with company.store.reading():
        (plan,) = published(company, [scenario]).values()
        listed = _publications(company, plan)
        earlier = run or _run_before(listed)
        if earlier is None:
            code = plan.scenario_code
            msg = (
                f"{code} has no publication before the one that stands: there is nothing to "
                "compare."
            )
            raise UsageError(msg)
        return _changes(company, plan, listed, earlier)


def changes_of(company: Company, plan: Plan) -> PlanChanges | None:
    """What changed from the publication before to a published plan; None for a first one."""
    with company.store.reading():
        listed = _publications(company, plan)
        earlier = _run_before(listed)
        return None if earlier is None else _changes(company, plan, listed, earlier)


def _publications(company: Company, plan: Plan) -> pd.DataFrame:
    """The publications of a plan's scenario from the one that stands on, the latest first."""
    listed = company.store.publications(plan.scenario_code)
    listed = listed[listed["AS_OF_DATE"].isna()].reset_index(drop=True)
    at = int(listed["STANDS"].astype(bool).to_numpy().argmax()) if len(listed) else 0
    return listed.iloc[at:]


def _run_before(listed: pd.DataFrame) -> str | None:
    return str(listed["RUN_ID"].iloc[1]) if len(listed) > 1 else None


def _changes(company: Company, plan: Plan, listed: pd.DataFrame, run: str) -> PlanChanges:
    before = published_by(company, plan.scenario_code, run)
    days = [_day(before.publication), _day(listed.iloc[0].to_dict())]  # type: ignore[arg-type]
    old = _inputs(company, before, _policy(before), days[0])
    new = _inputs(company, plan, policy_of(plan), days[1])
    return PlanChanges(plan, before, old, new)


def _day(publication: Mapping[str, Any]) -> dt.date:
    return pd.Timestamp(publication["PUBLISHED_TIMESTAMP"]).date()


def _policy(before: PastPlan) -> Policy | None:
    settings = before.policy_settings
    return Policy.parse(dict(settings), f"of run {before.run_id}") if settings else None


def _inputs(
    company: Company, plan: Plan | PastPlan, policy: Policy | None, day: dt.date
) -> CheckedScenario | None:
    """The inputs of a plan: today's, else those known on the day; None for neither."""
    if policy is None:
        return None
    scenario = company.scenario(plan.scenario_code)
    before = plan.run_id if policy.keeps_last_plan else None
    for as_of in (None, day):
        reader = InputReader(company.store, scenario, policy, as_of=as_of, before_run=before)
        try:
            found = of_checked(reader.inputs(INPUTS))
        except InputRefused:
            continue
        if found.input_hash == plan.summary["input_hash"]:
            return found
    return None


def _input_values(one: InputChange) -> dict[str, Any]:
    return {
        "table": one.table,
        "added": one.added,
        "gone": one.gone,
        "moved": one.moved,
        "products": {str(product): rows for product, rows in one.products.items()},
    }
