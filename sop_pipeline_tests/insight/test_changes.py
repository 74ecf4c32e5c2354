"""A what-if is the plan of a company whose files were edited by hand the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import pytest

import sop_pipeline as sop
from sop_pipeline.insight.change_language import all_changes
from sop_pipeline.insight.changes import made
from sop_pipeline.insight.company_frames import CompanyFrames
from sop_pipeline.planning.preparation.network import prepare_network
from sop_pipeline_tests.small_company import Tables, full_company

SAME = ("RECOMMENDED_BUILD_PLAN", "BUILD_PLAN_INVENTORY", "BUILD_PLAN_SHIPMENT")
Edit = Callable[[Tables], None]


@pytest.fixture(scope="module")
def company() -> sop.Company:
    return sop.Company(full_company())


def require_same(found: sop.Plan, by_hand: sop.Plan) -> None:
    for name in SAME:
        one, other = found.tables[name], by_hand.tables[name]
        quantities = [name for name in one.columns if name != "MODEL_VERSION"]
        pd.testing.assert_frame_equal(one[quantities], other[quantities], rtol=1e-9)


def demand(change: Callable[[pd.DataFrame], pd.Series], where: Callable[..., pd.Series]) -> Edit:
    """Another quantity of some forecasts of the scenario PUSH."""

    def edit(tables: Tables) -> None:
        rows = tables["demand_forecasts"].copy()
        chosen = (rows["SCENARIO_ID"] == 2) & where(rows)
        rows["FORECAST_QUANTITY"] = rows["FORECAST_QUANTITY"].astype(float)
        rows.loc[chosen, "FORECAST_QUANTITY"] = change(rows[chosen])
        tables["demand_forecasts"] = rows

    return edit


def column(
    table: str, name: str, where: Callable[..., pd.Series], change: Callable[..., object]
) -> Edit:
    """Another figure in some rows of a table."""

    def edit(tables: Tables) -> None:
        rows = tables[table].copy()
        chosen = where(rows)
        rows[name] = rows[name].astype(float)
        rows.loc[chosen, name] = change(rows.loc[chosen, name])
        tables[table] = rows

    return edit


def calendar(*rows: Mapping[str, object]) -> Edit:
    """Rows of the capacity calendar in place of those of the same place and period."""

    def edit(tables: Tables) -> None:
        new = pd.DataFrame(rows)
        old = tables["capacity_calendar"]
        keys = set(zip(new["WORK_CENTER_ID"], new["PERIOD_START"], strict=True))
        kept = [
            key not in keys for key in zip(old["WORK_CENTER_ID"], old["PERIOD_START"], strict=True)
        ]
        tables["capacity_calendar"] = pd.concat([old[kept], new], ignore_index=True)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(tables: Tables) -> None:
        for one in edits:
            one(tables)

    return edit


def everywhere(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(data=True, index=rows.index)


def split_storage(tables: Tables) -> None:
    """The storage rate of warehouse B, which is in force all along, is 10 % higher from October."""
    rows = tables["logistics_costs"]
    before = rows.assign(EXPIRY_DATE=rows["EXPIRY_DATE"].where(rows["SITE_ID"] != 4, "2025-09-30"))
    after = rows[rows["SITE_ID"] == 4].assign(LOGISTICS_COST_ID=9, EFFECTIVE_DATE="2025-10-01")
    after["STORAGE_COST_PER_PALLET_PER_DAY"] *= 1.1
    tables["logistics_costs"] = pd.concat([before, after], ignore_index=True)


# ruff: noqa: E501  a case in a line
# Regular time: CAPACITY_PER_HOUR x hours x shifts x efficiency x days.
LINE_A = 4 * 8 * 0.9 * 22
IN_AUGUST = 4 * 8 * 0.8 * 15

# fmt: off
EDITS: Mapping[str, tuple[str, Edit]] = {
    "demand exactly doubled": ("demand +100%", demand(lambda r: 2 * r["FORECAST_QUANTITY"], everywhere)),
    "demand of a product by name, in some months": (
        "demand -50% product stool from 2025-09 to 2025-10",
        demand(
            lambda r: rounded_half(r["FORECAST_QUANTITY"]),
            lambda r: (r["PRODUCT_ID"] == 20) & r["FORECAST_DATE"].between("2025-09-01", "2025-10-31"),
        ),
    ),
    "demand of a family at a warehouse gone": (
        "demand =0 family Large site WH-A",
        demand(lambda r: 0.0 * r["FORECAST_QUANTITY"], lambda r: (r["PRODUCT_ID"] == 30) & (r["SITE_ID"] == 3)),
    ),
    "cost of one product": (
        "cost +5 product P-10",
        both(
            column("products", "UNIT_COST", lambda r: r["PRODUCT_ID"] == 10, lambda c: c + 5),
            column("product_routings", "UNIT_COST", lambda r: r["PRODUCT_ID"] == 10, lambda c: c + 5),
        ),
    ),
    "opening stock gone": (
        "opening -100% site WH-A",
        column("inventory_balances", "QUANTITY_AVAILABLE", lambda r: r["SITE_ID"] == 3, lambda c: 0 * c),
    ),
    "capacity in units in one month": (
        "capacity WC-A:-200 from 2025-08 to 2025-08",
        calendar({"WORK_CENTER_ID": 101, "PERIOD_START": "2025-08-01", "MAX_CAPACITY": IN_AUGUST - 200}),
    ),
    "capacity exactly": (
        "capacity WC-A:=400 from 2025-11",
        calendar(
            *({"WORK_CENTER_ID": 101, "PERIOD_START": day, "MAX_CAPACITY": 400.0} for day in ("2025-11-01", "2025-12-01"))
        ),
    ),
    "capacity in per cent, all the time": (
        "capacity WC-A:-20%",
        column("work_centers", "CAPACITY_PER_HOUR", lambda r: r["WORK_CENTER_ID"] == 101, lambda c: 0.8 * c),
    ),
    "a shift more, all the time, where the calendar does not fix the capacity": (
        "capacity WC-B:+1shift to 2025-11",
        calendar(
            *(
                {"WORK_CENTER_ID": 201, "PERIOD_START": f"2025-{m:02d}-01", "AVAILABLE_SHIFTS": 2.0}
                for m in range(7, 12)
            )
        ),
    ),
    "overtime in some months": (
        "capacity WC-A/overtime:+100% from 2025-10 to 2025-11",
        lambda tables: tables.update(
            capacity_tiers=pd.concat(
                [
                    tables["capacity_tiers"].assign(
                        EXPIRY_DATE=["2025-09-30", tables["capacity_tiers"]["EXPIRY_DATE"][1]]
                    ),
                    tables["capacity_tiers"].head(1).assign(
                        MAX_CAPACITY=240.0, EFFECTIVE_DATE="2025-10-01", EXPIRY_DATE="2025-11-30"
                    ),
                    tables["capacity_tiers"].head(1).assign(EFFECTIVE_DATE="2025-12-01"),
                ],
                ignore_index=True,
            )
        ),
    ),
    "a work centre closed": (
        "close WC-A from 2025-12",
        calendar({"WORK_CENTER_ID": 101, "PERIOD_START": "2025-12-01", "MAX_CAPACITY": 0.0}),
    ),
    "a plant closed for a month": (
        "close PL-B from 2025-07 to 2025-07",
        calendar({"WORK_CENTER_ID": 201, "PERIOD_START": "2025-07-01", "MAX_CAPACITY": 0.0}),
    ),
    "storage rate from a month on": ("rate WH-B:storage:+10% from 2025-10", split_storage),
    "transport to a warehouse": (
        "rate WH-B:transport:+1.5",
        both(
            column("logistics_costs", "TRANSPORT_COST_PER_UNIT", lambda r: r["SITE_ID"] == 4, lambda c: c + 1.5),
            column("transport_lanes", "TRANSPORT_COST_PER_UNIT", lambda r: r["TO_SITE_ID"] == 4, lambda c: c + 1.5),
        ),
    ),
    "handling everywhere": (
        "rate handling:+50%",
        column("logistics_costs", "HANDLING_COST_PER_PALLET", everywhere, lambda c: 1.5 * c),
    ),
    "overflow rate": (
        "rate overflow:=7",
        column("logistics_costs", "OVERFLOW_PENALTY_RATE", everywhere, lambda c: 7.0 + 0 * c),
    ),
    "lead time of one lane": (
        "lead-time PL-A/WH-B:+20days",
        column("transport_lanes", "LEAD_TIME_DAYS", lambda r: (r["FROM_SITE_ID"] == 1) & (r["TO_SITE_ID"] == 4), lambda c: c + 20),
    ),
    "lead time of every lane to a warehouse": (
        "lead-time WH-A:=31",
        column("transport_lanes", "LEAD_TIME_DAYS", lambda r: r["TO_SITE_ID"] == 3, lambda c: 31 + 0 * c),
    ),
}
# fmt: on


def rounded_half(quantities: pd.Series) -> pd.Series:
    """Half of each, whole, so that the total is half of the total rounded half up."""
    halves = quantities.astype(float) / 2
    floors = np.floor(halves)
    missing = int(np.floor(halves.sum() + 0.5) - floors.sum())
    # Those with a rest all have the same one: the first by product, site and date get a unit.
    with_rest = halves.index[halves > floors][:missing]
    floors[with_rest] += 1
    return floors


def feeling() -> Tables:
    """The company with a product that pays the warehouses' storage rates."""
    tables = full_company()
    rows = tables["product_storage"]
    own = rows["HOLDING_COST_PER_MONTH"].where(rows["PRODUCT_ID"] != 10)
    tables["product_storage"] = rows.assign(HOLDING_COST_PER_MONTH=own)
    return tables


