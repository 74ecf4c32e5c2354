"""The asset graph: what there is, what it is made of, and what a person reads about it."""

from __future__ import annotations

import dagster as dg
import pytest

from sop_pipeline.assets.plan_page import NAME as PAGE
from sop_pipeline.assets.scenario_comparison import NAME as COMPARISON
from sop_pipeline.definitions import build_definitions
from sop_pipeline.schemas.atomic import ATOMIC_TABLES
from sop_pipeline.schemas.bookkeeping import INPUT_NOTE
from sop_pipeline.schemas.columns import COLUMNS
from sop_pipeline.schemas.plan import RECOMMENDED_BUILD_PLAN

_DEMAND = "DEMAND_FORECAST_VERSIONS PRODUCT SCENARIO_COMPARISON_V SCENARIO_MEMBER"
_CALENDAR = f"{_DEMAND} FISCAL_CALENDAR"
_PRODUCTS = "PRODUCT PRODUCT_CATEGORY"
INPUTS = {
    "capacity_calendar": "CAPACITY_CALENDAR PRODUCTION_CAPACITY_SUMMARY",
    "capacity_summary": f"PRODUCTION_CAPACITY_SUMMARY SITE {_CALENDAR}",
    "capacity_tiers": "CAPACITY_TIER PRODUCTION_CAPACITY_SUMMARY",
    # The last line is what explains a view that returns more than the base table has.
    "demand_forecasts": f"{_CALENDAR} {_PRODUCTS} SITE "
    "INVENTORY_BALANCE LOGISTICS_COST_FACT OVERFLOW_TIER PRODUCT_ROUTING PRODUCT_STORAGE "
    "SCHEDULED_RECEIPT TRANSPORT_LANE WAREHOUSE_ZONE WORK_CENTER",
    "fiscal_calendar": "FISCAL_CALENDAR",
    "last_plan": f"RECOMMENDED_BUILD_PLAN {_CALENDAR}",
    "logistics_costs": "LOGISTICS_COST_FACT SITE WAREHOUSE_ZONE",
    "opening_inventory": f"INVENTORY_BALANCE {_CALENDAR} {_PRODUCTS} SITE WAREHOUSE_ZONE",
    "product_master": f"{_PRODUCTS} {_DEMAND}",
    "product_routings": f"PRODUCT_ROUTING PRODUCTION_CAPACITY_SUMMARY {_PRODUCTS} {_DEMAND}",
    "product_storage": "PRODUCT_STORAGE PRODUCT",
    "overflow_tiers": "OVERFLOW_TIER SITE",
    "scenario_members": _CALENDAR,
    "scheduled_receipts": "SCHEDULED_RECEIPT PRODUCT SITE",
    "site_master": f"SITE {_DEMAND}",
    "transport_lanes": "TRANSPORT_LANE SITE",
    "warehouse_capacity": f"WAREHOUSE_ZONE SITE LOGISTICS_COST_FACT {_CALENDAR}",
}
"""What each input and its checks are read from, beside SCENARIO_DEFINITION, which all read."""

VIEWS = {
    "PRODUCTION_CAPACITY_SUMMARY": "SITE WORK_CENTER",
    "SCENARIO_COMPARISON_V": "DEMAND_FORECAST_VERSIONS PRODUCT SCENARIO_DEFINITION SITE",
}


def _key(source: str) -> str:
    is_atomic = source not in {*VIEWS, RECOMMENDED_BUILD_PLAN.name}
    return f"{'ATOMIC' if is_atomic else 'SOP_LOGISTICS'}/{source}"


def _sources(names: str) -> set[str]:
    return set(map(_key, names.split()))


