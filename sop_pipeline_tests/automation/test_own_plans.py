"""Every publication is its own run's: other runs, policies and warehouses beside it change none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
import pytest
from dagster import DagsterInstance

from sop_pipeline.checks import results
from sop_pipeline.definitions import build_definitions
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store import Store, store_at
from sop_pipeline_tests.assets.home import Home, Snapshot, home_at, open_home
from sop_pipeline_tests.chaos.failpoints import run_sop
from sop_pipeline_tests.small_company import altered

POLICIES = {"lean": 0.15, "safe": 0.40}
"""Two policies, by safety-stock ratio; their plans differ."""

Rows = Counter[tuple[Any, ...]]

_ROWS = (
    "RUN_ID, PRODUCT_ID, WORK_CENTER_ID, PRODUCTION_WEEK, RECOMMENDED_QUANTITY, "
    "PROJECTED_INVENTORY, PROJECTED_TOTAL_COST"
)
# The long ones are what a release must stand; one is enough to see that it works at all.
ROUNDS = [1, pytest.param(24, marks=[pytest.mark.system, pytest.mark.long])]


@pytest.fixture
def new_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home in which nothing has been planned."""
    monkeypatch.setenv("SOP_KEEP_RUNS", "1000")  # every run of every round is looked at
    with open_home(tmp_path) as opened:
        write_policies(tmp_path)
        yield opened


@pytest.fixture(scope="module")
def planned_house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, dict[str, Rows]]:
    """A home in which BASE has been planned with either policy, and what the plans look like."""
    folder = tmp_path_factory.mktemp("own_plans")
    with open_home(folder) as opened:
        write_policies(folder)
        plans = plans_by_policy(opened)
    return Snapshot(folder), plans


@pytest.fixture
def plans(planned_house: tuple[Snapshot, dict[str, Rows]]) -> dict[str, Rows]:
    """What each policy's plan looks like."""
    return planned_house[1]


