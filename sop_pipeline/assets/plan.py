"""The two assets at the heart: the solved plan, and its publication."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import dagster as dg
import pandas as pd

from sop_pipeline.assets.asset_metadata import (
    future_metadata,
    names_of,
    plan_metadata,
    publication_metadata,
)
from sop_pipeline.assets.common import (
    PLAN_OWNERS,
    SCENARIO_TABLE,
    TAGS,
    planning_day,
    store_pool,
    table_key,
)
from sop_pipeline.assets.partitions import SCENARIOS
from sop_pipeline.checks.columns import column_schema
from sop_pipeline.checks.results import check_results, check_spec, check_specs, reporting_failures
from sop_pipeline.errors import UsageError
from sop_pipeline.planning import SolvedPlan
from sop_pipeline.report.names import Names
from sop_pipeline.resources.policy import PolicyResource
from sop_pipeline.resources.storage import ORIGIN, PUBLICATION
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.schemas.bookkeeping import INPUT_NOTE
from sop_pipeline.schemas.inputs import INPUT_TABLES
from sop_pipeline.schemas.plan import BUILD_PLAN_SUMMARY, RECOMMENDED_BUILD_PLAN
from sop_pipeline.services.checked_scenario import of_checked
from sop_pipeline.services.input_archive import archived
from sop_pipeline.services.plans import require_rules_kept, solve
from sop_pipeline.store import Publication, Store
from sop_pipeline.store.bookkeeping import input_notes
from sop_pipeline.validation.plan_rules import PLAN_RULES, check_plan, published_faults
from sop_pipeline.validation.scenario_definitions import Scenario
from sop_pipeline.validation.scenario_inputs import ScenarioInputs

NAMES, ARCHIVE = "names", "archive"
"""Names under which the report of a solved plan keeps what its ids are called, and its inputs."""


@dg.asset(
    name="solved_plan",
    ins={table.name: dg.AssetIn(table.name) for table in INPUT_TABLES},
    deps=[SCENARIO_TABLE, table_key(INPUT_NOTE.qualified_name)],
    partitions_def=SCENARIOS,
    description="The scenario's optimal plan: every result table, its certificate and its "
    "summary, solved under the policy and rounded to whole units.",
    group_name="plan",
    kinds={"pulp", "highs", "parquet"},
    owners=PLAN_OWNERS,
    tags=TAGS,
    metadata={"dagster/column_schema": column_schema(RECOMMENDED_BUILD_PLAN)},
    check_specs=check_specs(PLAN_RULES, "solved_plan", SCENARIOS),
    io_manager_key="plan_storage",
)
def solved_plan(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    policy: PolicyResource,
    **inputs: pd.DataFrame,
) -> Iterator[dg.Output[Any] | dg.AssetCheckEvaluation]:
    """Solve the scenario's plan from its checked inputs."""
    with reporting_failures():
        reader = store.reader(context.partition_key, policy.load, lambda: planning_day(context))
        notes = input_notes(reader.store)
        if dg.AssetKey(PUBLICATION) in context.job_def.asset_layer.selected_asset_keys:
            reader.store.require_plan_tables()
        store.all_is_read()
        read = ScenarioInputs(reader.scenario, reader.policy, inputs, day=reader.day)
        checked = of_checked(read)
        solved = solve(checked, policy_name=policy.label, progress=context.log.info)
    results = check_plan(solved)
    yield from check_results(results)
    with reporting_failures():
        require_rules_kept(results)
    metadata = {"dagster/row_count": len(solved.tables[RECOMMENDED_BUILD_PLAN.name])}
    names = names_of(inputs)
    shown = plan_metadata(solved, checked.scenario.code, names, notes)
    context.add_asset_metadata({**metadata, **shown, **future_metadata(solved, read)})
    # The publication reads no inputs, and shows names and keeps the inputs nonetheless.
    kept = {NAMES: names.kept(), ARCHIVE: archived(checked.tables)}
    yield dg.Output(replace(solved, report={**solved.report, **kept}))


