"""A warehouse with the small company and a Dagster instance of its own, both on disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from dagster import AssetCheckEvaluation, DagsterEventType, DagsterInstance

from sop_pipeline.automation.instance import open_instance
from sop_pipeline.automation.run import PlannedScenario, plan_in_process
from sop_pipeline.cli import main
from sop_pipeline.definitions import build_definitions
from sop_pipeline.store import store_at
from sop_pipeline_tests.small_company import Tables, write_company


@dataclass(frozen=True)
class Home:
    """Where scenarios are planned, and what became of them."""

    folder: Path
    definitions: dg.Definitions
    instance: DagsterInstance

    @property
    def location(self) -> str:
        """The warehouse, as SOP_WAREHOUSE names it."""
        return f"duckdb:{self.folder / 'warehouse.duckdb'}"

    def load(self, tables: Tables | None = None) -> None:
        """Replace the inputs, as a user does."""
        result = self.sop("init", "--from", str(write_company(self.folder / "input", tables)))
        assert result.exit_code == 0, result.output

    def sop(self, *arguments: str) -> Result:
        """Run the command line in this process."""
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def plan(self, code: str, *, publish: bool = True) -> PlannedScenario:
        """Plan a scenario as `sop plan` does."""
        return plan_in_process(
            self.definitions, self.instance, code, publish=publish, progress=lambda _: None
        )

    def launch(
        self, code: str, policy: Mapping[str, Any], *, page: bool = False
    ) -> dg.ExecuteInProcessResult:
        """Plan a scenario with the policy given in the run config, as the Launchpad does.

        The page of the plan, which takes a fifth of a run, is left out unless it is asked for.
        """
        job = self.definitions.resolve_job_def("plan_scenario")
        left_out = set() if page else {dg.AssetKey("plan_report")}
        return job.execute_in_process(
            instance=self.instance,
            partition_key=code,
            asset_selection=sorted(job.asset_layer.selected_asset_keys - left_out),
            raise_on_error=False,
            run_config={
                "resources": {"policy": {"config": policy}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )

    def published(self, code: str) -> dict[str, pd.DataFrame]:
        """The plan in the warehouse."""
        return store_at(self.location).read_plan(code)

    def materialized(self, code: str) -> set[str]:
        """The assets that have the scenario's partition."""
        keys = self.definitions.resolve_asset_graph().materializable_asset_keys
        return {
            key.to_user_string()
            for key in keys
            if code in self.instance.get_materialized_partitions(key)
        }

    def metadata(self, asset: str, code: str) -> Mapping[str, Any]:
        """The metadata values of an asset's latest materialisation of a scenario."""
        record = self.instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[code]), limit=1
        ).records[0]
        assert record.asset_materialization is not None
        return {name: v.value for name, v in record.asset_materialization.metadata.items()}

    def evaluations(self, run_id: str) -> list[AssetCheckEvaluation]:
        """The check evaluations a run recorded."""
        entries = self.instance.all_logs(run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
        return [e.dagster_event.asset_check_evaluation_data for e in entries if e.dagster_event]


@contextmanager
def open_home(
    folder: Path, tables: Tables | None = None, *, planned: Path | None = None
) -> Iterator[Home]:
    """Set up warehouse and instance in a folder, the inputs loaded.

    Args:
        folder: Where they lie.
        tables: The inputs, by default the small company's.
        planned: A home to begin with a copy of, such as that of the fixture `base_planned`.
    """
    ready = tables is None and not (folder / "dagster").exists()
    if ready:
        shutil.copytree(planned or _small_house().name, folder, dirs_exist_ok=True)
    with home_at(folder) as home:
        if not ready:
            home.load(tables)
        yield home


@contextmanager
def home_at(folder: Path) -> Iterator[Home]:
    """What warehouse and instance a folder has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("SOP_WAREHOUSE", f"duckdb:{folder / 'warehouse.duckdb'}")
        patch.setenv("SOP_POLICY", "notebook")
        patch.setenv("DAGSTER_HOME", str(folder / "dagster"))
        with open_instance() as instance:
            definitions = build_definitions(f"duckdb:{folder / 'warehouse.duckdb'}", "notebook")
            yield Home(folder, definitions, instance)


class Snapshot:
    """A folder as it is now, to be put back where it was: plans know the place they are made in."""

    def __init__(self, folder: Path) -> None:
        """Keep a copy beside the folder, which nothing may have open."""
        self.folder = folder
        self._kept = folder.with_name(f"{folder.name}.kept")
        shutil.copytree(folder, self._kept)

    def restore(self) -> Path:
        """Put the copy in the place of what the folder has become."""
        shutil.rmtree(self.folder)
        return Path(shutil.copytree(self._kept, self.folder))


@cache
def _small_house() -> TemporaryDirectory[str]:
    """The small company loaded, to be copied: that takes a fraction of loading it."""
    made = TemporaryDirectory(prefix="sop-home-")
    with home_at(Path(made.name)) as home:
        home.load()
    return made
