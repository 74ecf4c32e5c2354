"""When the automation acts, as the environment says; everything has a default.

Belongs here: reading and refusing settings. Does not belong here: what they set (`schedules`,
`sensors`), where alerts go (`alerts`).
"""

from datetime import timedelta
from typing import Self

import dagster as dg
from pydantic import model_validator

from sop_pipeline.errors import UsageError
from sop_pipeline.settings import Automation


class AutomationSettings(Automation):
    """When scenarios are planned without being asked to, as Dagster takes it."""

    @model_validator(mode="after")
    def _require_crons(self) -> Self:
        _require_cron("SOP_CYCLE_CRON", self.cycle_cron, self.timezone)
        _require_cron("SOP_REFRESH_CRON", self.refresh_cron, self.timezone)
        return self

    @property
    def running(self) -> bool:
        """Whether schedules and sensors run from the start."""
        return self.state == "on"

    @property
    def schedule_status(self) -> dg.DefaultScheduleStatus:
        """What a schedule starts as."""
        status = dg.DefaultScheduleStatus
        return status.RUNNING if self.running else status.STOPPED

    @property
    def sensor_status(self) -> dg.DefaultSensorStatus:
        """What a sensor starts as."""
        return dg.DefaultSensorStatus.RUNNING if self.running else dg.DefaultSensorStatus.STOPPED

    @property
    def freshness(self) -> dg.FreshnessPolicy:
        """How old the newest published plan may be: a warning three days before it fails."""
        fail = timedelta(days=self.fresh_days)
        return dg.FreshnessPolicy.time_window(
            fail_window=fail, warn_window=fail - min(timedelta(days=3), fail / 2)
        )


def _require_cron(name: str, cron: str, timezone: str) -> None:
    try:
        dg.ScheduleDefinition(
            name="proof", job_name="proof", cron_schedule=cron, execution_timezone=timezone
        )
    except dg.DagsterInvalidDefinitionError as error:
        usual = Automation.variables()[name].default
        msg = (
            f"{name}={cron!r} in SOP_TIMEZONE={timezone!r}: expected five cron fields, such as "
            f"{usual!r}, and an IANA time zone, such as Europe/Berlin. {error}"
        )
        raise UsageError(msg) from None
