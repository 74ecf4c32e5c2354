"""A plan as the page is given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from sop_pipeline.planning.futures.frontier import FrontierPoint
from sop_pipeline.report.names import Names
from sop_pipeline.report.periods import Tables
from sop_pipeline.report.tables import TextTable

_WHOLE = 4
"""Plans that one page can show as a whole."""


@dataclass(frozen=True)
class Room:
    """How much of a plan the page shows in full, so that it stays small enough to be sent.

    Attributes:
        cells: Cells of the table of products.
        warehouses: Warehouses drawn.
        centers: Work centres shown.
        whole: Whether warehouses, work centres and builds are shown at all.
    """

    cells: int
    warehouses: int
    centers: int
    whole: bool

    @classmethod
    def of_each(cls, plans: int) -> Room:
        """The room of each of so many plans on one page."""
        return cls(6000 // plans, max(2, 12 // plans), max(5, 40 // plans), plans <= _WHOLE)


@dataclass(frozen=True)
class Compared:
    """A comparison made elsewhere.

    Attributes:
        groups: What it shows, one after the other; tables that tell of one thing are a group.
        warnings: What limits it.
        lead: What is compared, in a sentence.
    """

    groups: tuple[tuple[TextTable, ...], ...]
    warnings: tuple[str, ...] = ()
    lead: str = ""


@dataclass(frozen=True)
class Reported:
    """One scenario's plan, and what is known of it.

    Attributes:
        code: The scenario's code.
        tables: Its result tables by name.
        names: What ids are called.
        title: The scenario's name; empty where it has none.
        warnings: What its reader must know of.
        run_id: Run that published it; empty where it is not published.
        published: When it was published (UTC); None where it is not.
        explained: Why it is so, a sentence each.
        unexplained: What could not be told, and why.
        changes: What changed since the plan before; None where that is not known.
        frontier: What a hedge costs on average and at worst, by weight of risk.
    """

    code: str
    tables: Tables
    names: Names = field(default_factory=Names)
    title: str = ""
    warnings: Sequence[str] = ()
    run_id: str = ""
    published: pd.Timestamp | None = None
    explained: Sequence[str] = ()
    unexplained: Sequence[str] = ()
    changes: Compared | None = None
    frontier: Sequence[FrontierPoint] = ()
