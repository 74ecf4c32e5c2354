"""The closing summary says what the plan's tables say, ties and margins included."""

from __future__ import annotations

import numpy as np
import pytest

from sop_pipeline.report.names import Names
from sop_pipeline.report.summary import assumptions, closing_summary

from .conftest import Frames, MakeSummary


def test_the_summary_of_the_pooled_plan(aggregate_plan: Frames) -> None:
    summary = closing_summary(aggregate_plan)
    assert summary.peak_build is not None
    assert summary.peak_stock is not None
    told = dict(summary.lines())
    assert told["Peak build month"] == "Nov 2024, 293,954 units"
    assert told["Peak stock month"] == "Jul 2024, 360,155 units"
    assert summary.overflow_avoided
    assert summary.margin is not None
    assert summary.margin.pallets == pytest.approx(83_520 - 36_015.5)


def test_equal_peaks_give_the_first_month_and_say_so(network_plan: Frames) -> None:
    summary = closing_summary(network_plan)
    told = dict(summary.lines())["Peak build month"]
    assert told == "Oct 2024, 1,960 units (first of 5 equal months)"


def test_nothing_built_has_no_peak(aggregate_plan: Frames) -> None:
    idle = aggregate_plan["RECOMMENDED_BUILD_PLAN"].assign(RECOMMENDED_QUANTITY=0.0)
    summary = closing_summary(aggregate_plan | {"RECOMMENDED_BUILD_PLAN": idle})
    assert summary.peak_build is None
    assert "Peak build month: nothing is built" in summary.text()


def test_one_overflowing_warehouse_is_an_overflow_though_all_together_have_room(
    network_plan: Frames, names: Names
) -> None:
    summary = closing_summary(network_plan)
    assert not summary.overflow_avoided
    told = dict(summary.lines(names))["Overflow avoided"]
    assert told == "no, up to 12 pallets (12.0 % of capacity) over the threshold: WH-EAST, Sep 2024"


def test_stock_exactly_at_the_threshold_overflows_nothing(aggregate_plan: Frames) -> None:
    store = aggregate_plan["BUILD_PLAN_WAREHOUSE"]
    brimful = store.assign(PALLETS=store["THRESHOLD_PALLETS"])
    summary = closing_summary(aggregate_plan | {"BUILD_PLAN_WAREHOUSE": brimful})
    assert summary.overflow_avoided
    assert "less than a pallet" in dict(summary.lines())["Overflow avoided"]


def test_penalties_and_rounding_are_told_apart_from_money_spent(
    network_plan: Frames, summary_of: MakeSummary
) -> None:
    figures = summary_of(
        {"PRODUCTION_COST": 100.0, "LOST_SALES_COST": 20.0, "LOAD_CHANGE_COST": 3.0},
        OBJECTIVE=122.5, ROUNDING_COST=0.5, CURRENCY="EUR",
    )  # fmt: skip
    summary = closing_summary(network_plan | {"BUILD_PLAN_SUMMARY": figures})
    assert (summary.total_cost, summary.penalties) == (123.0, 23.0)
    told = dict(summary.lines())["Total cost"]
    assert told == "123.00 EUR (of it 23.00 penalties that are not spent; +0.50 for whole units)"


@pytest.mark.parametrize(
    ("rate", "text"),
    [(1.0, "100.0 %"), (0.99999, "just below 100 %"), (0.5, "50.0 %"), (np.nan, "no demand")],
)
def test_a_fill_rate_is_not_rounded_up_to_full(
    aggregate_plan: Frames, summary_of: MakeSummary, rate: float, text: str
) -> None:
    figures = summary_of({}, FILL_RATE=rate)
    summary = closing_summary(aggregate_plan | {"BUILD_PLAN_SUMMARY": figures})
    assert dict(summary.lines())["Fill rate"] == text


@pytest.mark.parametrize(
    ("rate", "text"), [(1.0, "just below 100 %, 2 lost"), (0.98, "98.0 %, 2 lost")]
)
def test_lost_sales_stand_beside_the_fill_rate_however_few(
    aggregate_plan: Frames, summary_of: MakeSummary, rate: float, text: str
) -> None:
    stock = aggregate_plan["BUILD_PLAN_INVENTORY"]
    lost = stock.assign(LOST_SALES=[2.0, *[0.0] * (len(stock) - 1)])
    plan = {"BUILD_PLAN_SUMMARY": summary_of({}, FILL_RATE=rate), "BUILD_PLAN_INVENTORY": lost}
    assert dict(closing_summary(aggregate_plan | plan).lines())["Fill rate"] == text


def test_a_plan_without_its_summary_row_is_refused(aggregate_plan: Frames) -> None:
    none = aggregate_plan["BUILD_PLAN_SUMMARY"].head(0)
    with pytest.raises(ValueError, match="one row of BUILD_PLAN_SUMMARY"):
        closing_summary(aggregate_plan | {"BUILD_PLAN_SUMMARY": none})


def test_assumptions_are_told_one_by_one(aggregate_plan: Frames, summary_of: MakeSummary) -> None:
    told = summary_of({}, ASSUMPTIONS='{"routings": "assumed", "stock": "from\\u001b occupancy"}')
    plan = aggregate_plan | {"BUILD_PLAN_SUMMARY": told}
    assert assumptions(plan) == ("routings: assumed", "stock: from occupancy")
