"""Folders that can be stored, whose figures are at fault: every check of a scenario finds it."""

from __future__ import annotations

from sop_pipeline_tests.cli.corruptions import (
    DEMAND,
    NAMED,
    QUANTITY,
    ROW,
    Corruption,
    edited,
    full_table,
    optional_table,
    overflow_tiers,
    repeat_in_class,
    repeated,
    two_operations,
    with_all,
    with_value,
)

CORRUPT_FIGURES = (
    Corruption(
        "nan",
        with_value("demand_forecasts", ROW, QUANTITY, "NaN"),
        (DEMAND, QUANTITY, *NAMED),
        command="plan",
    ),
    Corruption(
        "empty", with_value("demand_forecasts", ROW, QUANTITY, ""), (DEMAND, QUANTITY, *NAMED)
    ),
    Corruption(
        "negative",
        with_value("demand_forecasts", ROW, QUANTITY, "-5"),
        (DEMAND, QUANTITY, "-5", *NAMED),
    ),
    Corruption(
        "infinite", with_value("demand_forecasts", ROW, QUANTITY, "inf"), (DEMAND, QUANTITY, *NAMED)
    ),
    Corruption(
        "too_many_units",
        with_value("demand_forecasts", ROW, QUANTITY, "1e15"),
        (DEMAND, QUANTITY, "below 1e+10", *NAMED),
    ),
    Corruption(
        "two_current_versions",
        repeated("demand_forecasts", ROW, DEMAND_FORECAST_ID=900),
        (DEMAND, "one row per SCENARIO_ID, PRODUCT_ID, SITE_ID, FORECAST_DATE", *NAMED),
    ),
    Corruption(
        "missing_month",
        edited("demand_forecasts", lambda f: f[f["FORECAST_DATE"] != "2025-09-01"]),
        (DEMAND, "FORECAST_DATE", "2025-09"),
        command="plan",
    ),
    Corruption(
        "demand_at_a_plant",
        with_value("demand_forecasts", ROW, "SITE_ID", "1"),
        (DEMAND, "SITE_ID=1", "WAREHOUSE"),
    ),
    Corruption(
        "dates_in_the_wrong_order",
        with_value("logistics_costs", 2, "EFFECTIVE_DATE", "2027-01-01"),
        ("LOGISTICS_COST_FACT", "EFFECTIVE_DATE", "LOGISTICS_COST_ID=3"),
    ),
    Corruption(
        "threshold_of_870",
        with_value("logistics_costs", 1, "OVERFLOW_PENALTY_THRESHOLD_PCT", "870"),
        ("LOGISTICS_COST_FACT", "OVERFLOW_PENALTY_THRESHOLD_PCT", "870", "LOGISTICS_COST_ID=2"),
    ),
    Corruption(
        "no_current_rows", with_all("products", "IS_CURRENT_FLAG", "FALSE"), ("PRODUCT", "current")
    ),
    Corruption(
        "no_current_forecast",
        with_all("demand_forecasts", "IS_CURRENT_VERSION", "FALSE"),
        (DEMAND, "current"),
    ),
    Corruption(
        "negative_capacity",
        with_value("work_centers", 1, "CAPACITY_PER_HOUR", "-2"),
        ("WORK_CENTER", "CAPACITY_PER_HOUR", "WORK_CENTER_ID=201"),
    ),
    Corruption(
        "negative_pallets",
        with_value("warehouse_zones", 0, "MAX_CAPACITY_PALLETS", "-1"),
        ("WAREHOUSE_ZONE", "MAX_CAPACITY_PALLETS", "WAREHOUSE_ZONE_ID=301"),
    ),
    Corruption(
        "efficiency_in_percent",
        with_value("work_centers", 1, "EFFICIENCY_FACTOR", "95"),
        ("WORK_CENTER", "EFFICIENCY_FACTOR", "at most 1", "WORK_CENTER_ID=201"),
    ),
    Corruption(
        "fixed_cost_without_capacity",
        full_table("capacity_tiers", 1, MAX_CAPACITY="", FIXED_COST="500"),
        (
            "CAPACITY_TIER",
            "MAX_CAPACITY",
            "FIXED_COST",
            "WORK_CENTER_ID=201 (WC-B), TIER_CODE=OVERTIME",
        ),
        policy="standard",
    ),
    Corruption(
        "negative_fixed_cost",
        full_table("capacity_tiers", 0, FIXED_COST="-1"),
        ("CAPACITY_TIER", "FIXED_COST", "-1", "WORK_CENTER_ID=101"),
    ),
    Corruption(
        "two_priorities_of_a_class",
        repeat_in_class,
        (DEMAND, "PRIORITY", "KEY"),
        policy="standard",
    ),
    Corruption(
        "lot_multiple_of_0",
        full_table("product_routings", 2, LOT_MULTIPLE="0"),
        ("PRODUCT_ROUTING", "LOT_MULTIPLE", "at least 1", "PRODUCT_ID=30", "ROUTING_CODE=A"),
    ),
    Corruption(
        "lot_multiple_of_2_and_a_half",
        full_table("product_routings", 2, LOT_MULTIPLE="2.5"),
        ("PRODUCT_ROUTING", "LOT_MULTIPLE", "a whole number", "2.5", "PRODUCT_ID=30"),
    ),
    Corruption(
        "set_up_costs_that_differ",
        two_operations("SETUP_COST", "7", "8"),
        ("PRODUCT_ROUTING", "SETUP_COST", "every row of a routing", "7 to 8", "10 A"),
        policy="standard",
    ),
    Corruption(
        "minimum_lots_that_differ",
        two_operations("MIN_LOT", "7", "8"),
        ("PRODUCT_ROUTING", "MIN_LOT", "every row of a routing", "10 A"),
        policy="standard",
    ),
    Corruption(
        "unknown_kind_of_site",
        with_value("sites", 0, "SITE_TYPE", "FACTORY"),
        ("SITE", "SITE_TYPE", "FACTORY", "SITE_ID=1"),
    ),
    Corruption(
        "unknown_unit_of_measure",
        with_all("inventory_balances", "UNIT_OF_MEASURE", "BOX"),
        ("INVENTORY_BALANCE", "UNIT_OF_MEASURE", "EACH", "BOX"),
    ),
    Corruption(
        "negative_age",
        optional_table("product_storage", PRODUCT_ID=[10], MAX_AGE_DAYS=[-30]),
        ("PRODUCT_STORAGE", "MAX_AGE_DAYS", "at least 0", "PRODUCT_ID=10"),
    ),
    Corruption(
        "negative_cost_of_scrap",
        optional_table("product_storage", PRODUCT_ID=[10], SCRAP_COST=[-1]),
        ("PRODUCT_STORAGE", "SCRAP_COST", "at least 0", "PRODUCT_ID=10"),
    ),
    Corruption(
        "negative_overflow_rate",
        overflow_tiers((3, 1, None, -2.0)),
        ("OVERFLOW_TIER", "PENALTY_RATE", "at least 0", "SITE_ID=3"),
    ),
)
