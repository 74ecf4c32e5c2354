"""Plans of a company side by side: their figures, and what leads from the first to each other.

Belongs here: finding plans and their inputs, and handing them to `insight`.
Does not belong here: the figures themselves (`insight`), how they are worded (`report`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

from sop_pipeline.errors import UsageError
from sop_pipeline.insight.bridge import Bridge, FamilyMoney, Step, bridge, family_steps
from sop_pipeline.insight.comparison import PlanFigures, plan_figures
from sop_pipeline.insight.drivers import DriverStep
from sop_pipeline.insight.execution import Future
from sop_pipeline.insight.regret import RegretTable, regret_table
from sop_pipeline.insight.revenue import revenue_by_product
from sop_pipeline.planning import solving_within
from sop_pipeline.planning.optimum import PREPARE, Progress
from sop_pipeline.report.bridge_tables import (
    bridge_table,
    driver_table,
    family_table,
    load_table,
    scarcity_table,
)
from sop_pipeline.report.comparison import comparison_tables, comparison_warnings
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.regret_tables import regret_tables, regret_warnings
from sop_pipeline.report.tables import TextTable
from sop_pipeline.services.checked_scenario import CheckedScenario
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan, published
from sop_pipeline.services.comparison_values import (
    bridge_values,
    driver_values,
    plan_values,
    regret_values,
    step_values,
)
from sop_pipeline.services.driver_bridges import driver_bridges
from sop_pipeline.services.plan_inputs import PlanInputs
from sop_pipeline.services.scenarios import plannable_scenarios
from sop_pipeline.settings import Solvers


@dataclass(frozen=True)
class Comparison:
    """Plans side by side.

    Attributes:
        plans: The plans, in the order asked for.
        inputs: What each was made of; None where that has changed since and is not kept.
        changed: Codes of those whose inputs have changed since, kept or not.
        regret: Every build under every demand; None where it is not asked for.
        drivers: The steps of each bridge by driver; None where they are not asked for.
    """

    plans: tuple[Plan, ...]
    inputs: tuple[CheckedScenario | None, ...]
    changed: tuple[str, ...] = ()
    regret: RegretTable | None = None
    drivers: tuple[tuple[DriverStep, ...], ...] | None = None

    @cached_property
    def figures(self) -> tuple[PlanFigures, ...]:
        """The figures of each plan."""
        return tuple(plan_figures(plan.scenario_code, plan.tables) for plan in self.plans)

    @cached_property
    def bridges(self) -> tuple[Bridge, ...]:
        """From the margin of the first plan to that of each other one."""
        first, *others = self.figures
        return tuple(bridge(first, other) for other in others)

    @cached_property
    def families(self) -> tuple[tuple[Step, ...], ...]:
        """The steps of each bridge by product family; none where inputs are not known any more."""
        first, *others = (self._family_money(place) for place in range(len(self.plans)))
        return tuple(
            () if not (first and other) else family_steps(first, other) for other in others
        )

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What limits the comparison."""
        changed = (
            f"The inputs of {code} have changed since its plan was published: the plan is compared "
            f"as it was made. Plan it again: sop plan {code}"
            for code in self.changed
        )
        tables = {plan.scenario_code: plan.tables for plan in self.plans}
        return (
            *changed,
            *regret_warnings(self.regret),
            *comparison_warnings(tables, self.plans[0].scenario_code),
        )

    @property
    def text_tables(self) -> tuple[TextTable, ...]:
        """The comparison as a person reads it."""
        return tuple(chain.from_iterable(self.text_groups))

    @cached_property
    def text_groups(self) -> tuple[tuple[TextTable, ...], ...]:
        """The same tables, those together that tell of one thing: each bridge is a group."""
        first = self.plans[0]
        tables = {plan.scenario_code: plan.tables for plan in self.plans}
        periods, currency = PeriodNames.of_plan(first.tables), str(first.summary["currency"])
        bridges = (
            (
                bridge_table(one, currency),
                *([] if drivers is None else [driver_table(one, drivers, currency)]),
                *([family_table(one, steps, currency)] if steps else []),
            )
            for one, steps, drivers in self._bridges_whole
        )
        return (
            comparison_tables(tables, first.scenario_code),
            *bridges,
            *([regret_tables(self.regret, currency, periods)] if self.regret else []),
            (
                load_table(self.figures, first.names),
                scarcity_table(self.figures, first.names, periods),
            ),
        )

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain values, as `sop compare --json` prints it."""
        return {
            "plans": [plan_values(figures) for figures in self.figures],
            "bridges": [
                {
                    **bridge_values(one),
                    "families": [step_values(step) for step in steps],
                    **({} if drivers is None else {"drivers": driver_values(drivers)}),
                }
                for one, steps, drivers in self._bridges_whole
            ],
            "warnings": list(self.warnings),
            **({"regret": regret_values(self.regret)} if self.regret else {}),
        }

    @property
    def _bridges_whole(
        self,
    ) -> Iterator[tuple[Bridge, tuple[Step, ...], tuple[DriverStep, ...] | None]]:
        """Each bridge with its steps by family and, where asked for, by driver."""
        drivers = self.drivers or (None,) * len(self.bridges)
        return zip(self.bridges, self.families, drivers, strict=True)

    def _family_money(self, place: int) -> FamilyMoney | None:
        inputs, plan = self.inputs[place], self.plans[place]
        if inputs is None:
            return None
        published_future = inputs.future(plan.summary.get("reference_member", plan.scenario_code))
        problem = PREPARE[inputs.policy.grain](published_future, inputs.policy).problem
        earned, _ = self.figures[place].require_margin()
        revenue = revenue_by_product(problem, plan.tables, earned)
        families = {product: label.group for product, label in plan.names.products.items()}
        return FamilyMoney.of_plan(plan.tables, revenue, families)


def compare(
    company: Company,
    scenarios: Iterable[str | Plan],
    *,
    regret: bool = False,
    drivers: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Lay plans side by side; none of them is planned anew.

    Args:
        company: The company.
        scenarios: Two or more: codes of scenarios with a published plan, or plans.
        regret: Whether every build is carried out under every demand, a programme for each pair.
        drivers: Whether each bridge is told by what changes between the inputs as well, a plan for
            each change.
        progress: Told what is being solved.

    Raises:
        UsageError: There are fewer than two; a scenario is unknown or has no published plan; or a
            plan is of a release that told no margin; or there is no regret or bridge by driver,
            because inputs have changed since and are not kept, or no regret, because plans have
            other policies or periods.
        PlanNotCertified: A programme was not solved in time.
    """
    asked = list(scenarios)
    codes = [one for one in asked if isinstance(one, str)]
    if len(asked) < 2:  # noqa: PLR2004
        msg = f"Name two scenarios or more to compare; got {', '.join(map(str, codes)) or 'none'}."
        raise UsageError(msg)
    found = published(company, codes)
    plans = [found[one] if isinstance(one, str) else one for one in asked]
    compared = comparison_of(company, plans)
    return replace(
        compared,
        regret=_regret(compared, progress) if regret else None,
        drivers=_drivers(compared, progress) if drivers else None,
    )


