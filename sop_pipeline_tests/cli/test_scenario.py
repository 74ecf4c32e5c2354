"""`sop scenario`: what there is, and what retiring does and leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from sop_pipeline.cli import main
from sop_pipeline_tests.assets.home import Home, open_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """PUSH is published, and then gone from SCENARIO_DEFINITION; BASE stays."""
    with open_home(tmp_path_factory.mktemp("scenario")) as opened:
        assert opened.plan("PUSH").exit_status == 0
        with duckdb.connect(opened.folder / "warehouse.duckdb") as connection:
            connection.execute(
                "DELETE FROM ATOMIC.SCENARIO_DEFINITION WHERE SCENARIO_CODE = 'PUSH'"
            )
        yield opened


def test_list_tells_what_is_published_and_what_is_gone(home: Home) -> None:
    listed = home.sop("scenario", "list")
    assert listed.exit_code == 0
    lines = {line.split()[0]: line.split() for line in listed.stdout.splitlines() if line.strip()}
    assert lines["BASE"][1:] == ["none", "yet", "none", "Base"]
    assert lines["PUSH"][1:3] == ["gone", "success,"]


def test_a_defined_scenario_is_not_retired(home: Home) -> None:
    refused = home.sop("scenario", "retire", "BASE", "--yes")
    assert refused.exit_code == 2
    assert "Delete its row there first" in refused.stderr
    assert home.instance.has_dynamic_partition("scenario", "BASE")


def test_an_unknown_scenario_is_named_with_the_known_ones(home: Home) -> None:
    refused = home.sop("scenario", "retire", "PASH", "--yes")
    assert refused.exit_code == 2
    assert "'PASH'" in refused.stderr
    assert "BASE, PUSH" in refused.stderr


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_a_yes_nothing_is_changed(home: Home, answer: str) -> None:
    asked = CliRunner().invoke(main, ["scenario", "retire", "PUSH"], input=answer)
    assert asked.exit_code == 2
    assert "Retire PUSH?" in asked.output
    assert "its published plan stays in RECOMMENDED_BUILD_PLAN" in asked.output
    assert "Nothing is changed" in asked.stderr
    assert home.instance.has_dynamic_partition("scenario", "PUSH")


def test_retiring_removes_the_partition_with_its_files_and_leaves_plan_and_history(
    home: Home,
) -> None:
    with duckdb.connect(home.folder / "warehouse.duckdb", read_only=True) as connection:
        count = "SELECT COUNT(*) FROM SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN"
        before = [connection.execute(f"{count}{t}").fetchall() for t in ("", "_HISTORY")]
    storage = Path(home.instance.storage_directory())
    assert list(storage.rglob("PUSH.*"))
    [kept] = storage.rglob("PUSH.plan.zip")
    others = kept.with_name("PUSH_2.plan.zip")
    others.write_bytes(b"of another scenario")
    retired = CliRunner().invoke(main, ["scenario", "retire", "PUSH"], input="y\n")
    assert retired.exit_code == 0
    assert "PUSH is retired." in retired.stdout
    assert home.instance.get_dynamic_partitions("scenario") == ["BASE"]
    assert not list(storage.rglob("PUSH.*"))
    assert others.exists()
    with duckdb.connect(home.folder / "warehouse.duckdb", read_only=True) as connection:
        assert [connection.execute(f"{count}{t}").fetchall() for t in ("", "_HISTORY")] == before
    assert before[0][0][0] > 0
    assert home.materialized("PUSH"), "what Dagster recorded stays"


def test_a_partition_that_is_no_code_takes_no_file_outside_with_it(home: Home) -> None:
    storage = Path(home.instance.storage_directory())
    outside = storage.parent / "outside.parquet"
    outside.write_bytes(b"not ours")
    home.instance.add_dynamic_partitions("scenario", ["../../outside"])
    retired = home.sop("scenario", "retire", "../../outside", "--yes")
    assert retired.exit_code == 0
    assert outside.exists()
    assert not home.instance.has_dynamic_partition("scenario", "../../outside")
