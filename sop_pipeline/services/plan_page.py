"""The page of plans, whole in one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sop_pipeline.report.page import page
from sop_pipeline.report.page.comparison import Compared
from sop_pipeline.services.company import Company
from sop_pipeline.services.company_plans import Plan
from sop_pipeline.services.comparing import comparison_of


def write_page(plans: Iterable[Plan], path: str | Path, company: Company | None = None) -> None:
    """Write the page of plans side by side.

    Args:
        plans: The plans; those after the first are compared with it.
        path: The file; it is replaced whole.
        company: Whose plans they are; with it, the page tells what leads from one to the next.

    Raises:
        UsageError: There is no plan, or the file cannot be written.
    """
    shown = list(plans)
    compared = None if company is None else _compared(company, shown)
    page.write_page(Path(path), [plan.reported for plan in shown], compared)


def _compared(company: Company, plans: Sequence[Plan]) -> Compared | None:
    """The comparison of several plans in one currency; others are only shown side by side."""
    currencies = {str(plan.summary["currency"]) for plan in plans}
    if len(plans) < 2 or len(currencies) > 1:  # noqa: PLR2004
        return None
    comparison = comparison_of(company, plans)
    return Compared(comparison.text_tables, comparison.warnings)