_EVERY_INPUT = (
    "CAPACITY_CALENDAR CAPACITY_TIER DEMAND_FORECAST_VERSIONS FISCAL_CALENDAR INVENTORY_BALANCE "
    "LOGISTICS_COST_FACT OVERFLOW_TIER PRODUCT PRODUCTION_CAPACITY_SUMMARY PRODUCT_CATEGORY "
    "PRODUCT_ROUTING PRODUCT_STORAGE RECOMMENDED_BUILD_PLAN SCENARIO_COMPARISON_V "
    "SCENARIO_DEFINITION SCENARIO_MEMBER SCHEDULED_RECEIPT SITE TRANSPORT_LANE WAREHOUSE_ZONE"
)
TABLES = [_key(table.name) for table in (*ATOMIC_TABLES, INPUT_NOTE, RECOMMENDED_BUILD_PLAN)]
GRAPH = {
    **{key: ("sources", set[str]()) for key in TABLES},
    **{_key(view): ("sources", _sources(read)) for view, read in VIEWS.items()},
    **{key: ("inputs", _sources(f"{read} SCENARIO_DEFINITION")) for key, read in INPUTS.items()},
    "solved_plan": ("plan", {*INPUTS, *_sources("SCENARIO_DEFINITION INPUT_NOTE")}),
    "recommended_build_plan": ("publication", {"solved_plan", *_sources("SCENARIO_DEFINITION")}),
    "plan_report": (
        "publication",
        {"recommended_build_plan", *_sources(_EVERY_INPUT)},
    ),
    COMPARISON: ("comparison", {"recommended_build_plan", *_sources(_EVERY_INPUT)}),
}
CHECKS = {
    "capacity_calendar": "references schema",
    "capacity_summary": "capacity_covers_demand centers_at_plants hours_fit_the_day references "
    "schema stages_not_summed",
    "capacity_tiers": "references schema",
    "demand_forecasts": "classes_in_view demand_at_warehouses fiscal_months_agree "
    "horizon_not_passed inside_fiscal_calendar no_missing_month one_fiscal_month one_priority "
    "reconciles_with_base references schema",
    "fiscal_calendar": "periods_follow schema",
    "last_plan": "one_row_a_period same_grain same_periods schema whole_builds",
    "logistics_costs": "references schema",
    "opening_inventory": "balance_for_every_product balances_before_start opening_stock_measured "
    "references schema",
    "product_master": "active_products families_named schema",
    "product_routings": "references routings_given schema",
    "product_storage": "references schema",
    "recommended_build_plan": "published_whole",
    "overflow_tiers": "references schema",
    "scenario_members": "adds_up has_members is_no_baseline members_known members_no_hedges "
    "no_own_forecasts of_hedges_alone same_horizon schema",
    "scheduled_receipts": "references schema",
    "site_master": "active_sites schema",
    "solved_plan": "builds_are_shipped capacity_respected certified costs_add_up decisions_paid "
    "future_costs_add_up futures_add_up futures_worth goods_arrive holding_is_pegged "
    "inventory_balance lanes_respected lots_are_builds lots_kept margin_adds_up "
    "overflow_counted pegs_add_up pegs_in_order planner_warnings prices_are_of_limits "
    "regret_is_right safety_stock_kept schemas service_adds_up set_ups_made "
    "set_ups_take_capacity shortage_allowed stock_age_kept stock_agrees storage_respected "
    "terminal_stock_kept tiers_activated whole_units",
    "transport_lanes": "references schema",
    "warehouse_capacity": "references schema starts_below_threshold",
}
AUTOMATION = {
    "follow_scenarios": "plan_scenario every 60 s",
    "alert_of_failed_runs": "alert",
    "alert_of_failed_checks": "alert",
    "forget_old_runs": "no job every 86400 s",
    "compare_scenarios": "comparison every 60 s",
    "monthly_cycle": "plan_scenario 0 6 1 * * UTC",
    "daily_refresh": "plan_scenario 0 5 * * * UTC",
}


_RUNNING = {"forget_old_runs"}
"""What runs without being turned on: it plans nothing."""


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions("duckdb:nowhere.duckdb", "notebook")


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_the_graph_has_exactly_these_assets_groups_and_edges(
    specs: dict[str, dg.AssetSpec],
) -> None:
    found = {
        key: (spec.group_name, {dep.asset_key.to_user_string() for dep in spec.deps})
        for key, spec in specs.items()
    }
    assert found == GRAPH