def publication_asset(
    storage_kind: str, freshness: dg.FreshnessPolicy | None = None
) -> dg.AssetsDefinition:
    """The asset that publishes.

    Args:
        storage_kind: Kind of store published to, as shown in the UI.
        freshness: How old the newest plan may be.
    """

    @dg.asset(
        name="recommended_build_plan",
        deps=[SCENARIO_TABLE],
        partitions_def=SCENARIOS,
        description="RECOMMENDED_BUILD_PLAN and the BUILD_PLAN tables of the scenario, replaced "
        "in one transaction, their history appended.",
        group_name="publication",
        kinds={storage_kind, "table"},
        owners=PLAN_OWNERS,
        tags=TAGS,
        pool=store_pool(storage_kind),
        freshness_policy=freshness,
        metadata={
            "dagster/column_schema": column_schema(RECOMMENDED_BUILD_PLAN),
            "dagster/table_name": RECOMMENDED_BUILD_PLAN.qualified_name,
        },
        check_specs=[
            check_spec(
                "published_whole",
                "After the commit every plan table reads back as it was solved.",
                "recommended_build_plan",
                SCENARIOS,
            )
        ],
    )
    def recommended_build_plan(
        context: dg.AssetExecutionContext, store: StoreResource, solved_plan: SolvedPlan
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        with reporting_failures():
            opened = store.open()
            scenario = store.scenario(context.partition_key)
            _require_same_id(scenario, solved_plan)
            opened.publish(
                Publication(
                    scenario_id=scenario.id,
                    tables=solved_plan.tables,
                    run_id=context.run.run_id,
                    input_hash=solved_plan.report["input_hash"],
                    inputs=solved_plan.report[ARCHIVE],
                )
            )
            faults = published_faults(opened.read_plan(scenario.code), solved_plan.tables)
            later = _published_later(opened, scenario.code, context.run.run_id) if faults else None
        yield dg.AssetCheckResult(
            check_name="published_whole",
            passed=not faults or later is not None,
            description=later or "\n".join(map(str, faults)) or None,
        )
        yield dg.MaterializeResult(metadata=_publication_metadata(solved_plan, scenario.code))

    return recommended_build_plan


def _require_same_id(scenario: Scenario, solved: SolvedPlan) -> None:
    """A plan's rows carry the id its scenario had when it was solved."""
    ids = set(solved.tables[BUILD_PLAN_SUMMARY.name]["SCENARIO_ID"])
    if ids != {scenario.id}:
        msg = (
            f"{scenario.code} had SCENARIO_ID {', '.join(map(str, ids))} when its plan was solved, "
            f"and has {scenario.id} now. Plan the scenario anew."
        )
        raise UsageError(msg)


def _published_later(opened: Store, scenario_code: str, run_id: str) -> str | None:
    """What is told where another run has published the scenario since; it reads back instead."""
    publications = opened.publications(scenario_code)
    standing = publications[publications["AS_OF_DATE"].isna()]
    latest = None if standing.empty else str(standing["RUN_ID"].iloc[0])
    return None if latest in (None, run_id) else f"Run {latest} has published since."


def _publication_metadata(solved: SolvedPlan, scenario_code: str) -> dict[str, Any]:
    build_plan = solved.tables[RECOMMENDED_BUILD_PLAN.name]
    return {
        **publication_metadata(solved, scenario_code, Names.parse(solved.report[NAMES])),
        "dagster/row_count": len(build_plan),
        "rows_by_table": {name: len(frame) for name, frame in solved.tables.items()},
        "total_cost": round(float(build_plan["PROJECTED_TOTAL_COST"].sum()), 2),
        "units_built": float(build_plan["RECOMMENDED_QUANTITY"].sum()),
        "solved_by_run": dg.MetadataValue.dagster_run(solved.report[ORIGIN]["run_id"]),
        "policy": solved.report[ORIGIN]["policy"],
    }
