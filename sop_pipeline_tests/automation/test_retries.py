"""What is tried again and what is not: connections and locks, never data; only what failed."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest
from dagster import DagsterEventType

from sop_pipeline.checks import results
from sop_pipeline.definitions import build_definitions
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store import Store, location_from_environment, store_at
from sop_pipeline_tests.assets.home import Home, open_home

PUBLICATION = "recommended_build_plan"


class _AwayAtFirst(StoreResource):
    """The warehouse, which is away when a plan is first to be published."""

    def open(self) -> Store:
        step = dg.AssetExecutionContext.get()
        if step.asset_key.path == [PUBLICATION] and step.retry_number == 0:
            return store_at(f"{self.location}.away")
        return super().open()


def _definitions() -> dg.Definitions:
    location = location_from_environment()
    return build_definitions(location, "notebook", _AwayAtFirst(location=location))


def plan_scenario() -> dg.JobDefinition:
    """The job, as a process that executes it finds it."""
    return _definitions().resolve_job_def("plan_scenario")


@pytest.fixture
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Home]:
    monkeypatch.setattr(results, "FIRST_RETRY_SECONDS", 0.05)
    with open_home(tmp_path_factory.mktemp("retries")) as opened:
        yield Home(opened.folder, _definitions(), opened.instance)


def _execute(home: Home, failed: str | None = None) -> str:
    """Plan BASE in a run of its own, or execute a failed one anew from where it failed."""
    again = dg.ReexecutionOptions.from_failure(failed, home.instance) if failed else None
    with dg.execute_job(
        dg.reconstructable(plan_scenario),
        home.instance,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        tags={"dagster/partition": "BASE"},
        reexecution_options=again,
    ) as result:
        return result.run_id


def _steps(home: Home, run_id: str, kind: DagsterEventType) -> list[str | None]:
    return [entry.step_key for entry in home.instance.all_logs(run_id, of_type=kind)]


def _set_quantity(home: Home, quantity: int) -> None:
    with duckdb.connect(home.folder / "warehouse.duckdb") as connection:
        connection.execute(
            "UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET FORECAST_QUANTITY = ? "
            "WHERE DEMAND_FORECAST_ID = 1",
            [quantity],
        )


def test_bad_data_is_not_tried_again_and_a_rerun_from_failure_repeats_only_what_failed(
    home: Home,
) -> None:
    _set_quantity(home, -1)
    failed = _execute(home)
    assert _steps(home, failed, DagsterEventType.STEP_FAILURE) == ["demand_forecasts"]
    assert _steps(home, failed, DagsterEventType.STEP_UP_FOR_RETRY) == []
    _set_quantity(home, 80)
    mended = _execute(home, failed)
    assert _steps(home, mended, DagsterEventType.STEP_START) == [
        "demand_forecasts",
        "solved_plan",
        PUBLICATION,
        "plan_report",
    ]
    assert _steps(home, mended, DagsterEventType.STEP_UP_FOR_RETRY) == [PUBLICATION]
    assert PUBLICATION in _steps(home, mended, DagsterEventType.STEP_SUCCESS)
    assert not home.published("BASE")["RECOMMENDED_BUILD_PLAN"].empty


def test_the_command_line_tells_a_missing_warehouse_at_once(home: Home) -> None:
    planned = home.plan("BASE")
    assert planned.exit_status == 5
    assert "There is no warehouse" in planned.failures[0]
    assert _steps(home, planned.run_id, DagsterEventType.STEP_UP_FOR_RETRY) == []
    assert _steps(home, planned.run_id, DagsterEventType.STEP_FAILURE) == [PUBLICATION]
