"""What a folder from elsewhere was read as is told when it is loaded, solved and planned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from sop_pipeline.store import store_at
from sop_pipeline.store.bookkeeping import input_notes
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.small_company import Tables, small_company, write_company

NOTES = (
    "capacity_tier.csv is not read. Did you mean capacity_tiers.csv?",
    "extra columns left out: EFFICENCY_FACTOR (did you mean EFFICIENCY_FACTOR?)",
)


def company() -> Tables:
    """The small company with a misnamed file and a misnamed column."""
    tables = small_company()
    renamed = tables["work_centers"].rename(columns={"EFFICIENCY_FACTOR": "EFFICENCY_FACTOR"})
    tier = pd.DataFrame({"WORK_CENTER_ID": [101], "TIER_CODE": ["OVERTIME"]})
    return {**tables, "work_centers": renamed, "capacity_tier": tier}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("notes"), company()) as opened:
        yield opened


def test_loading_tells_what_is_not_read(home: Home) -> None:
    told = home.sop("init", "--from", "input").stdout
    assert all(f"Note: {note}" in told or note in told for note in NOTES)
    assert told.count("Note: ") == len(NOTES)


def test_solving_tells_it_and_writes_it_into_the_summary(home: Home) -> None:
    solved = home.sop("solve", "input", "--scenario", "BASE", "--out", "out")
    assert solved.exit_code == 0, solved.output
    summary = json.loads((home.folder / "out" / "summary.json").read_text("utf-8"))
    assert len(summary["notes"]) == len(NOTES)
    for note, written in zip(NOTES, summary["notes"], strict=True):
        assert note in written
        assert note in " ".join(solved.stdout.split())


def test_a_run_tells_it_in_the_metadata_of_its_plan(home: Home) -> None:
    assert home.plan("BASE").exit_status == 0
    shown = home.metadata("solved_plan", "BASE")["notes"]
    assert shown.count("\n- ") == len(NOTES)
    assert "Did you mean" in shown
    home.load(small_company())
    (home.folder / "input" / "capacity_tier.csv").unlink()
    home.load(small_company())
    assert not input_notes(store_at(home.location)), "of files that are read whole"


def by_codes(*, extra: bool) -> Tables:
    """The small company whose sites have codes alone; perhaps one more that sorts first."""
    tables = small_company()
    sites = tables["sites"].set_index("SITE_ID")["SITE_CODE"]
    for name, frame in tables.items():
        if "SITE_ID" in frame.columns:
            codes = frame["SITE_ID"].map(sites)
            tables[name] = frame.assign(SITE_CODE=codes).drop(columns="SITE_ID")
    if extra:
        first = tables["sites"].head(1).assign(SITE_CODE="AA", SITE_NAME="Annex")
        tables["sites"] = pd.concat([first, tables["sites"]])
    return tables


def test_sites_keep_their_identifiers_when_one_that_sorts_first_is_added(home: Home) -> None:
    def sites() -> dict[str, int]:
        frame = store_at(home.location).read("site_master")
        return dict(zip(frame["SITE_CODE"], frame["SITE_ID"], strict=True))

    home.load(small_company())
    before = sites()
    home.load(by_codes(extra=True))
    assert sites() == {**before, "AA": max(before.values()) + 1}
    home.load(by_codes(extra=False))
    assert sites() == before


def test_a_refused_folder_leaves_the_warehouse_as_it_was(home: Home, tmp_path: Path) -> None:
    store = home.folder / "warehouse.duckdb"
    tables = by_codes(extra=True)
    tables["demand_forecasts"].loc[0, "SITE_CODE"] = "WH-X"
    folder = write_company(tmp_path / "bad", tables)
    before = store.read_bytes()
    refused = home.sop("init", "--from", str(folder))
    assert refused.exit_code == 3
    assert "SITE_CODE='WH-X'" in " ".join(refused.stderr.split())
    assert store.read_bytes() == before


def test_a_reference_is_missing_in_a_table_without_its_optional_columns(
    home: Home, tmp_path: Path
) -> None:
    routings = {"PRODUCT_ID": [10], "ROUTING_CODE": ["R"], "WORK_CENTER_ID": [999]}
    tiers = {"WORK_CENTER_ID": [998], "TIER_CODE": ["OVERTIME"]}
    tables = {
        **small_company(),
        "product_routings": pd.DataFrame(routings),
        "capacity_tiers": pd.DataFrame(tiers),
    }
    folder = write_company(tmp_path / "bad", tables)
    refused = home.sop("init", "--from", str(folder))
    assert refused.exit_code == 3, refused.output
    told = " ".join(refused.stderr.split())
    assert "2 faults" in told
    assert "ROUTING_CODE=R, WORK_CENTER_ID=999" in told
    assert "WORK_CENTER_ID=998" in told
