"""Planning a scenario through the orchestrator: what is recorded, published and left alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import dagster as dg
import duckdb
import pandas as pd
import pytest

from sop_pipeline.automation.run import PlannedScenario
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.assets.test_graph import CHECKS
from sop_pipeline_tests.small_company import Tables, small_company

HOSTILE = ("<img src=x onerror=alert(1)>", "[x](javascript:alert(1))")
WEBP = re.compile(r"!\[[^\]]*\]\(data:image/webp;base64,([A-Za-z0-9+/=]+)\)")
OBJECTIVE = "ALTER TABLE SOP_LOGISTICS.BUILD_PLAN_SUMMARY ALTER COLUMN OBJECTIVE SET DATA TYPE"
PICTURES = (
    "demand_forecasts",
    "capacity_summary",
    "warehouse_capacity",
    "solved_plan",
    "recommended_build_plan",
)


def hostile_company() -> Tables:
    """The company, its names chosen to act as HTML or Markdown where they are not escaped."""
    tables = small_company()
    image, link = HOSTILE
    tables["products"]["PRODUCT_NAME"] = [image, link, "Shelf"]
    tables["sites"]["SITE_NAME"] = [image, link, image, link]
    tables["work_centers"]["WORK_CENTER_NAME"] = [image, link]
    tables["warehouse_zones"]["ZONE_NAME"] = [image, link, image]
    tables["scenario_definitions"]["SCENARIO_NAME"] = [image, link]
    return tables


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("runs"), hostile_company()) as opened:
        yield opened


@pytest.fixture(scope="module")
def base(home: Home) -> PlannedScenario:
    """BASE, planned and published."""
    return home.plan("BASE")


@pytest.fixture(scope="module")
def of_another_shape(home: Home, base: PlannedScenario) -> tuple[PlannedScenario, PlannedScenario]:
    """BASE planned again, and solved alone, where a plan table cannot hold its plan."""
    assert base.exit_status == 0
    with duckdb.connect(home.folder / "warehouse.duckdb") as connection:
        connection.execute(f"{OBJECTIVE} INTEGER")
    planned, solved = home.plan("BASE"), home.plan("BASE", publish=False)
    with duckdb.connect(home.folder / "warehouse.duckdb") as connection:
        connection.execute(f"{OBJECTIVE} DECIMAL(18, 2)")
    return planned, solved


def test_a_planned_scenario_has_every_asset_and_a_green_check_of_its_partition(
    home: Home, base: PlannedScenario
) -> None:
    assert base.exit_status == 0
    assert home.materialized("BASE") == set(CHECKS)
    evaluations = home.evaluations(base.run_id)
    found: dict[str, list[str]] = {}
    for one in evaluations:
        found.setdefault(one.asset_key.to_user_string(), []).append(one.check_name)
        assert one.partition == "BASE"
        assert one.passed or one.severity == dg.AssetCheckSeverity.WARN
    assert {asset: " ".join(sorted(names)) for asset, names in found.items()} == CHECKS


def test_a_warning_is_told_and_stops_nothing(home: Home, base: PlannedScenario) -> None:
    warned = [e for e in home.evaluations(base.run_id) if "faults" in e.metadata]
    assert {e.check_name: e.passed for e in warned} == {
        "horizon_not_passed": False,
        "capacity_covers_demand": True,  # it only informs
        "opening_stock_measured": False,
    }
    assert [one.description for one in warned if one.passed] == list(base.notes)
    assert {one.description for one in warned if not one.passed} == set(base.warnings)
    assert not any(one.blocking for one in warned)


def test_every_asset_tells_its_row_count(home: Home, base: PlannedScenario) -> None:
    assert base.exit_status == 0
    rows = {asset: home.metadata(asset, "BASE")["dagster/row_count"] for asset in CHECKS}
    assert rows["demand_forecasts"] == 36
    assert rows["product_master"] == 3
    assert rows["transport_lanes"] == 0
    published = home.published("BASE")
    assert rows["recommended_build_plan"] == len(published["RECOMMENDED_BUILD_PLAN"]) > 0
    assert rows["solved_plan"] == rows["recommended_build_plan"]
    by_table = home.metadata("recommended_build_plan", "BASE")["rows_by_table"]
    assert by_table == {name: len(frame) for name, frame in published.items()}


def test_the_published_plan_shows_first_what_to_build_by_name(
    home: Home, base: PlannedScenario
) -> None:
    assert base.exit_status == 0
    metadata = home.metadata("recommended_build_plan", "BASE")
    assert next(iter(metadata)) == "build"
    built = home.published("BASE")["RECOMMENDED_BUILD_PLAN"]["RECOMMENDED_QUANTITY"].sum()
    assert "| Total |" in metadata["build"]
    assert f"{built:,.0f} |" in metadata["build"]


@pytest.mark.parametrize("asset", PICTURES)
def test_the_picture_of_an_asset_is_inside_its_metadata(
    home: Home, base: PlannedScenario, asset: str
) -> None:
    assert base.exit_status == 0
    found = WEBP.fullmatch(home.metadata(asset, "BASE")["picture"])
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"RIFF")


def test_names_from_the_data_never_act_as_html_or_markdown(
    home: Home, base: PlannedScenario
) -> None:
    assert base.exit_status == 0
    texts = [
        value
        for asset in CHECKS
        for value in home.metadata(asset, "BASE").values()
        if isinstance(value, str)
    ]
    assert any("onerror" in text for text in texts), "the names are shown at all"
    for text in texts:
        assert "<img" not in text
        assert "](javascript" not in text


def test_a_changed_policy_in_the_run_config_changes_that_plan_and_no_other_and_may_be_null(
    home: Home, base: PlannedScenario
) -> None:
    assert base.exit_status == 0
    before = home.published("BASE")
    overrides = {"units_per_pallet": 12, "overflow_limit_pct": None}
    result = home.launch("PUSH", {"name": "notebook", "overrides": overrides})
    assert result.success
    settings = home.metadata("solved_plan", "PUSH")["report"]["policy_settings"]
    assert {name: settings[name] for name in overrides} == overrides
    published = home.published("PUSH")
    assert not published["RECOMMENDED_BUILD_PLAN"].empty
    summary = published["BUILD_PLAN_SUMMARY"].iloc[0]
    policy = "notebook + overflow_limit_pct=null, units_per_pallet=12"
    assert summary["POLICY"] == policy
    assert "notebook+2 overrides" in summary["MODEL_VERSION"]
    assert f"{policy}, aggregate" in home.sop("show", "PUSH").stdout
    assert "units_per_pallet" in home.sop("history", "PUSH").stdout
    after = home.published("BASE")
    assert set(after) == set(before)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame)


def test_a_bad_policy_fails_with_exit_status_2_and_names_the_field(home: Home) -> None:
    result = home.launch("PUSH", {"name": "notebook", "overrides": {"safety_stock_ratio": -1}})
    assert not result.success
    failed = [event for event in result.all_events if event.is_step_failure]
    assert failed
    for event in failed:
        told = event.step_failure_data.user_failure_data
        assert told is not None
        assert told.metadata["exit_status"].value == 2
        assert "safety_stock_ratio" in (told.description or "")
    assert not result.get_asset_materialization_events()


@pytest.mark.parametrize(
    "overrides", [{"safety_stok_ratio": 0.2}, {"overflow": "never"}, {"horizon_periods": "all"}]
)
def test_a_slip_in_an_override_is_refused_at_the_launch(
    home: Home, overrides: dict[str, object]
) -> None:
    before = len(home.instance.get_runs())
    with pytest.raises(dg.DagsterInvalidConfigError, match=next(iter(overrides))):
        home.launch("PUSH", {"name": "notebook", "overrides": overrides})
    assert len(home.instance.get_runs()) == before


def test_plan_tables_of_another_shape_end_a_run_before_it_solves(
    home: Home, of_another_shape: tuple[PlannedScenario, PlannedScenario]
) -> None:
    planned, solved = of_another_shape
    assert planned.exit_status == 5
    (told,) = planned.failures
    judged = {e.asset_key.to_user_string() for e in home.evaluations(planned.run_id)}
    assert "demand_forecasts" in judged
    assert "solved_plan" not in judged
    assert f"{OBJECTIVE} DECIMAL(18, 2)" in told
    assert solved.exit_status == 0


def test_a_check_of_a_frame_not_yet_stored_names_no_earlier_materialisation(
    home: Home, of_another_shape: tuple[PlannedScenario, PlannedScenario]
) -> None:
    again = home.evaluations(of_another_shape[1].run_id)
    judged = {one.asset_key.to_user_string() for one in again}
    assert judged == CHECKS.keys() - {"recommended_build_plan"}
    assert {one.target_materialization_data for one in again} == {None}
