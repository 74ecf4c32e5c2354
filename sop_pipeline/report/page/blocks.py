"""What a page is made of: sections of charts, tables and texts."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from sop_pipeline.report.page.svg import Look, Series
from sop_pipeline.report.tables import TextTable


@dataclass(frozen=True)
class Chart:
    """A chart with the table of its figures.

    Attributes:
        title: What it shows, with its unit.
        svg: The drawing.
        legend: Label, colour and look of each series.
        table: Every figure in it.
        note: What is worth saying of it, below the title.
    """

    title: str
    svg: Markup
    legend: tuple[tuple[str, str, Look], ...]
    table: TextTable
    note: str = ""
    kind: str = field(default="chart", init=False)


@dataclass(frozen=True)
class Charts:
    """Charts side by side.

    Attributes:
        charts: The charts.
        small: Whether they are many of one kind, to be compared at a glance.
    """

    charts: tuple[Chart, ...]
    small: bool = False
    kind: str = field(default="charts", init=False)


@dataclass(frozen=True)
class Table:
    """A table by itself.

    Attributes:
        table: Headings and rows.
        folded: Whether it is shown only when asked for, and in print.
    """

    table: TextTable
    folded: bool = False
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Bars:
    """A table whose last column is drawn as bars.

    Attributes:
        table: Headings and rows, without the bars.
        lengths: Length of each row's bar, in percent of the longest; None without one.
    """

    table: TextTable
    lengths: tuple[float | None, ...]
    kind: str = field(default="bars", init=False)


@dataclass(frozen=True)
class Tables:
    """Short tables side by side where there is room."""

    blocks: tuple[Table | Bars, ...]
    kind: str = field(default="tables", init=False)


@dataclass(frozen=True)
class HeatMap:
    """A table whose cells are shaded by their value.

    Attributes:
        table: Headings and rows.
        shades: Shade of each figure, 0 (nothing) to 10 (full), 11 (beyond); -1 without one.
    """

    table: TextTable
    shades: tuple[tuple[int, ...], ...]
    kind: str = field(default="heat_map", init=False)


@dataclass(frozen=True)
class Groups:
    """A table whose rows stand in groups, each under a heading of its own.

    Attributes:
        title: What it shows, with its unit.
        heads: Column headings.
        groups: Rows under each group's name.
    """

    title: str
    heads: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    kind: str = field(default="groups", init=False)


@dataclass(frozen=True)
class Messages:
    """Sentences, one below the other.

    Attributes:
        texts: The sentences.
        title: Heading above them; empty without one.
    """

    texts: tuple[str, ...]
    title: str = ""
    kind: str = field(default="messages", init=False)


@dataclass(frozen=True)
class Command:
    """A command to copy, and what it does."""

    told: str
    command: str
    kind: str = field(default="command", init=False)


Block = Chart | Charts | Table | Tables | Bars | HeatMap | Groups | Messages | Command


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading.

    Attributes:
        anchor: Its name in addresses, unique in a plan.
        title: Its heading.
        blocks: What is in it.
        lead: Its gist in a sentence.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True)
class Tile:
    """A figure of the headline, and what belongs to it."""

    label: str
    figure: str
    note: str = ""


def legend_of(series: tuple[Series, ...]) -> tuple[tuple[str, str, Look], ...]:
    """The legend of a chart's series."""
    return tuple((one.label, one.colour, one.look) for one in series)
