"""The demo company is whole, clean and always the same."""

from __future__ import annotations

import hashlib
import inspect
import os
import subprocess
import sys

import pandas as pd
import pytest

from sop_pipeline.demo import demo_company
from sop_pipeline.demo.horizon import MONTHS
from sop_pipeline.demo.products import FAMILIES
from sop_pipeline.schemas.atomic import ATOMIC_TABLES, FISCAL_CALENDAR, OVERFLOW_TIER
from sop_pipeline.schemas.table import Table

Frames = dict[str, pd.DataFrame]

REFERENCES = [
    ("DEMAND_FORECAST_VERSIONS", "SCENARIO_ID", "SCENARIO_DEFINITION", "SCENARIO_ID"),
    ("DEMAND_FORECAST_VERSIONS", "PRODUCT_ID", "PRODUCT", "PRODUCT_ID"),
    ("DEMAND_FORECAST_VERSIONS", "SITE_ID", "SITE", "SITE_ID"),
    ("SCENARIO_DEFINITION", "PARENT_SCENARIO_ID", "SCENARIO_DEFINITION", "SCENARIO_ID"),
    ("PRODUCT", "PRODUCT_CATEGORY_ID", "PRODUCT_CATEGORY", "PRODUCT_CATEGORY_ID"),
    ("PRODUCT_CATEGORY", "PARENT_CATEGORY_ID", "PRODUCT_CATEGORY", "PRODUCT_CATEGORY_ID"),
    ("WORK_CENTER", "SITE_ID", "SITE", "SITE_ID"),
    ("WAREHOUSE_ZONE", "SITE_ID", "SITE", "SITE_ID"),
    ("LOGISTICS_COST_FACT", "SITE_ID", "SITE", "SITE_ID"),
    ("LOGISTICS_COST_FACT", "WAREHOUSE_ZONE_ID", "WAREHOUSE_ZONE", "WAREHOUSE_ZONE_ID"),
    ("INVENTORY_BALANCE", "PRODUCT_ID", "PRODUCT", "PRODUCT_ID"),
    ("INVENTORY_BALANCE", "SITE_ID", "SITE", "SITE_ID"),
    ("INVENTORY_BALANCE", "WAREHOUSE_ZONE_ID", "WAREHOUSE_ZONE", "WAREHOUSE_ZONE_ID"),
    ("PRODUCT_ROUTING", "PRODUCT_ID", "PRODUCT", "PRODUCT_ID"),
    ("PRODUCT_ROUTING", "WORK_CENTER_ID", "WORK_CENTER", "WORK_CENTER_ID"),
    ("CAPACITY_CALENDAR", "WORK_CENTER_ID", "WORK_CENTER", "WORK_CENTER_ID"),
    ("CAPACITY_TIER", "WORK_CENTER_ID", "WORK_CENTER", "WORK_CENTER_ID"),
    ("TRANSPORT_LANE", "FROM_SITE_ID", "SITE", "SITE_ID"),
    ("TRANSPORT_LANE", "TO_SITE_ID", "SITE", "SITE_ID"),
    ("PRODUCT_STORAGE", "PRODUCT_ID", "PRODUCT", "PRODUCT_ID"),
    ("SCHEDULED_RECEIPT", "PRODUCT_ID", "PRODUCT", "PRODUCT_ID"),
    ("SCHEDULED_RECEIPT", "SITE_ID", "SITE", "SITE_ID"),
    ("SCENARIO_MEMBER", "SCENARIO_ID", "SCENARIO_DEFINITION", "SCENARIO_ID"),
    ("SCENARIO_MEMBER", "MEMBER_SCENARIO_ID", "SCENARIO_DEFINITION", "SCENARIO_ID"),
]


