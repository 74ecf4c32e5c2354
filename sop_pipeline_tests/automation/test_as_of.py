"""Planning with what was known on a past day, and the list of what was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from dagster import DagsterRunStatus, RunsFilter

from sop_pipeline.store import store_at
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.contract.test_as_of_queries import company_with_a_past

DAY = "2025-04-15"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """BASE planned as it is, then as of a past day."""
    with open_home(tmp_path_factory.mktemp("as_of"), company_with_a_past()) as opened:
        yield opened


@pytest.fixture(scope="module")
def before(home: Home) -> Mapping[str, pd.DataFrame]:
    """The published plan of BASE, before anything was planned as of a past day."""
    assert home.sop("plan", "BASE", "--policy", "standard").exit_code == 0
    return home.published("BASE")


@pytest.fixture(scope="module")
def stored(home: Home, before: Mapping[str, pd.DataFrame]) -> Mapping[Path, bytes]:
    """The stored assets of that plan."""
    assert not before["BUILD_PLAN_SUMMARY"].empty
    return assets(home)


@pytest.fixture(scope="module")
def output(home: Home, stored: Mapping[Path, bytes]) -> str:
    """What planning as of the day prints."""
    assert stored
    result = home.sop("plan", "BASE", "--policy", "standard", "--as-of", DAY)
    assert result.exit_code == 0, result.output
    return result.stdout


def assets(home: Home) -> dict[Path, bytes]:
    """Every file of an asset the instance keeps."""
    storage = Path(home.instance.storage_directory())
    return {path: path.read_bytes() for path in storage.rglob("*") if path.suffix in FILES}


FILES = {".parquet", ".zip"}


def test_the_plan_is_made_of_what_was_known_and_printed(home: Home, output: str) -> None:
    assert f"BASE: kept in the history, as of {DAY}." in output
    kept = open_publications(home, "BASE").iloc[0]
    assert kept["AS_OF_DATE"] == pd.Timestamp(DAY)
    assert kept["UNITS"] > 0, "demand was twice that of now, and stock less"
    assert kept["POLICY"] == "standard"


def test_the_published_plan_stays(
    home: Home, output: str, before: Mapping[str, pd.DataFrame]
) -> None:
    assert output
    after = home.published("BASE")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame)


def test_stored_assets_and_the_partitions_latest_materialisations_stay(
    home: Home, output: str, stored: Mapping[Path, bytes]
) -> None:
    assert output
    assert assets(home) == stored
    keys = home.definitions.resolve_asset_graph().materializable_asset_keys
    not_planned = {dg.AssetKey("plan_report"), dg.AssetKey("scenario_comparison")}
    for key in keys:
        records = home.instance.fetch_materializations(key, 10).records
        assert len(records) == (key not in not_planned), f"{key}: once, by the ordinary plan"


def test_the_run_is_recorded_with_its_scenario_and_day(home: Home, output: str) -> None:
    assert output
    runs = home.instance.get_runs(RunsFilter(job_name="plan_as_of", tags={"sop/as_of": DAY}))
    assert [run.tags["sop/scenario"] for run in runs] == ["BASE"]
    assert runs[0].status == DagsterRunStatus.SUCCESS
    assert "dagster/partition" not in runs[0].tags
    assert runs[0].run_id == open_publications(home, "BASE").iloc[0]["RUN_ID"]


def test_history_lists_the_publications_and_marks_them(home: Home, output: str) -> None:
    assert output
    result = home.sop("history", "BASE")
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    told = " ".join(result.stdout.split())
    publications = open_publications(home, "BASE")
    assert len(publications) == 2
    for one in publications.to_dict("records"):
        for column in ("RUN_ID", "INPUT_HASH"):
            assert one[column][:8] in told
    assert told.index("as of") < told.index("current"), "the latest first"
    limited = home.sop("history", "BASE", "--limit", "1").stdout
    assert "1 latest of 2" in limited
    assert "current" not in limited


def test_a_scenario_without_a_publication_is_told_so(home: Home) -> None:
    result = home.sop("history", "PUSH")
    assert result.exit_code == 0
    assert "PUSH has no publication yet. Run `sop plan PUSH`." in result.stdout


def test_history_of_an_unknown_scenario_names_the_known_ones(home: Home) -> None:
    result = home.sop("history", "NOPE")
    assert (result.exit_code, "BASE, PUSH" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("9999-01-01", "up to today"),
        ("20250415", "YYYY-MM-DD"),
        ("2025-02-30", "YYYY-MM-DD"),
        ("yesterday", "YYYY-MM-DD"),
        ("", "YYYY-MM-DD"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(home: Home, day: str, told: str) -> None:
    result = home.sop("plan", "BASE", "--as-of", day)
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_a_day_of_which_nothing_was_known_names_the_tables_and_their_first_days(
    home: Home,
) -> None:
    kept = len(open_publications(home, "BASE"))
    result = home.sop("plan", "BASE", "--policy", "standard", "--as-of", "2025-01-15")
    assert result.exit_code == 3
    told = " ".join(result.stderr.split())
    assert "DEMAND_FORECAST_VERSIONS (demand_forecasts): expected rows that were known" in told
    assert "the earliest are of 2025-02-01" in told
    assert "INVENTORY_BALANCE" in told
    assert "the earliest are of 2025-03-31" in told
    assert len(open_publications(home, "BASE")) == kept
    failed = home.instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.FAILURE]), limit=1)
    assert failed[0].tags["sop/as_of"] == "2025-01-15"


def test_a_dry_run_as_of_a_day_is_not_kept(home: Home) -> None:
    kept = len(open_publications(home, "PUSH"))
    result = home.sop("plan", "PUSH", "--as-of", DAY, "--dry-run")
    assert result.exit_code == 0, result.output
    assert f"PUSH: solved, not kept, as of {DAY}." in result.stdout
    assert len(open_publications(home, "PUSH")) == kept


def test_what_is_known_today_gives_the_inputs_of_the_ordinary_plan(
    home: Home, before: Mapping[str, pd.DataFrame]
) -> None:
    result = home.sop("plan", "BASE", "--policy", "standard", "--as-of", "2026-01-01")
    assert result.exit_code == 0, result.output
    latest = open_publications(home, "BASE").iloc[0]
    assert latest["INPUT_HASH"] == before["BUILD_PLAN_SUMMARY"]["INPUT_HASH"].iloc[0]
    assert not latest["STANDS"]


def open_publications(home: Home, code: str) -> pd.DataFrame:
    """The publications in the warehouse, the latest first."""
    return store_at(home.location).publications(code)
