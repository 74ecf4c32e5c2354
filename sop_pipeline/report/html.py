"""Reports as HTML: templates in `templates/`, every text from data escaped.

Belongs here: finding and filling templates.
Does not belong here: what tables say (`summary`, `tables`).
"""

from __future__ import annotations

import re
from functools import cache

import jinja2
from markupsafe import Markup, escape

from sop_pipeline.report.names import Names
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import closing_summary
from sop_pipeline.report.tables import TextTable, cost_term_table, period_tables
from sop_pipeline.report.wording import plain

_LETTERS = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]+"
_RIGHT_TO_LEFT = re.compile(rf"({_LETTERS}(?:[ '\"-]+{_LETTERS})*)")


@cache
def templates() -> jinja2.Environment:
    """The templates; what is filled in is escaped, and what is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sop_pipeline.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["apart"] = apart
    return environment


def apart(text: str) -> Markup:
    """Text with each word or name written from right to left kept apart from what is around it.

    A number right after such a name would otherwise be shown before it, as if it were of what
    comes before (Unicode Standard Annex 9).
    """
    pieces = [escape(piece) for piece in _RIGHT_TO_LEFT.split(text)]
    pieces[1::2] = [Markup("<bdi>{}</bdi>").format(piece) for piece in pieces[1::2]]
    return Markup("").join(pieces)


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
