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

MAYBE_TEXT = {"type": ["string", "null"]}
RATIO = {"type": ["number", "null"]}
WHOLE = {"type": "integer"}
COUNTS = {"type": "object", "additionalProperties": WHOLE}
CHANGE = _strict(table=TEXT, added=WHOLE, gone=WHOLE, moved=WHOLE, columns=COUNTS, products=COUNTS)
SCHEMA = _strict(
    scenario_code=TEXT,
    before=_strict(run_id=TEXT, published=TEXT, input_hash=TEXT),
    later=_strict(run_id=TEXT, input_hash=TEXT),
    policy=_listed(_strict(field=TEXT, before=MAYBE_TEXT, now=MAYBE_TEXT)),
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


def _run_sql(planned: Path, *statements: str) -> None:
    with duckdb.connect(str(planned / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def _runs(sop: Sop) -> list[str]:
    """The runs that published PUSH, the latest first."""
    told = json.loads(sop("history", "PUSH", "--json").stdout)
    return [one["run_id"] for one in told["publications"]]


def _changed(told: dict) -> dict[str, tuple[int, int, int, dict, dict]]:
    return {
        one["table"]: (one["added"], one["gone"], one["moved"], one["columns"], one["products"])
        for one in told["inputs"]
    }


def test_inputs_that_were_written_over_are_told_between_any_two_plans(
    planned: Path, sop: Sop
) -> None:
    of_push = "FROM ATOMIC.DEMAND_FORECAST_VERSIONS WHERE SCENARIO_ID = 2 AND PRODUCT_ID = 10"
    _grow(planned)
    _run_sql(planned, "UPDATE ATOMIC.PRODUCT SET UNIT_COST = UNIT_COST + 1 WHERE PRODUCT_ID = 10")
    publish("PUSH")
    _run_sql(
        planned,
        f"DELETE {of_push} AND FORECAST_DATE = (SELECT MIN(FORECAST_DATE) {of_push})",
        "UPDATE ATOMIC.PRODUCT SET UNIT_COST = UNIT_COST - 1 WHERE PRODUCT_ID = 10",
    )
    publish("PUSH", policy="standard")
    third, second, first = _runs(sop)
    grown = _changed(_diff(sop, "--run", first, "--to", second))
    sites = 2
    months = grown["demand_forecasts"][2] // sites
    assert grown == {
        "demand_forecasts": (
            0,
            0,
            sites * months,
            {"FORECAST_QUANTITY": sites * months},
            {"10": sites * months},
        ),
        "product_master": (0, 0, 1, {"UNIT_COST": 1}, {"10": 1}),
    }
    latest = _diff(sop)
    assert latest["before"]["run_id"] == second
    assert latest["later"]["run_id"] == third
    assert _changed(latest)["demand_forecasts"][:3] == (0, sites, 0)
    assert {one["field"] for one in latest["policy"]} >= {"grain"}
    both = _changed(_diff(sop, "--run", first))
    assert set(both) == {"demand_forecasts"}
    assert "Policy that changed" in sop("diff", "PUSH").stdout


def test_what_a_day_of_the_past_was_planned_with_is_kept_too(planned: Path, sop: Sop) -> None:
    day = "2025-05-20"
    assert sop("plan", "PUSH", "--as-of", day).exit_code == 0
    _run_sql(planned, "UPDATE ATOMIC.PRODUCT SET UNIT_COST = UNIT_COST + 1 WHERE PRODUCT_ID = 10")
    past = next(run for run in _runs(sop))
    assert _changed(_diff(sop, "--run", past, "--to", past)) == {}


def test_damaged_inputs_are_told_and_without_them_the_rest_is(planned: Path, sop: Sop) -> None:
    _grow(planned)
    publish("PUSH")
    table = "SOP_LOGISTICS.PLAN_INPUT_HISTORY"
    _run_sql(planned, f"UPDATE {table} SET CONTENT = CONTENT[:999] || 'A' || CONTENT[1001:]")
    told = sop("diff", "PUSH")
    assert told.exit_code == 5
    assert "PLAN_INPUT_HISTORY" in told.stderr
    assert "Delete its rows" in told.stderr
    _run_sql(planned, f"DELETE FROM {table}")
    without = _diff(sop)
    assert without["inputs"] is None
    assert without["builds"]
    assert any("earlier plan are not kept" in one for one in without["warnings"])
