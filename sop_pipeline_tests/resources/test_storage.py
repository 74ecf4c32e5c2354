"""What runs keep for their own steps: who may take it, where it lies, when it goes."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import DagsterRun, DagsterRunStatus
from upath import UPath

from sop_pipeline.automation.run import PlannedScenario
from sop_pipeline.checks.results import RETRIES_TAG
from sop_pipeline.definitions import build_definitions
from sop_pipeline.resources.kept_files import KEPT_DAYS, KeptFiles
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store import Store, location_from_environment, store_at
from sop_pipeline_tests.assets.home import Home, Snapshot, home_at, open_home

PUBLICATION = "recommended_build_plan"
AWAY = "SOP_TEST_WAREHOUSE_IS_AWAY"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class _AwayForPublications(StoreResource):
    """The warehouse, which is away when a plan is to be published, as long as AWAY is set."""

    def open(self) -> Store:
        if os.environ.get(AWAY) and dg.AssetExecutionContext.get().asset_key.path == [PUBLICATION]:
            return store_at(f"{self.location}.away")
        return super().open()


def _definitions() -> dg.Definitions:
    location = location_from_environment()
    return build_definitions(location, "notebook", _AwayForPublications(location=location))


def plan_scenario() -> dg.JobDefinition:
    """The job, as a process that executes it finds it."""
    return _definitions().resolve_job_def("plan_scenario")


def plan_scenario_in_processes() -> dg.JobDefinition:
    """The job, each step in a process of its own."""
    job = dg.define_asset_job("plan_scenario", executor_def=dg.multiprocess_executor)
    definitions = _definitions()
    return dg.Definitions(
        assets=definitions.assets, resources=definitions.resources, jobs=[job]
    ).resolve_job_def("plan_scenario")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_home(tmp_path) as opened:
        yield Home(opened.folder, _definitions(), opened.instance)


@pytest.fixture(scope="module")
def failure(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, PlannedScenario]:
    """A plan of BASE that could not be published, to be looked at by each test anew."""
    folder = tmp_path_factory.mktemp("failed")
    with open_home(folder) as opened, pytest.MonkeyPatch.context() as patch:
        patch.setenv(AWAY, "yes")
        planned = Home(folder, _definitions(), opened.instance).plan("BASE")
    assert planned.exit_status == 5
    return Snapshot(folder), planned


@pytest.fixture
def failed(failure: tuple[Snapshot, PlannedScenario]) -> PlannedScenario:
    """The run that could not publish."""
    return failure[1]


@pytest.fixture
def left_house(failure: tuple[Snapshot, PlannedScenario]) -> Iterator[Home]:
    """The home as that run left it."""
    with home_at(failure[0].restore()) as opened:
        yield Home(opened.folder, _definitions(), opened.instance)


def _from_failure(home: Home, run_id: str, **policy: Any) -> dg.JobExecutionResult:
    """Execute a failed run anew from where it failed."""
    settings = {"resources": {"policy": {"config": policy}}} if policy else {}
    with dg.execute_job(
        dg.reconstructable(plan_scenario),
        home.instance,
        run_config={**QUIET, **settings},
        tags={"dagster/partition": "BASE", RETRIES_TAG: "0"},
        reexecution_options=dg.ReexecutionOptions.from_failure(run_id, home.instance),
    ) as result:
        return result


def _steps(result: dg.JobExecutionResult) -> list[str | None]:
    return [event.step_key for event in result.all_events if event.is_step_start]


def _failure(result: dg.JobExecutionResult) -> str:
    [failed] = [event for event in result.all_events if event.is_step_failure]
    assert failed.step_failure_data.user_failure_data is not None
    return failed.step_failure_data.user_failure_data.description or ""


def _published_by(home: Home) -> list[str]:
    return list(store_at(home.location).publications("BASE")["RUN_ID"])


def _kept(home: Home) -> Path:
    return Path(home.instance.storage_directory())


def _runs_kept(home: Home) -> set[str]:
    return {folder.name for folder in (_kept(home) / "runs").iterdir()}


def test_a_rerun_from_failure_publishes_what_the_failed_run_solved_though_others_solved_since(
    left_house: Home, failed: PlannedScenario
) -> None:
    assert left_house.plan("BASE").exit_status == 0
    mended = _from_failure(left_house, failed.run_id)
    assert mended.success
    assert _steps(mended) == [PUBLICATION]
    assert _published_by(left_house)[0] == mended.run_id
    assert left_house.metadata(PUBLICATION, "BASE")["solved_by_run"] == failed.run_id


def test_a_rerun_of_a_rerun_finds_the_first_runs_files(
    left_house: Home, failed: PlannedScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AWAY, "yes")
    again = _from_failure(left_house, failed.run_id)
    assert not again.success
    monkeypatch.delenv(AWAY)
    assert _from_failure(left_house, again.run_id).success
    assert left_house.metadata(PUBLICATION, "BASE")["solved_by_run"] == failed.run_id


def test_a_rerun_under_another_policy_publishes_nothing(
    left_house: Home, failed: PlannedScenario
) -> None:
    other = _from_failure(left_house, failed.run_id, name="standard")
    assert f"run {failed.run_id} cannot be used here" in _failure(other)
    assert "it is of policy notebook, not standard" in _failure(other)
    assert _published_by(left_house) == []


def test_a_rerun_in_another_warehouse_publishes_nothing(
    left_house: Home, failed: PlannedScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = left_house.folder / "other.duckdb"
    (left_house.folder / "warehouse.duckdb").rename(other)
    monkeypatch.setenv("SOP_WAREHOUSE", f"duckdb:{other}")
    # Dagster keeps the definitions it has built in a working directory.
    monkeypatch.chdir(left_house.folder / "dagster")
    refused = _from_failure(left_house, failed.run_id)
    assert f"not duckdb:{other}" in _failure(refused)
    assert store_at(f"duckdb:{other}").publications("BASE").empty


def test_a_rerun_whose_files_are_gone_says_so(left_house: Home, failed: PlannedScenario) -> None:
    KeptFiles(str(_kept(left_house))).forget_runs([failed.run_id])
    (last,) = _kept(left_house).rglob("plans/*/*.zip")
    last.unlink()
    refused = _failure(_from_failure(left_house, failed.run_id))
    assert f"run {failed.run_id} keeps it no more" in refused
    assert "Execute all steps anew" in refused


@pytest.mark.parametrize("left", [0, 100, -1], ids=["empty", "cut short", "one byte missing"])
def test_a_damaged_file_is_named_and_not_published(
    left_house: Home, failed: PlannedScenario, left: int
) -> None:
    file = _kept(left_house) / "runs" / failed.run_id / "solved_plan.plan.zip"
    file.write_bytes(file.read_bytes()[:left])
    refused = _failure(_from_failure(left_house, failed.run_id))
    assert f"{file} is damaged" in refused
    assert _published_by(left_house) == []


@pytest.mark.parametrize("asset", ["demand_forecasts.table.zip", "solved_plan.plan.zip"])
def test_a_flipped_bit_of_a_file_is_found(
    left_house: Home, failed: PlannedScenario, asset: str
) -> None:
    file = _kept(left_house) / "runs" / failed.run_id / asset
    content = bytearray(file.read_bytes())
    middle = len(content) // 4
    content[middle] ^= 0x10
    file.write_bytes(content)
    manager = _manager(left_house, asset)
    with pytest.raises(Exception, match="damaged"):
        manager.read(UPath(file))


def test_a_plan_of_another_release_is_named_and_not_published(
    left_house: Home, failed: PlannedScenario
) -> None:
    file = _kept(left_house) / "runs" / failed.run_id / "solved_plan.plan.zip"
    with zipfile.ZipFile(file) as plan:
        kept = {one: plan.read(one) for one in plan.namelist() if "PEGGING" not in one}
    with zipfile.ZipFile(file, "w") as plan:
        for name, content in kept.items():
            plan.writestr(name, content)
    refused = _failure(_from_failure(left_house, failed.run_id))
    assert "was solved by another release, without BUILD_PLAN_PEGGING" in refused
    assert _published_by(left_house) == []


def _manager(home: Home, asset: str) -> Any:
    key = "plan_storage" if asset.endswith(".plan.zip") else "table_storage"
    definition = (home.definitions.resources or {})[key]
    return definition.resource_fn(dg.build_init_resource_context(instance=home.instance))


def test_a_run_that_succeeded_keeps_its_files_until_the_next_begins(
    tmp_path: Path, both_planned: Path
) -> None:
    with open_home(tmp_path, planned=both_planned) as home:
        second, _ = (run.run_id for run in home.instance.get_runs())
        assert _runs_kept(home) == {second}
        kept = sorted(path.name for path in _kept(home).rglob("plans/*/*"))
        assert kept == ["BASE.plan.zip", "PUSH.plan.zip"]
        third = _other_run(home)
        assert _runs_kept(home) == {third}


def test_a_failed_run_keeps_its_files_for_days_and_one_that_is_repeated_for_longer(
    left_house: Home, failed: PlannedScenario
) -> None:
    assert {_other_run(left_house), failed.run_id} <= _runs_kept(left_house)
    for file in (_kept(left_house) / "runs" / failed.run_id).iterdir():
        long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
        os.utime(file, (long_ago, long_ago))
    repeated = _open_run(left_house, failed.run_id)
    _other_run(left_house)
    assert failed.run_id in _runs_kept(left_house)
    left_house.instance.report_run_failed(repeated)
    _other_run(left_house)
    assert failed.run_id not in _runs_kept(left_house)


def _other_run(home: Home) -> str:
    """A run that keeps a file, and no more."""
    done = home.definitions.resolve_job_def("plan_scenario").execute_in_process(
        instance=home.instance,
        partition_key="PUSH",
        asset_selection=[dg.AssetKey("site_master")],
        run_config=QUIET,
    )
    return done.run_id


def _open_run(home: Home, root: str) -> DagsterRun:
    return home.instance.create_run_for_job(
        home.definitions.resolve_job_def("plan_scenario"),
        tags={"dagster/partition": "BASE"},
        status=DagsterRunStatus.STARTED,
        root_run_id=root,
        parent_run_id=root,
    )


def test_files_may_lie_in_an_object_store(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_STORAGE", f"memory://{home.folder.name}")
    store = UPath(f"memory://{home.folder.name}")
    planned = home.plan("BASE").run_id
    assert [folder.name for folder in (store / "runs").iterdir()] == [planned]
    later = _other_run(home)
    assert [folder.name for folder in (store / "runs").iterdir()] == [later]
    assert [path.name for path in store.rglob("plans/*/*")] == ["BASE.plan.zip"]
    assert not (_kept(home) / "runs").exists()


@pytest.mark.parametrize("place", ["bogus://here", "s3://bucket/sop"])
def test_a_place_that_cannot_be_reached_is_told(
    home: Home, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("SOP_STORAGE", place)
    result = home.sop("plan", "BASE")
    assert result.exit_code == 2
    assert f"SOP_STORAGE='{place}'" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.system
@pytest.mark.long
def test_steps_in_processes_of_their_own_hand_on_as_in_one(home: Home) -> None:
    with dg.execute_job(
        dg.reconstructable(plan_scenario_in_processes),
        home.instance,
        run_config={**QUIET, "execution": {"config": {"max_concurrent": 2}}},
        tags={"dagster/partition": "BASE"},
    ) as result:
        assert result.success
    assert _published_by(home) == [result.run_id]
    assert home.metadata(PUBLICATION, "BASE")["solved_by_run"] == result.run_id
