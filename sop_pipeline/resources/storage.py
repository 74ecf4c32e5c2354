"""How a run hands on from step to step what it made: files that tell their origin.

A step takes only what its own run made, or the run that this one repeats in part. A publication
that belongs to no such run takes the last plan that was solved to be published in its store.

Does not belong here: where a file lies and when it goes (`kept_files`), what of an origin must
agree (`origin`).
"""

import hashlib
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import dagster as dg
import pandas as pd
from upath import UPath

from sop_pipeline.errors import EXIT_STATUS, OrchestratorUnavailable, SopError, UsageError
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.resources.kept_files import KEPT_DAYS, KeptFiles, kept_files
from sop_pipeline.resources.origin import Origin
from sop_pipeline.schemas.plan import RESULT_TABLES
from sop_pipeline.store.packed import DAMAGED, pack, unpack

MEMORY_STORAGE = "memory_storage"
"""Resource key of what is kept only while a run lasts, in a run of one process."""

PUBLICATION = "recommended_build_plan"
"""The step that publishes; what a run without it solves is not solved to be published."""

ORIGIN = "origin"
"""Name under which the report of a loaded plan tells its origin."""

PLAN_EXTENSION = ".plan.zip"

_REPORT, _ORIGIN, _ROWS = "report", "origin", "rows"


class _Files(dg.IOManager):
    """Files of a run, read by its own steps."""

    extension: str

    def __init__(self, context: dg.InitResourceContext) -> None:
        """Open nothing yet.

        Args:
            context: Of the run, with its resources `store` and `policy`. A sensor's has no
                run, and reads or writes nothing.
        """
        self._context = context

    @abstractmethod
    def encode(self, obj: Any, origin: Origin) -> bytes:
        """A file's content."""

    @abstractmethod
    def decode(self, content: bytes) -> tuple[Any, Origin]:
        """What a file holds, and its origin; one of `DAMAGED` where it holds something else."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store what an asset made."""
        name = context.asset_key.path[-1]
        with self._failures_named(f"{name} could not be stored"):
            origin = self.origin_of(context.partition_key)
            path = self.files.of_run(origin.run_id, f"{name}{self.extension}")
            self.files.begin_run(origin.run_id, self.instance)
            self.write(path, self.encode(obj, origin), origin)
        context.add_output_metadata({"path": dg.MetadataValue.path(str(path))})

    def write(self, path: UPath, content: bytes, origin: Origin) -> None:
        """Write a file of this run."""
        self.files.write(path, content, origin.run_id)

    def load_input(self, context: dg.InputContext) -> Any:
        """Load what an asset made in this run, or in the one it repeats in part."""
        name = context.asset_key.path[-1]
        with self._failures_named(f"{name} could not be loaded"):
            own, source = self.origin_of(context.partition_key), self._source(context)
            loaded, origin = self.read(self.find(name, own, source))
            expected = {"scenario": own.scenario, "store": own.store}
            if source is not None:
                expected |= {"run_id": source, "policy": own.policy, "settings": own.settings}
            origin.require(name, expected)
            return self.accept(loaded, origin)

    def find(self, name: str, own: Origin, source: str | None) -> UPath:
        """The file to load.

        Args:
            name: The asset.
            own: What this run would make.
            source: The run that made it; None where that is neither this run nor one it repeats.
        """
        del own
        if source is None:
            msg = (
                f"this run has not made {name}. A plan is made of inputs that its own run has "
                "read: materialise them together, such as by the job solve_scenario."
            )
            raise UsageError(msg)
        path = self.files.of_run(source, f"{name}{self.extension}")
        if not path.exists():
            msg = (
                f"run {source} keeps it no more. What a run has made goes when the next one begins "
                f"or, where it failed, after {KEPT_DAYS} days. Execute all steps anew."
            )
            raise OrchestratorUnavailable(msg)
        return path

    def read(self, path: UPath) -> tuple[Any, Origin]:
        """What a file holds, and its origin."""
        content = path.read_bytes()
        try:
            return self.decode(content)
        except DAMAGED as error:
            msg = f"{path} is damaged ({error}). Execute all steps anew."
            raise OrchestratorUnavailable(msg) from error

    def accept(self, loaded: Any, origin: Origin) -> Any:
        """What the step is given of what was loaded."""
        del origin
        return loaded

    @property
    def run(self) -> dg.DagsterRun:
        """The run that hands on."""
        return _given(self._context.run)

    @property
    def instance(self) -> dg.DagsterInstance:
        """Where it is recorded."""
        return _given(self._context.instance)

    @cached_property
    def files(self) -> KeptFiles:
        """The files of all runs."""
        return kept_files(self.instance)

    def origin_of(self, scenario: str) -> Origin:
        """The origin of what this run makes."""
        resources = self._context.resources
        return Origin(
            run_id=self.run.run_id,
            scenario=scenario,
            store=resources.store.identity,
            policy=resources.policy.label,
            settings=self._settings,
            to_publish=self._publishes,
        )

    @cached_property
    def _settings(self) -> str:
        """The fingerprint of the policy's fields, which are the same for the whole run."""
        settings = self._context.resources.policy.load().model_dump_json()
        return hashlib.sha256(settings.encode()).hexdigest()

    @cached_property
    def _publishes(self) -> bool:
        """Whether the whole run does; this process may execute a single step of it."""
        plan = self.instance.get_execution_plan_snapshot(self.run.execution_plan_snapshot_id or "")
        return PUBLICATION in plan.step_keys_to_execute

    @contextmanager
    def _failures_named(self, what: str) -> Iterator[None]:
        """Tell why, without a traceback, and with the exit status of the command line."""
        try:
            yield
        except SopError as error:
            msg = f"{what}: {error}"
            raise _failure(msg, error.exit_status) from error
        except OSError as error:
            msg = f"{what} below {self.files.base}: {error}"
            raise _failure(msg, OrchestratorUnavailable.exit_status) from error

    def _source(self, context: dg.InputContext) -> str | None:
        """The run that made an input: this one, or the one it repeats in part; else None."""
        made = context.upstream_output
        try:
            run_id = made.run_id if made else ""
        except dg.DagsterInvariantViolationError:  # neither this run nor any it repeats
            return None
        known = run_id == self.run.run_id or self.instance.has_run(run_id)
        return run_id if known else None