def frames_of(tables: Tables) -> CompanyFrames:
    """What a change of PUSH is made to."""
    checked = sop.Company(tables).checked("PUSH", policy="standard")
    return CompanyFrames(checked.planning_inputs, checked.policy)


@pytest.fixture(scope="module")
def as_it_is() -> CompanyFrames:
    return frames_of(feeling())


@pytest.mark.parametrize("name", EDITS)
def test_a_change_states_the_problem_that_editing_the_files_by_hand_states(
    as_it_is: CompanyFrames, name: str
) -> None:
    text, edit = EDITS[name]
    changed, _ = made(all_changes([text]), as_it_is)
    tables = feeling()
    edit(tables)
    before, found, expected = (
        prepare_network(frames.inputs, frames.policy).problem
        for frames in (as_it_is, changed, frames_of(tables))
    )
    require_same_values(found, expected)
    with pytest.raises(AssertionError):
        require_same_values(found, before)


def require_same_values(one: object, other: object) -> None:
    """Require that two problems are the same in every figure, however deep it stands."""
    if is_dataclass(one):
        assert type(one) is type(other)
        for field in fields(one):
            require_same_values(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, np.ndarray):
        np.testing.assert_allclose(one, np.asarray(other), rtol=1e-9)
    else:
        assert one == other


