"""The units of deploy/ on one machine, over PostgreSQL: queue, monitoring, web interface."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sop_pipeline.automation.instance import PROCESS_TAG
from sop_pipeline_tests.deployed.programs import wait_until
from sop_pipeline_tests.deployed.servers import running_postgres, skip_without_servers
from sop_pipeline_tests.deployed.site import Site, running
from sop_pipeline_tests.small_company import write_company

pytestmark = pytest.mark.system

_LIMIT_SECONDS = 180
_MUTATIONS = {
    "launch": 'mutation { launchRun(executionParams: {selector: {pipelineName: "plan_scenario", '
    'repositoryName: "__repository__", repositoryLocationName: "sop_pipeline"}}) { __typename } }',
    "wipe": 'mutation { wipeAssets(assetPartitionRanges: [{assetKey: {path: ["solved_plan"]}}]) '
    "{ __typename } }",
    "partition": 'mutation { addDynamicPartition(partitionKey: "x", '
    'partitionsDefName: "scenario", repositorySelector: {repositoryName: "__repository__", '
    'repositoryLocationName: "sop_pipeline"}) { __typename } }',
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    skip_without_servers()
    folder = tmp_path_factory.mktemp("site")
    with running_postgres() as database:
        store = f"duckdb:{folder / 'warehouse.duckdb'}"
        environment = {"SOP_WAREHOUSE": store, "SOP_POLICY": "notebook"}
        made = Site(folder, {**database.environment(), **environment})
        for unit in ("sop-code-server", "sop-webserver", "sop-daemon"):
            made.add(f"{unit}.service")
        loaded = made.web.sop("init", "--from", str(write_company(folder / "input")))
        assert loaded.returncode == 0, loaded.stderr
        with running(made):
            yield made


def launch(site: Site, code: str) -> str:
    """Put a run into the queue from the shell, as one may beside a read-only web interface."""
    before = {run["runId"] for run in site.runs()}
    tags = json.dumps({"dagster/partition": code})
    site.dagster("job", "launch", "--job", "plan_scenario", "--tags", tags)
    [new] = [run["runId"] for run in site.runs() if run["runId"] not in before]
    return new


@pytest.mark.parametrize("mutation", _MUTATIONS.values(), ids=_MUTATIONS)
def test_the_web_interface_changes_nothing(site: Site, mutation: str) -> None:
    [answer] = site.web.ask(mutation).values()
    assert answer == {"__typename": "UnauthorizedError"}


def test_every_service_listens_on_the_loopback_alone(site: Site) -> None:
    listening = {
        name: {
            connection.laddr.ip.removeprefix("::ffff:")
            for connection in psutil.Process(program.pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        for name, program in site.programs.items()
    }
    assert listening == {
        "sop-code-server": set(),  # a socket in a folder of its own
        "sop-webserver": {"127.0.0.1"},
        "sop-daemon": set(),
    }


@pytest.mark.long
def test_a_queued_run_is_kept_in_the_database_and_turns_green(site: Site) -> None:
    run = launch(site, "BASE")
    assert site.web.wait_for_run(run) == "SUCCESS"
    assert site.web.sop("show", "BASE").returncode == 0
    home = Path(site.environment["DAGSTER_HOME"])
    assert list(home.rglob("*.db")) == []


@pytest.mark.long
def test_a_run_killed_with_its_code_server_is_failed_and_started_again(site: Site) -> None:
    run = launch(site, "PUSH")

    def process() -> str:
        tags = next(one["tags"] for one in site.runs() if one["runId"] == run)
        return tags.get(PROCESS_TAG, "")

    wait_until(lambda: bool(process()), "the run works", _LIMIT_SECONDS)
    os.kill(int(process().split(":")[1]), signal.SIGSTOP)  # it shall not end before it is killed
    site.programs["sop-code-server"].kill()
    site.revive()
    assert site.web.wait_for_run(run) == "FAILURE"

    def again() -> list[str]:
        return [r["status"] for r in site.runs() if r["tags"].get("dagster/parent_run_id") == run]

    wait_until(lambda: again() == ["SUCCESS"], "the run is started again", _LIMIT_SECONDS, every=1)
