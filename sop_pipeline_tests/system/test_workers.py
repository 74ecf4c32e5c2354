"""The same definitions on two workers: Redis, PostgreSQL, an emulator as the shared warehouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sop_pipeline.automation.instance import PROCESS_TAG
from sop_pipeline_tests.deployed.servers import (
    running_postgres,
    running_redis,
    skip_without_servers,
)
from sop_pipeline_tests.deployed.site import WRITABLE, Site, running
from sop_pipeline_tests.emulator import Emulator
from sop_pipeline_tests.many_scenarios import many_scenarios
from sop_pipeline_tests.small_company import write_company

pytestmark = pytest.mark.system

CODES = ("BASE", "PUSH", "S03", "S04")
_TIMEOUT_SECONDS = 300


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Iterator[Site]:
    skip_without_servers()
    folder = tmp_path_factory.mktemp("site")
    company = write_company(folder / "input", many_scenarios(len(CODES)))
    with running_postgres() as database, running_redis() as broker:
        settings = {
            **database.environment(),
            **emulator.environment(emulator.new_database()),
            **WRITABLE,
            "SOP_BROKER": broker.url,
            "SOP_STORAGE": str(folder / "shared"),
            "SOP_POLICY": "notebook",
        }
        made = Site(folder, settings, settings="celery/dagster.yaml")
        for unit in ("sop-code-server", "sop-webserver", "sop-daemon"):
            made.add(f"{unit}.service")
        for number in ("1", "2"):
            made.add("sop-worker@.service", number)
        loaded = made.web.sop("init", "--from", str(company))
        assert loaded.returncode == 0, loaded.stderr
        with running(made):
            yield made


@pytest.mark.long
def test_two_workers_share_a_backfill_and_publish_every_scenario(site: Site) -> None:
    site.backfill(CODES)
    runs = site.wait_for_runs(len(CODES), _TIMEOUT_SECONDS)
    assert {run["tags"]["dagster/partition"]: run["status"] for run in runs} == dict.fromkeys(
        CODES, "SUCCESS"
    )
    assert len({run["tags"][PROCESS_TAG] for run in runs}) == 2
    kept = {path.name for path in (site.folder / "shared/plans").rglob("*.zip")}
    assert kept == {f"{code}.plan.zip" for code in CODES}
    assert all(site.web.sop("show", code).returncode == 0 for code in CODES[-1:])
