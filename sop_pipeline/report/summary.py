"""The closing summary of one plan, as data and as lines of text.

Belongs here: the few figures that close a plan's report, and what to say about ties.
Does not belong here: how a terminal or a page lays them out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.insight.comparison import lost_units, overflow_pallets
from sop_pipeline.planning.families import COSTS
from sop_pipeline.report.confidence import MeasuredConfidence, measured_confidence
from sop_pipeline.report.futures import Hedged, hedged
from sop_pipeline.report.names import Names
from sop_pipeline.report.period_names import PeriodNames
from sop_pipeline.report.periods import HALF_A_STORED_DIGIT, Tables, plan_by_period
from sop_pipeline.report.proof import status
from sop_pipeline.report.service import goes_short
from sop_pipeline.report.wording import (
    amount,
    count,
    in_units,
    money,
    percent,
    plain,
    units,
)

COST_TITLES = {
    cost.column: cost.title if cost.is_spent else f"{cost.title} (penalty)" for cost in COSTS
}
"""What each cost term is called where what is spent and what is not stand in one table."""

SPENT_COLUMNS = tuple(cost.column for cost in COSTS if cost.is_spent)
"""Terms that are spent: together they are what a plan costs, in every report."""

PENALTY_COLUMNS = tuple(cost.column for cost in COSTS if not cost.is_spent)
"""Terms that steer the plan but are not spent on it: they stand only in the summary."""

_ABSENT = {
    f"{prefix}{cost.column}": 0.0 for cost in COSTS if cost.used for prefix in ("", "PUBLISHED_")
}

NOT_KNOWN = "not known: published by an earlier release"


@dataclass(frozen=True)
class Peak:
    """The period in which a quantity is largest.

    Attributes:
        day: First day of that period; the first one where several are equal.
        quantity: Units in it.
        periods: How many periods have just that quantity.
    """

    day: pd.Timestamp
    quantity: float
    periods: int

    def text(self, names: PeriodNames) -> str:
        """Tell period and quantity, and whether it is the first of equals."""
        text = f"{names.name(self.day)}, {in_units(self.quantity)}"
        if self.periods == 1:
            return text
        return f"{text} (first of {self.periods} equal {names.noun}s)"


@dataclass(frozen=True)
class Headroom:
    """How near the stock comes to an overflow threshold, where and when it is nearest.

    Attributes:
        site_id: The warehouse.
        day: First day of the period.
        pallets: Pallets below the threshold; negative is overflow.
        capacity_pct: The same in percent of the warehouse's pallet positions; NaN without any.
    """

    site_id: int
    day: pd.Timestamp
    pallets: float
    capacity_pct: float


@dataclass(frozen=True)
class ClosingSummary:
    """What a person wants to know of a plan first.

    Attributes:
        status: Status, confirmed by the certificate, with the gaps of whole decisions.
        total_cost: What the whole-unit plan spends: the one figure that every report calls so.
        penalties: What it does not spend beside that: for lost sales, lateness, missing safety
            stock, load changes.
        revenue: Of the units served; NaN where the plan is of a release that told none.
        margin: Revenue less total cost; likewise.
        revenue_at_risk: Of the units lost; likewise.
        nervousness: Share of the last plan's builds that is changed; NaN where the policy does not
            keep to it, or there is nothing to keep to.
        freeze_cost: What its frozen periods cost; NaN where the policy does not keep to it.
        currency: Label of the currency.
        peak_build: Period with the largest build; None where nothing is built.
        peak_stock: Period with the largest stock at its end; None without any stock.
        headroom: Where storage comes nearest to its threshold; None without warehouses.
        overflow_pallets: Largest overflow of one warehouse in one period (pallets).
        fill_rate: Units served in their period over units demanded; NaN without demand.
        goes_short: Which class of demand loses what, by which rule; empty without classes.
        lost_units: Sales lost over the horizon (units).
        prebuilt_units: Stock above its safety target just before the peak quarter (units).
        peak_utilization_pct: Largest load of a work centre (%).
        grain: network or aggregate.
        policy: The policy, with what is laid over it.
        horizon: First day of the first and of the last period.
        periods: Periods planned.
        model_version: Package version, policy and grain.
        period_names: What the periods are called.
        confidence: How sure the plan is, where it was measured; else None.
        hedged: What a hedge commits to and what not knowing costs; None of another plan.
    """

    status: str
    total_cost: float
    penalties: float
    revenue: float
    margin: float
    revenue_at_risk: float
    nervousness: float
    freeze_cost: float
    currency: str
    peak_build: Peak | None
    peak_stock: Peak | None
    headroom: Headroom | None
    overflow_pallets: float
    fill_rate: float
    goes_short: str
    lost_units: float
    prebuilt_units: float
    peak_utilization_pct: float
    grain: str
    policy: str
    horizon: tuple[pd.Timestamp, pd.Timestamp]
    periods: int
    model_version: str
    period_names: PeriodNames
    confidence: MeasuredConfidence | None = None
    hedged: Hedged | None = None

    @property
    def overflow_avoided(self) -> bool:
        """Whether no warehouse holds more than its threshold at the end of any period."""
        return self.overflow_pallets == 0

    @property
    def service(self) -> str:
        """The fill rate in words, and what is lost: 2 of a million units are not all of them."""
        if not np.isfinite(self.fill_rate):
            return "no demand"
        text = percent(100 * self.fill_rate)
        incomplete = self.fill_rate < 1 or self.lost_units > 0
        if incomplete and text == percent(100):
            text = "just below 100 %"
        return f"{text}, {units(self.lost_units)} lost" if self.lost_units > 0 else text

    def lines(self, names: Names | None = None) -> list[tuple[str, str]]:
        """Label and text of each figure, in reading order."""
        noun = self.period_names.noun
        return [
            ("Status", self.status),
            *(self.hedged.lines if self.hedged else []),
            ("Total cost", self._cost()),
            ("Revenue", self._revenue()),
            ("Margin", self._margin()),
            (f"Peak build {noun}", self._peak(self.peak_build, "nothing is built")),
            (f"Peak stock {noun}", self._peak(self.peak_stock, "no stock is held")),
            ("Overflow avoided", self._overflow(names or Names())),
            ("Fill rate", self.service),
            *([("Who goes short", self.goes_short)] if self.goes_short else []),
            ("Pre-built units", f"{units(self.prebuilt_units)} before the peak quarter"),
            ("Peak utilisation", percent(self.peak_utilization_pct)),
            *self._stability(),
            *(
                [("Confidence", self.confidence.text(names, self.period_names))]
                if self.confidence
                else []
            ),
            ("Horizon", self._horizon()),
            ("Policy and grain", f"{plain(self.policy)}, {self.grain}"),
            ("Model version", plain(self.model_version)),
        ]

    def text(self, names: Names | None = None) -> str:
        """The lines as plain text, one figure a line."""
        return "\n".join(f"{label}: {text}" for label, text in self.lines(names))

    def _cost(self) -> str:
        text = money(self.total_cost, self.currency)
        if not self.penalties:
            return text
        return f"{text} (not in it: {amount(self.penalties)} of penalties, which are not spent)"

    def _revenue(self) -> str:
        if not np.isfinite(self.revenue):
            return NOT_KNOWN
        text = money(self.revenue, self.currency)
        if not self.revenue_at_risk > 0:
            return text
        return f"{text} ({amount(self.revenue_at_risk)} more is lost with the units lost)"

    def _margin(self) -> str:
        if not np.isfinite(self.margin):
            return NOT_KNOWN
        text = money(self.margin, self.currency)
        return (
            f"{text} ({percent(100 * self.margin / self.revenue)} of revenue)"
            if self.revenue
            else text
        )

    def _stability(self) -> list[tuple[str, str]]:
        """How much of the last plan is kept, where the policy keeps to it."""
        if not np.isfinite(self.freeze_cost):
            return []
        if not np.isfinite(self.nervousness):
            return [("Last plan", "none to keep to")]
        cost = money(self.freeze_cost, self.currency)
        return [("Last plan", f"{self.changed} of its builds changed; the freeze costs {cost}")]

    @property
    def changed(self) -> str:
        """Share of the last plan's builds that is changed, in words."""
        return percent(100 * self.nervousness)

    def _peak(self, peak: Peak | None, otherwise: str) -> str:
        return otherwise if peak is None else peak.text(self.period_names)

    def _overflow(self, names: Names) -> str:
        if self.headroom is None:
            return "no warehouse to overflow"
        where = self.period_names.name(self.headroom.day)
        if self.grain != "aggregate":
            where = f"{names.site(self.headroom.site_id)}, {where}"
        pallets = f"{units(abs(self.headroom.pallets))} pallets"
        share = abs(self.headroom.capacity_pct)
        reach = f"{pallets} ({percent(share)} of capacity)" if np.isfinite(share) else pallets
        if self.overflow_avoided and abs(self.headroom.pallets) < 1:
            return f"yes, with less than a pallet to spare: {where}"
        if self.overflow_avoided:
            return f"yes, at least {reach} to spare: {where}"
        return f"no, up to {reach} over the threshold: {where}"

    def _horizon(self) -> str:
        return f"{self.period_names.span(*self.horizon)}, {count(self.periods, 'period')}"


