"""Folders that cannot be stored: files, columns, types, keys and references at fault."""

from __future__ import annotations

from sop_pipeline_tests.cli.corruptions import (
    DEMAND,
    QUANTITY,
    ROW,
    Corruption,
    edited,
    full_table,
    optional_table,
    overflow_tiers,
    repeated,
    rewritten,
    with_value,
)

CORRUPT_FILES = (
    Corruption("missing_file", lambda d: (d / "sites.csv").unlink(), ("SITE", "sites.csv")),
    Corruption(
        "missing_column",
        edited("work_centers", lambda f: f.drop(columns="HOURS_PER_DAY")),
        ("WORK_CENTER", "HOURS_PER_DAY"),
    ),
    Corruption(
        "text_in_a_number",
        with_value("demand_forecasts", ROW, QUANTITY, "many"),
        (DEMAND, QUANTITY, "line 42", "'many'", "a number"),
    ),
    Corruption(
        "fraction_in_an_id",
        with_value("products", 1, "PRODUCT_ID", "20.5"),
        ("PRODUCT", "PRODUCT_ID", "line 3", "whole number"),
    ),
    Corruption(
        "date_of_another_format",
        with_value("demand_forecasts", ROW, "FORECAST_DATE", "15.07.2025"),
        (DEMAND, "FORECAST_DATE", "line 42", "YYYY-MM-DD"),
    ),
    Corruption(
        "empty_id",
        with_value("demand_forecasts", ROW, "PRODUCT_ID", ""),
        (DEMAND, "PRODUCT_ID", "line 42"),
    ),
    Corruption(
        "duplicate_key",
        repeated("products", 0),
        ("PRODUCT", "PRODUCT_ID", "PRODUCT_ID=10", "repeated"),
    ),
    Corruption(
        "unknown_product",
        with_value("demand_forecasts", ROW, "PRODUCT_ID", "77"),
        (DEMAND, "PRODUCT_ID=77"),
    ),
    Corruption(
        "unknown_site", with_value("demand_forecasts", ROW, "SITE_ID", "88"), (DEMAND, "SITE_ID=88")
    ),
    Corruption(
        "unknown_scenario",
        with_value("demand_forecasts", ROW, "SCENARIO_ID", "9"),
        (DEMAND, "SCENARIO_ID=9"),
    ),
    Corruption(
        "unknown_plant",
        with_value("work_centers", 0, "SITE_ID", "99"),
        ("WORK_CENTER", "SITE_ID=99"),
    ),
    Corruption(
        "code_with_a_quote",
        with_value("scenario_definitions", 1, "SCENARIO_CODE", "PU'SH"),
        ("SCENARIO_DEFINITION", "SCENARIO_CODE", "PU'SH"),
    ),
    Corruption(
        "code_with_a_comma",
        with_value("scenario_definitions", 1, "SCENARIO_CODE", "PUSH,2"),
        ("SCENARIO_DEFINITION", "SCENARIO_CODE", "PUSH,2"),
    ),
    Corruption(
        "repeated_code",
        with_value("scenario_definitions", 1, "SCENARIO_CODE", "BASE"),
        ("SCENARIO_DEFINITION", "SCENARIO_CODE", "BASE"),
    ),
    Corruption(
        "file_without_rows",
        edited("warehouse_zones", lambda f: f.head(0)),
        ("WAREHOUSE_ZONE", "at least one row"),
    ),
    Corruption(
        "file_of_0_bytes",
        lambda d: (d / "products.csv").write_bytes(b""),
        ("PRODUCT", "products.csv", "0 bytes"),
    ),
    Corruption(
        "semicolons_and_thousands",
        rewritten("products", lambda text: text.replace(",", ";").replace("40.0", "1.040,00")),
        ("PRODUCT", "thousands separators", "1.040,00"),
    ),
    Corruption(
        "a_field_too_many",
        rewritten("products", lambda text: text.replace("Stool", "Stool,3-legged")),
        ("PRODUCT", "fields"),
    ),
    Corruption(
        "not_utf8",
        lambda d: (d / "sites.csv").write_bytes(
            (d / "sites.csv").read_bytes().replace(b"Plant A", "Завод".encode("cp1251"))
        ),
        ("SITE", "sites.csv", "UTF-8"),
    ),
    Corruption(
        "column_twice",
        rewritten("products", lambda text: text.replace("UNIT_PRICE", "UNIT_COST", 1)),
        ("PRODUCT", "UNIT_COST", "once"),
    ),
    Corruption(
        "minimum_use_as_a_text",
        full_table("capacity_tiers", 0, MIN_USE="half"),
        ("CAPACITY_TIER", "MIN_USE", "'half'", "a number"),
    ),
    Corruption(
        "priority_in_words",
        edited("demand_forecasts", lambda f: f.assign(DEMAND_CLASS="KEY", PRIORITY="first")),
        (DEMAND, "PRIORITY", "'first'", "a number"),
        policy="standard",
    ),
    Corruption(
        "age_in_words",
        optional_table("product_storage", PRODUCT_ID=[10], MAX_AGE_DAYS=["a month"]),
        ("PRODUCT_STORAGE", "MAX_AGE_DAYS", "'a month'", "a number"),
    ),
    Corruption(
        "overflow_rank_twice",
        overflow_tiers((3, 1, 10, 2.0), (3, 1, None, 2.5)),
        ("OVERFLOW_TIER", "TIER_RANK", "SITE_ID=3", "repeated"),
    ),
    Corruption(
        "overflow_tier_of_an_unknown_site",
        overflow_tiers((88, 1, None, 2.0)),
        ("OVERFLOW_TIER", "SITE_ID=88"),
    ),
)
