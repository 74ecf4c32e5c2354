"""Runs in an instance that is kept in PostgreSQL: how often they connect."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import psycopg2
import pytest

from sop_pipeline.automation.run import plan_in_process
from sop_pipeline.definitions import build_definitions
from sop_pipeline.store import location_from_environment
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.deployed.servers import running_postgres, skip_without_servers

pytestmark = pytest.mark.system

_SETTINGS = Path(__file__).parents[2] / "deploy" / "dagster.yaml"


def plan_scenario() -> dg.JobDefinition:
    """The job, as a process that executes it finds it."""
    return build_definitions(location_from_environment(), "notebook").resolve_job_def(
        "plan_scenario"
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    skip_without_servers()
    folder = tmp_path_factory.mktemp("database")
    (folder / "dagster").mkdir()
    shutil.copy(_SETTINGS, folder / "dagster" / "dagster.yaml")
    with running_postgres() as database, pytest.MonkeyPatch.context() as patch:
        for name, value in database.environment().items():
            patch.setenv(name, value)
        with open_home(folder) as opened:
            yield opened


def _connections_of(work: Callable[[], object]) -> int:
    """How many connections the database took while something worked."""
    before = _connections_taken()
    work()
    return _connections_taken() - before


def _connections_taken() -> int:
    time.sleep(1.5)  # a connection is counted when it ends, or has been idle for a second
    names = ("host", "port", "user", "password")
    settings = {name: os.environ[f"SOP_PG_{name.upper()}"] for name in names}
    with closing(psycopg2.connect(**settings, dbname=os.environ["SOP_PG_DATABASE"])) as database:
        cursor = database.cursor()
        cursor.execute("SELECT SUM(sessions) FROM pg_stat_database")
        [(taken,)] = cursor.fetchall()
    return int(taken)


@pytest.mark.long
def test_a_run_connects_once_a_second_and_not_for_each_statement(home: Home) -> None:
    def plan(instance: dg.DagsterInstance) -> None:
        planned = plan_in_process(
            home.definitions, instance, "BASE", publish=True, progress=lambda _: None
        )
        assert planned.exit_status == 0, planned.failures

    def execute(instance: dg.DagsterInstance) -> None:
        tags = {"dagster/partition": "PUSH"}
        with dg.execute_job(dg.reconstructable(plan_scenario), instance, tags=tags) as result:
            assert result.success

    with dg.DagsterInstance.get() as as_dagster_makes_it:
        each_statement = _connections_of(lambda: plan(as_dagster_makes_it))
        assert each_statement > 500
        # Its run is made before the executor begins.
        assert _connections_of(lambda: execute(as_dagster_makes_it)) < each_statement / 2
    assert _connections_of(lambda: plan(home.instance)) < 50
