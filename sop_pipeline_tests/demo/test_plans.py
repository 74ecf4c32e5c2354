"""The demo company is planned without the losses that chasing demand would bring."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sop_pipeline.cli.init import demo_tables
from sop_pipeline.planning import SolvedPlan, plan
from sop_pipeline.policies import load_policy
from sop_pipeline.policies.files import yaml_mapping
from sop_pipeline.services.checked_scenario import check_preparation, read_and_check
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import MEMORY, DuckDBStore
from sop_pipeline.validation.plan_rules import check_plan

# Found by a linear programme written apart from the planner.
OPTIMA = {"Q4_PUSH": 34_912_444.85, "CONSERVATIVE": 27_849_128.38}


@pytest.fixture(scope="module")
def warehouse() -> DuckDBStore:
    """The demo company in memory."""
    store = DuckDBStore(MEMORY)
    store.replace_inputs(demo_tables(2026, dt.date(2026, 1, 1)))
    return store


@pytest.fixture(scope="module")
def plan_of(warehouse: DuckDBStore) -> Callable[[str], SolvedPlan]:
    """The plan of a scenario; each is looked at more than once."""
    return cache(lambda code: _planned(warehouse, code))


def _planned(
    warehouse: DuckDBStore, code: str, overrides: Mapping[str, Any] | None = None
) -> SolvedPlan:
    policy = load_policy("standard", overrides)
    checked = read_and_check(InputReader(warehouse, scenario_of(warehouse, code), policy))
    return plan(
        checked.planning_inputs, policy, policy_name="standard", input_hash="x", prices="none"
    )


@pytest.mark.parametrize("code", OPTIMA)
def test_the_plan_is_optimal_and_whole_units_lose_no_sale_and_overflow_nowhere(
    plan_of: Callable[[str], SolvedPlan], code: str
) -> None:
    solved = plan_of(code)
    published = solved.report["published_cost_terms"]
    assert solved.report["objective"] == pytest.approx(OPTIMA[code], abs=0.01)
    assert (published["lost_sales"], published["overflow"]) == (0.0, 0.0)
    assert solved.report["rounding_cost"] < 0.001 * OPTIMA[code]
    assert [str(fault) for outcome in check_plan(solved) for fault in outcome.faults] == []


def test_the_push_is_met_by_stock_built_before_its_peak(
    plan_of: Callable[[str], SolvedPlan],
) -> None:
    assert plan_of("Q4_PUSH").report["prebuilt_units"] > 20_000


def test_the_override_that_the_readme_shows_changes_the_plan(
    warehouse: DuckDBStore, plan_of: Callable[[str], SolvedPlan]
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    shown = re.findall(r"^      overrides: (\{.*\})$", readme, flags=re.MULTILINE)
    assert len(shown) == 1
    changed = _planned(warehouse, "CONSERVATIVE", yaml_mapping(shown[0], "README.md"))
    assert not any("changes nothing" in warning for warning in changed.report["warnings"])
    builds = "RECOMMENDED_BUILD_PLAN"
    before = plan_of("CONSERVATIVE").tables[builds]["RECOMMENDED_QUANTITY"]
    assert (changed.tables[builds]["RECOMMENDED_QUANTITY"] != before).any()


def test_an_override_that_every_product_of_it_has_itself_is_warned_of(
    warehouse: DuckDBStore,
) -> None:
    policy = load_policy("standard", {"safety_stock_ratio": 0.2})
    reader = InputReader(warehouse, scenario_of(warehouse, "CONSERVATIVE"), policy)
    warned = [str(warning) for warning in check_preparation(reader).warnings]
    assert any("safety_stock_ratio changes nothing" in warning for warning in warned)
