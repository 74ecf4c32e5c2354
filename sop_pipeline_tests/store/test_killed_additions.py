"""A process killed while it adds a scenario leaves the old store, or the whole scenario."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from sop_pipeline.store.duckdb_store import DuckDBStore
from sop_pipeline.store.folder import load_folder
from sop_pipeline_tests.small_company import write_company

# Adds PUSH's forecasts as NEW, and dies before the statement of the number given.
_ADD = """
import os, signal, sys
from sop_pipeline.store import duckdb_session
from sop_pipeline.store.base import NewScenario
from sop_pipeline.store.duckdb_store import DuckDBStore
import pyarrow as pa

file, last = sys.argv[1], int(sys.argv[2])
store, seen, execute = DuckDBStore(file), [], duckdb_session.Session.execute
rows = pa.Table.from_pandas(store.read("forecast_versions", scenario_id=2), preserve_index=False)
count = rows.num_rows
for name, values in (("SCENARIO_ID", [7] * count), ("DEMAND_FORECAST_ID", range(900, 900 + count))):
    at = rows.schema.get_field_index(name)
    rows = rows.set_column(at, name, pa.array(values, pa.int64()))
definition = pa.table({"SCENARIO_ID": [7], "SCENARIO_CODE": ["NEW"], "SCENARIO_NAME": ["New"],
                       "SCENARIO_TYPE": ["WHAT_IF"]})

def dying(self, *statement):
    if len(seen) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    seen.append(statement)
    execute(self, *statement)

duckdb_session.Session.execute = dying
store.add_scenario(NewScenario(7, "NEW", definition, rows))
print(len(seen))
"""


@pytest.fixture
def company(tmp_path: Path) -> Path:
    tables: Mapping[str, pa.Table] = load_folder(write_company(tmp_path / "company")).tables
    file = tmp_path / "warehouse.duckdb"
    DuckDBStore(file).replace_inputs(tables)
    return file


def test_killed_between_its_statements_the_store_is_the_old_one(company: Path) -> None:
    store = DuckDBStore(company)
    before = {query: store.read(query) for query in ("scenarios", "demand_contents")}
    for statement in (2, 3):  # after BEGIN and an insert, and before COMMIT
        killed = _add(company, statement)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        for query, rows in before.items():
            assert store.read(query).equals(rows), statement
    done = _add(company, last=99)
    assert (done.returncode, done.stdout.strip()) == (0, "4"), done.stderr
    assert store.read("scenarios")["SCENARIO_CODE"].to_list() == ["BASE", "PUSH", "NEW"]


def _add(file: Path, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _ADD, str(file), str(last)],
        capture_output=True,
        text=True,
        check=False,
    )
