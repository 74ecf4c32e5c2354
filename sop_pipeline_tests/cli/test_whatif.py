"""`sop whatif`: changes in the order typed, figures for people and programs, nothing published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from click.testing import CliRunner, Result
from dagster import DagsterInstance

from sop_pipeline.cli import main
from sop_pipeline_tests.published_plans import publish

FIGURES = (
    "built_units",
    "demand_units",
    "served_units",
    "lost_units",
    "late_unit_periods",
    "fill_rate",
    "revenue",
    "margin",
    "revenue_at_risk",
    "total_cost",
    "penalties",
    "prebuilt_units",
    "peak_load_pct",
    "most_overflow_pallets",
    "overflow_pallet_periods",
)


def _object(**named: object) -> dict[str, Any]:
    """An object with these properties, all of them and no other."""
    return {
        "type": "object",
        "required": list(named),
        "properties": named,
        "additionalProperties": False,
    }


TEXT, MAYBE_TEXT = {"type": "string"}, {"type": ["string", "null"]}
THREE = {name: {"type": ["number", "null"]} for name in ("base", "what_if", "difference")}
PAIR = _object(**THREE)
PLAN = _object(
    policy=TEXT,
    status=TEXT,
    input_hash=TEXT,
    model_version=TEXT,
    certificate={"type": "object"},
    warnings={"type": "array", "items": TEXT},
)
SCHEMA = _object(
    scenario_code=TEXT,
    stated={"type": "array", "items": TEXT},
    changes={"type": "array", "items": TEXT},
    note=TEXT,
    saved_as=MAYBE_TEXT,
    currency=TEXT,
    figures=_object(**dict.fromkeys(FIGURES, PAIR)),
    cost_terms={"type": "object", "additionalProperties": PAIR},
    builds={
        "type": "array",
        "items": _object(
            product_code=TEXT, product_name=TEXT, family=MAYBE_TEXT, period_start=TEXT, **THREE
        ),
    },
    resources={
        "type": "array",
        "items": _object(
            constraint_name=TEXT,
            work_center_code=MAYBE_TEXT,
            tier_code=MAYBE_TEXT,
            site_code=MAYBE_TEXT,
            period_start=TEXT,
            unit=TEXT,
            **THREE,
        ),
    },
    plans=_object(base=PLAN, what_if=PLAN),
)


def sop(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the warehouse."""
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as connection:
        names = connection.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' ORDER BY 1"
        ).fetchall()
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for (name,) in names
        }


def test_json_has_the_documented_keys_and_nothing_else_is_printed(planned: Path) -> None:
    before = contents(planned)
    told = sop(
        *("whatif", "PUSH", "--policy", "standard", "--json"),
        *("--demand", "+10%", "--product", "P-10", "--capacity", "WC-A:-20%", "--demand", "-5%"),
    )
    assert told.exit_code == 0, told.output
    value = json.loads(told.stdout)
    jsonschema.validate(value, SCHEMA)
    assert value["stated"] == [
        "--demand +10%",
        "--product P-10",
        "--capacity WC-A:-20%",
        "--demand -5%",
    ]
    assert [text.partition(":")[0] for text in value["changes"]] == [
        "Demand of P-10 up by 10 %",
        "Capacity of WC-A down by 20 %",
        "Demand down by 5 %",
    ]
    assert value["builds"]
    totals = [pair["difference"] for pair in value["cost_terms"].values()]
    headline = (value["figures"][name]["difference"] for name in ("total_cost", "penalties"))
    assert sum(totals) == pytest.approx(sum(headline), abs=0.005)
    assert contents(planned) == before
    documented = (Path(__file__).parents[2] / "docs/whatif.md").read_text("utf-8")
    keys = [*value, *value["figures"], *value["plans"]["base"], *value["builds"][0]]
    assert [key for key in keys if f"`{key}`" not in documented] == []


def test_people_read_what_changes_and_that_nothing_is_kept(planned: Path) -> None:
    del planned
    told = sop("whatif", "PUSH", "--policy", "standard", "--demand", "-10%", "--from", "2025-10")
    assert told.exit_code == 0, told.output
    assert "- Demand from 2025-10 down by 10 %: " in told.stdout
    assert "The published plan of PUSH is of other inputs, another policy" in told.stdout
    assert "Nothing is published or kept." in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 100


