"""The page of plans, whole in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from sop_pipeline.report.page import page
from sop_pipeline.report.page.comparison import Compared
from sop_pipeline.report.page.reported import Reported
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan
from sop_pipeline.services.comparing import compare
from sop_pipeline.services.explaining import explain


def write_page(
    plans: Iterable[Plan],
    path: str | Path,
    company: Company | None = None,
    *,
    regret: bool = False,
) -> None:
    """Write the page of plans side by side.

    Args:
        plans: The plans; those after the first are compared with it.
        path: The file; it is replaced whole.
        company: Whose plans they are; with it, the page tells why each plan is so, and what leads
            from one to the next.
        regret: Whether it also tells what each plan's early build costs under the others' demand,
            which is planned for it.

    Raises:
        UsageError: There is no plan, or the file cannot be written.
    """
    shown = list(plans)
    if company is None:
        page.write_page(Path(path), [plan.reported for plan in shown])
        return
    compared = _compared(company, shown, regret=regret)
    page.write_page(Path(path), [_explained(company, plan) for plan in shown], compared)


def _explained(company: Company, plan: Plan) -> Reported:
    told = explain(company, plan)
    return replace(
        plan.reported, explained=tuple(told.first_sentences), unexplained=tuple(told.notes)
    )


def _compared(company: Company, plans: Sequence[Plan], *, regret: bool) -> Compared | None:
    """The comparison of several plans in one currency; others are only shown side by side."""
    currencies = {str(plan.summary["currency"]) for plan in plans}
    if len(plans) < 2 or len(currencies) > 1:  # noqa: PLR2004
        return None
    comparison = compare(company, plans, regret=regret)
    return Compared(comparison.text_tables, comparison.warnings)
