"""Why the demo company needs a plan, in figures: one row of facts per scenario.

Belongs here: what the simulations show, and the table that prints it.
Does not belong here: the simulations (`strategies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table

from sop_pipeline.demo.demand import HEDGE
from sop_pipeline.demo.horizon import MONTHS
from sop_pipeline.demo.strategies import build_early, chase
from sop_pipeline.demo.works import Market, Works, read_market, read_works

_LOST = 0.5
"""Units of lost sales below which a month counts as served."""


@dataclass(frozen=True)
class Tightness:
    """How demand compares with capacity where it is tightest.

    Attributes:
        stage: The stage that is tightest in some month.
        month: That month.
        regular_pct: What the month's demand takes of the stage's regular capacity (%), each
            product on the routing that takes least.
        all_pct: The same of all capacity, overtime and subcontracting included (%).
    """

    stage: str
    month: str
    regular_pct: float
    all_pct: float


@dataclass(frozen=True)
class Facts:
    """What one scenario does to the company if nobody plans.

    Attributes:
        scenario: Code of the scenario.
        demand: Demand of the horizon (units).
        tight: Where demand is tightest against capacity.
        lost_units: Sales lost by chasing demand (units).
        lost_revenue: Their revenue (currency).
        lost_pct: Their share of the horizon's demand (%).
        lost_from: First month in which sales are lost; empty where none are.
        lost_until: Last month in which sales are lost.
        full_site: Warehouse that building early fills most, against its threshold.
        full_month: Month in which it does.
        full_pct: Pallets there (% of positions).
        threshold_pct: Its contract's threshold (% of positions).
        overflowing: Warehouses that building early fills beyond their threshold.
        warehouses: Warehouses there are.
    """

    scenario: str
    demand: float
    tight: Tightness
    lost_units: float
    lost_revenue: float
    lost_pct: float
    lost_from: str
    lost_until: str
    full_site: str
    full_month: str
    full_pct: float
    threshold_pct: float
    overflowing: int
    warehouses: int


def company_facts(frames: Mapping[str, pd.DataFrame]) -> list[Facts]:
    """Simulate every scenario of the company that has forecasts of its own.

    Args:
        frames: The tables by name, as `demo_company` makes them.

    Returns:
        The facts of each scenario, in order of SCENARIO_ID.
    """
    works = read_works(frames)
    towns = frames["SITE"].set_index("SITE_ID")["CITY"]
    scenarios = frames["SCENARIO_DEFINITION"].sort_values("SCENARIO_ID")
    scenarios = scenarios[scenarios["SCENARIO_TYPE"] != HEDGE.kind]
    return [
        scenario_facts(works, read_market(frames, works, scenario_id), code, towns)
        for scenario_id, code in zip(
            scenarios["SCENARIO_ID"], scenarios["SCENARIO_CODE"], strict=True
        )
    ]


def scenario_facts(works: Works, market: Market, scenario: str, towns: pd.Series) -> Facts:
    """Simulate one scenario.

    Args:
        works: The company.
        market: The scenario's demand.
        scenario: Its code.
        towns: Name of each warehouse by SITE_ID.
    """
    lost = chase(works, market).lost
    monthly = lost.sum(axis=(1, 2))
    losing = np.flatnonzero(monthly > _LOST)
    pallets = build_early(works, market).pallets
    month, site = _largest(pallets / works.threshold)
    return Facts(
        scenario=scenario,
        demand=float(market.demand.sum()),
        tight=tightness(works, market),
        lost_units=float(monthly.sum()),
        lost_revenue=float((lost * market.revenue).sum()),
        lost_pct=float(100 * monthly.sum() / market.demand.sum()),
        lost_from=_label(losing[0]) if losing.size else "",
        lost_until=_label(losing[-1]) if losing.size else "",
        full_site=str(towns[works.sites[site]]),
        full_month=_label(month),
        full_pct=float(100 * pallets[month, site] / works.positions[site]),
        threshold_pct=float(100 * works.threshold[site] / works.positions[site]),
        overflowing=int((pallets > works.threshold).any(axis=0).sum()),
        warehouses=len(works.sites),
    )


def stage_load(works: Works, demand: np.ndarray, stage: str) -> np.ndarray:
    """Least capacity that making the demand in its own month takes at a stage.

    Args:
        works: The company.
        demand: Units, (t, p, s).
        stage: WORK_CENTER_TYPE.

    Returns:
        Capacity units per month, (t,).
    """
    per_routing = works.usage[works.stages == stage].sum(axis=0)
    least = np.where(works.makes > 0, per_routing, np.inf).min(axis=1)
    return demand.sum(axis=2) @ least


def tightness(works: Works, market: Market) -> Tightness:
    """Find the stage and month whose demand takes most of all capacity."""
    stages = sorted(set(works.stages))
    load = np.array([stage_load(works, market.demand, stage) for stage in stages])
    members = np.array([works.stages == stage for stage in stages], dtype=float)
    regular = members @ works.regular.T
    everything = members @ (works.regular + works.extra).T
    stage, month = _largest(load / everything)
    return Tightness(
        stage=stages[stage],
        month=_label(month),
        regular_pct=float(100 * load[stage, month] / regular[stage, month]),
        all_pct=float(100 * load[stage, month] / everything[stage, month]),
    )


def _largest(values: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(values.argmax(), values.shape)
    return int(row), int(column)


def _label(month: int) -> str:
    return f"{MONTHS[month]:%b %Y}"


def facts_table(facts: list[Facts]) -> Table:
    """The facts side by side, a column per scenario, at most 100 characters wide."""
    rows: dict[str, list[str]] = {
        "Demand of 18 months (units)": [f"{f.demand:,.0f}" for f in facts],
        "Tightest month": [f.tight.month for f in facts],
        "  its tightest stage": [f.tight.stage.title() for f in facts],
        "  load / regular capacity": [f"{f.tight.regular_pct:.0f} %" for f in facts],
        "  load / capacity of all tiers": [f"{f.tight.all_pct:.0f} %" for f in facts],
        "Chase: sales lost (units)": [f"{f.lost_units:,.0f}" for f in facts],
        "  their revenue (USD)": [f"{f.lost_revenue:,.0f}" for f in facts],
        "  their share of demand": [f"{f.lost_pct:.1f} %" for f in facts],
        "  first month": [f.lost_from or "none" for f in facts],
        "  last month": [f.lost_until or "none" for f in facts],
        "Build early: fullest warehouse": [f.full_site for f in facts],
        "  pallets / positions": [f"{f.full_pct:.0f} %" for f in facts],
        "  contract threshold": [f"{f.threshold_pct:.0f} %" for f in facts],
        "  month": [f.full_month for f in facts],
        "  warehouses over threshold": [f"{f.overflowing} of {f.warehouses}" for f in facts],
    }
    table = Table(title="Larkenfell Toyworks without a plan", box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for fact in facts:
        table.add_column(fact.scenario, justify="right", no_wrap=True)
    for name, values in rows.items():
        table.add_row(name, *values)
    return table
