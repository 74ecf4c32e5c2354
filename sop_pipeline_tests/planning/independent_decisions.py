"""Whole decisions, stated once more by other means: rows of a programme with whole columns.

Written from the mathematics alone; shares no code with the planner.
"""

from __future__ import annotations

import math
from typing import Any

from sop_pipeline_tests.planning.independent import first
from sop_pipeline_tests.planning.independent_classes import ClassCompany
from sop_pipeline_tests.planning.stated_programme import Programme

Row = dict[str, Any]
MOST = 400.0
"""Units that no plan of a small company makes in a period by one routing."""


class DecidedCompany(ClassCompany):
    """The contract's figures of what is decided whole."""

    def tiers(self, w: int, t: int) -> dict[str, tuple[float, float]]:
        return {
            code: (most if most >= self.tier_figure(w, code, t, "MIN_USE") else 0.0, premium)
            for code, (most, premium) in super().tiers(w, t).items()
        }

    def tier_figure(self, w: int, code: str, t: int, column: str) -> float:
        of_tier = [
            row
            for row in self.rows["capacity_tiers"]
            if (row["WORK_CENTER_ID"], row["TIER_CODE"]) == (w, code) and self.holds(row, t)
        ]
        return sum(row[column] or 0.0 for row in of_tier)

    def operations(self, p: int, code: str, t: int) -> list[Row]:
        return [
            row
            for row in self.rows["product_routings"]
            if (row["PRODUCT_ID"], row["ROUTING_CODE"]) == (p, code) and self.holds(row, t)
        ]

    def lot_figure(self, p: int, code: str, t: int, column: str, default: float) -> float:
        return first(*(row[column] for row in self.operations(p, code, t)), default)

    def multiple(self, p: int, code: str, t: int) -> float:
        return self.lot_figure(p, code, t, "LOT_MULTIPLE", 1.0)

    def least_lot(self, p: int, code: str, t: int) -> float:
        multiple = self.multiple(p, code, t)
        lots = math.ceil(self.lot_figure(p, code, t, "MIN_LOT", 0.0) / multiple)
        return max(1, lots) * multiple

    def is_set_up(self, p: int, code: str) -> bool:
        return any(
            self.multiple(p, code, t) > 1
            or any(
                (row[column] or 0.0) > 0
                for row in self.operations(p, code, t)
                for column in ("SETUP_COST", "SETUP_CAPACITY", "MIN_LOT")
            )
            for t in range(self.T)
        )


def with_whole_decisions(company: DecidedCompany, lp: Programme) -> Programme:
    """A programme of the company with its activations, set-ups and lots."""
    for name, column in list(lp.columns.items()):
        if name[0] == "u":
            _activation(company, lp, column, *name[1:])
        if name[0] == "x" and company.is_set_up(*name[1:3]):
            _set_up(company, lp, column, *name[1:])
    return lp


def _activation(
    company: DecidedCompany, lp: Programme, used: int, w: int, code: str, t: int
) -> None:
    fixed, least = (company.tier_figure(w, code, t, c) for c in ("FIXED_COST", "MIN_USE"))
    if not fixed and not least:
        return
    most, _ = company.tiers(w, t)[code]
    activated = lp.whole_var("z", w, code, t, cost=fixed, most=1.0)
    lp.less.append(({used: 1.0, activated: -most}, 0.0))
    if most > 0:
        lp.less.append(({used: -1.0, activated: least}, 0.0))


def _set_up(company: DecidedCompany, lp: Programme, built: int, p: int, code: str, t: int) -> None:
    cost = company.lot_figure(p, code, t, "SETUP_COST", 0.0)
    taken = lp.whole_var("s", p, code, t, cost=cost, most=1.0)
    lp.less.append(({built: 1.0, taken: -_most(company, p, code, t)}, 0.0))
    lp.less.append(({built: -1.0, taken: company.least_lot(p, code, t)}, 0.0))
    if company.multiple(p, code, t) > 1:
        lots = lp.whole_var("n", p, code, t)
        lp.equal.append(({built: 1.0, lots: -company.multiple(p, code, t)}, 0.0))
    for row in company.operations(p, code, t):
        if row["SETUP_CAPACITY"]:
            _load(lp, row["WORK_CENTER_ID"], t)[taken] = row["SETUP_CAPACITY"]


def _most(company: DecidedCompany, p: int, code: str, t: int) -> float:
    """Units that the capacity of the routing's work centres allows."""
    limits = [MOST]
    for row in company.operations(p, code, t):
        capacity = sum(most for most, _ in company.tiers(row["WORK_CENTER_ID"], t).values())
        limits.append(capacity / row["CAPACITY_PER_UNIT"])
    return min(limits)


def _load(lp: Programme, w: int, t: int) -> dict[int, float]:
    """The row that says what a work centre's load is: the first in which its use stands with -1."""
    used = lp.columns["u", w, "REGULAR", t]
    return next(row for row, _ in lp.equal if row.get(used) == -1.0)
