"""The whole page: one plan, or several compared."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sop_pipeline.errors import UsageError
from sop_pipeline.report.html import templates
from sop_pipeline.report.page.blocks import Messages, Section, Tile
from sop_pipeline.report.page.comparison import changes_section, comparison_section
from sop_pipeline.report.page.futures import future_sections
from sop_pipeline.report.page.headline import Pain, pains, tiles
from sop_pipeline.report.page.loads import load_section
from sop_pipeline.report.page.money import money_section
from sop_pipeline.report.page.provenance import trust_section
from sop_pipeline.report.page.quantities import build_section, demand_section, warehouse_section
from sop_pipeline.report.page.reported import Compared, Reported, Room
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.proof import status
from sop_pipeline.report.summary import summary_row
from sop_pipeline.report.wording import plain


@dataclass(frozen=True)
class PlanPart:
    """What the page tells of one plan.

    Attributes:
        anchor: What the names of its sections begin with, so that they are unique on the page.
        code: The scenario's code.
        title: The scenario's name.
        about: Horizon and policy.
        tiles: The figures of the headline.
        pains: What hurts, each with the section that shows it.
        sections: The rest.
    """

    anchor: str
    code: str
    title: str
    about: str
    tiles: tuple[Tile, ...]
    pains: tuple[Pain, ...]
    sections: tuple[Section, ...]

    @property
    def anchors(self) -> set[str]:
        """Which sections there are."""
        return {section.anchor for section in self.sections}


def page_html(plans: Sequence[Reported], compared: Compared | None = None) -> str:
    """The page of plans, whole: it needs nothing beside itself.

    Args:
        plans: One plan, or several to be compared with the first.
        compared: The comparison of several; by default their figures alone.

    Raises:
        UsageError: There is none.
    """
    if not plans:
        msg = "A page needs at least one plan."
        raise UsageError(msg)
    room = Room.of_each(len(plans))
    parts = [_part(plan, f"p{at}-", room) for at, plan in enumerate(plans, start=1)]
    codes = ", ".join(part.code for part in parts)
    return (
        templates()
        .get_template("page.html")
        .render(
            title=f"Build plan {codes}" if len(parts) == 1 else f"Build plans {codes}",
            parts=parts,
            comparison=comparison_section(plans, compared) if len(plans) > 1 else None,
        )
    )


def write_page(path: Path, plans: Sequence[Reported], compared: Compared | None = None) -> None:
    """Write the page of plans to a file, which is replaced whole.

    Args:
        path: The file.
        plans: One plan, or several to be compared with the first.
        compared: The comparison of several; by default their figures alone.

    Raises:
        UsageError: There is no plan, or the file cannot be written.
    """
    html = page_html(plans, compared)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".unfinished-", delete=False
        ) as unfinished:
            unfinished.write(html)
        Path(unfinished.name).replace(path)
    except OSError as error:
        msg = f"{path} could not be written: {error}"
        raise UsageError(msg) from None


def _part(plan: Reported, anchor: str, room: Room) -> PlanPart:
    tables, names = plan.tables, plan.names
    row, periods = summary_row(tables), PeriodNames.of_plan(tables)
    span = periods.span(row["HORIZON_START"], row["HORIZON_END"])
    title = plain(plan.title)
    return PlanPart(
        anchor=anchor,
        code=plain(plan.code),
        title="" if title == plan.code else title,
        about=f"{span}, policy {plain(row['POLICY'])}, {status(row)}",
        tiles=tiles(tables),
        pains=pains(tables, names),
        sections=(
            *_explanation(plan),
            *future_sections(tables, plan.frontier),
            demand_section(tables, names),
            *([warehouse_section(tables, names, room)] if room.whole else []),
            *([load_section(tables, names, room)] if room.whole else []),
            money_section(tables),
            *([build_section(tables, names, room)] if room.whole else []),
            *([changes_section(plan.changes)] if plan.changes else []),
            trust_section(plan),
        ),
    )


def _explanation(plan: Reported) -> list[Section]:
    """Why the plan is so, in words; nothing where nobody has told."""
    blocks = [Messages(tuple(plan.explained))] if plan.explained else []
    if plan.unexplained:
        blocks.append(Messages(tuple(plan.unexplained), "What could not be told"))
    return [Section("why", "Why it is so", tuple(blocks))] if blocks else []
