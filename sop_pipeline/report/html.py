"""Reports as HTML: templates in `templates/`, every text from data escaped.

Belongs here: finding and filling templates.
Does not belong here: what tables say (`summary`, `tables`).
"""

from __future__ import annotations

from functools import cache

import jinja2

from sop_pipeline.report.names import Names
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import closing_summary
from sop_pipeline.report.tables import TextTable, cost_term_table, period_tables
from sop_pipeline.report.wording import plain


@cache
def templates() -> jinja2.Environment:
    """The templates; what is filled in is escaped, and what is missing is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("sop_pipeline.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def plan_html(tables: Tables, scenario: str, names: Names) -> str:
    """A plan as a notebook shows it: its closing figures, its periods and its costs.

    Args:
        tables: The result tables of one scenario by name.
        scenario: Code of the scenario.
        names: What ids are called.
    """
    lines = tuple(closing_summary(tables).lines(names))
    closing = TextTable("Summary", ("Plan", "Result"), lines, texts=2)
    shown = (closing, *period_tables(tables), cost_term_table(tables))
    return templates().get_template("plan.html").render(scenario=plain(scenario), tables=shown)
