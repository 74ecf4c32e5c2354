"""Plans of a company: solved here, or published.

Belongs here: what a plan is to whoever asks for one: its tables, its summary, how it shows itself.
Does not belong here: the steps of planning (`plans`), what its figures mean (`insight`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sop_pipeline.errors import Fault, UsageError
from sop_pipeline.planning.optimum import Progress
from sop_pipeline.report.named_tables import NamedTable, named_tables
from sop_pipeline.report.names import Names
from sop_pipeline.report.summary import closing_summary
from sop_pipeline.schemas.plan import BUILD_PLAN_FUTURE, BUILD_PLAN_SUMMARY
from sop_pipeline.services.checked_scenario import CheckedScenario
from sop_pipeline.services.company import Company, label_of
from sop_pipeline.services.plans import CheckedPlan, solve_and_check
from sop_pipeline.services.published_summary import published_futures, published_summary

if TYPE_CHECKING:
    from sop_pipeline.report.page.reported import Reported
    from sop_pipeline.services.explaining import ExplainedPlan


@dataclass(frozen=True)
class Plan:
    """One scenario's plan.

    Attributes:
        scenario_code: The scenario.
        tables: The result tables by name, RECOMMENDED_BUILD_PLAN and every BUILD_PLAN table.
        summary: Status, costs, certificate, provenance: what `summary.json` holds of a solved plan,
            the same of a published one as far as it is published.
        names: What ids are called.
        warnings: What its reader must know of.
        inputs: What it was solved from; None for a published plan.
        scenario_name: What the scenario is called.
        run_id: The run that published it; empty for a plan that is not published.
        published_at: When that was (UTC); None for a plan that is not published.
        company: The company it is of; None where it is not known.
    """

    scenario_code: str
    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]
    names: Names
    warnings: tuple[Fault, ...] = ()
    inputs: CheckedScenario | None = None
    scenario_name: str = ""
    run_id: str = ""
    published_at: pd.Timestamp | None = None
    company: Company | None = field(default=None, repr=False, compare=False)

    @property
    def build(self) -> pd.DataFrame:
        """What to build: a row per product, work centre and period, in words."""
        return self.named_tables[0].rows

    @property
    def named_tables(self) -> list[NamedTable]:
        """Every table with codes and names beside its ids, the build plan first."""
        return named_tables({self.scenario_code: self.tables}, self.names)

    def explain(self, **narrowed: str | None) -> ExplainedPlan:
        """Why the plan is so, in sentences; arguments as `sop_pipeline.explain` has them.

        Raises:
            UsageError: The plan's company is not known, or it has no such product or place.
        """
        from sop_pipeline.services.explaining import explain  # noqa: PLC0415  it takes plans

        if self.company is None:
            msg = f"The company of the plan of {self.scenario_code} is not known"
            raise UsageError(msg)
        return explain(self.company, self, **narrowed)

    def to_excel(self, path: str | Path) -> None:
        """Write the plan to a workbook.

        Raises:
            UsageError: It cannot be written, or has more rows than a sheet.
        """
        from sop_pipeline.report.workbook import write_workbook  # noqa: PLC0415  slow to import

        write_workbook(Path(path), self.named_tables, {self.scenario_code: self.tables})

    def to_html(self, path: str | Path) -> None:
        """Write the plan's page, whole in one file.

        Raises:
            UsageError: It cannot be written.
        """
        from sop_pipeline.report.page import page  # noqa: PLC0415  slow to import

        page.write_page(Path(path), [self.reported])

    @property
    def reported(self) -> Reported:
        """The plan as its page is given it."""
        from sop_pipeline.report.page.reported import Reported  # noqa: PLC0415  slow to import

        return Reported(
            code=self.scenario_code,
            tables=self.tables,
            names=self.names,
            title=self.scenario_name,
            warnings=tuple(map(str, self.warnings)),
            run_id=self.run_id,
            published=self.published_at,
        )

    def __str__(self) -> str:
        """The figures that close its report."""
        text = closing_summary(self.tables).text(self.names)
        return f"Plan of {self.scenario_code}\n{text}"

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from sop_pipeline.report.html import plan_html  # noqa: PLC0415  slow to import

        return plan_html(self.tables, self.scenario_code, self.names)


def plan(
    company: Company,
    scenario: str | None = None,
    *,
    policy: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Plan a scenario; nothing is published.

    Args:
        company: The company.
        scenario: Code of the scenario; may be left out where there is but one.
        policy: Name or file of the policy; by default that of SOP_POLICY, else `standard`.
        overrides: Fields laid over it.
        progress: Told each step as it begins.

    Raises:
        InputRefused: A check that blocks found faults; each is told.
        UsageError: There is no such scenario or policy.
        NoFeasiblePlan: No plan satisfies the hard constraints; the conflict is named.
        PlanNotCertified: There is no proof in time, or the plan breaks its own rules.
    """
    started = time.perf_counter()
    checked = company.checked(scenario, policy=policy, overrides=overrides)
    seconds = {"read": time.perf_counter() - started}
    solved = solve_and_check(checked, policy_name=label_of(policy, overrides), progress=progress)
    return solved_plan(company, checked, solved, seconds)


def solved_plan(
    company: Company, checked: CheckedScenario, solved: CheckedPlan, seconds: Mapping[str, float]
) -> Plan:
    """A plan that was solved here.

    Args:
        company: Whose it is.
        checked: What it was solved from.
        solved: The plan.
        seconds: What other steps than solving took.
    """
    report = solved.solved.report
    summary = {**report, "seconds": {**seconds, **report["seconds"]}, "notes": list(company.notes)}
    return Plan(
        checked.scenario.code,
        solved.solved.tables,
        summary,
        company.names,
        solved.warnings,
        checked,
        checked.scenario.name,
        company=company,
    )


def published(company: Company, scenarios: Iterable[str]) -> dict[str, Plan]:
    """The published plans of scenarios, by code, in the order asked for.

    Raises:
        UsageError: A scenario is unknown, or has no published plan.
    """
    with company.store.reading():
        codes = [company.scenario(code).code for code in scenarios]
        return {code: _published(company, code) for code in dict.fromkeys(codes)}


def _published(company: Company, code: str) -> Plan:
    tables = company.store.read_plan(code)
    rows = tables[BUILD_PLAN_SUMMARY.name]
    if rows.empty:
        msg = f"{code} has no published plan yet. Run `sop plan {code}`."
        raise UsageError(msg)
    run_id, at = _publication(company, code)
    name = company.scenario(code).name
    return Plan(
        code,
        tables,
        {**published_summary(rows), **published_futures(tables[BUILD_PLAN_FUTURE.name])},
        company.names,
        scenario_name=name,
        run_id=run_id,
        published_at=at,
        company=company,
    )


def _publication(company: Company, code: str) -> tuple[str, pd.Timestamp | None]:
    """Run and time of the publication that stands; nothing where the history has lost it."""
    rows = company.store.publications(code)
    standing = rows[rows["STANDS"].astype(bool) & rows["AS_OF_DATE"].isna()]
    if standing.empty:
        return "", None
    return str(standing["RUN_ID"].iloc[0]), pd.Timestamp(standing["PUBLISHED_TIMESTAMP"].iloc[0])
