"""A site's contract rates: means over its zones in each period, weighted by pallet positions."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning import PlanningInputs
from sop_pipeline.planning.preparation.contracts import Contracts
from sop_pipeline.planning.preparation.horizon import holds_on
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline_tests.planning.companies import frame, one_line, policy_of

COLUMNS = (
    "STORAGE_COST_PER_PALLET_PER_DAY",
    "HANDLING_COST_PER_PALLET",
    "OVERFLOW_PENALTY_RATE",
    "OVERFLOW_PENALTY_THRESHOLD_PCT",
    "TRANSPORT_COST_PER_UNIT",
)
DAYS = ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01")
MONTHS = [dt.date.fromisoformat(day) for day in DAYS]
ENDS = ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30")


def _row(zone: int | None, rate: float, **dates: str) -> dict[str, Any]:
    return {
        "SITE_ID": 11,
        "WAREHOUSE_ZONE_ID": zone,
        **dict.fromkeys(COLUMNS, rate),
        "EFFECTIVE_DATE": dates.get("since"),
        "EXPIRY_DATE": dates.get("until"),
    }


def _tables(
    zones: dict[int, float], rows: list[dict[str, Any]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A zone of each number with so many positions, and the contract rows."""
    zone_rows: list[dict[str, Any]] = [
        {
            "WAREHOUSE_ZONE_ID": z,
            "ZONE_CODE": f"Z{z}",
            "ZONE_NAME": f"Zone {z}",
            "SITE_ID": 11,
            "MAX_CAPACITY_PALLETS": size,
            "CURRENT_OCCUPANCY_PALLETS": 0.0,
        }
        for z, size in zones.items()
    ]
    numbered = [{"LOGISTICS_COST_ID": i, **row} for i, row in enumerate(rows)]
    return (
        frame(schemas.WAREHOUSE_CAPACITY, zone_rows, check=False),
        frame(schemas.LOGISTICS_COSTS, numbered, check=False),
    )


def _company(zones: dict[int, float], rows: list[dict[str, Any]]) -> PlanningInputs:
    """Four months with such contracts."""
    zone_rows, contract_rows = _tables(zones, rows)
    return replace(
        one_line([5, 5, 5, 5]), warehouse_capacity=zone_rows, logistics_costs=contract_rows
    )


def _holding(zones: dict[int, float], rows: list[dict[str, Any]]) -> list[float]:
    """Holding cost of a pallet-sized unit per day in each month."""
    problem = prepare_network(_company(zones, rows), policy_of(storage_days_per_month=1.0)).problem
    return problem.holding_cost[0, 0].round(9).tolist()


TWO = {1: 100.0, 2: 100.0}


@pytest.mark.parametrize(
    ("zones", "rows", "expected"),
    [
        pytest.param(
            TWO,
            [_row(1, 20, until=ENDS[1]), _row(1, 20, since=DAYS[2]), _row(None, 100)],
            [60, 60, 60, 60],
            id="two successive contracts of a zone beside a row for the rest",
        ),
        pytest.param(
            {1: 300.0, 2: 100.0},
            [_row(1, 20), _row(2, 60, until=ENDS[0]), _row(2, 100, since=DAYS[1])],
            [30, 40, 40, 40],
            id="zones by their positions",
        ),
        pytest.param(
            TWO,
            [_row(1, 20, since=DAYS[1]), _row(None, 100)],
            [100, 60, 60, 60],
            id="the rest of the site is all of it while no zone has a row",
        ),
        pytest.param(
            TWO,
            [_row(1, 20), _row(1, 40), _row(2, 90)],
            [60] * 4,
            id="two contracts of a zone at once count once, by their mean",
        ),
        pytest.param(
            TWO,
            [_row(1, 20), _row(None, 80), _row(None, 100)],
            [55] * 4,
            id="two rows for the rest at once count once, by their mean",
        ),
        pytest.param(TWO, [_row(1, 20), _row(2, 40), _row(None, 99)], [30] * 4, id="no rest left"),
        pytest.param(TWO, [_row(1, 20)], [20] * 4, id="a zone without a row takes no part"),
        pytest.param(
            TWO,
            [_row(1, 20, since=DAYS[1], until=ENDS[1])],
            [20] * 4,
            id="gaps take the nearest earlier period, else the next",
        ),
        pytest.param(
            TWO,
            [_row(1, 20, until=ENDS[0]), _row(2, 60, since=DAYS[2], until=ENDS[2])],
            [20, 20, 60, 60],
            id="a gap is the site's, not the zone's",
        ),
        pytest.param(
            {1: 0.0, 2: 0.0},
            [_row(1, 20), _row(2, 60)],
            [40] * 4,
            id="plain where there are no positions",
        ),
        pytest.param({}, [_row(None, 20), _row(None, 60)], [40] * 4, id="a site without zones"),
        pytest.param(
            TWO,
            [_row(1, 20, since="2025-01-02", until="2025-03-01"), _row(None, 80)],
            [80, 50, 50, 80],
            id="a row holds where its dates hold the first day of the month",
        ),
    ],
)
def test_a_sites_rate_is_the_mean_over_its_zones(
    zones: dict[int, float], rows: list[dict[str, Any]], expected: list[float]
) -> None:
    assert _holding(zones, rows) == expected