def closing_summary(tables: Tables) -> ClosingSummary:
    """Summarise one scenario's plan.

    Args:
        tables: The result tables of one scenario by name, BUILD_PLAN_SUMMARY with its one row.

    Raises:
        ValueError: The tables hold rows of more than one scenario, or there is no summary row.
    """
    row = summary_row(tables)
    periods = plan_by_period(tables)
    warehouse = tables["BUILD_PLAN_WAREHOUSE"]
    return ClosingSummary(
        status=status(row),
        total_cost=published_cost(row),
        penalties=published_cost(row, PENALTY_COLUMNS),
        revenue=float(row["REVENUE"]),
        margin=float(row["MARGIN"]),
        revenue_at_risk=float(row["REVENUE_AT_RISK"]),
        nervousness=float(row["NERVOUSNESS"]),
        freeze_cost=float(row["FREEZE_COST"]),
        currency=str(row["CURRENCY"]),
        peak_build=_peak(periods["BUILD"]),
        peak_stock=_peak(periods["STOCK"]),
        headroom=_headroom(warehouse),
        overflow_pallets=overflow_pallets(tables),
        fill_rate=float(row["FILL_RATE"]),
        goes_short=goes_short(tables, row),
        lost_units=lost_units(tables),
        prebuilt_units=float(row["PREBUILT_UNITS"]),
        peak_utilization_pct=float(row["PEAK_UTILIZATION_PCT"]),
        grain=str(row["GRAIN"]),
        policy=str(row["POLICY"]),
        horizon=(row["HORIZON_START"], row["HORIZON_END"]),
        periods=int(row["HORIZON_PERIODS"]),
        model_version=str(row["MODEL_VERSION"]),
        period_names=PeriodNames.of_plan(tables),
        confidence=measured_confidence(row),
        hedged=hedged(tables),
    )


