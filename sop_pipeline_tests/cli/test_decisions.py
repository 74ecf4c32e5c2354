"""A plan with everything that is decided whole, ages or goes short: each command tells of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from sop_pipeline.cli import main
from sop_pipeline_tests.cli.test_json import schema
from sop_pipeline_tests.published_plans import publish
from sop_pipeline_tests.small_company import Tables, full_company, write_company


def company() -> Tables:
    """The full company with a shift by the month, lots, ages, overflow tiers and classes."""
    tables = {name: frame.astype(object) for name, frame in full_company().items()}
    shift = {**tables["capacity_tiers"].iloc[0], "TIER_CODE": "SHIFT", "TIER_RANK": 3,
             "MAX_CAPACITY": 200.0, "PREMIUM_PER_UNIT": 0.0, "FIXED_COST": 450.0,
             "MIN_USE": 60.0}  # fmt: skip
    in_lots = tables["product_routings"]["PRODUCT_ID"] == 20
    demand = tables["demand_forecasts"]
    key = demand.assign(
        DEMAND_FORECAST_ID=demand["DEMAND_FORECAST_ID"] + 1000,
        FORECAST_QUANTITY=demand["FORECAST_QUANTITY"] // 2,
    )
    return {
        **tables,
        "capacity_tiers": pd.concat([tables["capacity_tiers"], pd.DataFrame([shift])]),
        "product_routings": tables["product_routings"].assign(
            SETUP_COST=in_lots.map({True: 90.0}),
            SETUP_CAPACITY=in_lots.map({True: 8.0}),
            MIN_LOT=in_lots.map({True: 50.0}),
            LOT_MULTIPLE=in_lots.map({True: 25.0}),
        ),
        "product_storage": tables["product_storage"].assign(
            MAX_AGE_DAYS=[np.nan, np.nan, 30], SCRAP_COST=[np.nan, np.nan, 4.0]
        ),
        "overflow_tiers": pd.DataFrame(
            {
                "SITE_ID": [3, 3],
                "TIER_RANK": [1, 2],
                "MAX_PALLETS": [5, None],
                "PENALTY_RATE": [2.0, 4.0],
            }
        ),
        "inventory_balances": tables["inventory_balances"].assign(QUANTITY_AVAILABLE=400.0),
        "demand_forecasts": pd.concat(
            [key.assign(DEMAND_CLASS="KEY", PRIORITY=1), demand.assign(PRIORITY=2)]
        ),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_instance: Path) -> Iterator[Path]:
    """A folder with both scenarios planned, one of them twice."""
    home = tmp_path_factory.mktemp("decisions")
    shutil.copytree(new_instance, home / "dagster")
    (home / "mine.yaml").write_text("allocation: priority\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("SOP_WAREHOUSE", f"duckdb:{home / 'warehouse.duckdb'}")
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        patch.setenv("SOP_POLICY", str(home / "mine.yaml"))
        patch.setenv("COLUMNS", "160")
        assert run("init", "--from", write_company(home / "inputs", company())).exit_code == 0
        publish("BASE", "PUSH", "PUSH")
        yield home


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)


def said(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


@pytest.mark.usefixtures("home")
def test_show_tells_both_gaps_activated_tiers_set_ups_and_who_goes_short() -> None:
    told = said("show", "PUSH")
    for words in ("as the search claims", "Activated tiers", "Set-ups", "Scrap"):
        assert words in told, words


@pytest.mark.usefixtures("home")
def test_a_product_is_shown_with_its_lots_and_a_work_centre_with_its_shift() -> None:
    part = json.loads(run("show", "PUSH", "--product", "P-20", "--json").stdout)
    jsonschema.validate(part, schema("show"))
    assert {row["lot_multiple"] for row in part["setups"]} == {25.0}
    product = said("show", "PUSH", "--product", "P-20")
    assert re.search(r"Set-ups .* P-20 B \w+ 2025 \d+ \d+ 25 50 8 90\.00", product), product
    center = said("show", "PUSH", "--work-center", "WC-A")
    assert re.search(r"Activated .* % SHIFT ", center), center
    assert "Scrapped" in said("show", "PUSH", "--product", "P-30")


@pytest.mark.usefixtures("home")
def test_explain_says_why_a_shift_is_activated_and_what_is_scrapped() -> None:
    told = said("explain", "PUSH", "--all")
    assert re.search(r"WC-A \(SHIFT\) is activated in .* whatever is used", told), told
    assert re.search(r"Stool is set up in .* lots, at a cost of", told), told
    assert re.search(r"units of Shelf are scrapped", told), told
    assert "told with the activated tiers, set-ups and lots of this plan" in said("explain", "PUSH")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("compare", "BASE", "PUSH"), ("Tier activation", "Set-ups", "Scrap")),
        (("diff", "PUSH"), ("No build has changed", "Planned anew")),
        (("whatif", "PUSH", "--capacity", "WC-A/SHIFT:-50%"), ("Tier activation",)),
        (("check", "PUSH"), ()),
    ],
)
def test_commands_over_a_plan_with_decisions_tell_of_them(
    arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    told = said(*arguments)
    for word in words:
        assert word in told, (word, told)


def test_json_has_bounds_and_gaps(home: Path) -> None:
    del home
    summary = json.loads(run("show", "PUSH", "--json").stdout)
    assert {"proven_bound", "claimed_bound", "proven_gap", "claimed_gap"} <= _keys(summary)
    assert {"activation", "setup", "scrap"} <= _keys(summary)


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_keys, value.values()))
    return set().union(*map(_keys, value)) if isinstance(value, list) else set()


def test_report_and_workbook_hold_set_ups_activations_and_scrap(home: Path) -> None:
    assert run("report", "PUSH", home / "r.html").exit_code == 0
    page = (home / "r.html").read_text("utf-8")
    for words in ("Activated tiers", "Set-ups", "Scrap"):
        assert words in page, words
    assert run("export", "PUSH", home / "x.xlsx").exit_code == 0
    with pd.ExcelFile(home / "x.xlsx") as book:
        assert "BUILD_PLAN_SETUP" in book.sheet_names
