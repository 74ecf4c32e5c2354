"""Texts from data that try to be SQL, a path, Markdown, HTML or a terminal's command stay texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from sop_pipeline.checks.results import RETRIES_TAG
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import BOOKKEEPING_TABLES
from sop_pipeline.validation.loading import loading_faults
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.small_company import Tables, altered, small_company, write_company

TEXTS = (
    "<script>alert(1)</script> '; DROP TABLE ATOMIC.SITE; -- \x1b[31m[red]x[/red] $x^{\\frac$",
    "[x](javascript:alert(1)) | a\n# b `c` <img src=x onerror=alert(1)> \u202e\x9b2J",
    "'\"; \\ %s {0} $scenario_id \x1b]8;;http://x\x07link\x1b]8;;\x07 ../../x",
)
CODES = (
    "'; DROP TABLE ATOMIC.SITE; --",
    "../../outside",
    "/etc/outside",
    "a\x00b",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "a|b",
    "a\nb",
    "`a`",
    "\x1b[31mred",
    "[red]",
    ".",
    "",
    "A" * 51,
)
NAMED = {
    "scenario_definitions": ("SCENARIO_NAME",),
    "products": ("PRODUCT_NAME", "PRODUCT_CODE"),
    "product_categories": ("CATEGORY_NAME",),
    "sites": ("SITE_NAME", "SITE_CODE"),
    "work_centers": ("WORK_CENTER_NAME", "WORK_CENTER_CODE"),
    "warehouse_zones": ("ZONE_NAME", "ZONE_CODE"),
    "demand_forecasts": ("FISCAL_MONTH", "FISCAL_QUARTER"),
}


def hostile_company() -> Tables:
    tables = small_company()
    for file, columns in NAMED.items():
        for column in columns:
            rows = len(tables[file])
            tables[file][column] = [TEXTS[i % len(TEXTS)] for i in range(rows)]
    return tables


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with open_home(tmp_path_factory.mktemp("hostile"), hostile_company()) as opened:
        yield opened


@pytest.fixture(scope="module")
def printed(home: Home) -> str:
    """What planning BASE over products, sites and work centres prints."""
    result = home.sop("plan", "BASE", "--policy", "standard")
    assert result.exit_code == 0, result.output
    return result.output


def steering(text: str) -> set[str]:
    """The characters that steer a terminal or turn its direction."""
    return {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf")} - {"\n"}


def tables_of(home: Home) -> dict[str, int]:
    """Rows of every input table."""
    with duckdb.connect(home.folder / "warehouse.duckdb", read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ATOMIC'"
        ).fetchall()
        return {
            name: connection.execute(f"SELECT COUNT(*) FROM ATOMIC.{name}").fetchall()[0][0]
            for (name,) in names
        }


def test_names_are_printed_as_they_stand_but_steer_no_terminal(home: Home, printed: str) -> None:
    shown = home.sop("show", "BASE")
    assert shown.exit_code == 0
    for text in (printed, shown.stdout):
        assert steering(text) == set()
        assert "[red]x[/red]" in text
        assert "DROP TABLE ATOMIC.SITE" in text


def test_names_are_stored_as_they_stand_and_run_nothing(home: Home, printed: str) -> None:
    assert printed
    assert tables_of(home)["SITE"] == 4
    assert len(tables_of(home)) == len(ATOMIC_TABLES) + len(BOOKKEEPING_TABLES)
    with duckdb.connect(home.folder / "warehouse.duckdb", read_only=True) as connection:
        names = connection.execute("SELECT PRODUCT_NAME FROM ATOMIC.PRODUCT").fetchall()
    assert {name for (name,) in names} == set(TEXTS)


def test_names_never_act_in_the_ui(home: Home, printed: str) -> None:
    assert printed
    texts = [
        value
        for asset in home.materialized("BASE")
        for value in home.metadata(asset, "BASE").values()
        if isinstance(value, str)
    ]
    assert any("onerror" in text for text in texts), "the names are shown at all"
    for text in texts:
        assert steering(text) == set()
        for active in ("<script", "<img", "](javascript", "`c`", "\n# b"):
            assert active not in text


def test_solving_a_folder_writes_only_where_it_is_told(home: Home, tmp_path: Path) -> None:
    before = {path for path in home.folder.rglob("*") if "dagster" not in path.parts}
    out = tmp_path / "out"
    result = home.sop("solve", str(home.folder / "input"), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert steering(result.output) == set()
    assert sorted(path.name for path in out.iterdir()) == ["BASE", "PUSH"]
    assert {path for path in home.folder.rglob("*") if "dagster" not in path.parts} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("command", ["show", "history", "plan", "check"])
def test_a_code_on_the_command_line_is_a_value(home: Home, command: str) -> None:
    for code in (CODES[0], CODES[1], CODES[9], "BASE' OR '1'='1"):
        result = home.sop(command, code)
        assert result.exit_code == 2
        assert steering(result.output) == set()
    assert tables_of(home)["SITE"] == 4


@pytest.mark.parametrize("code", CODES)
def test_a_code_that_is_no_partition_key_is_refused(code: str) -> None:
    table = pa.table({"SCENARIO_ID": [1], "SCENARIO_CODE": [code]})
    faults = loading_faults({"SCENARIO_DEFINITION": table}, {"SCENARIO_DEFINITION": str})
    assert [fault.column for fault in faults] == ["SCENARIO_CODE"]


def test_such_codes_are_refused_before_anything_is_stored(home: Home, tmp_path: Path) -> None:
    before = tables_of(home)
    bad = altered("scenario_definitions", lambda frame: frame.assign(SCENARIO_CODE=CODES[:2]))
    folder = write_company(tmp_path / "company", bad)
    for arguments in (("init", "--from", str(folder)), ("solve", str(folder), "--out", "out")):
        result = home.sop(*arguments)
        assert result.exit_code == 3, result.output
        assert steering(result.output) == set()
    assert tables_of(home) == before
    assert not (home.folder / "out").exists()


def test_codes_a_warehouse_has_by_itself_are_planned_by_nobody(
    home: Home, printed: str, tmp_path: Path
) -> None:
    assert printed
    storage = Path(home.instance.storage_directory())
    before = set(tmp_path.rglob("*")) | set(storage.rglob("*.zip"))
    for code in CODES[:3]:
        with named(home, code):
            for command in (("plan", "--all"), ("plan", code), ("history", code), ("check",)):
                result = home.sop(*command)
                assert result.exit_code == 3, (command, result.output)
            home.instance.add_dynamic_partitions("scenario", [code])
            run = home.definitions.resolve_job_def("plan_scenario").execute_in_process(
                instance=home.instance,
                partition_key=code,
                raise_on_error=False,
                tags={RETRIES_TAG: "0"},
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
            home.instance.delete_dynamic_partition("scenario", code)
            assert not run.success
    assert set(tmp_path.rglob("*")) | set(storage.rglob("*.zip")) == before
    assert not Path("/etc/outside").exists()


def test_refused_values_and_left_out_columns_steer_no_terminal(home: Home, tmp_path: Path) -> None:
    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(SITE_ID=[TEXTS[0], *frame["SITE_ID"][1:]], **{"\x1b[2JMOOD": 1})

    refused = home.sop("solve", str(write_company(tmp_path / "a", altered("sites", spoil))))
    assert refused.exit_code == 3
    assert "DROP TABLE" in refused.output
    assert steering(refused.output) == set()
    noted = altered("sites", lambda frame: frame.assign(**{"\x1b[2J'; --": TEXTS[1]}))
    told = home.sop("solve", str(write_company(tmp_path / "b", noted)))
    assert told.exit_code == 0
    assert "extra columns left out" in told.output
    assert steering(told.output) == set()


@contextmanager
def named(home: Home, code: str) -> Iterator[None]:
    """The first scenario has another code for the block, as in a warehouse of a customer's."""

    def rename(to: str) -> None:
        with duckdb.connect(home.folder / "warehouse.duckdb") as connection:
            connection.execute(
                "UPDATE ATOMIC.SCENARIO_DEFINITION SET SCENARIO_CODE = ? WHERE SCENARIO_ID = 1",
                [to],
            )

    rename(code)
    yield
    rename("BASE")
