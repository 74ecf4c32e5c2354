"""`sop diff`: what changed since the plan before."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import jsonschema
import pytest

from sop_pipeline_tests.cli.test_compare import MONEY, NUMBER, TEXT, _listed, _strict
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.published_plans import publish

RATIO = {"type": ["number", "null"]}
WHOLE = {"type": "integer"}
COUNTS = {"type": "object", "additionalProperties": WHOLE}
CHANGE = _strict(table=TEXT, added=WHOLE, gone=WHOLE, moved=WHOLE, products=COUNTS)
SCHEMA = _strict(
    scenario_code=TEXT,
    before=_strict(run_id=TEXT, published=TEXT, input_hash=TEXT),
    inputs={"type": ["array", "null"], "items": CHANGE},
    builds=_listed(
        _strict(
            product_id=WHOLE,
            work_center_id=WHOLE,
            production_week=TEXT,
            old=NUMBER,
            new=NUMBER,
            change=NUMBER,
        )
    ),
    nervousness=_strict(total=RATIO, by_period={"type": "object", "additionalProperties": RATIO}),
    costs=_strict(
        before=NUMBER, now=NUMBER, old_builds_now=MONEY, data_change=MONEY, reoptimisation=MONEY
    ),
    warnings=_listed(TEXT),
)


def _diff(sop: Sop, *arguments: str) -> dict:
    result = sop("diff", "PUSH", "--json", *arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    jsonschema.validate(told, SCHEMA)
    return told


def _grow(planned: Path) -> None:
    """A later version of the forecasts, as one of a planning system is: the old rows stay."""
    with duckdb.connect(str(planned / "warehouse.duckdb")) as connection:
        connection.execute(
            "UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET FORECAST_QUANTITY = 2 * FORECAST_QUANTITY "
            "WHERE SCENARIO_ID = 2 AND PRODUCT_ID = 10 AND FORECAST_DATE >= DATE '2025-12-01'"
        )


def test_a_plan_published_twice_from_the_same_inputs_has_not_changed(
    planned: Path, sop: Sop
) -> None:
    del planned
    publish("PUSH")
    told = _diff(sop)
    assert (told["inputs"], told["builds"], told["nervousness"]["total"]) == ([], [], 0.0)
    assert told["costs"]["before"] == told["costs"]["now"]
    assert told["costs"]["data_change"] == pytest.approx(0.0, abs=0.02)
    assert told["warnings"] == []
    assert "No build has changed." in sop("diff", "PUSH").stdout


def test_data_and_planning_anew_add_up_to_the_change_of_costs(planned: Path, sop: Sop) -> None:
    _grow(planned)
    publish("PUSH")
    told = _diff(sop)
    costs = told["costs"]
    assert told["builds"]
    assert costs["now"] > costs["before"]
    assert sop("report", "PUSH", "page.html").exit_code == 0
    page = (planned / "page.html").read_text("utf-8")
    assert "What changed since the plan before" in page
    assert f"of run {told['before']['run_id']}, published" in page
    assert all(f"{costs[key]:,.2f}" in page for key in ("before", "now"))
    if costs["data_change"] is not None:
        both = round(100 * costs["data_change"]) + round(100 * costs["reoptimisation"])
        assert both == round(100 * costs["now"]) - round(100 * costs["before"])


def test_the_first_publication_has_nothing_before_it(planned: Path, sop: Sop) -> None:
    result = sop("diff", "PUSH")
    assert result.exit_code == 2
    assert "no publication before" in result.stderr
    assert sop("report", "PUSH", "page.html").exit_code == 0
    assert "What changed" not in (planned / "page.html").read_text("utf-8")
