"""How Larkenfell Toyworks makes its toys: work centres, routings, calendar, overtime.

Belongs here: everything that decides what a plant can make in a month.
Does not belong here: what it should make.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_pipeline.demo.horizon import HISTORY_END, HISTORY_START, MONTHS, versioned
from sop_pipeline.demo.products import FAMILIES

NOMINAL_DAYS = 22


@dataclass(frozen=True)
class WorkCenter:
    """A work centre.

    Attributes:
        id: Work centre; its tens are its plant.
        name: What the people call it.
        stage: FABRICATION or ASSEMBLY.
        per_hour: Rated output (capacity units/hour).
        shifts: Shifts of eight hours.
        efficiency: Share of the rated output achieved.
        subcontract: Capacity a subcontractor adds in a month (capacity units), at a price.
    """

    id: int
    name: str
    stage: str
    per_hour: float
    shifts: int
    efficiency: float
    subcontract: int = 0

    @property
    def plant_id(self) -> int:
        """The plant it stands in."""
        return self.id // 10 * 10

    @property
    def nominal_capacity(self) -> float:
        """Capacity of a month of 22 working days (capacity units)."""
        return self.per_hour * 8 * self.shifts * self.efficiency * NOMINAL_DAYS


WORK_CENTERS: tuple[WorkCenter, ...] = (
    WorkCenter(11, "Steam Bending Shop", "FABRICATION", 13.5, 3, 0.92),
    WorkCenter(12, "Turning Shop", "FABRICATION", 21.0, 2, 0.90),
    WorkCenter(13, "Saddlery", "ASSEMBLY", 18.0, 2, 0.88),
    WorkCenter(14, "Runner Hall", "ASSEMBLY", 13.0, 2, 0.91),
    WorkCenter(21, "Panel Shop", "FABRICATION", 23.0, 2, 0.90),
    WorkCenter(22, "Fretwork Shop", "FABRICATION", 17.5, 2, 0.88),
    WorkCenter(23, "Paint Hall", "ASSEMBLY", 24.0, 2, 0.86, subcontract=400),
    WorkCenter(24, "Stage Room", "ASSEMBLY", 17.0, 2, 0.90),
    WorkCenter(31, "Wheel and Axle Shop", "FABRICATION", 21.0, 3, 0.92),
    WorkCenter(32, "Key and Hammer Shop", "FABRICATION", 25.0, 2, 0.90),
    WorkCenter(33, "Train Hall", "ASSEMBLY", 25.5, 2, 0.90, subcontract=500),
    WorkCenter(34, "Tuning Hall", "ASSEMBLY", 21.0, 2, 0.89),
)
_PAINT_HALL_ID = 23
_OLD_PAINT_SHOP = WorkCenter(29, "Old Paint Shop", "ASSEMBLY", 9.0, 1, 0.70)


@dataclass(frozen=True)
class Route:
    """One way a family can be made.

    Attributes:
        code: Routing code; the routing that sorts first is the family's own.
        fabrication: Work centre of the first operation.
        assembly: Work centre of the second.
        effort: Capacity and cost, as a multiple of the family's own routing.
        every: The toys whose number this divides have the routing.
        since: First day it holds.
    """

    code: str
    fabrication: int
    assembly: int
    effort: float = 1.0
    every: int = 1
    since: str = "2026-01-01"


ROUTES: dict[str, tuple[Route, ...]] = {
    "RH": (
        Route("R1-LARK", 12, 13),
        Route("R2-LARK", 12, 14, effort=1.06, every=2),
        Route("R3-BRIN", 22, 23, effort=1.10, every=3),
    ),
    "SL": (
        Route("R1-LARK", 11, 14),
        Route("R2-LARK", 11, 13, effort=1.06, every=2),
        Route("R3-QUIL", 31, 33, effort=1.10, every=3),
    ),
    "DH": (
        Route("R1-BRIN", 21, 23),
        Route("R2-BRIN", 21, 24, effort=1.05, every=2),
        Route("R3-QUIL", 32, 34, effort=1.10, every=3, since="2026-06-01"),
    ),
    "PT": (
        Route("R1-BRIN", 22, 24),
        Route("R2-BRIN", 22, 23, effort=1.05, every=2),
        Route("R3-LARK", 12, 13, effort=1.12, every=3),
    ),
    "TS": (
        Route("R1-QUIL", 31, 33),
        Route("R2-QUIL", 31, 34, effort=1.05, every=2),
        Route("R3-LARK", 11, 14, effort=1.10, every=3),
    ),
    "TP": (
        Route("R1-QUIL", 32, 34),
        Route("R2-QUIL", 32, 33, effort=1.06, every=2),
        Route("R3-BRIN", 21, 24, effort=1.10, every=3),
    ),
}

_ROUTES_REVIEWED = "2028-12-31"

_PUBLIC_HOLIDAYS = (
    "2026-01-01", "2026-01-06", "2026-04-06", "2026-05-01", "2026-06-19", "2026-10-05",
    "2027-01-01", "2027-01-06", "2027-03-29", "2027-05-03", "2027-06-18",
)  # fmt: skip
_SHUTDOWNS: dict[int, tuple[tuple[str, str], ...]] = {
    10: (("2026-07-20", "2026-07-31"), ("2026-12-24", "2026-12-31")),
    20: (("2026-08-03", "2026-08-14"), ("2026-12-24", "2026-12-31")),
    30: (("2026-07-20", "2026-07-31"), ("2026-12-24", "2026-12-31")),
}
"""Days on which each plant stands still, first and last, on top of the public holidays."""

_EXCEPTIONS: tuple[tuple[int, str, str, float], ...] = (
    (11, "2026-02-01", "MAX_CAPACITY", 3200),  # the steam boiler is relined
    (24, "2026-02-01", "AVAILABLE_SHIFTS", 1),  # quiet weeks: one shift
    (24, "2026-03-01", "AVAILABLE_SHIFTS", 1),
    (23, "2026-09-01", "EFFICIENCY_FACTOR", 0.83),  # new painters learn the trade
)

# From, to, and what overtime adds to a nominal month: the agreement allows more in the season.
_OVERTIME: tuple[tuple[str, str, float], ...] = (
    ("2026-01-01", "2026-08-31", 0.08),
    ("2026-09-01", "2026-12-31", 0.18),
    ("2027-01-01", "2027-12-31", 0.08),
)
_OVERTIME_PREMIUM = 5.5
_SUBCONTRACT_PREMIUM = 14.0


def work_center_table() -> pd.DataFrame:
    """WORK_CENTER: twelve work centres over two stages, and a paint shop that was replaced."""
    rows = [
        {
            "WORK_CENTER_ID": center.id,
            "WORK_CENTER_CODE": f"WC-{center.id}",
            "WORK_CENTER_NAME": center.name,
            "WORK_CENTER_DESCRIPTION": f"{center.name}, {center.stage.lower()}",
            "WORK_CENTER_TYPE": center.stage,
            "SITE_ID": center.plant_id,
            "CAPACITY_PER_HOUR": center.per_hour,
            "HOURS_PER_DAY": 8,
            "AVAILABLE_SHIFTS": center.shifts,
            "EFFICIENCY_FACTOR": center.efficiency,
        }
        for center in (*WORK_CENTERS, _OLD_PAINT_SHOP)
    ]
    return versioned(pd.DataFrame(rows[:-1]), pd.DataFrame(rows[-1:]))


def routing_table(products: pd.DataFrame) -> pd.DataFrame:
    """PRODUCT_ROUTING: two operations per routing; seven toys in ten have more than one.

    Args:
        products: As `products.catalogue` makes it.
    """
    families = {family.code: family for family in FAMILIES}
    rows: list[dict[str, object]] = []
    for toy in products.to_dict("records"):
        family = families[str(toy["FAMILY"])]
        for route in ROUTES[family.code]:
            if toy["NUMBER"] % route.every == 0:
                per_unit = {
                    route.fabrication: family.fabrication,
                    route.assembly: family.assembly,
                }
                rows += [
                    {
                        "PRODUCT_ID": toy["PRODUCT_ID"],
                        "ROUTING_CODE": route.code,
                        "WORK_CENTER_ID": center,
                        "CAPACITY_PER_UNIT": round(capacity * toy["SIZE"] * route.effort, 3),
                        "UNIT_COST": round(toy["UNIT_COST"] * (0.5 + route.effort / 2), 2),
                        "EFFECTIVE_DATE": pd.Timestamp(route.since),
                        "EXPIRY_DATE": pd.Timestamp(_ROUTES_REVIEWED),
                    }
                    for center, capacity in per_unit.items()
                ]
    current = pd.DataFrame(rows)
    painted = current[current["WORK_CENTER_ID"] == _PAINT_HALL_ID]
    superseded = (
        painted[painted["ROUTING_CODE"] == "R1-BRIN"]
        .head(3)
        .assign(
            WORK_CENTER_ID=_OLD_PAINT_SHOP.id, EFFECTIVE_DATE=HISTORY_START, EXPIRY_DATE=HISTORY_END
        )
    )
    return versioned(current, superseded)


def calendar_table() -> pd.DataFrame:
    """CAPACITY_CALENDAR: working days of each work centre and month, and what else differs."""
    months = MONTHS.to_numpy().astype("datetime64[D]")
    ends = (MONTHS + pd.offsets.MonthBegin()).to_numpy().astype("datetime64[D]")
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "WORK_CENTER_ID": center.id,
                    "PERIOD_START": MONTHS,
                    "WORKING_DAYS": np.busday_count(
                        months, ends, holidays=_days_off(center.plant_id)
                    ),
                }
            )
            for center in WORK_CENTERS
        ],
        ignore_index=True,
    )
    for center_id, month, column, value in _EXCEPTIONS:
        row = (table["WORK_CENTER_ID"] == center_id) & (table["PERIOD_START"] == month)
        table.loc[row, column] = value
    return table


def _days_off(plant_id: int) -> np.ndarray:
    days = pd.DatetimeIndex(_PUBLIC_HOLIDAYS)
    for first, last in _SHUTDOWNS[plant_id]:
        days = days.append(pd.date_range(first, last))
    return days.to_numpy().astype("datetime64[D]")


def tier_table() -> pd.DataFrame:
    """CAPACITY_TIER: overtime everywhere, more of it in the season; some subcontracting."""
    overtime = [
        {
            "WORK_CENTER_ID": center.id,
            "TIER_CODE": "OVERTIME",
            "TIER_RANK": 2,
            "MAX_CAPACITY": round(center.nominal_capacity * share),
            "PREMIUM_PER_UNIT": _OVERTIME_PREMIUM,
            "EFFECTIVE_DATE": pd.Timestamp(first),
            "EXPIRY_DATE": pd.Timestamp(last),
        }
        for center in WORK_CENTERS
        for first, last, share in _OVERTIME
    ]
    subcontract = [
        {
            "WORK_CENTER_ID": center.id,
            "TIER_CODE": "SUBCONTRACT",
            "TIER_RANK": 3,
            "MAX_CAPACITY": center.subcontract,
            "PREMIUM_PER_UNIT": _SUBCONTRACT_PREMIUM,
            "EFFECTIVE_DATE": pd.Timestamp("2026-01-01"),
            "EXPIRY_DATE": pd.Timestamp("2027-12-31"),
        }
        for center in WORK_CENTERS
        if center.subcontract
    ]
    return pd.DataFrame([*overtime, *subcontract])
