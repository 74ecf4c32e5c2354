"""`sop compare` as a person and as a script use it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import jsonschema
import pytest

from sop_pipeline.schemas.plan import PLAN_INPUT_HISTORY
from sop_pipeline_tests.conftest import Sop

MONEY = {"type": ["number", "null"]}
TERMS = {"type": "object", "additionalProperties": {"type": "number"}}


def _strict(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _listed(items: object) -> dict[str, object]:
    return {"type": "array", "items": items}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
SCHEMA = _strict(
    plans=_listed(
        _strict(
            scenario_code=TEXT,
            revenue=MONEY,
            margin=MONEY,
            revenue_at_risk=MONEY,
            published_cost_terms=TERMS,
            total_cost=NUMBER,
            penalties=NUMBER,
            fill_rate={"type": ["number", "null"]},
            lost_units=NUMBER,
            prebuilt_units=NUMBER,
            peak_utilization_pct=NUMBER,
            overflow_pallets=NUMBER,
        )
    ),
    bridges=_listed(
        {
            **_strict(
                start=NUMBER,
                end=NUMBER,
                to=TEXT,
                steps=_listed(_strict(term=TEXT, amount=NUMBER)),
                families=_listed(_strict(family=TEXT, term=TEXT, amount=NUMBER)),
                **{"from": TEXT},
            ),
        }
    ),
    warnings=_listed(TEXT),
)


def _matrix(of: object) -> dict[str, object]:
    row = {"type": "object", "additionalProperties": of, "required": ["BASE", "PUSH"]}
    return {"type": "object", "additionalProperties": row, "required": ["BASE", "PUSH"]}


REGRET = _strict(
    commit_until={"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"},
    scenarios=_listed(TEXT),
    cost=_matrix(MONEY),
    regret=_matrix(MONEY),
    own_best=TERMS,
    margin=_matrix(MONEY),
    lost_units=_matrix(MONEY),
    overflow_pallets=_matrix(MONEY),
    impossible=_listed(_strict(build=TEXT, demand=TEXT, reason=TEXT)),
)


def test_json_has_the_documented_keys_and_nothing_else_is_printed(planned: Path, sop: Sop) -> None:
    del planned
    result = sop("compare", "BASE", "PUSH", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    jsonschema.validate(told, SCHEMA)
    assert [plan["scenario_code"] for plan in told["plans"]] == ["BASE", "PUSH"]
    (bridge,) = told["bridges"]
    assert (bridge["from"], bridge["to"]) == ("BASE", "PUSH")
    assert bridge["start"] == told["plans"][0]["margin"]
    steps = round(100 * sum(step["amount"] for step in bridge["steps"]))
    assert steps == round(100 * bridge["end"]) - round(100 * bridge["start"])


def test_a_plan_whose_inputs_have_changed_since_is_named(planned: Path, sop: Sop) -> None:
    assert "have changed" not in sop("compare", "BASE", "PUSH").stdout
    with duckdb.connect(str(planned / "warehouse.duckdb")) as connection:
        connection.execute(
            "UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET FORECAST_QUANTITY = 1 + FORECAST_QUANTITY "
            "WHERE SCENARIO_ID = 2"
        )
    told = " ".join(sop("compare", "BASE", "PUSH").stdout.split())
    assert "The inputs of PUSH have changed since its plan was published: the plan is " in told
    assert "The inputs of BASE" not in told
    quiet = sop("compare", "BASE", "PUSH", "--quiet").stdout
    assert "have changed" not in quiet
    assert "Margin of PUSH" in quiet


def _change_unit_costs(folder: Path) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE ATOMIC.PRODUCT SET UNIT_COST = UNIT_COST + 1")


def _forget_inputs(folder: Path) -> None:
    """What plans were made of, as after a release that did not keep it."""
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(f"DELETE FROM {PLAN_INPUT_HISTORY.qualified_name}")


@pytest.mark.parametrize("arguments", [["BASE"], ["BASE", "NO_SUCH"], []])
def test_what_cannot_be_compared_ends_with_2(planned: Path, sop: Sop, arguments: list[str]) -> None:
    del planned
    assert sop("compare", *arguments).exit_code == 2


def test_drivers_are_printed_where_they_are_asked_for_and_add_up(planned: Path, sop: Sop) -> None:
    told = json.loads(sop("compare", "BASE", "PUSH", "--drivers", "--json").stdout)
    (bridge,) = told["bridges"]
    steps = bridge.pop("drivers")
    jsonschema.validate(told, SCHEMA)
    jsonschema.validate(
        steps, {**_listed(_strict(drivers=_listed(TEXT), amount=NUMBER)), "minItems": 2}
    )
    cents = [round(100 * value) for value in (bridge["start"], bridge["end"])]
    assert sum(round(100 * step["amount"]) for step in steps) == cents[1] - cents[0]
    printed = sop("compare", "BASE", "PUSH", "--drivers").stdout
    assert "Demand volume" in printed
    _change_unit_costs(planned)
    later = json.loads(sop("compare", "BASE", "PUSH", "--drivers", "--json").stdout)
    assert later["bridges"][0]["drivers"] == steps
    _forget_inputs(planned)
    assert sop("compare", "BASE", "PUSH", "--drivers").exit_code == 2


def test_regret_is_printed_where_it_is_asked_for(planned: Path, sop: Sop) -> None:
    told = json.loads(sop("compare", "BASE", "PUSH", "--regret", "--json").stdout)
    regret = told.pop("regret")
    jsonschema.validate(regret, REGRET)
    jsonschema.validate(told, SCHEMA)
    assert "Cost and regret, build held to" in sop("compare", "BASE", "PUSH", "--regret").stdout
    _change_unit_costs(planned)
    later = json.loads(sop("compare", "BASE", "PUSH", "--regret", "--json").stdout)
    assert later["regret"] == regret
    _forget_inputs(planned)
    changed = sop("compare", "BASE", "PUSH", "--regret")
    assert changed.exit_code == 2
    assert "The inputs of BASE PUSH have changed since" in changed.stderr
