"""Published and hand-made cases of one scenario, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sop_pipeline as library
from sop_pipeline.errors import SopError

CASES = Path(__file__).parents[3] / "shared" / "cases"
NAMES = sorted(
    file.stem
    for file in CASES.glob("*.json")
    if file.with_suffix("").is_dir()
    and "exit" in json.loads(file.read_text("utf-8")).get("expected", {})
)
REPORTED = ("rule_cost", "nervousness", "nervousness_frozen", "freeze_cost")

pytestmark = pytest.mark.skipif(not NAMES, reason="the cases are not at hand")


def _case(name: str) -> dict[str, Any]:
    return json.loads((CASES / f"{name}.json").read_text("utf-8"))


def _plan(name: str, scenario: str) -> library.Plan:
    policy = str(CASES / name / "policy.yaml")
    return library.plan(library.read_folder(CASES / name), scenario, policy=policy)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_to_what_is_published_of_it(name: str) -> None:
    case = _case(name)
    expected = case["expected"]
    if expected["exit"]:
        with pytest.raises(SopError) as refused:
            _plan(name, case["scenario"])
        assert refused.value.exit_status == expected["exit"]
        assert [word for word in expected["words"] if word not in str(refused.value)] == []
        return
    plan, within = _plan(name, case["scenario"]), expected["tolerance"]
    report = plan.summary
    assert report["objective"] == pytest.approx(expected["objective"], abs=within)
    for term, cost in expected.get("terms", {}).items():
        assert report["cost_terms"][term] == pytest.approx(cost, abs=within)
    figures = {name: expected[name] for name in REPORTED if name in expected}
    for figure, value in {**figures, **expected.get("report", {})}.items():
        assert _figure(report, figure) == pytest.approx(value, abs=max(within, 0.005)), figure
    _require_builds(plan, expected.get("builds", {}))
    _require_lost(plan, expected.get("lost", {}))


def _figure(report: Any, name: str) -> Any:
    """A figure of a report; nervousness is told in all, in the frozen periods and by period."""
    if name.startswith("nervousness"):
        return report["nervousness"]["frozen" if name.endswith("frozen") else "total"]
    return report[name]


def _require_builds(plan: library.Plan, builds: dict[str, Any]) -> None:
    rows = plan.tables["RECOMMENDED_BUILD_PLAN"]
    for product, units in builds.items():
        of_product = rows[rows["PRODUCT_ID"] == int(product)]
        by_period = of_product.groupby("PRODUCTION_WEEK")["RECOMMENDED_QUANTITY"].sum()
        built = by_period.tolist() if isinstance(units, list) else by_period.sum()
        assert built == units, product


def _require_lost(plan: library.Plan, lost: dict[str, float]) -> None:
    service = plan.tables["BUILD_PLAN_SERVICE"]
    for place, units in lost.items():
        named, site = place.split("/")
        rows = service[(service["DEMAND_CLASS"] == named) & (service["SITE_ID"] == int(site))]
        assert rows["LOST_SALES"].sum() == units, place


@pytest.mark.long
def test_the_lot_sizing_problem_of_24_products_is_solved_and_its_optimum_proven_near() -> None:
    case = _case("lot_sizing_tr24_15")
    report = _plan("lot_sizing_tr24_15", case["scenario"]).summary
    within = case["published_tolerance"]
    assert report["objective"] == pytest.approx(case["published_optimum"], abs=within)
    assert report["proven_gap"] <= 0.002
    assert report["claimed_gap"] <= 1e-4
