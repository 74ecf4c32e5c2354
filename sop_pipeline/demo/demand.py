"""What Larkenfell Toyworks expects to sell: four scenarios of eighteen months, and a hedge.

Belongs here: scenarios and forecasts.
Does not belong here: prices and seasons of the families (`products`), regions (`sites`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_pipeline.demo.horizon import FORECAST_DAY, MONTHS, calendar_labels, stream, versioned
from sop_pipeline.demo.products import FAMILIES
from sop_pipeline.demo.sites import CENTRAL_SITE_ID, WAREHOUSES

_MONTHLY_GROWTH = 0.002
_NOISE = 0.05
_LISTED = 0.8
"""Share of the toys that a warehouse other than the central one keeps."""


@dataclass(frozen=True)
class Scenario:
    """A scenario, as what it does to the baseline's demand.

    Attributes:
        id: Scenario.
        code: Its code, the partition key.
        name: Its name.
        kind: Its type.
        description: What it assumes.
        factors: Multiples of the baseline by month; every other month takes `factor`.
        factor: Multiple of the baseline in the other months.
        families: Codes of the families it touches; the others stay as in the baseline.
        confidence: Forecasters' confidence in the first month.
    """

    id: int
    code: str
    name: str
    kind: str
    description: str
    factors: Mapping[str, float] = field(default_factory=dict)
    factor: float = 1.0
    families: tuple[str, ...] = tuple(family.code for family in FAMILIES)
    confidence: float = 0.92


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        1, "BASELINE", "Baseline", "BASELINE",
        "Last years' seasons carried forward with modest growth; the official forecast.",
    ),
    Scenario(
        2, "Q4_PUSH", "Fourth-quarter push", "MARKETING_PUSH",
        "A winter campaign in every region: 28 to 36 per cent more than the baseline from October "
        "to December, 6 per cent more in September as shops fill up, slightly less in January.",
        factors={"2026-09": 1.06, "2026-10": 1.28, "2026-11": 1.36, "2026-12": 1.30,
                 "2027-01": 0.96},
        confidence=0.84,
    ),
    Scenario(
        3, "CONSERVATIVE", "Cautious consumers", "CONSERVATIVE",
        "Families spend less: 12 per cent below the baseline in every month.",
        factor=0.88, confidence=0.88,
    ),
    Scenario(
        4, "SUPPLY_SHOCK", "A rival's works burns down", "SUPPLY_SHOCK",
        "A rival maker of dolls' houses, puppet theatres and train sets loses its works in May and "
        "is back by October. Its customers bring us their orders for these families meanwhile, at "
        "the height twice the baseline, just as our own plants stand still for the summer "
        "shutdown. Only demand differs; our capacity is as in the baseline.",
        factors={"2026-05": 1.30, "2026-06": 1.75, "2026-07": 2.00, "2026-08": 1.90,
                 "2026-09": 1.30},
        families=("DH", "PT", "TS"), confidence=0.78,
    ),
)  # fmt: skip

HEDGE = Scenario(
    5, "PUSH_OR_NOT", "One build, push or not", "HEDGE",
    "The winter campaign is decided in the autumn, when what is built for it must stand in the "
    "warehouses already: one build for the baseline and for the push, at six to four.",
)  # fmt: skip
FUTURES: Mapping[int, float] = {1: 0.6, 2: 0.4}
"""How likely each future of the hedge is, by SCENARIO_ID."""


def member_table() -> pd.DataFrame:
    """SCENARIO_MEMBER: the futures of the hedge."""
    return versioned(
        pd.DataFrame(
            {
                "SCENARIO_ID": HEDGE.id,
                "MEMBER_SCENARIO_ID": list(FUTURES),
                "PROBABILITY": list(FUTURES.values()),
            }
        )
    )


def scenario_table() -> pd.DataFrame:
    """SCENARIO_DEFINITION: the official baseline, three that derive from it, and the hedge."""
    table = pd.DataFrame(
        {
            "SCENARIO_ID": scenario.id,
            "SCENARIO_CODE": scenario.code,
            "SCENARIO_NAME": scenario.name,
            "SCENARIO_DESCRIPTION": scenario.description,
            "SCENARIO_TYPE": scenario.kind,
            "IS_OFFICIAL_BASELINE": scenario.id == 1,
            "VERSION_NUMBER": 1,
            "PARENT_SCENARIO_ID": None if scenario.id == 1 else 1,
            "CREATED_DATE": FORECAST_DAY.normalize(),
        }
        for scenario in (*SCENARIOS, HEDGE)
    )
    return table.astype({"PARENT_SCENARIO_ID": "Int64"})


def baseline_demand(seed: int, products: pd.DataFrame) -> pd.DataFrame:
    """Demand of the baseline per product, warehouse and month, before rounding.

    Args:
        seed: Seed of the company.
        products: As `products.catalogue` makes it.

    Returns:
        One row per product, warehouse that keeps it, and month, in that order: PRODUCT_ID,
        FAMILY, SITE_ID, FORECAST_DATE, UNIT_REVENUE, QUANTITY (units).
    """
    rng = stream(seed, "demand")
    houses = pd.DataFrame(
        {"SITE_ID": w.id, "SHARE": w.demand_share, "DISCOUNT": w.trade_discount} for w in WAREHOUSES
    )
    families = pd.DataFrame({"FAMILY": f.code, "UNITS": f.monthly_units} for f in FAMILIES)
    seasons = pd.DataFrame(
        {"FAMILY": f.code, "FORECAST_DATE": day, "SEASON": f.seasons[day.month - 1] * 12 / 100}
        for f in FAMILIES
        for day in MONTHS
    )
    listing = products.merge(families, on="FAMILY").merge(houses, how="cross")
    kept = rng.uniform(0, 1, len(listing)) < _LISTED
    listing = listing[kept | (listing["SITE_ID"] == CENTRAL_SITE_ID)]
    # What a warehouse does not keep, the others sell: the family's units stay as they are.
    listed = listing.groupby("PRODUCT_ID")["SHARE"].transform("sum")
    listing = listing.assign(
        MEAN=listing["UNITS"] * listing["POPULARITY"] * listing["SHARE"] / listed,
        UNIT_REVENUE=(listing["UNIT_PRICE"] * (1 - listing["DISCOUNT"])).round(2),
    )
    demand = listing.merge(seasons, on="FAMILY").sort_values(
        ["PRODUCT_ID", "SITE_ID", "FORECAST_DATE"], ignore_index=True
    )
    growth = 1 + _MONTHLY_GROWTH * MONTHS.get_indexer(pd.DatetimeIndex(demand["FORECAST_DATE"]))
    noise = rng.uniform(1 - _NOISE, 1 + _NOISE, len(demand))
    demand["QUANTITY"] = demand["MEAN"] * demand["SEASON"] * growth * noise
    columns = ["PRODUCT_ID", "FAMILY", "SITE_ID", "FORECAST_DATE", "UNIT_REVENUE", "QUANTITY"]
    return demand[columns]


def forecast_table(baseline: pd.DataFrame) -> pd.DataFrame:
    """DEMAND_FORECAST_VERSIONS: current forecasts, superseded ones, expected returns.

    Args:
        baseline: As `baseline_demand` makes it.
    """
    current = pd.concat([_forecast(baseline, scenario) for scenario in SCENARIOS])
    table = pd.concat(
        [current, _earlier_forecast(current), _returns(current)], ignore_index=True
    ).merge(calendar_labels(), on="FORECAST_DATE", how="left", validate="many_to_one")
    return table.assign(
        DEMAND_FORECAST_ID=range(1, len(table) + 1),
        FORECAST_HORIZON="MONTHLY",
        TOTAL_REVENUE=(table["FORECAST_QUANTITY"] * table["UNIT_REVENUE"]).round(2),
    )


def _forecast(baseline: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    by_month = [scenario.factors.get(f"{day:%Y-%m}", scenario.factor) for day in MONTHS]
    month = MONTHS.get_indexer(pd.DatetimeIndex(baseline["FORECAST_DATE"]))
    touched = baseline["FAMILY"].isin(scenario.families)
    factor = np.where(touched, np.array(by_month)[month], 1.0)
    return baseline.assign(
        SCENARIO_ID=scenario.id,
        FORECAST_QUANTITY=np.rint(baseline["QUANTITY"] * factor),
        FORECAST_TYPE="DEMAND",
        FORECAST_METHOD="STATISTICAL" if scenario.id == 1 else "SCENARIO_FACTOR",
        CONFIDENCE_LEVEL=np.round(scenario.confidence - 0.01 * month, 2),
        FORECAST_CREATION_DATE=FORECAST_DAY.normalize(),
        VERSION_TIMESTAMP=FORECAST_DAY,
        IS_CURRENT_VERSION=True,
    )


def _earlier_forecast(current: pd.DataFrame) -> pd.DataFrame:
    """What the baseline said of the peak three months earlier, at the central warehouse."""
    made = FORECAST_DAY - pd.DateOffset(months=3)
    peak = current[
        (current["SCENARIO_ID"] == 1)
        & (current["SITE_ID"] == CENTRAL_SITE_ID)
        & current["FORECAST_DATE"].between("2026-10-01", "2026-12-01")
    ]
    return peak.assign(
        FORECAST_QUANTITY=np.rint(peak["FORECAST_QUANTITY"] * 0.93),
        FORECAST_CREATION_DATE=made.normalize(),
        VERSION_TIMESTAMP=made,
        IS_CURRENT_VERSION=False,
    )


def _returns(current: pd.DataFrame) -> pd.DataFrame:
    """Toys that come back after the holidays: a forecast, but not of demand."""
    january = current[
        (current["SCENARIO_ID"] == 1)
        & (current["SITE_ID"] == CENTRAL_SITE_ID)
        & (current["FORECAST_DATE"] == "2027-01-01")
        & (current["FAMILY"] == "TS")
    ]
    return january.assign(
        FORECAST_QUANTITY=np.rint(january["FORECAST_QUANTITY"] * 0.04),
        FORECAST_TYPE="RETURNS",
        FORECAST_METHOD="JUDGEMENT",
    )
