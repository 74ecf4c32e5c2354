"""How long runs are kept: the latest of each scenario, with all they recorded.

What a run leaves (its events, pictures and logs) goes with it. Published plans are the store's
and stay; so does what was ever published, in RECOMMENDED_BUILD_PLAN_HISTORY.
Does not belong here: what runs hand on from step to step (`resources/storage`).
"""

from collections.abc import Iterable

import dagster as dg
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.automation.settings import AutomationSettings

PARTITION_TAG = "dagster/partition"
_DAY_SECONDS = 86_400
_OVER = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]


def forget_old_runs(instance: DagsterInstance, codes: Iterable[str], keep: int) -> int:
    """Delete the runs of scenarios beyond their latest ones.

    Args:
        instance: Where they are recorded.
        codes: The scenarios.
        keep: Runs kept of each scenario, the latest first. Of each of its jobs the latest run that
            succeeded is kept too: what the assets show is that run's.

    Returns:
        How many were deleted.
    """
    old = [run for code in codes for run in _old_runs(instance, code, keep)]
    for run in old:
        instance.delete_run(run.run_id)
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
    return len(old)


def _old_runs(instance: DagsterInstance, code: str, keep: int) -> list[DagsterRun]:
    runs = instance.get_runs(filters=RunsFilter(tags={PARTITION_TAG: code}, statuses=_OVER))
    shown: dict[str, str] = {}
    for run in runs:
        if run.is_success:
            shown.setdefault(run.job_name, run.run_id)
    return [run for run in runs[keep:] if run.run_id not in shown.values()]


def known_scenarios(instance: DagsterInstance) -> list[str]:
    """Every scenario that has runs: those with a partition, and those that had one."""
    tagged = instance.get_run_tags(tag_keys=[PARTITION_TAG])
    with_runs = {code for _, codes in tagged for code in codes}
    return sorted(with_runs | set(instance.get_dynamic_partitions(SCENARIOS.name or "")))


def retention_sensor(settings: AutomationSettings) -> dg.SensorDefinition:
    """The sensor that forgets old runs once a day; it runs whether or not others do."""

    @dg.sensor(
        name="forget_old_runs",
        minimum_interval_seconds=_DAY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Once a day, deletes the runs of each scenario beyond its latest "
        f"{settings.keep_runs} (SOP_KEEP_RUNS). Published plans and their history stay.",
        tags={"domain": "sop"},
    )
    def forget(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        codes = known_scenarios(context.instance)
        gone = forget_old_runs(context.instance, codes, settings.keep_runs)
        return dg.SkipReason(f"{gone} old runs of {len(codes)} scenarios deleted.")

    return forget
