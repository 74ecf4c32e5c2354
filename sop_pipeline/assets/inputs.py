"""The input assets: each reads one table of its scenario, checks it, and hands it on.

A frame that breaks a blocking rule is never stored: the checks are recorded, then the step fails,
and nothing downstream of it runs for that scenario.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from sop_pipeline.assets.asset_metadata import input_metadata
from sop_pipeline.assets.common import (
    DATA_OWNERS,
    SCENARIO_TABLE,
    TAGS,
    planning_day,
    store_pool,
    table_key,
)
from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.checks.columns import column_schema
from sop_pipeline.checks.results import check_results, check_specs, reporting_failures
from sop_pipeline.errors import InputRefused
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.schemas.table import Table
from sop_pipeline.services.input_reader import sources_of
from sop_pipeline.validation.input_checks import check_table
from sop_pipeline.validation.rules import RULES, read_by
from sop_pipeline.validation.scenario_inputs import ScenarioInputs


def input_assets(storage_kind: str) -> list[dg.AssetsDefinition]:
    """One asset per input table.

    Args:
        storage_kind: Kind of store the rows are read from, as shown in the UI.
    """
    return [_input_asset(table, storage_kind) for table in INPUT_TABLES]


def _input_asset(table: Table, storage_kind: str) -> dg.AssetsDefinition:
    read = read_by(table.name)

    @dg.asset(
        name=table.name,
        deps=dict.fromkeys([SCENARIO_TABLE, *map(table_key, sources_of(read))]),
        partitions_def=SCENARIOS,
        description=table.description,
        group_name="inputs",
        kinds={storage_kind, "pandas", "parquet"},
        owners=DATA_OWNERS,
        tags=TAGS,
        pool=store_pool(storage_kind),
        metadata={"dagster/column_schema": column_schema(table)},
        check_specs=check_specs(RULES[table.name], table.name, SCENARIOS),
        io_manager_key="table_storage",
    )
    def read_and_check(
        context: dg.AssetExecutionContext, store: StoreResource, policy: PolicyResource
    ) -> Iterator[dg.Output[Any] | dg.AssetCheckEvaluation]:
        with reporting_failures():
            reader = store.reader(context.partition_key, policy.load, lambda: planning_day(context))
            inputs = reader.inputs(read)
            results = check_table(table.name, inputs)
        yield from check_results(results)
        with reporting_failures():
            blocking = [fault for result in results if result.blocks for fault in result.faults]
            if blocking:
                raise InputRefused(blocking)
            frame = table.typed(inputs.rows(table.name))
        # In place of metadata of the output, which the event log would keep a second time.
        context.add_asset_metadata(_metadata(table, frame, inputs))
        yield dg.Output(frame)

    return read_and_check


def _metadata(table: Table, frame: pd.DataFrame, inputs: ScenarioInputs) -> dict[str, Any]:
    return {"dagster/row_count": len(frame), **input_metadata(table.name, frame, inputs)}
