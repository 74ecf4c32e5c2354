"""The same inputs and policy give the same plan, byte for byte, whatever the order of the rows.

One plan is made by a run in this process; the other without one in a process of its own, with
another hash seed and time zone, in another warehouse, from rows loaded in another order. Plan ids
and times of publication stand only in the warehouse; SOLVE_SECONDS, how long the solver took, is
left aside.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from sop_pipeline.cli import main
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.store import DuckDBStore, Store, store_at
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.published_plans import publish
from sop_pipeline_tests.small_company import Tables, small_company, write_company

MEASURED = ["SOLVE_SECONDS"]
TABLES = sorted(table.name for table in RESULT_TABLES)

ZONES = [
    "Pacific/Auckland",
    *(
        pytest.param(zone, marks=pytest.mark.long)
        for zone in ("America/New_York", "Asia/Kolkata", "Pacific/Honolulu")
    ),
]

Digests = dict[str, str]


def tied_company() -> Tables:
    """Much that is equally good, and figures whose sum depends on the order they are added in."""
    tables = small_company()
    receipts = [(product, 3, "2025-08-05", q) for product in (10, 20) for q in (0.1, 0.2, 0.3)]
    names = ["PRODUCT_ID", "SITE_ID", "RECEIPT_DATE", "QUANTITY"]
    routings = [(product, f"R{center}", center) for product in (10, 20) for center in (101, 201)]
    return {
        **tables,
        "scheduled_receipts": pd.DataFrame(receipts, columns=names),
        "product_routings": pd.DataFrame(
            routings, columns=["PRODUCT_ID", "ROUTING_CODE", "WORK_CENTER_ID"]
        ),
        "transport_lanes": pd.DataFrame(
            {
                "FROM_SITE_ID": [1, 1, 2, 2, 3],
                "TO_SITE_ID": [3, 4, 3, 4, 4],
                "TRANSPORT_COST_PER_UNIT": [0.3, 0.3, 0.3, 0.3, 0.1],
            }
        ),
    }


def digests(store: Store, folder: Path) -> dict[str, Digests]:
    """Digest of every table's Parquet form, as published and as `sop solve` writes it."""
    options = ("--scenario", "BASE", "--policy", "standard", "--out", str(folder / "out"))
    solved = CliRunner().invoke(main, ["solve", str(folder / "input"), *options])
    assert solved.exit_code == 0, solved.output
    files = (folder / "out").glob("*.parquet")
    return {
        "plan": {name: _digest(frame) for name, frame in store.read_plan("BASE").items()},
        "solve": {path.stem: _file_digest(path) for path in files},
    }


def made_of_other_rows(folder: Path) -> dict[str, Digests]:
    """The digests, the rows of every table in another order."""
    tables = {name: rows.sample(frac=1, random_state=7) for name, rows in tied_company().items()}
    store = DuckDBStore(folder / "warehouse.duckdb")
    store.replace_inputs(load_folder(write_company(folder / "input", tables)).tables)
    os.environ["SOP_WAREHOUSE"] = f"duckdb:{store.path}"
    publish("BASE", policy="standard")
    return digests(store, folder)


def _digest(frame: pd.DataFrame) -> str:
    written = io.BytesIO()
    frame.drop(columns=MEASURED, errors="ignore").to_parquet(written, index=False)
    return hashlib.sha256(written.getvalue()).hexdigest()


def _file_digest(path: Path) -> str:
    """The file as it stands, unless it has a measured column."""
    frame = pd.read_parquet(path)
    if set(MEASURED) & set(frame.columns):
        return _digest(frame)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Digests]:
    from sop_pipeline_tests.assets.home import open_home  # noqa: PLC0415  no other process needs it

    with open_home(tmp_path_factory.mktemp("here"), tied_company()) as home:
        planned = home.sop("plan", "BASE", "--policy", "standard")
        assert planned.exit_code == 0, planned.output
        return digests(store_at(home.location), home.folder)


@pytest.mark.parametrize("zone", ZONES)
def test_every_table_is_the_same_in_every_byte(
    here: dict[str, Digests], zone: str, tmp_path: Path
) -> None:
    elsewhere = subprocess.run(
        [sys.executable, "-m", __name__, str(tmp_path)],
        env={**os.environ, "PYTHONHASHSEED": "12345", "TZ": zone},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    there = json.loads(elsewhere.stdout.splitlines()[-1])
    for made in ("plan", "solve"):
        assert sorted(here[made]) == TABLES
        assert here[made] == there[made]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(made_of_other_rows(Path(sys.argv[1]))) + "\n")
