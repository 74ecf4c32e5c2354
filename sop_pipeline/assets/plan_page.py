"""The page of a published plan, so that a schedule leaves one behind for who is to read it."""

from typing import Any

import dagster as dg

from sop_pipeline.assets.common import PLAN_OWNERS, SCENARIO_TABLE, TAGS, store_pool, table_key
from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.checks.results import reporting_failures
from sop_pipeline.resources.kept_files import PAGE_EXTENSION, kept_files
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.company import Company, Source
from sop_pipeline.services.company_plans import published
from sop_pipeline.services.input_reader import sources_of
from sop_pipeline.services.plan_page import page_of

NAME = "plan_report"


def page_asset(storage_kind: str) -> dg.AssetsDefinition:
    """The asset that writes the page.

    Args:
        storage_kind: Kind of store that the plan is read from, as shown in the UI.
    """

    @dg.asset(
        name=NAME,
        deps=[
            dg.AssetKey("recommended_build_plan"),
            *dict.fromkeys([SCENARIO_TABLE, *map(table_key, sources_of(INPUTS))]),
        ],
        partitions_def=SCENARIOS,
        description="The published plan as one page to pass on, with why it is so: an HTML file "
        "without script or network. Schedules, sensors and the UI leave it behind; on the command "
        "line `sop report` writes it.",
        group_name="publication",
        kinds={"html"},
        owners=PLAN_OWNERS,
        tags=TAGS,
        pool=store_pool(storage_kind),
    )
    def plan_report(
        context: dg.AssetExecutionContext, store: StoreResource
    ) -> dg.MaterializeResult[Any]:
        with reporting_failures():
            opened, code = store.open(), context.partition_key
            company = Company(Source(opened))
            [plan] = published(company, [code]).values()
            content = page_of(company, plan).encode()
            files = kept_files(context.instance)
            path = files.plan_to_publish(opened.identity, f"{code}{PAGE_EXTENSION}")
            files.write(path, content, context.run.run_id)
        return dg.MaterializeResult(
            metadata={
                "page": dg.MetadataValue.path(str(path)),
                "published_by_run": dg.MetadataValue.dagster_run(plan.run_id),
                "bytes": len(content),
            }
        )

    return plan_report
