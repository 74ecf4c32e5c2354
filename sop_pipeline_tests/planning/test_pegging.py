"""Each unit served is traced to the build, receipt or stock it comes from, first in first out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sop_pipeline.errors import InputRefused
from sop_pipeline.planning.families import COST_TERMS
from sop_pipeline.planning.pegging import pegging_table
from sop_pipeline.planning.sales import QUANTA, Sold, by_due_period, earnings
from sop_pipeline.planning.summary import SPENT
from sop_pipeline.validation.plan_rules import check_plan
from sop_pipeline_tests.planning.companies import one_line, planned, policy_of
from sop_pipeline_tests.planning.drawn_plans import DrawnPlan
from sop_pipeline_tests.planning.unit_by_unit import Peg, follow

SEEDS = range(120)


def pegged(drawn: DrawnPlan, holding_cents: int = 0) -> pd.DataFrame:
    served, _ = by_due_period(drawn.flows)
    return pegging_table(
        drawn.problem,
        1,
        drawn.flows,
        served,
        build=drawn.build / QUANTA,
        shipment=drawn.shipment,
        holding_cents=holding_cents,
    )


def pegs_of(table: pd.DataFrame, starts: list[pd.Timestamp]) -> dict[Peg, pd.Series]:
    """The table's rows as the oracle names them."""

    def number(day: pd.Timestamp) -> int | None:
        return None if pd.isna(day) else starts.index(day)

    return {
        (
            row["PRODUCT_ID"] - 1,
            row["SITE_ID"],
            number(row["PERIOD_START"]),
            number(row["DUE_PERIOD"]),
            number(row["SCRAPPED_PERIOD"]),
            (
                row["SOURCE"],
                None if pd.isna(row["ROUTING_CODE"]) else row["ROUTING_CODE"],
                number(row["SOURCE_PERIOD"]),
            ),
            int(row["MONTHS_HELD"]),
        ): row
        for _, row in table.iterrows()
    }


@pytest.mark.parametrize("seeds", [SEEDS[i::10] for i in range(10)])
def test_pegs_are_those_of_queues_walked_through_lot_by_lot(seeds: range) -> None:
    for seed in seeds:
        drawn = DrawnPlan(seed)
        told = follow(drawn.told())
        cents = round(100 * sum(told.costs.values()))
        table = pegged(drawn, cents)
        rows = pegs_of(table, list(map(pd.Timestamp, drawn.problem.periods.starts)))
        assert len(rows) == len(table)
        units = {peg: round(row["UNITS"] * QUANTA) for peg, row in rows.items()}
        assert units == +told.pegs, seed
        assert round(100 * table["HOLDING_COST"].sum()) == cents
        for peg, row in rows.items():
            assert row["HOLDING_COST"] == pytest.approx(told.costs[peg], abs=0.0101)
            is_build = row["SOURCE"] == "BUILD"
            assert row["BUILT_AHEAD"] == (is_build and row["MONTHS_HELD"] > 0)
            assert pd.isna(row["WORK_CENTER_ID"]) != is_build


@pytest.mark.parametrize("seeds", [SEEDS[i::4] for i in range(4)])
def test_late_units_are_served_oldest_and_lost_newest_due_first_at_the_revenue_of_then(
    seeds: range,
) -> None:
    for seed in seeds:
        drawn = DrawnPlan(seed)
        told, problem = follow(drawn.told()), drawn.problem
        sold = Sold.of_products(problem, drawn.flows)
        earned = earnings(problem, sold, dict.fromkeys(COST_TERMS, 100))
        warehouses = problem.warehouses.tolist()
        for name, expected in (
            ("revenue", told.served_due),
            ("revenue_at_risk", told.lost_due),
        ):
            money = sum(
                quanta / QUANTA * problem.unit_revenue[p, warehouses.index(s), due]
                for (p, s, due), quanta in expected.items()
            )
            assert earned[name] == pytest.approx(money, abs=0.0051), seed
        assert earned["margin"] == pytest.approx(earned["revenue"] - len(SPENT))


def test_a_pooled_plan_is_pegged_to_the_stand_ins_and_earns_what_it_serves() -> None:
    company = one_line([60, 90], opening=1, products=2)
    solved = planned(company, policy_of(grain="aggregate", holding_cost_per_unit_month=1.0))
    pegs = solved.tables["BUILD_PLAN_PEGGING"]
    assert set(pegs["PRODUCT_ID"]) == {1}
    assert set(pegs["WORK_CENTER_ID"].dropna()) == {101}
    served = pegs.groupby(pegs["PERIOD_START"].dt.month)["UNITS"].sum()
    assert served.to_dict() == {1: 120.0, 2: 180.0}
    ahead = pegs[pegs["BUILT_AHEAD"]]
    assert ahead["UNITS"].sum() == ahead["HOLDING_COST"].sum() > 0
    assert solved.report["revenue"] == 300 * 50.0
    spent = solved.report["published_cost_terms"]
    assert solved.report["margin"] == 300 * 50.0 - spent["production"] - spent["holding"]
    assert solved.report["revenue_at_risk"] == 0.0
    (row,) = solved.tables["BUILD_PLAN_SUMMARY"].to_dict("records")
    assert row["MARGIN"] == solved.report["margin"]


def test_a_plan_that_serves_nothing_has_no_pegs_and_earns_nothing() -> None:
    solved = planned(one_line([5.0, 5.0], capacity=0.0), policy_of(shortage="lost_sales"))
    assert solved.tables["BUILD_PLAN_PEGGING"].empty
    assert not [outcome for outcome in check_plan(solved) if outcome.blocks]
    figures = ("revenue", "margin", "revenue_at_risk")
    assert [solved.report[name] for name in figures] == [0.0, 0.0, 500.0]


def test_revenue_that_its_column_cannot_hold_is_refused_as_a_fault_of_the_input() -> None:
    company = one_line([8000.0], products=2, capacity=16_000.0)
    dear = company.demand_forecasts.assign(UNIT_REVENUE=[9e11, 9e11 + 1])
    with pytest.raises(InputRefused, match=r"UNIT_REVENUE.*(?s:.*)PRODUCT_ID=2"):
        planned(replace(company, demand_forecasts=dear))


def test_what_does_not_add_up_is_a_fault_of_the_program() -> None:
    drawn = DrawnPlan(3)
    drawn.ending[0, 0, -1] += 1
    with pytest.raises(ValueError, match="is not what goes out"):
        pegged(drawn)


def test_goods_that_go_in_a_circle_at_once_are_traced_all_the_same() -> None:
    there, back = (0, 11, 12), (0, 12, 11)
    drawn = next(
        drawn for drawn in map(DrawnPlan, SEEDS) if drawn.lead[11, 12] == drawn.lead[12, 11] == 0
    )
    for flow, s in ((there, 1), (back, 0)):
        drawn.sent[flow] += 7 * QUANTA
        drawn.received[0, s] += 7 * QUANTA
    table = pegged(drawn)
    served = table[table["PERIOD_START"].notna()].groupby("PRODUCT_ID")["UNITS"].sum()
    assert (served * QUANTA).round().to_list() == drawn.served.sum(axis=(1, 2)).tolist()
    built = table[table["SOURCE"] == "BUILD"]["UNITS"].sum()
    assert round(built * QUANTA) == drawn.build.sum()