def test_the_published_plan_is_the_base_and_tells_what_planning_it_anew_would(
    planned_twice: Path,
) -> None:
    told = sop("whatif", "PUSH", "--policy", "standard", "--demand", "+10%", "--json")
    by_published = json.loads(told.stdout)
    assert by_published["note"] == ""
    with duckdb.connect(planned_twice / "warehouse.duckdb") as connection:
        # Planned anew the base comes from the inputs; published, from rows that stand there.
        connection.execute(
            "UPDATE SOP_LOGISTICS.BUILD_PLAN_SUMMARY SET PUBLISHED_HOLDING_COST = 1 + "
            "PUBLISHED_HOLDING_COST WHERE SCENARIO_CODE = 'PUSH'"
        )
    changed = json.loads(
        sop("whatif", "PUSH", "--policy", "standard", "--demand", "+10%", "--json").stdout
    )
    dearer = by_published["cost_terms"]["holding"]["base"] + 1
    assert changed["cost_terms"]["holding"]["base"] == pytest.approx(dearer)
    with duckdb.connect(planned_twice / "warehouse.duckdb") as connection:
        connection.execute("DELETE FROM SOP_LOGISTICS.BUILD_PLAN_SUMMARY")
    told = sop("whatif", "PUSH", "--policy", "standard", "--demand", "+10%", "--json")
    anew = json.loads(told.stdout)
    assert anew.pop("note").startswith("PUSH has no published plan")
    for found in (by_published, anew):
        found.pop("note", None)
        for plan in found["plans"].values():  # its rounding alone depends on where a solve began
            assert plan.pop("certificate")["relative_gap"] < 1e-9
    assert by_published == anew


def test_quiet_leaves_out_progress_and_notes(planned: Path) -> None:
    del planned
    told = sop("whatif", "PUSH", "--policy", "standard", "--demand", "-10%", "--quiet")
    assert told.stderr == ""
    assert "The published plan" not in told.stdout
    assert "Total cost" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["PUSH"], "Say what changes"),
        (["PASH", "--demand", "+1%"], "Did you mean PUSH"),
        (["PUSH", "--from", "2025-08"], "no change to filter"),
        (["PUSH", "--family", "Small", "--capacity", "WC-A:+5"], "before the first change"),
        (["PUSH", "--close", "WH-A"], "grain aggregate"),
    ],
)
def test_a_slip_ends_with_status_2_and_says_what_is_meant(
    planned: Path, arguments: list[str], words: str
) -> None:
    del planned
    told = sop("whatif", *arguments)
    assert told.exit_code == 2
    assert words in told.stderr
    assert told.stdout == ""


def test_a_kept_what_if_is_planned_like_any_scenario_and_no_other_row_is_touched(
    planned: Path,
) -> None:
    before = contents(planned)
    asked = ["whatif", "PUSH", "--policy", "standard", "--demand", "+20%", "--product", "Shelf"]
    kept = sop(*asked, "--save-as", "PUSH_20", "--json")
    assert kept.exit_code == 0, kept.output
    value = json.loads(kept.stdout)
    assert value["saved_as"] == "PUSH_20"
    after = contents(planned)
    new = {name: set(after[name]) - set(before[name]) for name in after}
    assert {name for name, rows in new.items() if rows} == {
        "ATOMIC.SCENARIO_DEFINITION",
        "ATOMIC.DEMAND_FORECAST_VERSIONS",
    }
    assert not any(set(before[name]) - set(after[name]) for name in before)
    with DagsterInstance.get() as instance:
        assert instance.has_dynamic_partition("scenario", "PUSH_20")
    publish("PUSH_20", policy="standard")
    built = sum(units for (units,) in _builds(planned, "PUSH_20"))
    assert built == value["figures"]["built_units"]["what_if"]
    again = sop(*asked, "--save-as", "PUSH_20")
    assert again.exit_code == 2
    assert "there is such a scenario" in again.stderr


def _builds(folder: Path, code: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder / "warehouse.duckdb", read_only=True) as connection:
        return connection.execute(
            "SELECT RECOMMENDED_QUANTITY FROM SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN AS plan "
            "JOIN ATOMIC.SCENARIO_DEFINITION USING (SCENARIO_ID) WHERE SCENARIO_CODE = $code",
            {"code": code},
        ).fetchall()
