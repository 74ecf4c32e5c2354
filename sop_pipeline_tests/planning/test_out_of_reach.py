"""What no plan can do is told by name; where something can be done, nothing is said."""

from __future__ import annotations

import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.test_diagnosis import MADE, SHIFT

MONTHS = [10, 10, 10]
LOSING = policy_of(shortage="lost_sales")


@pytest.mark.parametrize(("days", "arrives"), [(74, True), (75, False), (400, False)])
def test_demand_that_no_build_reaches_within_the_horizon_is_told(days: int, arrives: bool) -> None:
    lane: dict[str, object] = {
        "FROM_SITE_ID": 1,
        "TO_SITE_ID": 11,
        "TRANSPORT_COST_PER_UNIT": 0.0,
        "LEAD_TIME_DAYS": float(days),
    }
    told = planned(one_line(MONTHS, transport_lanes=[lane]), LOSING).report["warnings"]
    assert [one.split(": ")[1] for one in told] == (
        [] if arrives else ["P1 Product 1 at STORE Store"]
    )


@pytest.mark.parametrize(("lot", "fits"), [(50.0, True), (51.0, False)])
def test_a_minimum_lot_that_demand_and_all_warehouses_cannot_take_is_told(
    lot: float, fits: bool
) -> None:
    """30 are demanded in all, and there is room for 20."""
    routing = MADE | {"MIN_LOT": lot}
    told = planned(one_line(MONTHS, places=20.0, product_routings=[routing]), LOSING)
    lots = [one for one in told.report["warnings"] if "can make no lot" in one]
    assert [one.rsplit(": ", 1)[1] for one in lots] == ([] if fits else ["51 units"])


def test_stock_that_is_thrown_away_makes_room_for_any_lot() -> None:
    routing, age = MADE | {"MIN_LOT": 51.0}, {"PRODUCT_ID": 1, "MAX_AGE_DAYS": 30.0}
    company = one_line(MONTHS, places=20.0, product_routings=[routing], product_storage=[age])
    assert not any("can make no lot" in one for one in planned(company, LOSING).report["warnings"])


def test_regular_time_in_other_letters_is_refused_and_not_added_to_it() -> None:
    tier = SHIFT | {"TIER_CODE": "Regular"}
    with pytest.raises(InputRefused, match=r"TIER_CODE: expected REGULAR .* Rows: Regular"):
        planned(one_line(MONTHS, capacity_tiers=[tier]), LOSING)
