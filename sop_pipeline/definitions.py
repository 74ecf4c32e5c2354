"""The one place where assets, checks, resources, jobs, schedules and sensors meet.

Nothing connects at import.
"""

from collections.abc import Sequence

import dagster as dg

from sop_pipeline.assets.inputs import input_assets
from sop_pipeline.assets.plan import publication_asset, solved_plan
from sop_pipeline.assets.plan_page import page_asset
from sop_pipeline.assets.scenario_comparison import comparison_asset
from sop_pipeline.assets.sources import source_assets
from sop_pipeline.automation.alert_sensors import alert_sensors
from sop_pipeline.automation.alerts import Channel, channels_from_environment
from sop_pipeline.automation.executor import tagged_in_process_executor
from sop_pipeline.automation.jobs import JOBS
from sop_pipeline.automation.retention import retention_sensor
from sop_pipeline.automation.schedules import schedules
from sop_pipeline.automation.sensors import comparison_sensor, scenario_sensor
from sop_pipeline.automation.settings import AutomationSettings
from sop_pipeline.policies import policy_from_environment
from sop_pipeline.resources.policy import policy_resource
from sop_pipeline.resources.storage import storage_resources
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store import location_from_environment, store_at


def build_definitions(
    store: str,
    policy: str,
    resource: StoreResource | None = None,
    automation: AutomationSettings | None = None,
    channels: Sequence[Channel] = (),
) -> dg.Definitions:
    """Assemble the definitions.

    Args:
        store: Location of the store, as SOP_WAREHOUSE gives it.
        policy: Name or file of the default policy.
        resource: Opens the store otherwise than from the environment, such as
            `resources.snowflake.SnowflakeStoreResource`.
        automation: When schedules and sensors act.
        channels: Where alerts go, beside the sensors' log.
    """
    automation = automation or AutomationSettings()
    storage_kind = store_at(store).storage_kind
    return dg.Definitions(
        assets=[
            *source_assets(storage_kind),
            *input_assets(storage_kind),
            solved_plan,
            publication_asset(storage_kind, automation.freshness),
            page_asset(storage_kind),
            comparison_asset(storage_kind),
        ],
        resources={
            "store": resource or StoreResource(location=store),
            "policy": policy_resource(policy),
            **storage_resources(),
        },
        jobs=JOBS,
        schedules=schedules(automation),
        sensors=[
            scenario_sensor(automation),
            *alert_sensors(automation, channels),
            retention_sensor(automation),
            comparison_sensor(automation),
        ],
        executor=tagged_in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the code location, from the environment."""
    return build_definitions(
        location_from_environment(),
        policy_from_environment(),
        automation=AutomationSettings.from_environment(),
        channels=channels_from_environment(),
    )
