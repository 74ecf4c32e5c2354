"""Reports as Markdown, for the metadata of assets and checks.

Belongs here: pictures and tables as Markdown, and the escaping that keeps data from being read
as Markdown or HTML.
Does not belong here: what tables say (`summary`, `tables`, `comparison`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence

from sop_pipeline.errors import Fault
from sop_pipeline.report.build_tables import build_table, family_table
from sop_pipeline.report.class_tables import class_tables
from sop_pipeline.report.decision_tables import decision_tables
from sop_pipeline.report.future_tables import future_tables
from sop_pipeline.report.named_tables import build_in_words
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import assumptions, closing_summary
from sop_pipeline.report.tables import (
    TextTable,
    cost_term_table,
    network_tables,
    period_tables,
)
from sop_pipeline.report.wording import plain

# Signs that may mean something to Markdown or HTML. `_` and `-` mean nothing inside a word, `.`
# and `:` nothing after one (but a list begins with `1.` or `1)`), `+` and `-` nothing before a
# digit.
_SIGNS = re.compile(
    r"(?<![^\W_])[_.:]|_(?![^\W_])|(?<=\d)\.(?!\w)|(?<=\d)\)"
    r"|(?<![^\W_])-(?!\d)|(?<=[^\W_])-(?![^\W_])|\+(?!\d)"
    r"|[^\w\s,;/%?'\"()+.:-]"
)
_LINKS = re.compile(r"(://|www(?=\.)|@)", re.IGNORECASE)
_WORD_JOINER = "&#8288;"


def escape(text: object) -> str:
    """Text from data so that Markdown shows it as it stands, on one line.

    Signs with a meaning become character references, which never act as Markdown or HTML; an
    invisible sign keeps addresses from becoming links.
    """
    pieces = _LINKS.split(plain(text))
    escaped = (_SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", piece) for piece in pieces)
    return _WORD_JOINER.join(piece for piece in escaped if piece)


def image(alternative: str, webp: bytes) -> str:
    """A picture inside the text, so that it needs no file and no server."""
    data = base64.b64encode(webp).decode("ascii")
    return f"![{escape(alternative)}](data:image/webp;base64,{data})"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """A table of escaped cells; columns after the first `texts` are figures, to the right."""
    rule = [":---" if i < texts else "---:" for i in range(len(heads))]
    body = ([escape(cell) for cell in row] for row in rows)
    lines = ([escape(head) for head in heads], rule, *body)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text_table(shown: TextTable) -> str:
    """A table of the reports under its title."""
    head = f"**{escape(shown.title)}**"
    if not shown.rows and shown.empty:
        return f"{head}\n\n{escape(shown.empty)}"
    return f"{head}\n\n{table(shown.heads, shown.rows, shown.texts)}"


def closing_markdown(tables: Tables, names: Names | None = None) -> str:
    """The closing summary of one plan."""
    return table(("Plan", "Result"), closing_summary(tables).lines(names), texts=2)


def plan_markdown(tables: Tables, names: Names | None = None, top: int = 10) -> str:
    """One plan below its closing summary: periods, costs, and where a network hurts."""
    names = names or Names()
    families = family_table(tables, names)
    shown = (
        *future_tables(tables),
        *([families] if families else []),
        *period_tables(tables),
        cost_term_table(tables),
        *class_tables(tables),
        *network_tables(tables, names, top),
        *decision_tables(tables, names, top),
    )
    assumed = bullets(assumptions(tables), "Assumptions")
    parts = [*(text_table(one) for one in shown), assumed]
    return "\n\n".join(part for part in parts if part)


def build_markdown(tables: Tables, names: Names) -> str:
    """What to build: by family and period, then by product and period."""
    build = build_in_words(tables["RECOMMENDED_BUILD_PLAN"], names)
    families = family_table(tables, names)
    products = build_table(build, "product", PeriodNames.of_plan(tables))
    return "\n\n".join(text_table(one) for one in (families, products) if one is not None)


def bullets(messages: Iterable[Fault | str], title: str) -> str:
    """Messages as a list under a title; nothing where there are none."""
    lines = [f"- {escape(message)}" for message in messages]
    return "\n".join([f"**{escape(title)}**", "", *lines]) if lines else ""