def digest(frames: Frames) -> str:
    text = "".join(f"{name}\n{frame.to_csv()}" for name, frame in frames.items())
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_same_seed_makes_the_same_bytes_in_another_process(company: Frames) -> None:
    program = "\n".join(
        [
            "import hashlib",
            "from sop_pipeline.demo import demo_company",
            inspect.getsource(digest).replace("Frames", "dict"),
            "print(digest(demo_company()))",
        ]
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == digest(company)


def test_another_seed_makes_another_company_of_the_same_shape(company: Frames) -> None:
    other = demo_company(seed=7)
    assert not other["PRODUCT"].equals(company["PRODUCT"])
    assert not other["DEMAND_FORECAST_VERSIONS"].equals(company["DEMAND_FORECAST_VERSIONS"])
    for table in ATOMIC_TABLES:
        table.schema.validate(other[table.name], lazy=True)
    assert len(other["PRODUCT"]) == len(company["PRODUCT"])


@pytest.mark.parametrize("table", ATOMIC_TABLES, ids=lambda table: table.name)
def test_every_table_is_valid_under_its_schema(company: Frames, table: Table) -> None:
    frame = company[table.name]
    table.schema.validate(frame, lazy=True)
    assert list(frame.columns) == list(table.columns)
    # Its periods are calendar months, its contracts have one price above the threshold.
    assert frame.empty == (table in (FISCAL_CALENDAR, OVERFLOW_TIER))


def test_every_table_of_the_input_schema_is_there_and_no_other(company: Frames) -> None:
    assert list(company) == [table.name for table in ATOMIC_TABLES]


@pytest.mark.parametrize(("table", "column", "referred", "key"), REFERENCES)
def test_current_rows_refer_to_current_rows(
    current: Frames, table: str, column: str, referred: str, key: str
) -> None:
    known = set(current[referred][key])
    unknown = set(current[table][column].dropna()) - known
    assert not unknown


def test_the_company_has_the_size_it_is_described_with(current: Frames) -> None:
    sites = current["SITE"]["SITE_TYPE"].value_counts()
    zones = current["WAREHOUSE_ZONE"].groupby("SITE_ID").size()
    products = current["PRODUCT"].groupby("PRODUCT_CATEGORY_ID").size()
    roots = current["PRODUCT_CATEGORY"]["PARENT_CATEGORY_ID"].isna()
    assert (sites["PLANT"], sites["WAREHOUSE"]) == (3, 5)
    assert len(zones) == 5
    assert zones.between(2, 4).all()
    assert list(products) == [10] * 6
    assert roots.sum() == 1
    assert list(current["SCENARIO_DEFINITION"]["SCENARIO_CODE"]) == [
        "BASELINE", "Q4_PUSH", "CONSERVATIVE", "SUPPLY_SHOCK", "PUSH_OR_NOT",
    ]  # fmt: skip
    assert len(current["WORK_CENTER"]) == 12
    assert set(current["WORK_CENTER"]["WORK_CENTER_TYPE"]) == {"FABRICATION", "ASSEMBLY"}
    assert current["WORK_CENTER"].groupby("SITE_ID").size().eq(4).all()


def test_demand_has_one_row_per_scenario_product_site_and_month_without_gaps(
    current: Frames,
) -> None:
    forecasts = current["DEMAND_FORECAST_VERSIONS"]
    assert not forecasts.duplicated(["SCENARIO_ID", "PRODUCT_ID", "SITE_ID", "FORECAST_DATE"]).any()
    months = forecasts.groupby(["SCENARIO_ID", "PRODUCT_ID", "SITE_ID"])["FORECAST_DATE"]
    assert all(list(dates) == list(MONTHS) for _, dates in months)
    assert len(MONTHS) == 18
    assert forecasts.groupby("SCENARIO_ID")["PRODUCT_ID"].nunique().eq(60).all()


def test_the_peak_is_the_fourth_quarter_with_at_least_six_months_before_it(
    current: Frames,
) -> None:
    forecasts = current["DEMAND_FORECAST_VERSIONS"]
    baseline = forecasts[forecasts["SCENARIO_ID"] == 1]
    by_quarter = baseline.groupby("FISCAL_QUARTER")["FORECAST_QUANTITY"].sum()
    first = baseline.loc[baseline["FISCAL_QUARTER"] == "Q4 2026", "FORECAST_DATE"].min()
    assert by_quarter.idxmax() == "Q4 2026"
    assert MONTHS.get_loc(first) >= 6


def test_a_fiscal_label_means_one_stretch_of_time(current: Frames) -> None:
    labels = current["DEMAND_FORECAST_VERSIONS"][
        ["FORECAST_DATE", "FISCAL_MONTH", "FISCAL_QUARTER", "FISCAL_PERIOD"]
    ].drop_duplicates()
    assert len(labels) == labels["FISCAL_MONTH"].nunique() == labels["FISCAL_PERIOD"].nunique()
    dates = labels.groupby("FISCAL_QUARTER")["FORECAST_DATE"]
    assert (dates.max() - dates.min()).dt.days.max() < 92


def test_seasons_of_every_family_are_shares_of_a_year() -> None:
    for family in FAMILIES:
        assert sum(family.seasons) == pytest.approx(100)


def test_every_routing_is_fabrication_then_assembly_in_one_plant(current: Frames) -> None:
    operations = current["PRODUCT_ROUTING"].merge(current["WORK_CENTER"], on="WORK_CENTER_ID")
    routings = operations.groupby(["PRODUCT_ID", "ROUTING_CODE"])
    assert all(sorted(r) == ["ASSEMBLY", "FABRICATION"] for _, r in routings["WORK_CENTER_TYPE"])
    assert routings["SITE_ID"].nunique().eq(1).all()
    assert routings["UNIT_COST"].nunique().eq(1).all()


def test_many_products_have_alternatives_and_some_in_another_plant(current: Frames) -> None:
    operations = current["PRODUCT_ROUTING"].merge(current["WORK_CENTER"], on="WORK_CENTER_ID")
    products = operations.groupby("PRODUCT_ID")
    assert products["ROUTING_CODE"].nunique().ge(2).sum() >= 30
    assert products["SITE_ID"].nunique().ge(2).sum() >= 15
    assert products.ngroups == 60


def test_no_work_centre_works_more_than_a_day_has(current: Frames) -> None:
    centers = current["WORK_CENTER"]
    assert (centers["HOURS_PER_DAY"] * centers["AVAILABLE_SHIFTS"]).max() <= 24


def test_every_zone_has_one_contract_in_every_month(current: Frames) -> None:
    costs = current["LOGISTICS_COST_FACT"]
    zones = sorted(current["WAREHOUSE_ZONE"]["WAREHOUSE_ZONE_ID"])
    for month in MONTHS:
        held = costs[(costs["EFFECTIVE_DATE"] <= month) & (month <= costs["EXPIRY_DATE"])]
        assert sorted(held["WAREHOUSE_ZONE_ID"]) == zones


def test_every_selling_product_has_stock_counted_just_before_the_horizon(
    current: Frames,
) -> None:
    balances = current["INVENTORY_BALANCE"]
    latest = balances[balances["BALANCE_DATE"] == "2025-12-31"]
    demand = current["DEMAND_FORECAST_VERSIONS"][["PRODUCT_ID", "SITE_ID"]].drop_duplicates()
    counted = set(zip(latest["PRODUCT_ID"], latest["SITE_ID"], strict=True))
    assert counted == set(zip(demand["PRODUCT_ID"], demand["SITE_ID"], strict=True))
    assert len(counted) == len(latest)
    assert balances["BALANCE_DATE"].max() < MONTHS[0]
    free = balances["QUANTITY_ON_HAND"] - balances["QUANTITY_RESERVED"]
    assert free.eq(balances["QUANTITY_AVAILABLE"]).all()


def test_what_lies_in_a_zone_fits_and_includes_the_stock_counted_there(current: Frames) -> None:
    balances = current["INVENTORY_BALANCE"].merge(current["PRODUCT_STORAGE"], on="PRODUCT_ID")
    balances = balances[balances["BALANCE_DATE"] == "2025-12-31"]
    pallets = (balances["QUANTITY_ON_HAND"] / balances["UNITS_PER_PALLET"]).groupby(
        balances["WAREHOUSE_ZONE_ID"]
    )
    zones = current["WAREHOUSE_ZONE"].set_index("WAREHOUSE_ZONE_ID")
    stored = pallets.sum().reindex(zones.index, fill_value=0)
    assert (stored <= zones["CURRENT_OCCUPANCY_PALLETS"]).all()
    assert (zones["CURRENT_OCCUPANCY_PALLETS"] <= 0.5 * zones["MAX_CAPACITY_PALLETS"]).all()
    assert (zones["CURRENT_OCCUPANCY_PALLETS"] % 1 == 0).all()


def test_every_plant_reaches_every_warehouse_within_the_month(current: Frames) -> None:
    sites = current["SITE"].set_index("SITE_ID")["SITE_TYPE"]
    lanes = current["TRANSPORT_LANE"]
    quick = lanes[lanes["LEAD_TIME_DAYS"] < 15]
    direct = set(zip(quick["FROM_SITE_ID"], quick["TO_SITE_ID"], strict=True))
    warehouses = sites.index[sites == "WAREHOUSE"]
    for plant in sites.index[sites == "PLANT"]:
        reached = {home for home in warehouses if (plant, home) in direct}
        reached |= {home for hub in reached for home in warehouses if (hub, home) in direct}
        assert reached == set(warehouses)
    assert len(quick) < len(lanes), "no lane takes a month"
    assert sites[lanes["FROM_SITE_ID"]].eq("WAREHOUSE").any(), "no lane between warehouses"


def test_history_and_other_forecasts_lie_beside_the_current_rows(company: Frames) -> None:
    for name in ("PRODUCT", "SITE", "WORK_CENTER", "WAREHOUSE_ZONE", "LOGISTICS_COST_FACT",
                 "PRODUCT_ROUTING"):  # fmt: skip
        superseded = company[name][~company[name]["IS_CURRENT_FLAG"]]
        assert not superseded.empty, name
        assert (superseded["VALID_TO_TIMESTAMP"] < MONTHS[0]).all(), name
    forecasts = company["DEMAND_FORECAST_VERSIONS"]
    older = forecasts[~forecasts["IS_CURRENT_VERSION"]]
    newer = forecasts[forecasts["IS_CURRENT_VERSION"] & (forecasts["FORECAST_TYPE"] == "DEMAND")]
    same = older.merge(newer, on=["SCENARIO_ID", "PRODUCT_ID", "SITE_ID", "FORECAST_DATE"])
    assert len(same) == len(older) > 0
    assert (same["VERSION_TIMESTAMP_x"] < same["VERSION_TIMESTAMP_y"]).all()
    assert (forecasts["FORECAST_TYPE"] == "RETURNS").any()


def test_summer_shutdowns_and_holidays_shorten_months(current: Frames) -> None:
    calendar = current["CAPACITY_CALENDAR"].merge(
        current["WORK_CENTER"][["WORK_CENTER_ID", "SITE_ID"]], on="WORK_CENTER_ID"
    )
    days = calendar.pivot_table("WORKING_DAYS", index="SITE_ID", columns="PERIOD_START")
    assert dict(days["2026-07-01"]) == {10: 13, 20: 23, 30: 13}
    assert dict(days["2026-08-01"]) == {10: 21, 20: 11, 30: 21}
    assert len(calendar) == 12 * len(MONTHS)


def test_the_company_with_decisions_is_the_same_but_for_what_is_decided(company: Frames) -> None:
    other = demo_company(variant="decisions")
    for table in ATOMIC_TABLES:
        table.schema.validate(other[table.name], lazy=True)
    differing = {name for name in company if not company[name].equals(other[name])}
    assert differing == {
        "CAPACITY_TIER", "DEMAND_FORECAST_VERSIONS", "OVERFLOW_TIER", "PRODUCT_ROUTING",
        "PRODUCT_STORAGE",
    }  # fmt: skip
    shifts = other["CAPACITY_TIER"].query("TIER_CODE == 'THIRD_SHIFT'")
    assert (shifts["MIN_USE"] < shifts["MAX_CAPACITY"]).all()
    assert shifts["FIXED_COST"].between(10_000, 20_000).all()
    in_lots = other["PRODUCT_ROUTING"].dropna(subset="LOT_MULTIPLE")
    assert in_lots["PRODUCT_ID"].nunique() == 2
    assert other["PRODUCT_STORAGE"]["MAX_AGE_DAYS"].notna().sum() == 10
    assert set(other["DEMAND_FORECAST_VERSIONS"]["DEMAND_CLASS"].dropna()) == {"CHAIN", "SHOPS"}
