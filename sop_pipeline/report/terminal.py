"""Reports for the command line, never wider than 100 columns, terminal or not.

Belongs here: laying tables and texts out with rich.
Does not belong here: what they say (`summary`, `tables`, `comparison`).
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from sop_pipeline.errors import Fault
from sop_pipeline.report.build_tables import family_table
from sop_pipeline.report.class_tables import class_tables
from sop_pipeline.report.comparison import comparison_tables, comparison_warnings
from sop_pipeline.report.decision_tables import decision_tables
from sop_pipeline.report.future_tables import future_tables
from sop_pipeline.report.names import Names
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.summary import assumptions, closing_summary
from sop_pipeline.report.tables import (
    TextTable,
    cost_term_table,
    network_tables,
    period_tables,
)
from sop_pipeline.report.wording import count, plain

WIDTH = 100
_READABLE = 80
"""Columns that sentences are read in."""

_GAP = 2
_HEAD_WIDTH = 14
_HEAD = "bold"
_DIM = "dim"


def report_console(file: TextIO | None = None, *, stderr: bool = False) -> Console:
    """A console of at most 100 columns, of exactly 100 where there is no terminal to ask."""
    console = Console(file=file, stderr=stderr, highlight=False, emoji=False, markup=False)
    asked = shutil.get_terminal_size((WIDTH, 24)).columns if console.is_terminal else WIDTH
    console.width = min(asked, WIDTH)
    return console


def report_text(renderable: RenderableType) -> str:
    """A report as plain text of at most 100 columns, without colours or trailing blanks."""
    written = io.StringIO()
    report_console(written).print(renderable)
    return "\n".join(line.rstrip() for line in written.getvalue().split("\n"))


def plan_report(
    tables: Tables, scenario: str, names: Names | None = None, top: int = 10
) -> RenderableType:
    """Everything about one plan: closing summary, periods, costs, and where a network hurts.

    Args:
        tables: The result tables of one scenario by name, either grain.
        scenario: Its code.
        names: Names of products, sites and work centres.
        top: Rows of each table of a network plan.
    """
    names = names or Names()
    assumed = assumptions(tables)
    families = family_table(tables, names)
    return Group(
        closing_report(tables, scenario, names),
        *(text_table(table) for table in future_tables(tables)),
        *([text_table(families)] if families else []),
        period_report(tables),
        text_table(cost_term_table(tables)),
        *(text_table(table) for table in class_tables(tables)),
        *(text_table(table) for table in network_tables(tables, names, top)),
        *(text_table(table) for table in decision_tables(tables, names, top)),
        *([message_list(assumed, "assumption")] if assumed else []),
    )


def closing_report(tables: Tables, scenario: str, names: Names | None = None) -> RenderableType:
    """The closing summary of one plan under the scenario's code."""
    return labelled_lines(f"Plan of {plain(scenario)}", closing_summary(tables).lines(names))


def labelled_lines(title: str, lines: Iterable[tuple[str, str]]) -> RenderableType:
    """Labels with a text each, under a title."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=_DIM)
    grid.add_column(overflow="fold")
    for label, text in lines:
        grid.add_row(Text(label), Text(text))
    return _within(Group(_title(title), grid, Text("")))


def period_report(tables: Tables) -> RenderableType:
    """The plan per period: build, demand, stock and loads, then cost by kind."""
    return Group(*(text_table(table) for table in period_tables(tables)))


def comparison_report(plans: Mapping[str, Tables], baseline: str) -> RenderableType:
    """Scenarios side by side with the difference to the baseline, and what limits comparing them.

    Raises:
        KeyError: The baseline has no plan among them.
    """
    warned = comparison_warnings(plans, baseline)
    return Group(
        *(text_table(table) for table in comparison_tables(plans, baseline)),
        *([message_list(warned, "warning")] if warned else []),
    )


def message_list(messages: Iterable[Fault | str], noun: str = "warning") -> RenderableType:
    """Warnings or assumptions, one bullet each."""
    texts = [plain(message) for message in messages]
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1, style="yellow")
    grid.add_column(overflow="fold")
    for text in texts:
        grid.add_row(Text("-"), Text(text))
    return _within(Group(_title(count(len(texts), noun)), grid, Text("")))


def finding_lists(findings: Iterable[Fault]) -> RenderableType:
    """What checks found that stops no plan: warnings first, then what is only worth knowing."""
    kinds: dict[str, list[Fault]] = {"warning": [], "note": []}
    for fault in findings:
        kinds["note" if fault.informs else "warning"].append(fault)
    return Group(*(message_list(messages, noun) for noun, messages in kinds.items() if messages))


def sentence_list(title: str, sentences: Iterable[str], notes: Iterable[str]) -> RenderableType:
    """Sentences under a title, one bullet each, then what is to be noted of them."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1, style=_DIM)
    grid.add_column(overflow="fold")
    for sentence in sentences:
        grid.add_row(Text("-"), Text(plain(sentence)))
    remarks = [Text(plain(note), style=_DIM) for note in notes]
    return Constrain(Group(_title(plain(title)), grid, Text(""), *remarks), _READABLE)


def text_table(table: TextTable) -> RenderableType:
    """Lay a table out: figures to the right and never cut, texts wrapped."""
    shown = _Laid(table) if table.rows or not table.empty else Text(f"{table.empty}\n")
    return _within(Group(_title(table.title), shown))


@dataclass(frozen=True)
class _Laid:
    """A table that gives its figures the room they need, and its texts what is left.

    Figures that do not fit beside each other go on in a further table below, with the texts again:
    a figure cut in two is a wrong figure.
    """

    table: TextTable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        heads, rows, texts = self.table.heads, self.table.rows, self.table.texts
        widths = [_figure_width(heads[i], [row[i] for row in rows]) for i in range(len(heads))]
        least = sum(min(width, self.table.text_width) + _GAP for width in widths[:texts])
        for figures in _beside_each_other(widths[texts:], options.max_width - least):
            yield self._grid([*range(texts), *(texts + i for i in figures)], widths)

    def _grid(self, columns: list[int], widths: list[int]) -> Table:
        texts = self.table.texts
        grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style=_HEAD)
        for i in columns:
            grid.add_column(
                _cell(self.table.heads[i]),
                justify="left" if i < texts else "right",
                overflow="fold",
                width=widths[i] if i >= texts else None,
            )
        for row in self.table.rows:
            total = row[0].startswith("Total")
            grid.add_row(*(_cell(row[i]) for i in columns), style=_HEAD if total else "")
        return grid


def _beside_each_other(widths: list[int], room: int) -> list[list[int]]:
    """Columns in as few groups as fit, in order; one that is too wide stands alone."""
    groups: list[list[int]] = [[]]
    left = room
    for i, width in enumerate(widths):
        if groups[-1] and width + _GAP > left:
            groups.append([])
            left = room
        groups[-1].append(i)
        left -= width + _GAP
    return groups


def _within(renderable: RenderableType) -> RenderableType:
    return Constrain(renderable, WIDTH)


def _title(text: str) -> Text:
    return Text(text, style="bold cyan")


def _cell(text: str) -> Text:
    """Text of a cell, its lines kept: nothing in it is markup."""
    return Text("\n".join(plain(line) for line in text.split("\n")), overflow="fold")


def _figure_width(head: str, cells: Iterable[str]) -> int:
    """Width that keeps every figure whole; a heading wraps, and a long word of it goes on."""
    lines = [line for cell in cells for line in cell.split("\n")]
    head_width = max((cell_len(word) for word in head.split()), default=0)
    return max(min(head_width, _HEAD_WIDTH), 1, *(cell_len(line) for line in lines))