def test_transport_is_the_plain_mean_of_the_rows_of_the_first_period() -> None:
    rows = [_row(1, 10), _row(1, 40), _row(2, 70), _row(2, 99, since=DAYS[1])]
    lanes = prepare_network(_company({1: 900.0, 2: 1.0}, rows), policy_of()).problem.lanes
    assert lanes.unit_cost.tolist() == [40]


def test_a_row_that_names_a_zone_of_another_site_is_refused() -> None:
    with pytest.raises(InputRefused, match=r"SITE_ID=11, WAREHOUSE_ZONE_ID=7.*"):
        _holding(TWO, [_row(1, 20), _row(7, 30)])


dates = st.none() | st.integers(0, 3)


@st.composite
def contracts(draw: st.DrawFn) -> tuple[dict[int, float], list[dict[str, Any]]]:
    zones = {z: draw(st.integers(0, 3)) * 50.0 for z in range(1, draw(st.integers(0, 3)) + 1)}
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        since, until = draw(dates), draw(dates)
        if since is not None and until is not None and until < since:
            since, until = until, since
        zone = draw(st.none() | st.sampled_from(sorted(zones))) if zones else None
        named = {"since": since, "until": until}
        given_ = {
            name: (DAYS if name == "since" else ENDS)[month]
            for name, month in named.items()
            if month is not None
        }
        rows.append(_row(zone, float(draw(st.integers(0, 9))), **given_))
    return zones, rows


@settings(deadline=None, max_examples=40)
@given(contracts(), st.randoms())
def test_every_rate_is_what_zone_after_zone_gives_in_any_order_of_rows(
    drawn: tuple[dict[int, float], list[dict[str, Any]]], random: Any
) -> None:
    zones, rows = drawn
    expected = _zone_after_zone(zones, rows)
    for _ in range(2):
        zone_rows, table = _tables(zones, rows)
        holds = holds_on(MONTHS, table["EFFECTIVE_DATE"], table["EXPIRY_DATE"])
        rates = Contracts.of_sites(np.array([11]), zone_rows, table, holds)
        assert rates.rates(COLUMNS[0])[0].tolist() == pytest.approx(expected, nan_ok=True)
        random.shuffle(rows)


def _zone_after_zone(zones: dict[int, float], rows: list[dict[str, Any]]) -> list[float]:
    """Storage rate of each month in plain loops; nan where no row ever holds."""
    found: list[float | None] = []
    for day in DAYS:
        valid = [
            r
            for r in rows
            if (r["EFFECTIVE_DATE"] is None or r["EFFECTIVE_DATE"] <= day)
            and (r["EXPIRY_DATE"] is None or day <= r["EXPIRY_DATE"])
        ]

        def mean(zone: int | None, valid: list[dict[str, Any]] = valid) -> float | None:
            given_ = [r[COLUMNS[0]] for r in valid if r["WAREHOUSE_ZONE_ID"] == zone]
            return sum(given_) / len(given_) if given_ else None

        per_zone = {z: mean(z) if mean(z) is not None else mean(None) for z in zones}
        rated = [(zones[z], rate) for z, rate in per_zone.items() if rate is not None]
        if not zones:
            rated = [(0.0, mean(None))] if mean(None) is not None else []  # type: ignore[list-item]
        size = sum(weight for weight, _ in rated)
        if not rated:
            found.append(None)
        elif size:
            found.append(sum(weight * rate for weight, rate in rated) / size)
        else:
            found.append(sum(rate for _, rate in rated) / len(rated))
    known = [rate for rate in found if rate is not None]
    carried = known[0] if known else math.nan
    result = []
    for rate in found:
        carried = carried if rate is None else rate
        result.append(carried)
    return result
