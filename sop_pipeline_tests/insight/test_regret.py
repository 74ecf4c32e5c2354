"""Regret: what a build costs under another demand, as an independent programme says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from sop_pipeline.errors import NoFeasiblePlan, UsageError
from sop_pipeline.insight.execution import Future
from sop_pipeline.insight.regret import RegretTable, regret_table
from sop_pipeline.planning import PlanningInputs, Policy
from sop_pipeline.policies import load_policy
from sop_pipeline_tests.conftest import SHARED_COMPANY
from sop_pipeline_tests.planning.companies import (
    company_from_csv,
    one_line,
    planned,
    policy_of,
)
from sop_pipeline_tests.planning.independent import Company
from sop_pipeline_tests.planning.independent_programme import programme_of
from sop_pipeline_tests.planning.random_companies import companies
from sop_pipeline_tests.planning.test_random_companies import deterministic
from sop_pipeline_tests.reference import COMPANY
from sop_pipeline_tests.reference.cases import inputs_of

STATED = SHARED_COMPANY.parents[1] / "cases" / "sop_plain_regret.json"
QUARTERS = ["Q1", "Q1", "Q2", "Q2"]


def _independent(
    inputs: PlanningInputs, policy: Policy, builds: pd.DataFrame, until: pd.Timestamp
) -> float | None:
    """Least cost with the builds up to a day held, all of a routing's at one of its centres."""
    company = Company(inputs, policy)
    programme = programme_of(company)
    held = builds[(builds["PRODUCTION_WEEK"] <= until) & (builds["RECOMMENDED_QUANTITY"] > 0)]
    wanted = held.set_index(["PRODUCT_ID", "WORK_CENTER_ID", "PRODUCTION_WEEK"])
    rows: dict[tuple[int, int, pd.Timestamp], dict[int, float]] = {
        place: {} for place in wanted.index
    }
    for p, code, _, uses, costs in company.routings():
        centers = {w for w, _ in uses}
        built_at = centers & set(held[held["PRODUCT_ID"] == p]["WORK_CENTER_ID"])
        for t in range(company.T):
            if company.start(t) <= until and costs[t] is not None:
                place = (p, min(built_at or centers), company.start(t))
                rows.setdefault(place, {})[programme.columns["x", p, code, t]] = 1.0
    units = wanted["RECOMMENDED_QUANTITY"].to_dict()
    programme.equal += [(row, float(units.get(place, 0.0))) for place, row in rows.items()]
    return programme.solve()


def _table(
    scenarios: Mapping[str, PlanningInputs], policy: Policy
) -> tuple[RegretTable, dict[str, pd.DataFrame]]:
    builds = {
        code: planned(inputs, policy, prices="none").tables["RECOMMENDED_BUILD_PLAN"]
        for code, inputs in scenarios.items()
    }
    futures = [Future(code, inputs, policy) for code, inputs in scenarios.items()]
    return regret_table(builds, futures), builds


def _grown(inputs: PlanningInputs, scenario_id: int, growth: float) -> PlanningInputs:
    demand = inputs.demand_forecasts
    larger = demand["FORECAST_QUANTITY"] * np.where(demand.index % 2, growth, 1.0)
    rows = demand.assign(FORECAST_QUANTITY=larger)
    return replace(inputs, scenario_id=scenario_id, demand_forecasts=rows)


def _require_right(
    scenarios: Mapping[str, PlanningInputs], policy: Policy, until: str
) -> RegretTable:
    """Every build under every demand costs what an independent programme says, its own least."""
    table, builds = _table(scenarios, policy)
    assert str(table.commit_until) == until
    for build, demand in product(scenarios, repeat=2):
        cost = _independent(scenarios[demand], policy, builds[build], pd.Timestamp(until))
        assert table.outcomes[build, demand].cost == pytest.approx(cost, rel=1e-6)
    for code, inputs in scenarios.items():
        best = programme_of(Company(inputs, policy)).solve()
        assert table.best[code].cost == pytest.approx(best, rel=1e-6)
        regret = table.regret(code, code)
        assert regret is not None
        assert regret >= -1e-6 * table.best[code].cost
    return table


@pytest.mark.skipif(not STATED.is_file(), reason="the shared company is not here")
def test_regret_of_the_shared_company_is_that_of_independent_programmes() -> None:
    stated = json.loads(STATED.read_text("utf-8"))["oracle"]
    scenarios = {code: company_from_csv(SHARED_COMPANY, code) for code in stated["own_best"]}
    table = _require_right(scenarios, Policy(), stated["commit_until"])
    for code, cost in stated["own_best"].items():
        assert table.best[code].cost == pytest.approx(cost, rel=1e-6)


