"""Ways to corrupt a folder of inputs, and the words a refusal must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sop_pipeline_tests.small_company import full_company

Corrupt = Callable[[Path], None]


@dataclass(frozen=True)
class Corruption:
    """A way to spoil the folder, and what the message must name.

    A fault that can be stored surfaces in `sop check` and `sop plan` alike; planning takes
    seconds, so only some faults are planned. What the notebook's policy makes no use of is
    checked under another.
    """

    name: str
    spoil: Corrupt
    words: tuple[str, ...]
    command: str = "check"
    policy: str = "notebook"


def edited(table: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Corrupt:
    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        frame = pd.read_csv(path, dtype=object)
        changed = change(frame)
        (frame if changed is None else changed).to_csv(path, index=False)

    return spoil


def with_value(table: str, row: int, column: str, value: object) -> Corrupt:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row, column] = value

    return edited(table, change)


def _repeat(table: str, row: int, **values: object) -> Corrupt:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, frame.iloc[[row]].assign(**values)], ignore_index=True)

    return edited(table, change)


def _text(table: str, edit: Callable[[str], str]) -> Corrupt:
    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        path.write_text(edit(path.read_text("utf-8")), "utf-8")

    return spoil


def with_all(table: str, column: str, value: object) -> Corrupt:
    return edited(table, lambda frame: frame.assign(**{column: value}))


def _full(table: str, row: int, **values: object) -> Corrupt:
    """Add an optional table, with one of its rows changed."""

    def spoil(folder: Path) -> None:
        frame = full_company()[table].astype(object)
        for column, value in values.items():
            frame.loc[row, column] = value
        frame.to_csv(folder / f"{table}.csv", index=False)

    return spoil


def _two_operations(column: str, one: object, other: object) -> Corrupt:
    """Give a routing two operations at work centres of one plant that differ in a figure."""

    def spoil(folder: Path) -> None:
        centers = pd.read_csv(folder / "work_centers.csv", dtype=object)
        second = centers.iloc[[0]].assign(WORK_CENTER_ID="102", WORK_CENTER_CODE="A2")
        pd.concat([centers, second]).to_csv(folder / "work_centers.csv", index=False)
        routing = full_company()["product_routings"].iloc[[0]].astype(object)
        rows = [
            routing.assign(**{column: one}),
            routing.assign(WORK_CENTER_ID=102, **{column: other}),
        ]
        pd.concat(rows).to_csv(folder / "product_routings.csv", index=False)

    return spoil


def _repeat_in_class(folder: Path) -> None:
    """Two rows of one class, product, warehouse and month that disagree on their priority."""
    path = folder / "demand_forecasts.csv"
    rows = pd.read_csv(path, dtype=object).assign(DEMAND_CLASS="KEY", PRIORITY="1")
    again = rows.iloc[[ROW]].assign(
        DEMAND_FORECAST_ID="99999", PRIORITY="2", FORECAST_DATE="2025-11-09"
    )
    pd.concat([rows, again]).to_csv(path, index=False)


def _file(table: str, **columns: list[object]) -> Corrupt:
    """An optional table with these columns."""
    return lambda folder: pd.DataFrame(columns).to_csv(folder / f"{table}.csv", index=False)


def _overflow_tiers(*rows: tuple[object, ...]) -> Corrupt:
    """Overflow tiers by site, rank, pallets and rate."""
    names = ("SITE_ID", "TIER_RANK", "MAX_PALLETS", "PENALTY_RATE")
    return _file(
        "overflow_tiers", **dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    )


DEMAND = "DEMAND_FORECAST_VERSIONS"
QUANTITY = "FORECAST_QUANTITY"
# Row 40 of the demand is PUSH, product 10, site 3, November.
ROW = 40
NAMED = ("PRODUCT_ID=10", "SITE_ID=3", "2025-11-01")

CORRUPTIONS = (
    Corruption("missing_file", lambda d: (d / "sites.csv").unlink(), ("SITE", "sites.csv")),
    Corruption(
        "missing_column",
        edited("work_centers", lambda f: f.drop(columns="HOURS_PER_DAY")),
        ("WORK_CENTER", "HOURS_PER_DAY"),
    ),
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
        _repeat("products", 0),
        ("PRODUCT", "PRODUCT_ID", "PRODUCT_ID=10", "repeated"),
    ),
    Corruption(
        "two_current_versions",
        _repeat("demand_forecasts", ROW, DEMAND_FORECAST_ID=900),
        (DEMAND, "one row per SCENARIO_ID, PRODUCT_ID, SITE_ID, FORECAST_DATE", *NAMED),
    ),
    Corruption(
        "missing_month",
        edited("demand_forecasts", lambda f: f[f["FORECAST_DATE"] != "2025-09-01"]),
        (DEMAND, "FORECAST_DATE", "2025-09"),
        command="plan",
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
        "demand_at_a_plant",
        with_value("demand_forecasts", ROW, "SITE_ID", "1"),
        (DEMAND, "SITE_ID=1", "WAREHOUSE"),
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
        "dates_in_the_wrong_order",
        with_value("logistics_costs", 2, "EFFECTIVE_DATE", "2027-01-01"),
        ("LOGISTICS_COST_FACT", "EFFECTIVE_DATE", "LOGISTICS_COST_ID=3"),
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
        _text("products", lambda text: text.replace(",", ";").replace("40.0", "1.040,00")),
        ("PRODUCT", "thousands separators", "1.040,00"),
    ),
    Corruption(
        "a_field_too_many",
        _text("products", lambda text: text.replace("Stool", "Stool,3-legged")),
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
        _text("products", lambda text: text.replace("UNIT_PRICE", "UNIT_COST", 1)),
        ("PRODUCT", "UNIT_COST", "once"),
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
        _full("capacity_tiers", 1, MAX_CAPACITY="", FIXED_COST="500"),
        ("CAPACITY_TIER", "MAX_CAPACITY", "FIXED_COST", "201 OVERTIME"),
        policy="standard",
    ),
    Corruption(
        "negative_fixed_cost",
        _full("capacity_tiers", 0, FIXED_COST="-1"),
        ("CAPACITY_TIER", "FIXED_COST", "-1", "WORK_CENTER_ID=101"),
    ),
    Corruption(
        "minimum_use_as_a_text",
        _full("capacity_tiers", 0, MIN_USE="half"),
        ("CAPACITY_TIER", "MIN_USE", "'half'", "a number"),
    ),
    Corruption(
        "priority_in_words",
        edited("demand_forecasts", lambda f: f.assign(DEMAND_CLASS="KEY", PRIORITY="first")),
        (DEMAND, "PRIORITY", "'first'", "a number"),
        policy="standard",
    ),
    Corruption(
        "two_priorities_of_a_class",
        _repeat_in_class,
        (DEMAND, "PRIORITY", "KEY"),
        policy="standard",
    ),
    Corruption(
        "lot_multiple_of_0",
        _full("product_routings", 2, LOT_MULTIPLE="0"),
        ("PRODUCT_ROUTING", "LOT_MULTIPLE", "at least 1", "PRODUCT_ID=30", "ROUTING_CODE=A"),
    ),
    Corruption(
        "lot_multiple_of_2_and_a_half",
        _full("product_routings", 2, LOT_MULTIPLE="2.5"),
        ("PRODUCT_ROUTING", "LOT_MULTIPLE", "a whole number", "2.5", "PRODUCT_ID=30"),
    ),
    Corruption(
        "set_up_costs_that_differ",
        _two_operations("SETUP_COST", "7", "8"),
        ("PRODUCT_ROUTING", "SETUP_COST", "every row of a routing", "7 to 8", "10 A"),
        policy="standard",
    ),
    Corruption(
        "minimum_lots_that_differ",
        _two_operations("MIN_LOT", "7", "8"),
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
        _file("product_storage", PRODUCT_ID=[10], MAX_AGE_DAYS=[-30]),
        ("PRODUCT_STORAGE", "MAX_AGE_DAYS", "at least 0", "PRODUCT_ID=10"),
    ),
    Corruption(
        "age_in_words",
        _file("product_storage", PRODUCT_ID=[10], MAX_AGE_DAYS=["a month"]),
        ("PRODUCT_STORAGE", "MAX_AGE_DAYS", "'a month'", "a number"),
    ),
    Corruption(
        "negative_cost_of_scrap",
        _file("product_storage", PRODUCT_ID=[10], SCRAP_COST=[-1]),
        ("PRODUCT_STORAGE", "SCRAP_COST", "at least 0", "PRODUCT_ID=10"),
    ),
    Corruption(
        "overflow_rank_twice",
        _overflow_tiers((3, 1, 10, 2.0), (3, 1, None, 2.5)),
        ("OVERFLOW_TIER", "TIER_RANK", "SITE_ID=3", "repeated"),
    ),
    Corruption(
        "overflow_tier_of_an_unknown_site",
        _overflow_tiers((88, 1, None, 2.0)),
        ("OVERFLOW_TIER", "SITE_ID=88"),
    ),
    Corruption(
        "negative_overflow_rate",
        _overflow_tiers((3, 1, None, -2.0)),
        ("OVERFLOW_TIER", "PENALTY_RATE", "at least 0", "SITE_ID=3"),
    ),
)
