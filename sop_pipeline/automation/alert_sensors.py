"""The sensors that alert: of a failed run, and of a check that newly warns.

Belongs here: when to alert and what to say. Does not belong here: how it is delivered (`alerts`).
"""

from collections.abc import Sequence

import dagster as dg
from dagster import AssetCheckEvaluation, DagsterEventType, DagsterInstance, DagsterRun

from sop_pipeline.automation.alerts import Alert, Channel, deliver, without_secrets
from sop_pipeline.automation.failures import step_failures
from sop_pipeline.automation.settings import AutomationSettings
from sop_pipeline.checks.results import of_command_line
from sop_pipeline.settings import Alerts

_LINES = 10
_LINE_LENGTH = 300
_PARTITION_TAG = "dagster/partition"


def alert_sensors(
    settings: AutomationSettings, channels: Sequence[Channel]
) -> list[dg.SensorDefinition]:
    """The two sensors.

    Args:
        settings: Whether they run from the start.
        channels: Where alerts go, beside the sensors' log.
    """

    @dg.run_failure_sensor(
        name="alert_of_failed_runs",
        default_status=settings.sensor_status,
        description="Sends one alert per failed run: scenario, step, exit status, the first lines "
        "of the failure, and a link where SOP_UI_URL is set.",
    )
    def alert_of_failed_runs(context: dg.RunFailureSensorContext) -> None:
        if of_command_line(context.dagster_run):
            return
        alert = failure_alert(context.instance, context.dagster_run, context.failure_event)
        deliver(alert, channels, context.log)

    @dg.run_status_sensor(
        name="alert_of_failed_checks",
        run_status=dg.DagsterRunStatus.SUCCESS,
        default_status=settings.sensor_status,
        description="Sends one alert per finished run in which checks warn that did not warn in "
        "the scenario's finished run before. A blocking check fails its run, which has its alert.",
    )
    def alert_of_failed_checks(context: dg.RunStatusSensorContext) -> None:
        if of_command_line(context.dagster_run):
            return
        alert = check_alert(context.instance, context.dagster_run)
        if alert is not None:
            deliver(alert, channels, context.log)

    return [alert_of_failed_runs, alert_of_failed_checks]


def failure_alert(
    instance: DagsterInstance, run: DagsterRun, failure: dg.DagsterEvent | None = None
) -> Alert:
    """What to say of a failed run.

    Args:
        instance: Where it is recorded.
        run: The run.
        failure: The event it ended with, for a run that failed outside its steps.
    """
    logs = instance.all_logs(run.run_id, of_type=DagsterEventType.STEP_FAILURE)
    failed = step_failures(entry.dagster_event for entry in logs if entry.dagster_event)
    scenario = run.tags.get(_PARTITION_TAG, "")
    step = failed[0].step if failed else ""
    status = failed[0].exit_status if failed else 1
    texts = dict.fromkeys(one.text for one in failed)
    if not texts and failure is not None:
        texts = dict.fromkeys([failure.message or ""])
    where = f" at {step}" if step else ""
    return _alert(
        run,
        f"{scenario or run.job_name}: run failed{where} (exit status {status})",
        "\n".join(texts),
        step=step,
        exit_status=status,
    )


def check_alert(instance: DagsterInstance, run: DagsterRun) -> Alert | None:
    """What to say of the checks that newly fail in a finished run; None where none does."""
    failing = _failing_checks(instance, run)
    earlier = instance.get_runs(
        filters=dg.RunsFilter(
            tags={_PARTITION_TAG: run.tags.get(_PARTITION_TAG, "")},
            statuses=[dg.DagsterRunStatus.SUCCESS],
        ),
        cursor=run.run_id,
        limit=1,
    )
    known = _failing_checks(instance, earlier[0]) if earlier else {}
    new = {name: one for name, one in failing.items() if name not in known}
    if not new:
        return None
    scenario = run.tags.get(_PARTITION_TAG, run.job_name)
    text = "\n".join(f"{name}: {one.description or 'failed'}" for name, one in new.items())
    return _alert(run, f"{scenario}: {', '.join(new)} warn", text)


def _failing_checks(instance: DagsterInstance, run: DagsterRun) -> dict[str, AssetCheckEvaluation]:
    logs = instance.all_logs(run.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
    found = [e.dagster_event.asset_check_evaluation_data for e in logs if e.dagster_event]
    return {f"{one.asset_key.path[-1]}/{one.check_name}": one for one in found if not one.passed}


def _alert(
    run: DagsterRun, title: str, text: str, *, step: str = "", exit_status: int | None = None
) -> Alert:
    ui = Alerts.from_environment().ui_url.rstrip("/")
    lines = [line[:_LINE_LENGTH] for line in without_secrets(text).splitlines()]
    more = [f"... and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
    return Alert(
        title=" ".join(without_secrets(title).split())[:_LINE_LENGTH],
        text="\n".join([*lines[:_LINES], *more]),
        scenario=run.tags.get(_PARTITION_TAG, ""),
        step=step,
        exit_status=exit_status,
        run_id=run.run_id,
        url=f"{ui}/runs/{run.run_id}" if ui else "",
    )