def compare_published(company: Company) -> Comparison:
    """Lay every published plan beside that of the baseline, or of the first scenario published.

    Plans in another currency than that one's are left out.

    Raises:
        UsageError: No scenario has a published plan.
    """
    with company.store.reading():
        known, _ = plannable_scenarios(company.store)
        standing = set(company.store.read("published_plans")["SCENARIO_CODE"])
        there = [scenario for scenario in known if scenario.code in standing]
        if not there:
            msg = "No scenario has a published plan yet: there is nothing to compare."
            raise UsageError(msg)
        order = sorted(there, key=lambda scenario: not scenario.baseline)
        first, *others = published(company, [scenario.code for scenario in order]).values()
        currency = first.summary["currency"]
        alike = [plan for plan in others if plan.summary["currency"] == currency]
        return comparison_of(company, [first, *alike])


def comparison_of(company: Company, plans: Sequence[Plan]) -> Comparison:
    """Lay plans at hand side by side.

    Raises:
        UsageError: They are in several currencies.
    """
    currencies = dict.fromkeys(str(plan.summary["currency"]) for plan in plans)
    if len(currencies) > 1:
        msg = f"Plans in {' and '.join(currencies)} cannot be compared: expected one currency."
        raise UsageError(msg)
    known = PlanInputs(company)
    with company.store.reading():
        origins = [known.of(plan) for plan in plans]
    found = list(zip(plans, origins, strict=True))
    changed = dict.fromkeys(plan.scenario_code for plan, origin in found if not origin.stands)
    return Comparison(tuple(plans), tuple(origin.inputs for origin in origins), tuple(changed))


def _drivers(compared: Comparison, progress: Progress | None) -> tuple[tuple[DriverStep, ...], ...]:
    inputs = _require_inputs(compared, "which change of them its margin comes from")
    margins = [figures.require_margin()[1] for figures in compared.figures]
    return driver_bridges(inputs, margins, progress)


def _require_inputs(compared: Comparison, what: str) -> list[CheckedScenario]:
    """What every plan was made of.

    Raises:
        UsageError: The inputs of a plan have changed since, and are not kept.
    """
    found = list(zip(compared.plans, compared.inputs, strict=True))
    changed = dict.fromkeys(plan.scenario_code for plan, inputs in found if inputs is None)
    if changed:
        codes = " ".join(changed)
        msg = (
            f"The inputs of {codes} have changed since: there is no telling {what}. Plan again: "
            f"sop plan {codes}"
        )
        raise UsageError(msg)
    return [inputs for inputs in compared.inputs if inputs]


def _regret(compared: Comparison, progress: Progress | None) -> RegretTable:
    known = _require_inputs(compared, "what a build costs under them")
    found = zip(compared.plans, known, strict=True)
    by_code = {plan.scenario_code: (plan, inputs) for plan, inputs in found}
    futures = [
        Future(code, inputs.planning_inputs, inputs.policy) for code, (_, inputs) in by_code.items()
    ]
    builds = {code: plan.tables["RECOMMENDED_BUILD_PLAN"] for code, (plan, _) in by_code.items()}
    with solving_within(Solvers.from_environment().time_limit_seconds):
        return regret_table(builds, futures, progress)
