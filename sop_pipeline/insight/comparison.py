"""The figures plans are compared by, drawn from their published tables.

Belongs here: money in published cents, service, stock, loads, and what is scarce.
Does not belong here: what leads from one plan's margin to another's (`bridge`), wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.errors import UsageError
from sop_pipeline.planning.families import COSTS
from sop_pipeline.planning.money import CENTS, to_cents
from sop_pipeline.planning.tables import LARGEST_PCT, QUANTITY_DECIMALS

Tables = Mapping[str, pd.DataFrame]
"""The result tables of one scenario by name."""

NOTHING = 0.5 / 10**QUANTITY_DECIMALS
"""Quantities up to half of the last stored digit are none."""
TIGHTEST = 3
"""Scarce resources told of each plan."""


@dataclass(frozen=True)
class Resource:
    """A limit in one period.

    Attributes:
        constraint: The constraint it limits.
        work_center_id: The work centre whose capacity it is; None for storage.
        tier: Its tier; empty for storage.
        site_id: The warehouse whose room it is; None for capacity.
        period: First day of the period.
        unit: What it is measured in.
    """

    constraint: str
    work_center_id: int | None
    tier: str
    site_id: int | None
    period: pd.Timestamp
    unit: str


@dataclass(frozen=True)
class PlanFigures:
    """What a plan earns, costs and gives, money in cents.

    Attributes:
        scenario_code: The scenario.
        revenue: Of the units served; None where the plan was published before it was told.
        margin: Revenue less what is spent; likewise.
        revenue_at_risk: Of the units lost; likewise.
        cost_terms: Each term of the published plan, in the order of the objective.
        fill_rate: Units served in their period over units demanded; None without demand.
        lost_units: Units lost.
        prebuilt_units: Stock above its safety target before the peak quarter, in units.
        peak_utilization_pct: Largest load of a work centre, in per cent of its capacity.
        peak_loads: The same of each work centre, by WORK_CENTER_ID.
        overflow_pallets: Largest overflow of one warehouse in one period, in pallets.
        marginal_values: What one more unit of each scarce resource saves, in currency.
    """

    scenario_code: str
    revenue: int | None
    margin: int | None
    revenue_at_risk: int | None
    cost_terms: Mapping[str, int]
    fill_rate: float | None
    lost_units: float
    prebuilt_units: float
    peak_utilization_pct: float
    peak_loads: Mapping[int, float]
    overflow_pallets: float
    marginal_values: Mapping[Resource, float]

    def cost_of(self, term: str) -> int:
        """What the plan pays of a term, in cents; 0 where it has none."""
        return self.cost_terms.get(term, 0)

    @property
    def cost(self) -> int:
        """What is spent: the total cost of every report, in cents."""
        return sum(self.cost_of(cost.name) for cost in COSTS if cost.is_spent)

    @property
    def penalties(self) -> int:
        """What steers the plan and is not spent, in cents."""
        return sum(self.cost_terms.values()) - self.cost

    @property
    def tightest(self) -> tuple[Resource, ...]:
        """The resources of which one more unit saves most, the earliest of equals first."""
        worth = [(saves, one) for one, saves in self.marginal_values.items() if saves > 0]
        return tuple(one for _, one in sorted(worth, key=lambda pair: -pair[0])[:TIGHTEST])

    def require_margin(self) -> tuple[int, int]:
        """Revenue and margin, in cents.

        Raises:
            UsageError: The plan was published before plans told them.
        """
        if self.revenue is None or self.margin is None:
            code = self.scenario_code
            msg = (
                f"The published plan of {code} tells no revenue and margin: it is of an earlier "
                f"release. Plan it again: sop plan {code}"
            )
            raise UsageError(msg)
        return self.revenue, self.margin


def plan_figures(scenario_code: str, tables: Tables) -> PlanFigures:
    """The figures of one plan.

    Args:
        scenario_code: The scenario.
        tables: Its result tables by name, BUILD_PLAN_SUMMARY with its one row.
    """
    row = tables["BUILD_PLAN_SUMMARY"].iloc[0]
    fill_rate = _given(row["FILL_RATE"])
    revenue, margin, at_risk = (
        _cents(row.get(name)) for name in ("REVENUE", "MARGIN", "REVENUE_AT_RISK")
    )
    return PlanFigures(
        scenario_code=scenario_code,
        revenue=revenue,
        margin=margin,
        revenue_at_risk=at_risk,
        cost_terms=_cost_terms(row),
        fill_rate=fill_rate,
        lost_units=lost_units(tables),
        prebuilt_units=float(row["PREBUILT_UNITS"]),
        peak_utilization_pct=float(row["PEAK_UTILIZATION_PCT"]),
        peak_loads=peak_loads(tables["BUILD_PLAN_CAPACITY"]),
        overflow_pallets=overflow_pallets(tables),
        marginal_values=marginal_values(tables["BUILD_PLAN_SHADOW_PRICE"]),
    )


def _cost_terms(row: pd.Series) -> dict[str, int]:
    """Each cost term that the plan has, in cents."""
    cents = {cost.name: _cents(row.get(f"PUBLISHED_{cost.column}")) for cost in COSTS}
    return {name: paid for name, paid in cents.items() if paid is not None}


def lost_units(tables: Tables) -> float:
    """Units of demand lost over the horizon."""
    return _quantity(tables["BUILD_PLAN_INVENTORY"]["LOST_SALES"].sum())


def overflow_pallets(tables: Tables) -> float:
    """Largest overflow of one warehouse in one period, in pallets."""
    overflow = tables["BUILD_PLAN_WAREHOUSE"]["OVERFLOW_PALLETS"]
    return _quantity(overflow.max()) if len(overflow) else 0.0


def peak_loads(capacity: pd.DataFrame) -> dict[int, float]:
    """Largest used over available capacity of each work centre, in per cent, at most 999.99."""
    columns = ["CAPACITY_USED", "CAPACITY_AVAILABLE"]
    sums = capacity.groupby(["WORK_CENTER_ID", "PERIOD_START"])[columns].sum()
    used, available = (sums[name].to_numpy(np.float64) for name in columns)
    ratio = np.divide(used, available, out=np.zeros_like(used), where=available > 0)
    peaks = pd.Series(100 * ratio, sums.index).groupby(level=0).max().clip(upper=LARGEST_PCT)
    return {int(str(center)): float(peak) for center, peak in peaks.items()}


def marginal_values(prices: pd.DataFrame) -> dict[Resource, float]:
    """What one more unit of each resource saves, in currency, in the order of their periods."""
    rows = prices.sort_values("PERIOD_START", kind="stable")
    return {
        Resource(
            constraint=str(row["CONSTRAINT_NAME"]),
            work_center_id=_identifier(row["WORK_CENTER_ID"]),
            tier="" if pd.isna(row["TIER_CODE"]) else str(row["TIER_CODE"]),
            site_id=_identifier(row["SITE_ID"]),
            period=pd.Timestamp(row["PERIOD_START"]),
            unit=str(row["UNIT"]),
        ): float(row["ONE_MORE_SAVES"])
        for _, row in rows.iterrows()
    }


def scarce_resources(plans: Sequence[PlanFigures]) -> tuple[Resource, ...]:
    """The tightest resources of some plans, each once, the worst first."""
    tightest = {one for plan in plans for one in plan.tightest}
    worth = {one: max(plan.marginal_values.get(one, 0.0) for plan in plans) for one in tightest}
    return tuple(sorted(tightest, key=lambda one: (-worth[one], one.period, str(one))))


def _quantity(value: float) -> float:
    return float(value) if value > NOTHING else 0.0


def _cents(value: object) -> int | None:
    given = _given(value)
    return None if given is None else to_cents(given)


def in_currency(cents: int | None) -> float | None:
    """Cents as currency."""
    return None if cents is None else cents / CENTS


def _given(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))  # type: ignore[call-overload]


def _identifier(value: object) -> int | None:
    given = _given(value)
    return None if given is None else int(given)
