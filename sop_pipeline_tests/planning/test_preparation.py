"""From tables to the problem: defaults of the contract, what is refused, what is warned of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sop_pipeline.errors import InputRefused, UsageError
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.planning.optimum import prepared_problem
from sop_pipeline.planning.preparation.horizon import planning_horizon
from sop_pipeline.planning.preparation.lanes import lead_time_periods
from sop_pipeline.planning.preparation.network import Preparation, prepare_network
from sop_pipeline.planning.preparation.notes import Notes
from sop_pipeline.planning.summary import model_version
from sop_pipeline.schemas import inputs as schemas
from sop_pipeline_tests.planning.companies import frame, one_line, planned, policy_of

DEMAND = [5, 9, 4]
ALWAYS: dict[str, Any] = {"EFFECTIVE_DATE": None, "EXPIRY_DATE": None}


def _prepared(inputs: PlanningInputs, **fields: object) -> Preparation:
    return prepare_network(inputs, policy_of(**fields))


def _capacity(inputs: PlanningInputs, **fields: object) -> dict[str, list[float]]:
    tiers = _prepared(inputs, **fields).problem.tiers
    return dict(zip(tiers.codes, tiers.capacity.tolist(), strict=True))


def _tier(code: str, most: float | None, **more: Any) -> dict[str, Any]:
    return {"WORK_CENTER_ID": 101, "TIER_CODE": code, "MAX_CAPACITY": most,
            "PREMIUM_PER_UNIT": 1.0, **ALWAYS, **more}  # fmt: skip


def _routing(code: str, **more: Any) -> dict[str, Any]:
    return {"PRODUCT_ID": 1, "ROUTING_CODE": code, "WORK_CENTER_ID": 101,
            "CAPACITY_PER_UNIT": 1.0, "UNIT_COST": None, **ALWAYS, **more}  # fmt: skip


class TestCapacity:
    def test_regular_time_is_rate_hours_shifts_efficiency_and_days(self) -> None:
        assert _capacity(one_line(DEMAND, capacity_calendar=[])) == {"REGULAR": [176.0] * 3}

    def test_hours_are_capped_where_the_policy_says_so(self) -> None:
        inputs = one_line(DEMAND, capacity_calendar=[])
        assert _capacity(inputs, max_hours_per_day=6)["REGULAR"] == [132.0] * 3

    def test_the_calendar_replaces_single_figures(self) -> None:
        day = {"WORK_CENTER_ID": 101, "PERIOD_START": "2025-02-01"}
        shorter = [{**day, "WORKING_DAYS": 10.0, "AVAILABLE_SHIFTS": 2.0, "EFFICIENCY_FACTOR": 0.5}]
        regular = _capacity(one_line(DEMAND, capacity_calendar=shorter))["REGULAR"]
        assert regular == [176.0, 80.0, 176.0]

    def test_a_regular_row_replaces_regular_time_where_it_holds(self) -> None:
        rows = [_tier("REGULAR", 30.0, EFFECTIVE_DATE="2025-02-01")]
        inputs = one_line(DEMAND, capacity_calendar=[], capacity_tiers=rows)
        assert _capacity(inputs)["REGULAR"] == [176.0, 30.0, 30.0]

    def test_a_regular_row_without_a_capacity_leaves_it_and_has_its_premium(self) -> None:
        rows = [_tier("REGULAR", None, PREMIUM_PER_UNIT=2.0), _tier("OVERTIME", None)]
        inputs = one_line(DEMAND, capacity_calendar=[], capacity_tiers=rows)
        assert _capacity(inputs) == {"REGULAR": [176.0] * 3, "OVERTIME": [np.inf] * 3}
        assert _prepared(inputs).problem.tiers.premium[0].tolist() == [2.0] * 3

    def test_the_calendars_maximum_overrides_a_regular_row_and_0_closes_every_tier(self) -> None:
        rows = [_tier("REGULAR", 30.0), _tier("OVERTIME", None)]
        inputs = one_line(DEMAND, capacity=[20, 0, 25], capacity_tiers=rows)
        assert _capacity(inputs) == {"REGULAR": [20, 0, 25], "OVERTIME": [np.inf, 0, np.inf]}

    def test_a_tier_exists_only_within_its_dates(self) -> None:
        rows = [_tier("OVERTIME", 9.0, EFFECTIVE_DATE="2025-01-02", EXPIRY_DATE="2025-02-01")]
        assert _capacity(one_line(DEMAND, capacity_tiers=rows))["OVERTIME"] == [0, 9, 0]

    def test_tiers_stand_cheapest_first(self) -> None:
        rows = [_tier("SUB", None, PREMIUM_PER_UNIT=9.0), _tier("OVER", 1.0, PREMIUM_PER_UNIT=2.0)]
        assert list(_capacity(one_line(DEMAND, capacity_tiers=rows))) == ["REGULAR", "OVER", "SUB"]

    def test_no_capacity_anywhere_is_warned_of(self) -> None:
        warnings = _prepared(one_line(DEMAND, capacity=0), shortage="lost_sales").notes.warnings
        assert any("nothing can be built" in warning for warning in warnings)

    def test_a_routing_that_takes_no_capacity_needs_none(self) -> None:
        rows = [_routing("FREE", CAPACITY_PER_UNIT=0.0)]
        inputs = one_line(DEMAND, capacity=0, product_routings=rows)
        assert not _prepared(inputs).notes.warnings
        assert planned(inputs).report["objective"] == pytest.approx(180)

    def test_capacity_only_while_no_routing_holds_is_none(self) -> None:
        rows = [_routing("OLD", EXPIRY_DATE="2025-01-31")]
        inputs = one_line(DEMAND, capacity=[0, 9, 9], product_routings=rows)
        warnings = _prepared(inputs, shortage="lost_sales").notes.warnings
        assert any("nothing can be built" in warning for warning in warnings)

    def test_a_closed_work_center_beside_an_open_one_is_named(self) -> None:
        rows = [_routing("A"), _routing("B", WORK_CENTER_ID=102)]
        centers = [
            {**one_line(DEMAND).capacity_summary.iloc[0].to_dict(), "WORK_CENTER_ID": w,
             "WORK_CENTER_CODE": f"W{w}", "WORK_CENTER_NAME": f"Line {w}"}
            for w in (101, 102)
        ]  # fmt: skip
        inputs = one_line(DEMAND, capacity=0, product_routings=rows, capacity_summary=centers)
        assert _prepared(inputs).notes.warnings == [
            "Work centres without capacity in the whole horizon: W101 Line 101"
        ]

    def test_overlapping_tier_rows_are_refused(self) -> None:
        rows = [_tier("OVERTIME", 9.0), _tier("OVERTIME", 8.0, EFFECTIVE_DATE="2025-02-01")]
        with pytest.raises(
            InputRefused, match=r"CAPACITY_TIER.*: WORK_CENTER_ID=101 \(LINE\), TIER_CODE=OVERTIME"
        ):
            prepared_problem(one_line(DEMAND, capacity_tiers=rows), policy_of())


class TestRoutings:
    def test_cost_is_the_routings_then_the_policys_then_the_products(self) -> None:
        rows = [_routing("A", UNIT_COST=3.0), _routing("B")]
        costs = _prepared(one_line(DEMAND, product_routings=rows)).problem.routings.unit_cost
        assert costs[:, 0].tolist() == [3.0, 10.0]
        by_policy = _prepared(
            one_line(DEMAND, product_routings=rows), production_cost_per_unit=4.0
        ).problem.routings.unit_cost
        assert by_policy[:, 0].tolist() == [3.0, 4.0]

    def test_a_product_without_rows_is_made_by_the_bottleneck_stage_and_said_so(self) -> None:
        prepared = _prepared(one_line(DEMAND, products=2, product_routings=[_routing("A")]))
        assert prepared.problem.routings.codes == ("A", "LINE")
        assert "1 of 2 products have no routing" in prepared.notes.assumptions["assumed_routing"]

    def test_rows_of_one_routing_are_operations_that_all_happen(self) -> None:
        centers = [
            {**one_line(DEMAND).capacity_summary.iloc[0].to_dict(), "WORK_CENTER_ID": w,
             "WORK_CENTER_CODE": f"W{w}", "WORK_CENTER_NAME": f"Line {w}"}
            for w in (101, 102)
        ]  # fmt: skip
        rows = [_routing("A"), _routing("A", WORK_CENTER_ID=102, CAPACITY_PER_UNIT=3.0)]
        inputs = one_line(DEMAND, product_routings=rows, capacity_summary=centers)
        solved = planned(inputs)
        used = solved.tables["BUILD_PLAN_CAPACITY"].groupby("WORK_CENTER_ID")["CAPACITY_USED"]
        assert used.sum().tolist() == [18.0, 54.0]
        # It stands at the operation that takes the largest share, and has a row at both.
        builds = solved.tables["RECOMMENDED_BUILD_PLAN"].groupby("WORK_CENTER_ID")
        assert builds["RECOMMENDED_QUANTITY"].sum().to_dict() == {101: 0.0, 102: 18.0}

    def test_a_routing_is_used_only_while_it_holds(self) -> None:
        rows = [_routing("OLD", EXPIRY_DATE="2025-01-31"), _routing("NEW", UNIT_COST=99.0)]
        available = _prepared(one_line(DEMAND, product_routings=rows)).problem.routings.available
        assert available.tolist() == [[True] * 3, [True, False, False]]

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            ([_routing("A", WORK_CENTER_ID=999)], "expected known work centres"),
            (
                [_routing("A"), _routing("A", EFFECTIVE_DATE="2025-02-01")],
                "one row per routing, work centre and day",
            ),
            ([_routing("A", WORK_CENTER_ID=201), _routing("A")], "at one plant"),
        ],
    )
    def test_meaningless_routings_are_refused_by_name(
        self, rows: list[dict[str, Any]], message: str
    ) -> None:
        line = one_line(DEMAND)
        center = {**line.capacity_summary.iloc[0].to_dict(), "WORK_CENTER_ID": 201, "SITE_ID": 2}
        summary = pd.concat(
            [line.capacity_summary, frame(schemas.CAPACITY_SUMMARY, [center])], ignore_index=True
        )
        routed = replace(
            line,
            capacity_summary=summary,
            product_routings=frame(schemas.PRODUCT_ROUTINGS, rows),
        )
        with pytest.raises(InputRefused, match=message):
            _prepared(routed)

    def test_two_costs_of_one_routing_are_refused(self) -> None:
        line = one_line(DEMAND)
        center = {**line.capacity_summary.iloc[0].to_dict(), "WORK_CENTER_ID": 102}
        summary = pd.concat(
            [line.capacity_summary, frame(schemas.CAPACITY_SUMMARY, [center])], ignore_index=True
        )
        rows = [_routing("A", UNIT_COST=1.0), _routing("A", WORK_CENTER_ID=102, UNIT_COST=2.0)]
        routed = replace(
            line, capacity_summary=summary, product_routings=frame(schemas.PRODUCT_ROUTINGS, rows)
        )
        with pytest.raises(InputRefused, match=r"UNIT_COST.*got 1 to 2"):
            _prepared(routed)


class TestLanes:
    @pytest.mark.parametrize(
        ("days", "periods"), [(0, 0), (14, 0), (15, 1), (30, 1), (44, 1), (45, 2), (60, 2)]
    )
    def test_lead_times_are_rounded_half_up(self, days: float, periods: int) -> None:
        line = one_line(DEMAND)
        horizon = planning_horizon(line, policy_of(), Notes())
        assert lead_time_periods(horizon, days) == periods

    @pytest.mark.parametrize(
        ("lane", "message"),
        [
            ({"TO_SITE_ID": 77}, "lanes that reach a warehouse"),
            ({"TO_SITE_ID": 1}, "lanes that reach a warehouse"),
            ({"FROM_SITE_ID": 77}, "lanes that leave a plant or a warehouse"),
            ({"FROM_SITE_ID": 11}, "lanes from a site to itself"),
            ({"LEAD_TIME_DAYS": -1.0}, "got a negative one"),
        ],
    )
    def test_meaningless_lanes_are_refused_by_name(
        self, lane: dict[str, Any], message: str
    ) -> None:
        usual = {"FROM_SITE_ID": 1, "TO_SITE_ID": 11, "TRANSPORT_COST_PER_UNIT": 1.0,
                 "LEAD_TIME_DAYS": 0.0}  # fmt: skip
        lanes = schemas.TRANSPORT_LANES.typed(pd.DataFrame([{**usual, **lane}]))
        with pytest.raises(InputRefused, match=message):
            _prepared(replace(one_line(DEMAND), transport_lanes=lanes))

    def test_without_lanes_every_plant_reaches_every_warehouse_and_it_is_said(self) -> None:
        prepared = _prepared(one_line(DEMAND))
        assert prepared.problem.lanes.from_site.tolist() == [1]
        assert "PLANT Plant to STORE Store" in prepared.notes.assumptions["default_lane"]


class TestHorizon:
    def test_a_missing_month_is_refused_by_name(self) -> None:
        line = one_line(DEMAND)
        gap = line.demand_forecasts[line.demand_forecasts["FORECAST_DATE"].dt.month != 2]
        with pytest.raises(InputRefused, match="1 missing: 2025-02"):
            _prepared(replace(line, demand_forecasts=gap))

    def test_the_horizon_starts_and_ends_where_the_policy_says(self) -> None:
        prepared = _prepared(
            one_line([5, 9, 4, 7]), horizon_start="2025-02-17", horizon_periods=2,
            safety_stock_ratio=0.5,
        )  # fmt: skip
        assert prepared.problem.periods.labels == ("2025-02", "2025-03")
        # The month after the horizon is known: its forecast counts, not a repetition.
        assert prepared.problem.safety_stock.ravel().tolist() == [2.0, 3.5]

    def test_several_dates_within_a_period_add_up(self) -> None:
        line = one_line(DEMAND)
        later = line.demand_forecasts.assign(
            FORECAST_DATE=line.demand_forecasts["FORECAST_DATE"] + pd.offsets.Day(10)
        )
        weekly = pd.concat([line.demand_forecasts, later], ignore_index=True)
        problem = _prepared(replace(line, demand_forecasts=weekly)).problem
        assert problem.demand.ravel().tolist() == [10, 18, 8]

    @pytest.mark.parametrize(("terminal", "last"), [("repeat", 2.0), ("none", 0.0)])
    def test_safety_stock_of_the_last_period(self, terminal: str, last: float) -> None:
        fields = {"safety_stock_ratio": 0.5, "terminal_safety_stock": terminal}
        problem = _prepared(one_line(DEMAND), **fields).problem
        assert problem.safety_stock.ravel().tolist() == [4.5, 2.0, last]


class TestCosts:
    def test_safety_stock_missing_at_the_end_also_costs_the_unit(self) -> None:
        problem = _prepared(one_line(DEMAND), holding_cost_per_unit_month=0.5).problem
        assert problem.safety_stock_shortfall_cost.ravel().tolist() == [1.0, 1.0, 16.0]

    def test_the_cost_of_capital_is_part_of_holding(self) -> None:
        fields = {"holding_cost_per_unit_month": 0.5, "capital_rate_per_year": 0.12}
        problem = _prepared(one_line(DEMAND), **fields).problem
        assert problem.holding_cost.ravel().tolist() == pytest.approx([0.6] * 3)

    def test_late_units_cheaper_than_missing_safety_stock_are_warned_of(self) -> None:
        notes = _prepared(
            one_line(DEMAND), shortage="backorder", backorder_cost_per_unit_month=0.5
        ).notes
        assert any("safety stock costs more than a late unit" in text for text in notes.warnings)

    def test_costs_in_the_usual_order_are_not_warned_of(self) -> None:
        for shortage in ("lost_sales", "backorder", "forbid"):
            assert not _prepared(one_line(DEMAND), shortage=shortage).notes.warnings

    def test_a_contract_that_ends_goes_on_and_it_is_said(self) -> None:
        line = one_line(DEMAND)
        ending = line.logistics_costs.assign(EXPIRY_DATE=pd.Timestamp("2025-02-10"))
        prepared = _prepared(replace(line, logistics_costs=ending))
        assert prepared.problem.holding_cost.ravel().tolist() == pytest.approx([0.3] * 3)
        assert "warehouses STORE Store" in prepared.notes.assumptions["contract_gap"]

    def test_a_warehouse_without_any_rate_is_refused_unless_the_policy_prices_holding(self) -> None:
        line = one_line(DEMAND)
        unrated = replace(line, logistics_costs=line.logistics_costs.iloc[:0])
        with pytest.raises(InputRefused, match="expected a rate that holds"):
            _prepared(unrated)
        assert _prepared(unrated, holding_cost_per_unit_month=1.0).problem.holding_cost.min() == 1

    def test_load_before_the_horizon_of_an_unknown_work_center_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"no planned routing: 999.*Expected some of 101"):
            _prepared(one_line(DEMAND), initial_load_units={999: 1.0})


class TestStock:
    def test_what_is_not_opening_stock_is_base_load(self) -> None:
        line = one_line(DEMAND, opening=3.0)
        full = line.warehouse_capacity.assign(CURRENT_OCCUPANCY_PALLETS=10.0)
        problem = _prepared(replace(line, warehouse_capacity=full)).problem
        assert problem.base_load.tolist() == [7.0]

    def test_without_balances_the_occupied_pallets_are_stock_in_proportion_to_demand(self) -> None:
        line = one_line(DEMAND, products=2, opening_inventory=[])
        full = line.warehouse_capacity.assign(CURRENT_OCCUPANCY_PALLETS=10.0)
        prepared = _prepared(replace(line, warehouse_capacity=full))
        assert prepared.problem.opening_stock.ravel().tolist() == [5.0, 5.0]
        assert prepared.problem.base_load.tolist() == [0.0]
        assert "no balances exist" in prepared.notes.assumptions["opening_stock_from_occupancy"]

    def test_a_pallet_of_the_default_is_told_by_product_and_one_of_the_policy_is_not(self) -> None:
        line = one_line(
            DEMAND, products=2, product_storage=[{"PRODUCT_ID": 1, "UNITS_PER_PALLET": 4.0}]
        )
        told = prepare_network(line, Policy()).notes.assumptions["default_pallet"]
        assert told.startswith("A pallet holds 10 units of products without UNITS_PER_PALLET: P2")
        assert "P1" not in told
        given = prepare_network(line, Policy.parse({"units_per_pallet": 10}, "here"))
        assert "default_pallet" not in given.notes.assumptions

    def test_receipts_arrive_in_their_period_and_outside_the_horizon_are_left_out(self) -> None:
        row = {"PRODUCT_ID": 1, "SITE_ID": 11, "QUANTITY": 4.0}
        receipts = [{**row, "RECEIPT_DATE": day} for day in ("2025-02-20", "2025-09-01")]
        prepared = _prepared(one_line(DEMAND, scheduled_receipts=receipts))
        assert prepared.problem.receipts.ravel().tolist() == [0, 4, 0]
        assert "receipts_outside_horizon" in prepared.notes.assumptions


def test_a_policy_name_of_any_length_fits_the_model_version() -> None:
    for name in ("standard", "a-very-long-policy-name-that-someone-thought-up-one-day"):
        version = model_version(name, "network")
        assert len(version) <= 50
        assert version.endswith(" network")


def test_a_horizon_of_one_week_is_planned() -> None:
    solved = planned(one_line([5.0]), policy_of(period="week"))
    assert solved.tables["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].tolist() == [5.0]


def test_a_missing_month_is_refused_with_what_to_do() -> None:
    line = one_line([5.0, 6.0, 7.0])
    forecasts = line.demand_forecasts
    gap = replace(line, demand_forecasts=forecasts[forecasts["FORECAST_DATE"] != "2025-02-01"])
    with pytest.raises(InputRefused, match=r"2025-02\. Give a forecast for each"):
        planned(gap)


@pytest.mark.parametrize(("penalty", "told"), [(0.25, False), (0.2, True)])
def test_a_perverse_order_of_costs_is_told_and_equal_costs_are_not(
    penalty: float, told: bool
) -> None:
    policy = policy_of(holding_cost_per_unit_month=0.25, safety_stock_penalty_per_unit=penalty)
    warnings = planned(one_line([5.0, 5.0]), policy).report["warnings"]
    assert any("perverse order" in warning for warning in warnings) == told
