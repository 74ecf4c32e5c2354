"""Rows of PRODUCT_ROUTING: the figures of each operation and of the whole routing, by period.

Does not belong here: what the routings are (`routings`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.preparation.lookup import first_given, numbers
from sop_pipeline.planning.preparation.notes import Notes

_OF_OPERATIONS: Mapping[str, float] = {"CAPACITY_PER_UNIT": 1.0, "SETUP_CAPACITY": 0.0}
"""Figures of each row, and what an empty one means."""
_OF_ROUTINGS = ("UNIT_COST", "SETUP_COST", "MIN_LOT", "LOT_MULTIPLE")
"""Figures of the whole routing."""


@dataclass(frozen=True)
class RoutingRows:
    """The rows of all routings in arrays.

    Attributes:
        center: Index of each row's work centre.
        holds: Whether it holds in each period, (rows, T).
        figures: Its figures by column, nan where the routing may have them of another row.
    """

    center: Integers
    holds: Booleans
    figures: Mapping[str, Floats]

    @classmethod
    def of(cls, table: pd.DataFrame, center: Integers, holds: Booleans) -> RoutingRows:
        """The rows of the table."""
        of_operations = {
            name: first_given(numbers(table[name]), empty) for name, empty in _OF_OPERATIONS.items()
        }
        of_routings = {name: numbers(table[name]) for name in _OF_ROUTINGS}
        return cls(center, holds, {**of_operations, **of_routings})

    def at_centers(self, members: Sequence[int], column: str) -> dict[int, Floats]:
        """A figure of a routing's operations by work centre, per period, (T,) each."""
        figure = self.figures[column]
        return {w: figure[rows] @ self.holds[rows] for w, rows in self._by_center(members).items()}

    def of_routing(self, members: Sequence[int], name: str, notes: Notes) -> dict[str, Floats]:
        """Figures of a routing by column, per period, nan where none of its rows gives one.

        Args:
            members: The routing's rows.
            name: What it is called.
            notes: Take faults: rows that contradict each other.
        """
        for rows in self._by_center(members).values():
            if (self.holds[rows].sum(axis=0) > 1).any():
                notes.refuse(
                    "PRODUCT_ROUTING",
                    "EFFECTIVE_DATE",
                    [name],
                    expected="one row per routing, work centre and day",
                    got="rows whose dates overlap",
                )
        return {column: self._agreed(members, column, name, notes) for column in _OF_ROUTINGS}

    def _by_center(self, members: Sequence[int]) -> dict[int, list[int]]:
        centers = sorted({int(self.center[row]) for row in members})
        return {w: [row for row in members if self.center[row] == w] for w in centers}

    def _agreed(self, members: Sequence[int], column: str, name: str, notes: Notes) -> Floats:
        given = np.where(self.holds[members], self.figures[column][members, None], np.nan)
        lowest: Floats = np.fmin.reduce(given, axis=0)
        highest: Floats = np.fmax.reduce(given, axis=0)
        if (lowest < highest).any():
            notes.refuse(
                "PRODUCT_ROUTING",
                column,
                [name],
                expected=f"the same {column} on every row of a routing that gives one",
                got=f"{np.nanmin(lowest):g} to {np.nanmax(highest):g}",
            )
        return lowest
