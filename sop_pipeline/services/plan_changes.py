"""What changed since the plan before: inputs, builds and costs.

The store keeps every build that was ever published, and what it was made of. Of plans that an
earlier release published, today's inputs or those known on the day count as the plan's where their
fingerprint is its own; where that is not so, this is told, and builds and costs are shown alone.
Does not belong here: how far plans differ (`insight.difference`), wording.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sop_pipeline.errors import InputRefused, NoFeasiblePlan, UsageError
from sop_pipeline.insight.comparison import plan_figures
from sop_pipeline.insight.difference import (
    InputChange,
    Nervousness,
    PolicyChange,
    build_changes,
    input_changes,
    nervousness,
    policy_changes,
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
    policy_change_table,
)
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.tables import TextTable
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN
from sop_pipeline.services.checked_scenario import CheckedScenario, of_checked
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan, published
from sop_pipeline.services.input_archive import kept_inputs
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.past_plans import PastPlan, published_by
from sop_pipeline.settings import Solvers


@dataclass(frozen=True)
class PlanChanges:
    """What changed from an earlier plan of a scenario to a later one.

    Attributes:
        plan: The later plan: the published one, or one that the history keeps.
        before: The earlier one, as the history keeps it.
        old_inputs: What the earlier one was made of; None where that is not kept.
        new_inputs: What the later one was made of; None where that is not kept.
    """

    plan: Plan | PastPlan
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
        """What the earlier plan spends and what the later one does, in cents."""
        before, now = self.before.publication["TOTAL_COST"], self.plan.summary["total_cost"]
        return to_cents(float(before)), to_cents(float(now))

    @cached_property
    def old_builds_now(self) -> Outcome | str | None:
        """The earlier builds under the later inputs, all else free; why they cannot be; or None.

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
                problem = future.problem(self.before.rows)
                return outcome_of(problem, checked.policy.solver, future.naming)
        except NoFeasiblePlan as conflict:
            return str(conflict)

    @cached_property
    def policy(self) -> tuple[PolicyChange, ...]:
        """Fields of the policy that differ; none where one of the plans keeps no policy."""
        old, new = (one.summary["policy_settings"] for one in (self.before, self.plan))
        return policy_changes(old, new) if old and new else ()

    @property
    def data_and_optimisation(self) -> tuple[int, int] | None:
        """How much of what is spent more is of data and policy, and of planning anew, in cents."""
        if not isinstance(self.old_builds_now, Outcome):
            return None
        old, new = self.costs
        between = to_cents(self.old_builds_now.spent)
        return between - old, new - between

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is not known of the change, one sentence each."""
        sentences = []
        for what, inputs in (("earlier", self.old_inputs), ("later", self.new_inputs)):
            if inputs is None:
                sentences.append(
                    f"The inputs of the {what} plan are not kept: an earlier release published it, "
                    "and neither today's tables nor those known on that day are its own."
                )
        starts = [set(rows["PRODUCTION_WEEK"]) for rows in (self.before.rows, self._rows)]
        if starts[0] != starts[1]:
            sentences.append(
                "The plans cover different periods: costs are of each plan's own horizon."
            )
        if isinstance(self.old_builds_now, str):
            told = "The earlier builds have no plan under the later inputs."
            sentences.append(f"{told} {self.old_builds_now}")
        return tuple(sentences)

    @property
    def text_tables(self) -> tuple[TextTable, ...]:
        """The changes as a person reads them."""
        currency, names = str(self.plan.summary["currency"]), self.plan.names
        periods = self._periods
        return (
            *([] if self.inputs is None else [input_change_table(self.inputs, names)]),
            *([policy_change_table(self.policy)] if self.policy else []),
            build_change_table(self.builds, names, periods),
            nervousness_table(self.nervousness, periods),
            cost_change_table(
                self.costs, self.data_and_optimisation, currency, policy=bool(self.policy)
            ),
            *self._under_new_inputs(currency),
        )

    @property
    def _periods(self) -> PeriodNames:
        later = self.plan
        if isinstance(later, PastPlan):
            return PeriodNames.of_builds(later.rows)
        return PeriodNames.of_plan(later.tables)

    def _under_new_inputs(self, currency: str) -> tuple[TextTable, ...]:
        outcome, later = self.old_builds_now, self.plan
        if not isinstance(outcome, Outcome):
            return ()
        is_past = isinstance(later, PastPlan)
        anew = None if is_past else plan_figures(later.scenario_code, later.tables)
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
            "later": {"run_id": self.plan.run_id, "input_hash": self.plan.summary["input_hash"]},
            "inputs": None if self.inputs is None else [_input_values(one) for one in self.inputs],
            "policy": [asdict(one) for one in self.policy],
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
        later = self.plan
        return (
            later.rows if isinstance(later, PastPlan) else later.tables[RECOMMENDED_BUILD_PLAN.name]
        )


def diff(
    company: Company, scenario: str, run: str | None = None, *, to: str | None = None
) -> PlanChanges:
    """What changed from an earlier plan of a scenario to a later one.

    Args:
        company: The company.
        scenario: Code of the scenario.
        run: Run that published the earlier plan, or how its id begins; by default the publication
            before the later one.
        to: The same of the later plan; by default the published plan.

    Raises:
        UsageError: The scenario has no published plan or none before it, or no such run published.
    """
    with company.store.reading():
        code = company.scenario(scenario).code
        later = _later(company, code, to)
        earlier = run or _run_before(_publications(company, later))
        if earlier is None:
            which = "the one that stands" if to is None else f"that of run {to}"
            msg = f"{code} has no publication before {which}: there is nothing to compare."
            raise UsageError(msg)
        return _changes(company, later, published_by(company, code, earlier))


def changes_of(company: Company, plan: Plan) -> PlanChanges | None:
    """What changed from the publication before to a published plan; None for a first one."""
    with company.store.reading():
        earlier = _run_before(_publications(company, plan))
        if earlier is None:
            return None
        return _changes(company, plan, published_by(company, plan.scenario_code, earlier))


def _later(company: Company, code: str, run: str | None) -> Plan | PastPlan:
    """The published plan; where a run that published before it is named, what that published."""
    if run is None:
        return published(company, [code])[code]
    past = published_by(company, code, run)
    if not past.publication["STANDS"]:
        return past
    plan = published(company, [code])[code]
    return plan if plan.run_id == past.run_id else past


def _publications(company: Company, plan: Plan | PastPlan) -> pd.DataFrame:
    """The publications of a plan's scenario from the plan's own on, the latest first."""
    listed = company.store.publications(plan.scenario_code)
    listed = listed[listed["AS_OF_DATE"].isna()].reset_index(drop=True)
    own = (listed["RUN_ID"] == plan.run_id).to_numpy()
    return listed.iloc[int(own.argmax()) if own.any() else 0 :]


def _run_before(listed: pd.DataFrame) -> str | None:
    return str(listed["RUN_ID"].iloc[1]) if len(listed) > 1 else None


def _changes(company: Company, later: Plan | PastPlan, before: PastPlan) -> PlanChanges:
    return PlanChanges(later, before, _inputs(company, before), _inputs(company, later))


def _inputs(company: Company, plan: Plan | PastPlan) -> CheckedScenario | None:
    """The inputs of a plan: as kept, else today's or those known on its day; None for none."""
    settings, origin = plan.summary["policy_settings"], str(plan.summary["input_hash"])
    if not settings:
        return None
    policy = Policy.parse(dict(settings), f"of run {plan.run_id}")
    scenario = company.scenario(plan.scenario_code)
    kept = kept_inputs(company.store, origin)
    if kept is not None:
        return CheckedScenario(scenario, policy, kept, origin)
    before = plan.run_id if policy.keeps_last_plan else None
    for as_of in (None, _day(plan)):
        reader = InputReader(company.store, scenario, policy, as_of=as_of, before_run=before)
        try:
            found = of_checked(reader.inputs(INPUTS))
        except InputRefused:
            continue
        if found.input_hash == origin:
            return found
    return None


def _day(plan: Plan | PastPlan) -> dt.date | None:
    """The day of publication; None where the history has lost it."""
    at = plan.published_at
    return None if at is None else at.date()


def _input_values(one: InputChange) -> dict[str, Any]:
    return {
        "table": one.table,
        "added": one.added,
        "gone": one.gone,
        "moved": one.moved,
        "columns": dict(one.columns),
        "products": {str(product): rows for product, rows in one.products.items()},
    }
