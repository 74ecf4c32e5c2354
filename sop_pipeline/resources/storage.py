"""Where assets are kept between steps: Parquet under the Dagster instance, or an object store.

One file per asset and partition, replaced whole: a reader sees the old one or the new one.
"""

import io
import json
import os
import zipfile
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field
from upath import UPath

from sop_pipeline.errors import EXIT_STATUS, OrchestratorUnavailable
from sop_pipeline.planning import SolvedPlan

UNFINISHED = ".unfinished"
"""Ending of a file a run is still writing; the run's id stands before it."""

MEMORY_STORAGE = "memory_storage"
"""Resource key of what is kept only while a run lasts, in a run of one process."""

_REPORT = "report.json"


class _Files(dg.UPathIOManager):
    """One file per asset and partition."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store an asset; what keeps it from being stored is told without a traceback."""
        try:
            super().handle_output(context, obj)
        except OSError as error:
            msg = f"{context.step_key} could not be stored below {self._base_path}: {error}"
            told = OrchestratorUnavailable(msg)
            raise dg.Failure(
                str(told), metadata={EXIT_STATUS: told.exit_status}, allow_retries=False
            ) from error


class _TableFiles(_Files):
    """Frames, one Parquet file each."""

    extension = ".parquet"

    def dump_to_path(self, context: dg.OutputContext, obj: pd.DataFrame, path: UPath) -> None:
        """Write the frame."""
        _replace_file(path, obj.to_parquet(index=False), context.run_id)

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pd.DataFrame:
        """Read the frame."""
        del context
        return pd.read_parquet(io.BytesIO(path.read_bytes()))


class _PlanFiles(_Files):
    """Solved plans, one archive of Parquet files each."""

    extension = ".plan.zip"

    def dump_to_path(self, context: dg.OutputContext, obj: SolvedPlan, path: UPath) -> None:
        """Write the plan's tables and report."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as members:
            members.writestr(_REPORT, json.dumps(obj.report))
            for name, frame in obj.tables.items():
                members.writestr(f"{name}.parquet", frame.to_parquet(index=False))
        _replace_file(path, archive.getvalue(), context.run_id)

    def load_from_path(self, context: dg.InputContext, path: UPath) -> SolvedPlan:
        """Read the plan's tables and report."""
        del context
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as members:
            report = json.loads(members.read(_REPORT))
            tables = {
                name.removesuffix(".parquet"): pd.read_parquet(io.BytesIO(members.read(name)))
                for name in members.namelist()
                if name != _REPORT
            }
        return SolvedPlan(tables=tables, report=report)


def _replace_file(path: UPath, content: bytes, run_id: str) -> None:
    if path.protocol not in ("", "file"):
        path.write_bytes(content)  # an object store replaces an object whole
        return
    unfinished = path.with_name(f"{path.name}.{run_id}{UNFINISHED}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


class _Storage(dg.ConfigurableIOManagerFactory[dg.UPathIOManager]):
    base_path: str = Field(
        default="", description="A folder or object store; empty: the instance's own storage."
    )

    def _base(self, context: dg.InitResourceContext) -> UPath:
        if self.base_path or context.instance is None:
            return UPath(self.base_path or ".")
        return UPath(context.instance.storage_directory())


class TableStorage(_Storage):
    """Keeps input tables."""

    def create_io_manager(self, context: dg.InitResourceContext) -> dg.UPathIOManager:
        """Files of frames under the base path."""
        return _TableFiles(base_path=self._base(context))


class PlanStorage(_Storage):
    """Keeps solved plans."""

    def create_io_manager(self, context: dg.InitResourceContext) -> dg.UPathIOManager:
        """Files of solved plans under the base path."""
        return _PlanFiles(base_path=self._base(context))


def remove_partition(base: str, code: str) -> None:
    """Remove what is kept of one scenario.

    Args:
        base: The folder or object store that assets are kept in; it may be missing.
        code: The scenario, a valid code.
    """
    kept = UPath(base)
    folders = [folder for folder in kept.iterdir() if folder.is_dir()] if kept.exists() else []
    for folder in folders:
        for kind in (_TableFiles.extension, _PlanFiles.extension):
            (folder / f"{code}{kind}").unlink(missing_ok=True)


def storage_from_environment() -> str:
    """SOP_STORAGE: where assets are kept; empty for the instance's own storage."""
    return os.environ.get("SOP_STORAGE", "")


def storage_resources(base_path: str = "") -> dict[str, Any]:
    """The IO managers, by resource key."""
    return {
        MEMORY_STORAGE: dg.mem_io_manager,
        "table_storage": TableStorage(base_path=base_path),
        "plan_storage": PlanStorage(base_path=base_path),
    }
