"""The one place where assets, checks, resources and jobs meet. Nothing connects at import."""

import dagster as dg

from sop_pipeline.assets.inputs import input_assets
from sop_pipeline.assets.plan import publication_asset, solved_plan
from sop_pipeline.assets.sources import source_assets
from sop_pipeline.automation.executor import tagged_in_process_executor
from sop_pipeline.automation.jobs import JOBS
from sop_pipeline.policies import policy_from_environment
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.storage import storage_from_environment, storage_resources
from sop_pipeline.resources.warehouse import WarehouseResource
from sop_pipeline.warehouse import location_from_environment, open_warehouse


def build_definitions(
    warehouse: str, policy: str, resource: WarehouseResource | None = None
) -> dg.Definitions:
    """Assemble the definitions.

    Args:
        warehouse: Location of the warehouse, as SOP_WAREHOUSE gives it.
        policy: Name or file of the default policy.
        resource: Opens the warehouse otherwise than from the environment, such as
            `resources.snowflake.SnowflakeWarehouseResource`.
    """
    storage_kind = open_warehouse(warehouse).storage_kind
    return dg.Definitions(
        assets=[
            *source_assets(storage_kind),
            *input_assets(storage_kind),
            solved_plan,
            publication_asset(storage_kind),
        ],
        resources={
            "warehouse": resource or WarehouseResource(location=warehouse),
            "policy": PolicyResource(name=policy),
            **storage_resources(storage_from_environment()),
        },
        jobs=JOBS,
        executor=tagged_in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the code location, from the environment."""
    return build_definitions(location_from_environment(), policy_from_environment())
