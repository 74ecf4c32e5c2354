"""Scarcity is priced in both directions, because a degenerate dual is right in one at most."""

from __future__ import annotations

from typing import Any

import pytest

from sop_pipeline_tests.planning.companies import one_line, planned, policy_of

SEASONAL = [100, 100, 100, 120, 120, 100]


def _prices(kind: str, **options: Any) -> dict[str, dict[str, Any]]:
    inputs = one_line(SEASONAL, capacity=110, places=20)
    policy = policy_of(holding_cost_per_unit_month=0.22)
    report = planned(inputs, policy, **options).report
    return {p["period"]: p for p in report["shadow_prices"] if p["constraint"] == kind}


def test_a_degenerate_plan_gets_the_right_price_in_each_direction() -> None:
    prices = _prices("work_center_capacity", prices="all")
    months = [f"2025-{month:02d}-01" for month in range(2, 6)]
    assert [prices[m]["one_more_saves"] for m in months] == pytest.approx([0, 0.22, 0.44, 0.66])
    less = [prices[m]["one_less_costs"] for m in months]
    assert less[:2] == pytest.approx([0.22, 0.44])
    assert less[2:] == ["infeasible", "infeasible"]


def test_only_what_binds_is_priced_unless_all_is_asked_for() -> None:
    # In January and June the line has capacity to spare.
    binding = set(_prices("work_center_capacity"))
    assert "2025-01-01" not in binding
    assert {"2025-04-01", "2025-05-01"} <= binding
    assert set(_prices("work_center_capacity", prices="all")) == {
        f"2025-{month:02d}-01" for month in range(1, 7)
    }


def test_one_pallet_position_more_saves_nothing_where_one_less_is_infeasible() -> None:
    # Both peak months need all 20 positions at the end of March.
    march = _prices("warehouse_storage")["2025-03-01"]
    assert march["one_less_costs"] == "infeasible"
    assert march["one_more_saves"] == pytest.approx(0.0)


def test_there_is_no_unit_to_take_from_a_closed_work_center() -> None:
    inputs = one_line([5, 5], capacity=[10, 0])
    prices = planned(inputs).report["shadow_prices"]
    closed = next(p for p in prices if p["period"] == "2025-02-01")
    assert closed["one_less_costs"] is None
