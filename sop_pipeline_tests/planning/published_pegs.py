"""Pegs and revenue of a published plan, held to what follows from its other tables.

Only which of two routings at one work centre made a unit is taken from the pegs themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.unit_by_unit import UNIT as QUANTA
from sop_pipeline_tests.planning.unit_by_unit import Peg, Plan, follow

Row = dict[str, Any]
CENTS = 0.03
"""Amounts are shared out to the cent."""
REAL_MONEY = (
    *("PRODUCTION", "TIER_PREMIUM", "TRANSPORT", "HANDLING", "HOLDING", "OVERFLOW", "SCRAP"),
)


@dataclass(frozen=True)
class Published:
    """A plan as published, and what is known of the company.

    Attributes:
        company: The company.
        inventory: BUILD_PLAN_INVENTORY by product, warehouse, period.
        shipments: Units by product, origin, destination, period.
        built: RECOMMENDED_QUANTITY by product, work centre, period.
        total: The row of BUILD_PLAN_SUMMARY.
        lead: Periods each lane takes.
        plant: Plant by product and routing.
        stands_at: Work centre at which a product's routing stands.
    """

    company: Company
    inventory: Mapping[tuple[int, int, int], Row]
    shipments: Mapping[tuple[int, int, int, int], float]
    built: Mapping[tuple[int, int, int], float]
    total: Row
    lead: Mapping[tuple[int, int], int]
    plant: Mapping[tuple[int, str], int]
    stands_at: Callable[[int, str], int]

    @property
    def places(self) -> set[tuple[int, int]]:
        return {(p, s) for p, s, _ in self.inventory}

    def quanta(self, column: str) -> dict[tuple[int, int, int], int]:
        return {key: round(row[column] * QUANTA) for key, row in self.inventory.items()}

    def plan(self, builds: Mapping[tuple[int, int, str, int], int]) -> Plan:
        """What the tables tell, as the oracle of pegging takes it."""
        receipts = Counter(self.quanta("RECEIVED"))
        for (p, a, b, t), units in self.shipments.items():
            receipts[p, b, t + self.lead[a, b]] -= round(units * QUANTA)
        opening = self.quanta("OPENING_INVENTORY")
        return Plan(
            periods=self.company.T,
            opening={(p, s): opening[p, s, 0] for p, s in self.places},
            receipts=receipts,
            builds=builds,
            shipments={key: round(units * QUANTA) for key, units in self.shipments.items()},
            lead=self.lead,
            demand=self.quanta("DEMAND"),
            served=self.quanta("SERVED"),
            lost=self.quanta("LOST_SALES"),
            late=self.quanta("BACKORDER"),
            scrapped=self.quanta("SCRAPPED"),
            holding=self.company.holding,
        )


def peg_findings(published: Published, rows: Iterable[Row]) -> list[str]:
    """Where pegs, revenue and margin are not what follows; empty if all is."""
    company = published.company
    of_day: dict[Any, int | None] = {pd.Timestamp(company.start(t)): t for t in range(company.T)}
    of_day |= {None: None, pd.NaT: None}
    told: dict[Peg, Row] = {}
    built: Counter[tuple[int, int, int]] = Counter()
    builds: Counter[tuple[int, int, str, int]] = Counter()
    found: list[str] = []
    for row in rows:
        p, code = row["PRODUCT_ID"], row["ROUTING_CODE"]
        served, due, made, scrapped = (
            of_day.get(None if pd.isna(row[name]) else pd.Timestamp(row[name]), -1)
            for name in ("PERIOD_START", "DUE_PERIOD", "SOURCE_PERIOD", "SCRAPPED_PERIOD")
        )
        held, source = row["MONTHS_HELD"], (row["SOURCE"], code, made)
        told[p, row["SITE_ID"], served, due, scrapped, source, held] = row
        if row["SOURCE"] != "BUILD":
            if not pd.isna(row["WORK_CENTER_ID"]):
                found.append(f"BUILD_PLAN_PEGGING {row}: no work centre, for it is no build")
            continue
        plant = published.plant.get((p, code))
        if plant is None or published.stands_at(p, code) != row["WORK_CENTER_ID"] or made is None:
            found.append(f"BUILD_PLAN_PEGGING {row}: a routing of the product, where it stands")
            continue
        built[p, row["WORK_CENTER_ID"], made] += round(row["UNITS"] * QUANTA)
        builds[p, plant, code, made] += round(row["UNITS"] * QUANTA)
    expected = {key: round(units * QUANTA) for key, units in published.built.items() if units}
    if +built != expected:
        found.append(f"BUILD_PLAN_PEGGING adds up to builds {built}, should be {expected}")
    return found or _differences(published, told, builds)


def _differences(
    published: Published, told: Mapping[Peg, Row], builds: Mapping[tuple[int, int, str, int], int]
) -> list[str]:
    follows = follow(published.plan(builds))
    units = {peg: round(row["UNITS"] * QUANTA) for peg, row in told.items()}
    found = [
        f"BUILD_PLAN_PEGGING {peg}: {units.get(peg)}, should be {follows.pegs.get(peg)}"
        for peg in sorted({*units, *+follows.pegs}, key=str)
        if units.get(peg) != follows.pegs.get(peg)
    ]
    total = published.total
    holding = sum(row["HOLDING_COST"] for row in told.values())
    amounts = [("HOLDING_COST, all together", holding, total["PUBLISHED_HOLDING_COST"], 0.005)]
    amounts += [
        (f"HOLDING_COST {peg}", row["HOLDING_COST"], follows.costs[peg], CENTS)
        for peg, row in told.items()
    ]
    for column, due in (
        ("REVENUE", follows.served_due),
        ("REVENUE_AT_RISK", follows.lost_due),
    ):
        prices = {key: published.company.revenue(*key) for key in due}
        money = sum(quanta / QUANTA * prices[key] for key, quanta in due.items())
        amounts.append((column, total[column], money, CENTS + sum(prices.values()) / QUANTA))
    spent = sum(total[f"PUBLISHED_{name}_COST"] or 0.0 for name in REAL_MONEY)
    amounts.append(("MARGIN", total["MARGIN"], total["REVENUE"] - spent, 0.005))
    return found + [
        f"{place}: {amount:,.6g}, should be {right:,.6g}"
        for place, amount, right, within in amounts
        if not abs(amount - right) <= within
    ]
