"""Contracts with several prices above the threshold: which tiers there are, and what they cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sop_pipeline.errors import InputRefused, NoFeasiblePlan
from sop_pipeline.planning import PlanningInputs, SolvedPlan
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline.planning.problem import OverflowTiers
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of

DEMAND = [0, 120]
MONTHS = ("2025-01-01", "2025-02-01")


def tier(rank: float, most: float | None, rate: float, **dates: str) -> dict[str, object]:
    return {"SITE_ID": 11, "TIER_RANK": rank, "MAX_PALLETS": most, "PENALTY_RATE": rate, **dates}


def company(*tiers: dict[str, object], capacity: list[float] | None = None) -> PlanningInputs:
    """Threshold 50 of 100 pallets; 30 a month can be made when 120 are wanted."""
    limits = [1000.0, 30.0] if capacity is None else capacity
    return one_line(DEMAND, capacity=limits, places=100, overflow_tiers=list(tiers))


def policy(**settings: Any) -> Any:
    chosen = {"overflow": "priced", "overflow_threshold_pct": 50.0, "shortage": "lost_sales"}
    return policy_of(**{**chosen, "holding_cost_per_unit_month": 0.5, **settings})


def tiers_of(inputs: PlanningInputs, **settings: Any) -> OverflowTiers:
    return prepare_network(inputs, policy(**settings)).problem.overflow


def plan_of(inputs: PlanningInputs, **settings: Any) -> SolvedPlan:
    return planned(inputs, policy(**settings))


def test_each_tier_is_filled_before_the_next_and_costs_its_own_rate() -> None:
    solved = plan_of(company(tier(1, 10, 0.1), tier(7, None, 0.4)))
    row = solved.tables["BUILD_PLAN_WAREHOUSE"].iloc[0]
    assert row["OVERFLOW_PALLETS"] == 40.0
    assert row["OVERFLOW_COST"] == pytest.approx(30 * (10 * 0.1 + 30 * 0.4))
    assert solved.report["cost_terms"]["overflow"] == pytest.approx(row["OVERFLOW_COST"])


def test_tiers_that_are_all_finite_are_a_hard_limit() -> None:
    inputs = company(tier(1, 10, 0.1), tier(2, 5, 0.4))
    assert plan_of(inputs).tables["BUILD_PLAN_WAREHOUSE"]["PALLETS"].iloc[0] == 65.0
    with pytest.raises(NoFeasiblePlan, match=r"25 .*more|pallets more"):
        plan_of(inputs, shortage="forbid")


def test_tiers_together_stay_within_the_policys_limit() -> None:
    rows = (tier(1, 10, 0.1), tier(2, 20, 0.4), tier(3, None, 0.5))
    limited = tiers_of(company(*rows), overflow_limit_pct=75.0)
    assert limited.capacity[:, 0].tolist() == [10.0, 15.0, 0.0]
    free = tiers_of(company(*rows), overflow_limit_pct=None)
    assert free.capacity[:, 0].tolist() == [10.0, 20.0, np.inf]
    assert len(tiers_of(company(*rows), overflow="forbid").warehouse) == 0


def test_a_period_without_a_valid_row_has_the_contracts_penalty() -> None:
    later = company(
        tier(1, 10, 0.2, EFFECTIVE_DATE=MONTHS[1]), tier(3, None, 0.2, EFFECTIVE_DATE=MONTHS[1])
    )
    contract = float(later.logistics_costs["OVERFLOW_PENALTY_RATE"].iloc[0])
    found = tiers_of(later, overflow_limit_pct=None)
    assert found.capacity.tolist() == [[np.inf, 10.0], [0.0, np.inf]]
    assert found.penalty[0].tolist() == pytest.approx([30 * contract, 6.0])
    assert found.penalty[1, 1] == pytest.approx(6.0)


def test_rows_in_any_order_are_the_same_tiers() -> None:
    rows = [tier(2, 20, 0.4), tier(9, None, 0.5), tier(1, 10, 0.4)]
    one, other = (tiers_of(company(*r)) for r in (rows, rows[::-1]))
    assert one.capacity.tolist() == other.capacity.tolist()
    assert one.capacity[:, 0].tolist() == [10.0, 20.0, 20.0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((tier(1, 10, 0.4), tier(2, None, 0.1)), "whole decisions"),
        ((tier(1, 10, 0.1), tier(1, None, 0.4)), "each rank once"),
    ],
)
def test_a_rate_that_falls_and_a_rank_that_repeats_in_a_period_are_refused(
    rows: tuple[dict[str, object], ...], told: str
) -> None:
    with pytest.raises(InputRefused, match=told) as refused:
        plan_of(company(*rows))
    assert "OVERFLOW_TIER" in str(refused.value)
    assert "2025-01" in str(refused.value)


def test_what_would_be_refused_in_one_period_may_follow_in_another() -> None:
    first = tier(1, None, 0.4, EXPIRY_DATE=MONTHS[0])
    then = tier(1, None, 0.1, EFFECTIVE_DATE=MONTHS[1])
    assert tiers_of(company(first, then)).penalty.tolist() == [pytest.approx([12.0, 3.0])]


def test_a_shadow_price_of_the_threshold_is_the_marginal_tiers_rate() -> None:
    prices = plan_of(company(tier(1, 10, 0.1), tier(2, None, 0.4))).report["shadow_prices"]
    (january,) = [
        p for p in prices if p["constraint"] == "warehouse_storage" and "01-01" in p["period"]
    ]
    assert january["one_more_saves"] == pytest.approx(30 * 0.4)
    assert january["one_less_costs"] == pytest.approx(30 * 0.4)


def test_tiers_at_a_plant_are_refused() -> None:
    with pytest.raises(InputRefused, match="tiers of warehouses"):
        plan_of(company({**tier(1, None, 0.1), "SITE_ID": 1}))


def test_the_aggregate_grain_makes_no_use_of_them_and_says_so() -> None:
    rows = (tier(1, 10, 0.4), tier(2, None, 0.1))
    told = plan_of(company(*rows), grain="aggregate").report["assumptions"]
    assert any("overflow_tiers" in sentence for sentence in told)
