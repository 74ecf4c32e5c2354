"""The closing summary says what the plan's tables say, ties and margins included."""

from __future__ import annotations

import numpy as np
import pytest

from sop_pipeline.report.names import Names
from sop_pipeline.report.summary import assumptions, closing_summary
from sop_pipeline.report.tables import cost_term_table

from .conftest import Frames, MakeSummary


def test_the_summary_of_the_pooled_plan(aggregate_plan: Frames) -> None:
    summary = closing_summary(aggregate_plan)
    assert summary.peak_build is not None
    assert summary.peak_stock is not None
    told = dict(summary.lines())
    assert told["Peak build month"] == "Nov 2024, 293,954 units"
    assert told["Peak stock month"] == "Jul 2024, 360,155 units"
    assert summary.overflow_avoided
    assert summary.headroom is not None
    assert summary.headroom.pallets == pytest.approx(83_520 - 36_015.5)


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


def test_the_total_cost_is_what_is_spent_and_penalties_are_named_beside_it(
    network_plan: Frames, summary_of: MakeSummary
) -> None:
    figures = summary_of(
        {"PRODUCTION_COST": 100.0, "LOST_SALES_COST": 20.0, "LOAD_CHANGE_COST": 3.0},
        OBJECTIVE=122.5, ROUNDING_COST=0.5, CURRENCY="EUR",
    )  # fmt: skip
    plan = network_plan | {"BUILD_PLAN_SUMMARY": figures}
    summary = closing_summary(plan)
    assert (summary.total_cost, summary.penalties) == (100.0, 23.0)
    told = dict(summary.lines())["Total cost"]
    assert told == "100.00 EUR (not in it: 23.00 of penalties, which are not spent)"
    rows = {row[0]: row[1:] for row in cost_term_table(plan).rows}
    assert rows["Total cost"] == ("100.00", "100.00")
    assert rows["Lost sales (penalty)"] == ("20.00", "20.00")
    assert rows["Total with penalties"] == ("123.00", "122.50")


def test_a_plan_without_penalties_has_one_total_only(aggregate_plan: Frames) -> None:
    heads = [row[0] for row in cost_term_table(aggregate_plan).rows]
    assert heads == ["Production", "Holding", "Total cost"]


def test_revenue_and_margin_close_the_report_or_are_not_known(
    network_plan: Frames, summary_of: MakeSummary
) -> None:
    def told(**figures: float) -> dict[str, str]:
        summary = summary_of({"PRODUCTION_COST": 100.0}, **figures)
        return dict(closing_summary(network_plan | {"BUILD_PLAN_SUMMARY": summary}).lines())

    known = told(REVENUE=400.0, MARGIN=300.0, REVENUE_AT_RISK=12.5)
    assert known["Revenue"] == "400.00 USD (12.50 more is lost with the units lost)"
    assert known["Margin"] == "300.00 USD (75.0 % of revenue)"
    assert told(REVENUE=0.0, MARGIN=-100.0, REVENUE_AT_RISK=0.0)["Margin"] == "-100.00 USD"
    unknown = told(REVENUE=np.nan, MARGIN=np.nan, REVENUE_AT_RISK=np.nan)
    assert unknown["Revenue"] == unknown["Margin"] == "not known: published by an earlier release"


def test_a_claimed_gap_is_called_claimed_and_a_proven_one_proven(
    aggregate_plan: Frames, summary_of: MakeSummary
) -> None:
    gaps = {"STATUS": "within_gap", "CLAIMED_GAP": 0.0025, "PROVEN_GAP": 0.0391}
    decided = closing_summary(aggregate_plan | {"BUILD_PLAN_SUMMARY": summary_of({}, **gaps)})
    told = dict(decided.lines())["Status"]
    assert told == "within_gap, at most 0.25 % too dear as the search claims, 3.9 % as proven"
    assert dict(closing_summary(aggregate_plan).lines())["Status"] == "Optimal"
    gaps = {"STATUS": "optimal", "CLAIMED_GAP": 7.7e-8, "PROVEN_GAP": 0.0}
    decided = closing_summary(aggregate_plan | {"BUILD_PLAN_SUMMARY": summary_of({}, **gaps)})
    told = dict(decided.lines())["Status"]
    assert told == "optimal, at most 0.001 % too dear as the search claims, 0 % as proven"


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
