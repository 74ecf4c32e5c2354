"""Check specs and results, made from rules and what they found."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from sop_pipeline.errors import EXIT_STATUS, Fault, SopError, StoreUnavailable
from sop_pipeline.validation.rule import Rule, RuleResult, Severity

FAULTS = "faults"
RETRIES_TAG = "sop/retries"
"""Run tag: how often a step tries again where the store is away or locked; else `RETRIES`."""

COMMAND_LINE_TAG = "sop/command_line"
"""Run tag: the run itself, where the command line began it and a person waits for its end."""

RETRIES = 3
FIRST_RETRY_SECONDS = 10.0


def check_specs(
    rules: Iterable[Rule[Any]], asset: str, partitions: dg.PartitionsDefinition[str]
) -> list[dg.AssetCheckSpec]:
    """One check per rule, evaluated inside its asset on the frame in hand."""
    return [check_spec(r.name, r.description, asset, partitions, r.severity) for r in rules]


def check_spec(
    name: str,
    description: str,
    asset: str,
    partitions: dg.PartitionsDefinition[str],
    severity: Severity = "blocking",
) -> dg.AssetCheckSpec:
    """A check of a partitioned asset."""
    with warnings.catch_warnings():
        # A check knows its scenario only through this preview argument; a test pins it.
        warnings.filterwarnings("ignore", message="(?s).*partitions_def.*is currently in preview")
        return dg.AssetCheckSpec(
            name,
            asset=asset,
            description=description,
            blocking=severity == "blocking",
            partitions_def=partitions,
        )


def check_results(
    results: Iterable[RuleResult],
) -> Iterator[dg.Output[None] | dg.AssetCheckEvaluation]:
    """What each rule found, as Dagster records it.

    A frame is judged before it is stored, so an evaluation names no materialisation as its target.
    `dg.AssetCheckResult` would look for one, and find that of an earlier run.
    """
    step = dg.AssetExecutionContext.get()
    for result in results:
        rule = result.rule
        key = dg.AssetCheckKey(dg.AssetKey(rule.table), rule.name)
        if key in step.selected_asset_check_keys:
            yield dg.Output(None, output_name=f"{rule.table}_{rule.name}")
        warning = rule.severity != "blocking"
        yield dg.AssetCheckEvaluation(
            asset_key=key.asset_key,
            check_name=rule.name,
            passed=result.passed or rule.severity == "information",
            severity=dg.AssetCheckSeverity.WARN if warning else dg.AssetCheckSeverity.ERROR,
            description=None if result.passed else "\n".join(map(str, result.faults)),
            metadata=_metadata(result.faults),
            blocking=not warning,
            partition=step.partition_key,
        )


def _metadata(faults: Sequence[Fault]) -> dict[str, Any]:
    if not faults:
        return {}
    records = [
        dg.TableRecord(
            {
                "table": fault.table,
                "column": fault.column or "",
                "expected": fault.expected,
                "got": fault.got,
                "rows": "; ".join(fault.rows),
                "total": fault.total,
                "remedy": fault.remedy,
            }
        )
        for fault in faults
    ]
    return {FAULTS: dg.MetadataValue.table(records)}


@contextmanager
def reporting_failures() -> Iterator[None]:
    """Turn an error of this package into a Dagster failure that carries its exit status.

    Only a step that found the store away or locked is tried again, each time after a wait
    three times as long; a retry mends no data.
    """
    try:
        yield
    except SopError as error:
        failure = dg.Failure(
            description=str(error),
            metadata={EXIT_STATUS: error.exit_status},
            allow_retries=False,
        )
        if not isinstance(error, StoreUnavailable):
            raise failure from error
        step = dg.AssetExecutionContext.get()
        raise dg.RetryRequested(
            max_retries=_retries(step.run),
            seconds_to_wait=FIRST_RETRY_SECONDS * 3**step.retry_number,
        ) from failure


def of_command_line(run: dg.DagsterRun) -> bool:
    """Whether the command line began a run; one that repeats it has its tags, not its id."""
    return run.tags.get(COMMAND_LINE_TAG) == run.run_id


def _retries(run: dg.DagsterRun) -> int:
    """How often a step of the run tries again; never where the person is there to decide."""
    return 0 if of_command_line(run) else int(run.tags.get(RETRIES_TAG, RETRIES))