def summary_row(tables: Tables) -> pd.Series:
    """The one row of BUILD_PLAN_SUMMARY; a cost term that the plan does not have is 0.

    Raises:
        ValueError: There is not exactly one.
    """
    summary = tables["BUILD_PLAN_SUMMARY"]
    if len(summary) != 1:
        msg = f"Expected one row of BUILD_PLAN_SUMMARY; got {len(summary)}"
        raise ValueError(msg)
    return summary.fillna(_ABSENT).iloc[0]


def published_cost(row: pd.Series, terms: tuple[str, ...] = SPENT_COLUMNS) -> float:
    """Cost of the whole-unit plan, added up over some of its terms: by default what is spent."""
    return round(sum(float(row[f"PUBLISHED_{term}"]) for term in terms), 2)


def assumptions(tables: Tables) -> tuple[str, ...]:
    """What the planner assumed for want of data, one text each."""
    noted = json.loads(str(summary_row(tables)["ASSUMPTIONS"]))
    if isinstance(noted, dict):
        return tuple(f"{plain(key)}: {plain(value)}" for key, value in noted.items())
    return tuple(plain(text) for text in noted)


def _peak(quantities: pd.Series) -> Peak | None:
    largest = float(quantities.max()) if len(quantities) else 0.0
    if largest <= HALF_A_STORED_DIGIT:
        return None
    equal = quantities.index[quantities >= largest - HALF_A_STORED_DIGIT]
    return Peak(day=equal[0], quantity=largest, periods=len(equal))


def _headroom(warehouse: pd.DataFrame) -> Headroom | None:
    if warehouse.empty:
        return None
    rows = warehouse.sort_values(["PERIOD_START", "SITE_ID"], ignore_index=True)
    room = rows["THRESHOLD_PALLETS"] - rows["PALLETS"]
    at = int(room.argmin())
    pallets, positions = float(room.iloc[at]), float(rows["CAPACITY_PALLETS"].iloc[at])
    share = 100 * pallets / positions if positions > 0 else np.nan
    site, day = int(rows["SITE_ID"].iloc[at]), pd.Timestamp(rows["PERIOD_START"].iloc[at])
    return Headroom(site, day, pallets, share)