@pytest.fixture
def home(
    planned_house: tuple[Snapshot, dict[str, Rows]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Home]:
    """The home after these plans, the one of policy `safe` last."""
    monkeypatch.setenv("SOP_KEEP_RUNS", "1000")
    with home_at(planned_house[0].restore()) as opened:
        yield opened


def write_policies(folder: Path) -> None:
    """The two policies as files."""
    for name, ratio in POLICIES.items():
        text = f"grain: aggregate\ncapacity_basis: sum\nsafety_stock_ratio: {ratio}\n"
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def planned(home: Home, policy: str, *, publish: bool = True) -> str:
    """Plan BASE in this process; returns the run."""
    definitions = build_definitions(home.location, str(home.folder / f"{policy}.yaml"))
    done = Home(home.folder, definitions, home.instance).plan("BASE", publish=publish)
    assert done.exit_status == 0, done.failures
    return done.run_id


def plan(folder: Path, policy: str, *options: str, store: Path | None = None) -> None:
    """`sop plan BASE` in a process of its own."""
    path = store or folder / "warehouse.duckdb"
    status = run_sop(
        folder,
        *("plan", "BASE", "--policy", f"{policy}.yaml", *options),
        settings={"SOP_WAREHOUSE": f"duckdb:{path}"},
    )
    assert status == 0, (folder / "log.txt").read_text("utf-8")


def history(store: Path) -> dict[str, Rows]:
    """The rows of each publication of BASE, by run."""
    with duckdb.connect(store, read_only=True) as connection:
        table = "SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN_HISTORY"
        found = connection.execute(f"SELECT {_ROWS} FROM {table} WHERE SCENARIO_ID = 1").fetchall()
    by_run: dict[str, Rows] = {}
    for run_id, *row in found:
        by_run.setdefault(run_id, Counter())[tuple(row)] += 1
    return by_run


def policies_of_runs(instance: DagsterInstance) -> dict[str, str]:
    """The policy each run was asked to plan with."""
    asked = {
        run.run_id: run.run_config["resources"]["policy"]["config"]["name"]
        for run in instance.get_runs()
    }
    return {run_id: Path(name).stem for run_id, name in asked.items()}


def plans_by_policy(home: Home) -> dict[str, Rows]:
    """What each policy's plan looks like."""
    runs = {policy: planned(home, policy) for policy in POLICIES}
    made = history(home.folder / "warehouse.duckdb")
    plans = {policy: made[run_id] for policy, run_id in runs.items()}
    assert plans["lean"] != plans["safe"]
    return plans


@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_policies_on_one_scenario_at_once_publish_each_its_own_plan(
    home: Home, plans: dict[str, Rows], rounds: int
) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            list(pool.map(plan, [home.folder] * 2, POLICIES))
    made = history(home.folder / "warehouse.duckdb")
    asked = policies_of_runs(home.instance)
    assert Counter(asked[run_id] for run_id in made) == dict.fromkeys(POLICIES, rounds + 1)
    assert all(rows == plans[asked[run_id]] for run_id, rows in made.items())
    kept = Path(home.instance.storage_directory())
    assert len(list((kept / "runs").iterdir())) <= 3
    assert len(list((kept / "plans").rglob("*"))) == 2


@pytest.mark.long
@pytest.mark.parametrize("rounds", ROUNDS)
def test_two_warehouses_under_one_home_are_each_given_their_own_plan(
    new_house: Home, tmp_path_factory: pytest.TempPathFactory, rounds: int
) -> None:
    here, there = new_house.folder / "warehouse.duckdb", new_house.folder / "other.duckdb"
    with open_home(tmp_path_factory.mktemp("other"), altered("demand_forecasts", _doubled)) as o:
        (o.folder / "warehouse.duckdb").rename(there)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            list(pool.map(lambda path: plan(new_house.folder, "lean", store=path), (here, there)))
    for path, demand in ((here, 1), (there, 2)):
        made = history(path)
        assert len(made) == rounds
        assert len({tuple(sorted(rows.items())) for rows in made.values()}) == 1
        served = store_at(f"duckdb:{path}").read_plan("BASE")["BUILD_PLAN_INVENTORY"]["DEMAND"]
        assert served.sum() == pytest.approx(demand * _demand(new_house))


def _doubled(frame: pd.DataFrame) -> pd.DataFrame:
    frame["FORECAST_QUANTITY"] *= 2
    return frame


def _demand(home: Home) -> float:
    with duckdb.connect(home.folder / "warehouse.duckdb", read_only=True) as connection:
        found = connection.execute(
            "SELECT SUM(FORECAST_QUANTITY) FROM ATOMIC.DEMAND_FORECAST_VERSIONS "
            "WHERE SCENARIO_ID = 1"
        ).fetchone()
    assert found is not None
    return float(found[0])


class _PlannedBesideMeanwhile(StoreResource):
    """The warehouse, which is away when a plan is first to be published; others plan meanwhile."""

    folder: str

    def open(self) -> Store:
        step = dg.AssetExecutionContext.get()
        if step.asset_key.path == ["recommended_build_plan"] and step.retry_number == 0:
            plan(Path(self.folder), "safe", "--dry-run")
            return store_at(f"{self.location}.away")
        return super().open()


def test_a_dry_run_beside_a_publication_that_waits_is_not_published(
    home: Home, plans: dict[str, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FIRST_RETRY_SECONDS", 0.05)
    waiting = _PlannedBesideMeanwhile(location=home.location, folder=str(home.folder))
    definitions = build_definitions(home.location, str(home.folder / "lean.yaml"), waiting)
    published = _run(Home(home.folder, definitions, home.instance))
    assert published.success
    assert len(list(published.filter_events(lambda event: event.is_step_up_for_retry))) == 1
    made = history(home.folder / "warehouse.duckdb")
    assert len(made) == 3, "the dry run publishes nothing"
    assert made[published.run_id] == plans["lean"]


def _run(
    home: Home, *assets: str, config: Mapping[str, Any] | None = None
) -> dg.ExecuteInProcessResult:
    """Materialise assets of BASE as the UI does; all without names."""
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return home.definitions.resolve_job_def("plan_scenario").execute_in_process(
        instance=home.instance,
        partition_key="BASE",
        raise_on_error=False,
        asset_selection=[dg.AssetKey(name) for name in assets] or None,
        run_config={**quiet, **(config or {})},
    )


def _metadata(home: Home) -> Mapping[str, Any]:
    return home.metadata("recommended_build_plan", "BASE")


def test_the_publication_alone_takes_the_last_plan_solved_to_be_published_and_says_which(
    home: Home, plans: dict[str, Rows]
) -> None:
    solved = home.instance.get_runs(limit=1)[0].run_id
    planned(home, "lean", publish=False)
    published = _run(home, "recommended_build_plan")
    assert published.success
    assert history(home.folder / "warehouse.duckdb")[published.run_id] == plans["safe"]
    assert _metadata(home)["solved_by_run"] == solved
    assert _metadata(home)["policy"] == "safe"


def test_without_a_plan_solved_to_be_published_nothing_is(new_house: Home) -> None:
    inputs = _inputs(new_house)
    assert _run(new_house, "solved_plan", *inputs).success, "the inputs and the plan, no more"
    alone = _run(new_house, "recommended_build_plan")
    _refused(alone, 2, "no plan of BASE was solved to be published")
    assert history(new_house.folder / "warehouse.duckdb") == {}


def test_a_plan_is_solved_of_inputs_that_its_own_run_has_read(home: Home) -> None:
    _refused(_run(home, "solved_plan"), 2, "materialise them together")


def test_a_plan_of_a_scenario_that_has_another_id_by_now_is_not_published(home: Home) -> None:
    with duckdb.connect(home.folder / "warehouse.duckdb") as connection:
        for table in ("SCENARIO_DEFINITION", "DEMAND_FORECAST_VERSIONS"):
            connection.execute(f"UPDATE ATOMIC.{table} SET SCENARIO_ID = SCENARIO_ID + 10")
    _refused(_run(home, "recommended_build_plan"), 2, "Plan the scenario anew")


def _inputs(home: Home) -> list[str]:
    graph = home.definitions.resolve_asset_graph()
    keys = [node.key for node in graph.asset_nodes if node.group_name == "inputs"]
    return [key.to_user_string() for key in keys]


def _refused(result: dg.ExecuteInProcessResult, exit_status: int, text: str) -> None:
    """Its first failed step ended so, and told why."""
    failed = next(event for event in result.all_events if event.is_step_failure)
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert told.metadata["exit_status"].value == exit_status
    assert text in (told.description or "")