def test_a_change_plans_what_editing_the_files_by_hand_plans(company: sop.Company) -> None:
    text, edit = EDITS["demand exactly doubled"]
    found = sop.whatif(company, "PUSH", [text])
    tables = full_company()
    edit(tables)
    require_same(found.plan, sop.plan(sop.Company(tables), "PUSH"))
    assert found.plan.summary["input_hash"] != found.base.summary["input_hash"]


def crowded(rate: float) -> Tables:
    """The company with a contract of two prices at each warehouse, and stock above its threshold."""
    tables = full_company()
    tables["overflow_tiers"] = pd.DataFrame(
        {
            "SITE_ID": [3, 3, 4],
            "TIER_RANK": [1, 2, 1],
            "MAX_PALLETS": [2.0, None, None],
            "PENALTY_RATE": [rate, 2 * rate, rate],
        }
    )
    costs = tables["logistics_costs"]
    tables["logistics_costs"] = costs.assign(OVERFLOW_PENALTY_THRESHOLD_PCT=1.0)
    return tables


def test_an_overflow_rate_is_that_of_every_tier_of_the_contract() -> None:
    found = sop.whatif(sop.Company(crowded(0.25)), "PUSH", ["rate overflow:+100%"])
    require_same(found.plan, sop.plan(sop.Company(crowded(0.5)), "PUSH"))
    assert found.plan.summary["objective"] > found.base.summary["objective"]


def test_a_price_changes_revenue_and_the_cost_of_losing_it(company: sop.Company) -> None:
    found = sop.whatif(company, "PUSH", ["price +10% product P-20"])
    tables = full_company()
    tables["products"] = tables["products"].assign(
        UNIT_PRICE=tables["products"]["UNIT_PRICE"].where(
            tables["products"]["PRODUCT_ID"] != 20, 66.0
        )
    )
    by_hand = sop.plan(sop.Company(tables), "PUSH")
    require_same(found.plan, by_hand)
    assert found.plan.summary["revenue"] == pytest.approx(by_hand.summary["revenue"])
    assert found.plan.summary["revenue"] > found.base.summary["revenue"]