def test_regret_of_the_reference_company_is_that_of_independent_programmes() -> None:
    policy = load_policy("standard", {"demand_source": "base", "commit_until": "2026-02-01"})
    scenarios = {code: inputs_of(COMPANY, code, policy) for code in ("BASE", "PUSH")}
    _require_right(scenarios, policy, "2026-02-01")


@settings(deterministic, max_examples=12)
@given(companies())
def test_regret_of_random_companies_is_that_of_independent_programmes(
    company: tuple[PlanningInputs, Policy],
) -> None:
    inputs, policy = company
    operations = inputs.product_routings.drop_duplicates(
        ["PRODUCT_ID", "ROUTING_CODE", "WORK_CENTER_ID"]
    )
    if operations.duplicated(["PRODUCT_ID", "ROUTING_CODE"]).any():
        return
    scenarios = {"A": inputs, "B": _grown(inputs, 2, 1.5)}
    try:
        table, builds = _table(scenarios, policy)
    except (NoFeasiblePlan, UsageError):
        return
    if table.commit_until is None:
        assert not any(table.regret(a, b) for a in scenarios for b in scenarios)
        return
    for demand, one in scenarios.items():
        for build in scenarios:
            cost = _independent(one, policy, builds[build], pd.Timestamp(table.commit_until))
            if cost is None:
                assert (build, demand) in table.impossible
                assert table.regret(build, demand) is None
            else:
                assert table.outcomes[build, demand].cost == pytest.approx(cost, rel=1e-6, abs=1e-6)


def _line(demand: list[float], scenario_id: int = 1, **options: float) -> PlanningInputs:
    inputs = one_line(demand, **options)  # type: ignore[arg-type]
    rows = inputs.demand_forecasts.assign(FISCAL_QUARTER=QUARTERS[: len(demand)])
    return replace(inputs, scenario_id=scenario_id, demand_forecasts=rows)


LOSING = policy_of(holding_cost_per_unit_month=1.0, shortage="lost_sales",
                   lost_sale_cost_per_unit=100.0)  # fmt: skip


def test_a_build_too_small_for_another_demand_loses_what_capacity_can_no_longer_make() -> None:
    """Capacity 10: the push needs 14 in each peak month and builds the 8 missing before."""
    scenarios = {
        "LOW": _line([2, 2, 9, 9], 1, capacity=10),
        "HIGH": _line([2, 2, 14, 14], 2, capacity=10),
    }
    table, _ = _table(scenarios, LOSING)
    assert str(table.commit_until) == "2025-02-01"
    assert table.outcomes["LOW", "HIGH"].lost_units == pytest.approx(8.0)
    assert table.regret("LOW", "LOW") == pytest.approx(0.0, abs=1e-6)
    # 8 units lost at 100 in place of 10 to make, 8 of them held: 4 for a month, 4 for two.
    assert table.regret("LOW", "HIGH") == pytest.approx(8 * 90 - (4 + 8))
    assert table.outcomes["HIGH", "LOW"].lost_units == 0.0


def test_a_build_that_cannot_be_stored_under_another_demand_is_null_and_named() -> None:
    tight = policy_of(holding_cost_per_unit_month=1.0)
    scenarios = {
        "LOW": _line([6, 6, 6, 6], 1, capacity=10, places=8),
        "HIGH": _line([6, 6, 14, 14], 2, capacity=10, places=8),
    }
    table, _ = _table(scenarios, tight)
    assert table.regret("LOW", "HIGH") is None
    told = table.impossible["LOW", "HIGH"]
    assert "2025-03: demand 14 needs 4 more units" in told
    assert "Cheapest repair" in told
    assert "work centre 101 [LINE Line]" in told
    assert "Conflict" not in told


def test_other_policies_or_periods_are_refused_by_name() -> None:
    one = Future("ONE", _line([2, 2, 9, 9]), policy_of())
    other = Future("TWO", _line([2, 2, 9, 9]), policy_of(safety_stock_ratio=0.5))
    shorter = Future("TWO", _line([2, 2, 9]), policy_of())
    with pytest.raises(UsageError, match="ONE and TWO are planned with other policies"):
        regret_table({}, [one, other])
    with pytest.raises(UsageError, match="ONE and TWO have other periods"):
        regret_table({}, [one, shorter])
