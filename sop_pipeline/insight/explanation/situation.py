"""What an explanation looks at: a plan's tables, its problem, and the part of both asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sop_pipeline.planning.arrays import Booleans, Floats, Integers
from sop_pipeline.planning.counterfactuals import Alternative, Counterfactuals, Limits, unsold
from sop_pipeline.planning.days import days
from sop_pipeline.planning.limits import open_capacity
from sop_pipeline.planning.parallel import side_by_side
from sop_pipeline.planning.problem import Problem

ONE_UNIT = 1.0
"""Less than this above or below a target is rounding to whole units."""


@dataclass(frozen=True)
class Scope:
    """The part of a plan to explain; None is all of it.

    Attributes:
        products: PRODUCT_ID.
        sites: SITE_ID of warehouses.
        centers: WORK_CENTER_ID.
        periods: First days.
    """

    products: frozenset[int] | None = None
    sites: frozenset[int] | None = None
    centers: frozenset[int] | None = None
    periods: frozenset[pd.Timestamp] | None = None

    @property
    def is_all(self) -> bool:
        """Whether it is the whole plan."""
        return self == Scope()

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that are in it."""
        keep = np.ones(len(frame), dtype=bool)
        for column, chosen, other in (
            ("PRODUCT_ID", self.products, None),
            ("SITE_ID", self.sites, self.centers),
            ("WORK_CENTER_ID", self.centers, self.sites),
            ("PERIOD_START", self.periods, None),
        ):
            if chosen is not None and column in frame:
                # A limit is of a work centre or of a warehouse: the other one is empty.
                inside = frame[column].isin(list(chosen)) | (
                    frame[column].isna() & (other is not None)
                )
                keep &= inside.to_numpy(bool)
        return frame[keep]


@dataclass(frozen=True)
class Situation:
    """A plan, its problem, and what is asked of it.

    Attributes:
        tables: Its tables by name.
        solved: Its optimal linear plan, and those under other limits.
        shifts: Capacity units that one shift makes on one day, by (WORK_CENTER_ID, first day).
        scope: What is to be explained.
    """

    tables: Mapping[str, pd.DataFrame]
    solved: Counterfactuals
    shifts: Mapping[tuple[int, pd.Timestamp], float] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.solved.problem

    @cached_property
    def starts(self) -> pd.DatetimeIndex:
        """First day of each period."""
        return pd.DatetimeIndex(days(self.problem.periods.starts))

    @cached_property
    def needed(self) -> Floats:
        """Stock that nothing is built ahead for: safety stock, or what is unsold, (P, S, T).

        What stands at the end of the last period serves no demand of the plan: all of it.
        """
        needed = np.maximum(self.problem.safety_stock, unsold(self.problem))
        needed[..., -1] = np.inf
        return needed

    @cached_property
    def is_asked(self) -> Booleans:
        """Which stock is in the scope, (P, S, T)."""
        chosen = (
            (self.problem.products, self.scope.products),
            (self.problem.warehouses, self.scope.sites),
            (self.starts, self.scope.periods),
        )
        asked = [
            np.ones(len(ids), dtype=bool) if some is None else pd.Index(ids).isin(list(some))
            for ids, some in chosen
        ]
        return np.einsum("p,s,t->pst", *asked).astype(bool)

    @cached_property
    def scarce(self) -> pd.DataFrame:
        """Rows of BUILD_PLAN_SHADOW_PRICE of capacity of which one unit more saves something."""
        prices = self.tables["BUILD_PLAN_SHADOW_PRICE"]
        is_capacity = prices["CONSTRAINT_NAME"] == "work_center_capacity"
        rows = prices[is_capacity & (prices["ONE_MORE_SAVES"] > 0)]
        return Scope(centers=self.scope.centers).of(rows)

    @cached_property
    def alternatives(self) -> tuple[Alternative | None, Alternative | None]:
        """The cheapest plan that builds nothing ahead, and that with room for scarce capacity."""
        stock = np.where(self.is_asked, self.needed, np.inf)
        limits = (Limits(stock=stock), Limits(tier_use=self._room()))
        without, room = side_by_side(self.solved.under, limits)
        return without, room

    def tier(self, center: int, code: str) -> int:
        """Position of a tier of a work centre in the problem."""
        owner = self.problem.work_centers[self.problem.tiers.work_center]
        codes = np.array(self.problem.tiers.codes, dtype=object)
        return int(np.flatnonzero((owner == center) & (codes == code))[0])

    def _room(self) -> Floats:
        """Capacity of every open tier, without limit where it is scarce."""
        capacity = open_capacity(self.problem)
        rows = self.scarce[["WORK_CENTER_ID", "TIER_CODE", "PERIOD_START"]]
        for center, code, day in rows.itertuples(index=False):
            capacity[self.tier(center, code), self.starts.get_loc(day)] = np.inf
        return capacity


def runs(positions: Integers) -> list[Integers]:
    """Whole numbers, ascending, in runs without a gap."""
    if not len(positions):
        return []
    return np.split(positions, np.flatnonzero(np.diff(positions) > 1) + 1)
