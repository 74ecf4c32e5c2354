"""Published and hand-made cases of demand classes and revenue, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sop_pipeline as library

CASES = Path(__file__).parents[3] / "shared" / "cases"
FAMILIES = {"classes", "revenue"}
NAMES = sorted(
    file.stem
    for file in CASES.glob("*.json")
    if file.with_suffix("").is_dir()
    and json.loads(file.read_text("utf-8")).get("family") in FAMILIES
)


@pytest.mark.skipif(not NAMES, reason="the cases are not at hand")
@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_to_what_is_published_of_it(name: str) -> None:
    case = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    expected, within = case["expected"], case["expected"]["tolerance"]
    policy = str(CASES / name / "policy.yaml")
    plan = library.plan(library.read_folder(CASES / name), case["scenario"], policy=policy)
    report = plan.summary
    assert report["objective"] == pytest.approx(expected["objective"], abs=within)
    for term, cost in expected.get("terms", {}).items():
        assert report["cost_terms"][term] == pytest.approx(cost, abs=within)
    figures = {**expected.get("report", {})}
    if "rule_cost" in expected:
        figures["rule_cost"] = expected["rule_cost"]
    for figure, value in figures.items():
        assert report[figure] == pytest.approx(value, abs=max(within, 0.005)), figure
    service = plan.tables["BUILD_PLAN_SERVICE"]
    for place, units in expected.get("lost", {}).items():
        named, site = place.split("/")
        rows = service[(service["DEMAND_CLASS"] == named) & (service["SITE_ID"] == int(site))]
        assert rows["LOST_SALES"].sum() == units, place