def test_every_asset_has_exactly_these_checks(definitions: dg.Definitions) -> None:
    found: dict[str, list[str]] = {}
    for key in definitions.resolve_asset_graph().asset_check_keys:
        found.setdefault(key.asset_key.to_user_string(), []).append(key.name)
    assert {asset: " ".join(sorted(names)) for asset, names in found.items()} == CHECKS


def test_every_check_is_described_and_knows_its_scenario(definitions: dg.Definitions) -> None:
    for definition in definitions.resolve_asset_graph().assets_defs:
        for spec in definition.check_specs:
            assert spec.description, spec.key
            assert spec.partitions_def is not None, spec.key
            assert spec.partitions_def.name == "scenario"


def test_every_asset_is_described_owned_and_kinded(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        assert (spec.description or "").endswith("."), key
        assert spec.owners, key
        assert spec.kinds, key
        assert spec.tags["domain"] == "sop", key


def test_every_column_is_described_with_its_type_and_unit(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        if key in (PAGE, COMPARISON):  # no tables
            continue
        schema = spec.metadata["dagster/column_schema"]
        columns = (schema if isinstance(schema, dg.TableSchema) else schema.value).columns
        assert columns, key
        for column in columns:
            assert column.description, (key, column.name)
            assert column.type in {c.type for c in COLUMNS.values()}, (key, column.name)
            assert ("unit" in column.tags) == bool(COLUMNS[column.name].unit), (key, column.name)


def test_every_input_table_is_external_and_leads_to_the_published_plan(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    published = graph.get_ancestor_asset_keys(dg.AssetKey("recommended_build_plan"))
    for table in TABLES:
        key = dg.AssetKey(table.split("/"))
        assert key in graph.external_asset_keys
        assert key in published


def test_only_sources_and_the_comparison_lack_the_scenario_partitions(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    for node in graph.asset_nodes:
        partitioned = node.partitions_def is not None
        assert partitioned == (node.group_name not in ("sources", "comparison")), node.key


def test_there_are_exactly_these_schedules_and_sensors_described_and_off_until_turned_on(
    definitions: dg.Definitions,
) -> None:
    repository = definitions.get_repository_def()
    found = {}
    for sensor in repository.sensor_defs:
        every = f"{sensor.minimum_interval_seconds} s"
        target = f"{sensor.job_name} every {every}" if sensor.has_jobs else "alert"
        if isinstance(sensor, dg.AutomationConditionSensorDefinition):
            target = f"comparison every {every}"
        found[sensor.name] = f"no job every {every}" if sensor.name in _RUNNING else target
        status = dg.DefaultSensorStatus
        expected = status.RUNNING if sensor.name in _RUNNING else status.STOPPED
        assert sensor.default_status == expected
        assert (sensor.description or "").endswith("."), sensor.name
    for schedule in repository.schedule_defs:
        when = f"{schedule.cron_schedule} {schedule.execution_timezone}"
        found[schedule.name] = f"{schedule.job_name} {when}"
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
        assert (schedule.description or "").endswith("."), schedule.name
    assert found == AUTOMATION


def test_the_published_plan_alone_has_to_be_fresh(definitions: dg.Definitions) -> None:
    nodes = definitions.resolve_asset_graph().asset_nodes
    fresh = [node.key.to_user_string() for node in nodes if node.freshness_policy]
    assert fresh == ["recommended_build_plan"]


def test_what_touches_the_embedded_warehouse_shares_a_pool_and_each_scenario_is_a_run(
    definitions: dg.Definitions,
) -> None:
    for asset in definitions.resolve_asset_graph().assets_defs:
        if asset.is_executable and asset.key != dg.AssetKey("solved_plan"):
            assert asset.op.pool == "embedded_store", asset.key
        assert asset.backfill_policy in (None, dg.BackfillPolicy.multi_run())