class _TableFiles(_Files):
    """Frames, one archive of a Parquet file each."""

    extension = ".table.zip"

    def encode(self, obj: pd.DataFrame, origin: Origin) -> bytes:
        """The frame and its origin."""
        return pack({_ORIGIN: origin.described()}, {_ROWS: obj})

    def decode(self, content: bytes) -> tuple[pd.DataFrame, Origin]:
        """The frame and its origin."""
        documents, tables = unpack(content)
        return tables[_ROWS], Origin.parse(documents[_ORIGIN])


class _PlanFiles(_Files):
    """Solved plans, one archive of Parquet files each."""

    extension = PLAN_EXTENSION

    def encode(self, obj: SolvedPlan, origin: Origin) -> bytes:
        """The plan's tables and report, and its origin."""
        return pack({_ORIGIN: origin.described(), _REPORT: obj.report}, obj.tables)

    def decode(self, content: bytes) -> tuple[SolvedPlan, Origin]:
        """The plan's tables and report, and its origin."""
        documents, tables = unpack(content)
        return SolvedPlan(tables=tables, report=documents[_REPORT]), Origin.parse(
            documents[_ORIGIN]
        )

    def write(self, path: UPath, content: bytes, origin: Origin) -> None:
        """Write this run's plan and, where it is to be published, the scenario's last such."""
        super().write(path, content, origin)
        if origin.to_publish:
            self.files.write(self._last(origin), content, origin.run_id)

    def find(self, name: str, own: Origin, source: str | None) -> UPath:
        """This run's plan, or the last one solved to be published."""
        last = self._last(own)
        if source is None and not last.exists():
            msg = (
                f"no plan of {own.scenario} was solved to be published in {own.store}. "
                "Plan the scenario, such as by the job plan_scenario."
            )
            raise UsageError(msg)
        if source is None:
            return last
        of_run = self.files.of_run(source, f"{name}{self.extension}")
        if not of_run.exists() and last.exists() and self.read(last)[1].run_id == source:
            return last
        return super().find(name, own, source)

    def accept(self, loaded: SolvedPlan, origin: Origin) -> SolvedPlan:
        """A plan solved to be published, its origin in its report."""
        origin.require_to_publish("The plan")
        lacking = [table.name for table in RESULT_TABLES if table.name not in loaded.tables]
        if lacking:
            msg = (
                f"the plan of run {origin.run_id} was solved by another release, without "
                f"{', '.join(lacking)}. Plan the scenario anew."
            )
            raise UsageError(msg)
        return replace(loaded, report={**loaded.report, ORIGIN: origin.described()})

    def _last(self, origin: Origin) -> UPath:
        return self.files.plan_to_publish(origin.store, f"{origin.scenario}{self.extension}")


def _given[T](part: T | None) -> T:
    if part is None:
        msg = "Only a run hands something on."
        raise TypeError(msg)
    return part


def _failure(text: str, exit_status: int) -> dg.Failure:
    return dg.Failure(text, metadata={EXIT_STATUS: exit_status}, allow_retries=False)


def storage_resources() -> dict[str, Any]:
    """The IO managers, by resource key."""
    needed = {"store", "policy"}
    return {
        MEMORY_STORAGE: dg.mem_io_manager,
        "table_storage": dg.IOManagerDefinition(_TableFiles, required_resource_keys=needed),
        "plan_storage": dg.IOManagerDefinition(_PlanFiles, required_resource_keys=needed),
    }
