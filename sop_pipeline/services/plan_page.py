"""The page of plans, whole in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sop_pipeline.errors import UsageError
from sop_pipeline.report.page import page
from sop_pipeline.report.page.reported import Compared, Reported
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan
from sop_pipeline.services.comparing import compare
from sop_pipeline.services.explaining import explain
from sop_pipeline.services.frontier import frontier as frontier_of
from sop_pipeline.services.plan_changes import changes_of


def write_page(
    plans: Iterable[Plan],
    path: str | Path,
    company: Company | None = None,
    *,
    regret: bool = False,
    drivers: bool = False,
    frontier: bool = False,
) -> None:
    """Write the page of plans side by side.

    Args:
        plans: The plans; those after the first are compared with it.
        path: The file; it is replaced whole.
        company: Whose plans they are; with it, the page tells why each plan is so, what changed
            since the plan before, and what leads from one to the next.
        regret: Whether it also tells what each plan's early build costs under the others' demand,
            which is planned for it.
        drivers: Whether it also tells which change of the inputs a difference comes from, which is
            planned for it.
        frontier: Whether it also tells what caution costs each hedge, which is planned for it.

    Raises:
        UsageError: There is no plan, or the file cannot be written; or there is no hedge to tell
            of, or inputs have changed since.
    """
    shown = list(plans)
    if company is None:
        page.write_page(Path(path), [plan.reported for plan in shown])
        return
    compared = _compared(company, shown, regret=regret, drivers=drivers)
    reported = [_explained(company, plan) for plan in shown]
    if frontier:
        reported = _with_frontiers(company, shown, reported)
    page.write_page(Path(path), reported, compared)


def page_of(company: Company, plan: Plan) -> str:
    """The page of one plan, as `write_page` writes it.

    Raises:
        PlanNotCertified: What would be done instead could not be proved the cheapest.
    """
    return page.page_html([_explained(company, plan)])


def _explained(company: Company, plan: Plan) -> Reported:
    explained = explain(company, plan)
    return replace(
        plan.reported,
        explained=tuple(explained.first_sentences),
        unexplained=tuple(explained.notes),
        changes=_changes(company, plan),
    )


def _with_frontiers(
    company: Company, plans: Sequence[Plan], reported: Sequence[Reported]
) -> list[Reported]:
    """The plans with what caution costs each hedge among them."""
    hedges = [plan for plan in plans if company.scenario(plan.scenario_code).is_hedge]
    if not hedges:
        codes = ", ".join(plan.scenario_code for plan in plans)
        msg = f"There is no hedge among {codes}: what caution costs is told of hedges alone."
        raise UsageError(msg)
    found = {plan.scenario_code: frontier_of(company, plan) for plan in hedges}
    return [replace(one, frontier=found.get(one.code, ())) for one in reported]


def _changes(company: Company, plan: Plan) -> Compared | None:
    """What changed since the publication before; None where nothing is published or was before."""
    changes = changes_of(company, plan) if plan.run_id else None
    if changes is None:
        return None
    run = changes.before
    lead = f"The plan before is of run {run.run_id}, published {run.summary['published'][:10]}."
    return Compared((changes.text_tables,), changes.warnings, lead)


def _compared(
    company: Company, plans: Sequence[Plan], *, regret: bool, drivers: bool
) -> Compared | None:
    """The comparison of several plans in one currency; others are only shown side by side."""
    currencies = {str(plan.summary["currency"]) for plan in plans}
    if len(plans) < 2 or len(currencies) > 1:  # noqa: PLR2004
        return None
    comparison = compare(company, plans, regret=regret, drivers=drivers)
    return Compared(comparison.text_groups, comparison.warnings)