def test_a_field_of_the_policy_plans_what_that_policy_plans(company: sop.Company) -> None:
    found = sop.whatif(company, "PUSH", ["set policy.shortage=backorder"])
    by_hand = sop.plan(company, "PUSH", overrides={"shortage": "backorder"})
    require_same(found.plan, by_hand)
    assert found.plan.summary["input_hash"] == by_hand.summary["input_hash"]
    assert found.plan.summary["policy"] == "standard + shortage=backorder"


def test_the_base_is_the_plan_of_the_inputs_as_they_are(company: sop.Company) -> None:
    found = sop.whatif(company, "PUSH", ["demand +10%"])
    plan = sop.plan(company, "PUSH")
    require_same(found.base, plan)
    assert found.base.summary["input_hash"] == plan.summary["input_hash"]


@pytest.mark.parametrize("changes", [[], ["demand +0%"], ["capacity WC-A:+0"]])
def test_a_change_of_nothing_makes_no_difference(company: sop.Company, changes: list[str]) -> None:
    found = sop.whatif(company, "PUSH", changes)
    assert found.difference.is_nothing
    require_same(found.plan, found.base)


def test_changes_are_made_in_the_order_stated(company: sop.Company) -> None:
    texts = ["demand =900 product P-10", "demand +10%"]
    totals = [
        sop.whatif(company, "PUSH", order).difference.figures["demand_units"].changed
        for order in (texts, texts[::-1])
    ]
    base = sop.whatif(company, "PUSH", []).difference.figures["demand_units"].base
    lamps = full_company()["demand_forecasts"].query("SCENARIO_ID == 2 and PRODUCT_ID == 10")
    assert base is not None
    rest = base - lamps["FORECAST_QUANTITY"].sum()
    assert totals[0] == np.floor((rest + 900) * 1.1 + 0.5)
    assert totals[1] == pytest.approx(rest * 1.1 + 900, abs=3)


def test_the_total_of_a_change_is_exact_though_every_row_is_whole(company: sop.Company) -> None:
    found = sop.whatif(company, "PUSH", ["demand +7 product P-10 site WH-A"])
    assert found.difference.figures["demand_units"].difference == 7
    assert found.sentences == ("Demand of P-10 at WH-A up by 7: 7 units more",)
    inventory = found.plan.tables["BUILD_PLAN_INVENTORY"]["DEMAND"]
    assert (inventory == inventory.round()).all()


def test_a_closed_warehouse_ends_every_period_empty(company: sop.Company) -> None:
    texts = ["opening -100% site WH-B", "close WH-B from 2025-08 to 2025-10"]
    stores = sop.whatif(company, "PUSH", texts).plan.tables["BUILD_PLAN_INVENTORY"]
    at = stores[(stores["SITE_ID"] == 4)].groupby("PERIOD_START")["ENDING_INVENTORY"].sum()
    closed = at[(at.index >= "2025-08-01") & (at.index <= "2025-10-31")]
    assert (closed == 0).all()
    assert len(closed) == 3
    assert at.drop(closed.index).sum() > 0


def test_a_warehouse_closed_all_along_is_one_without_a_pallet_position(
    company: sop.Company,
) -> None:
    texts = ["opening -100% site WH-B", "close WH-B"]
    tables = full_company()
    zones, stock = tables["warehouse_zones"], tables["inventory_balances"]
    gone = {"MAX_CAPACITY_PALLETS": 0.0, "CURRENT_OCCUPANCY_PALLETS": 0.0}
    tables["warehouse_zones"] = zones.assign(
        **{name: zones[name].where(zones["SITE_ID"] != 4, value) for name, value in gone.items()}
    )
    tables["inventory_balances"] = stock.assign(
        QUANTITY_AVAILABLE=stock["QUANTITY_AVAILABLE"].where(stock["SITE_ID"] != 4, 0.0)
    )
    by_hand = sop.plan(sop.Company(tables), "PUSH")
    found = sop.whatif(company, "PUSH", texts)
    # How full the warehouses are is told of their positions, which a closed one keeps.
    columns = ["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK", "RECOMMENDED_QUANTITY"]
    pd.testing.assert_frame_equal(
        found.plan.tables["RECOMMENDED_BUILD_PLAN"][columns],
        by_hand.tables["RECOMMENDED_BUILD_PLAN"][columns],
    )
