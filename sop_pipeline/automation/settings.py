"""When the automation acts, as the environment says; everything has a default.

Belongs here: reading and refusing settings. Does not belong here: what they set (`schedules`,
`sensors`), where alerts go (`alerts`).
"""

import os
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from sop_pipeline.errors import UsageError

_STATES = {"on": True, "off": False}


@dataclass(frozen=True)
class AutomationSettings:
    """When scenarios are planned without being asked to.

    Attributes:
        running: Whether schedules and sensors run from the start (SOP_AUTOMATION=on); else each
            is turned on in the UI. A switch turned in the UI outlasts this.
        cycle_cron: When the monthly cycle plans (SOP_CYCLE_CRON).
        refresh_cron: When the daily refresh plans (SOP_REFRESH_CRON).
        timezone: IANA name of the zone both are told in (SOP_TIMEZONE).
        sensor_seconds: Seconds between two looks for changed scenarios (SOP_SENSOR_SECONDS).
        fresh_days: Days after which the newest published plan is too old (SOP_FRESH_DAYS).
        keep_runs: Runs kept of each scenario (SOP_KEEP_RUNS).
    """

    running: bool = False
    cycle_cron: str = "0 6 1 * *"
    refresh_cron: str = "0 5 * * *"
    timezone: str = "UTC"
    sensor_seconds: int = 60
    fresh_days: int = 35
    keep_runs: int = 30

    @classmethod
    def from_environment(cls) -> "AutomationSettings":
        """The settings of this process.

        Raises:
            UsageError: One makes no sense.
        """
        timezone = os.environ.get("SOP_TIMEZONE") or cls.timezone
        return cls(
            running=_running(),
            timezone=timezone,
            cycle_cron=_cron("SOP_CYCLE_CRON", cls.cycle_cron, timezone),
            refresh_cron=_cron("SOP_REFRESH_CRON", cls.refresh_cron, timezone),
            sensor_seconds=_number("SOP_SENSOR_SECONDS", cls.sensor_seconds),
            fresh_days=_number("SOP_FRESH_DAYS", cls.fresh_days),
            keep_runs=_number("SOP_KEEP_RUNS", cls.keep_runs),
        )

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


def _running() -> bool:
    text = os.environ.get("SOP_AUTOMATION") or "off"
    if text not in _STATES:
        msg = f"SOP_AUTOMATION={text!r}: expected on or off"
        raise UsageError(msg)
    return _STATES[text]


def _cron(name: str, default: str, timezone: str) -> str:
    cron = os.environ.get(name) or default
    try:
        dg.ScheduleDefinition(
            name="proof", job_name="proof", cron_schedule=cron, execution_timezone=timezone
        )
    except dg.DagsterInvalidDefinitionError as error:
        msg = (
            f"{name}={cron!r} in SOP_TIMEZONE={timezone!r}: expected five cron fields, such as "
            f"{default!r}, and an IANA time zone, such as Europe/Berlin. {error}"
        )
        raise UsageError(msg) from None
    return cron


def _number(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        msg = f"{name}={text!r}: expected a whole number of at least 1"
        raise UsageError(msg)
    return int(text)
