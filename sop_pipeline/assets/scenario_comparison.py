"""Every published plan beside the baseline's, renewed when one of them changes."""

from typing import Any

import dagster as dg

from sop_pipeline.assets.common import PLAN_OWNERS, SCENARIO_TABLE, TAGS, store_pool, table_key
from sop_pipeline.checks.results import reporting_failures
from sop_pipeline.report.markdown import bullets, image, text_table
from sop_pipeline.report.pictures import margin_picture
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.schemas.inputs import INPUTS
from sop_pipeline.services.company import Company, Source
from sop_pipeline.services.comparing import Comparison, compare_published
from sop_pipeline.services.input_reader import sources_of

NAME = "scenario_comparison"

_PLAN = "recommended_build_plan"
_CONDITION = (
    dg.AutomationCondition.any_deps_updated().allow(dg.AssetSelection.assets(_PLAN))
    & ~dg.AutomationCondition.in_progress()
    & ~dg.AutomationCondition.any_deps_in_progress()
)
"""One comparison follows a cycle of plans, not one each: none is made while one is in progress."""


def comparison_asset(storage_kind: str) -> dg.AssetsDefinition:
    """The asset that compares.

    Args:
        storage_kind: Kind of store that the plans are read from, as shown in the UI.
    """

    @dg.asset(
        name=NAME,
        deps=[
            dg.AssetKey(_PLAN),
            *dict.fromkeys([SCENARIO_TABLE, *map(table_key, sources_of(INPUTS))]),
        ],
        automation_condition=_CONDITION,
        description="Every scenario with a published plan beside the baseline: money, service, "
        "loads, what is scarce, and what leads from one margin to the other.",
        group_name="comparison",
        kinds={"markdown"},
        owners=PLAN_OWNERS,
        tags=TAGS,
        pool=store_pool(storage_kind),
    )
    def scenario_comparison(store: StoreResource) -> dg.MaterializeResult[Any]:
        with reporting_failures():
            compared = compare_published(Company(Source(store.open())))
        return dg.MaterializeResult(metadata=_metadata(compared))

    return scenario_comparison


def _metadata(compared: Comparison) -> dict[str, Any]:
    tables = "\n\n".join(text_table(table) for table in compared.text_tables)
    limits = bullets(compared.warnings, "What limits the comparison")
    picture = image("Margins of the published plans", margin_picture(compared.figures))
    return {
        "comparison": dg.MetadataValue.md(tables),
        "picture": dg.MetadataValue.md(picture),
        "scenarios": len(compared.plans),
        **({"warnings": dg.MetadataValue.md(limits)} if limits else {}),
    }
