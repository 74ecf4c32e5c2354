"""`sop explain` as a person and as a script use it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import jsonschema
import pytest

from sop_pipeline.schemas.plan import PLAN_INPUT_HISTORY
from sop_pipeline_tests.conftest import Sop

TEXT = {"type": "string"}
FACT = {
    "type": "object",
    "required": ["name", "table", "key", "column", "value", "text"],
    "properties": {"name": TEXT, "table": TEXT, "key": {"type": "object"}, "column": TEXT},
    "additionalProperties": True,
}
SENTENCE = {
    "type": "object",
    "required": ["subject", "text", "facts"],
    "properties": {"subject": TEXT, "text": TEXT, "facts": {"type": "array", "items": FACT}},
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["scenario_code", "sentences", "tables", "notes"],
    "properties": {
        "scenario_code": TEXT,
        "sentences": {"type": "array", "items": SENTENCE},
        "tables": {"type": "object"},
        "notes": {"type": "array", "items": TEXT},
    },
    "additionalProperties": False,
}


def test_json_binds_every_sentence_to_its_facts(planned: Path, sop: Sop) -> None:
    del planned
    result = sop("explain", "PUSH", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    jsonschema.validate(told, SCHEMA)
    assert told["sentences"][0]["subject"] == "headline"
    for sentence in told["sentences"]:
        figures = [fact for fact in sentence["facts"] if isinstance(fact["value"], int | float)]
        for fact in figures:
            assert fact["text"].casefold() in sentence["text"].casefold()


def test_sentences_keep_within_80_columns(planned: Path, sop: Sop) -> None:
    del planned
    told = sop("explain", "PUSH", "--against", "BASE").stdout
    assert "Against BASE, PUSH asks for" in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


def test_a_plan_that_pools_its_work_centres_speaks_of_them_as_one(planned: Path, sop: Sop) -> None:
    del planned
    told = " ".join(sop("explain", "PUSH").stdout.split())
    assert "because the sum of all work centres is short of capacity" in told


def test_what_is_asked_for_is_narrowed_and_what_is_not_there_ends_with_2(
    planned: Path, sop: Sop
) -> None:
    del planned
    assert sop("explain", "PUSH", "--period", "1999-01").exit_code == 2
    assert sop("explain", "PUSH", "--product", "NO_SUCH").exit_code == 2
    assert sop("explain", "NO_SUCH").exit_code == 2


CHANGED = "UPDATE ATOMIC.DEMAND_FORECAST_VERSIONS SET FORECAST_QUANTITY = 1 + FORECAST_QUANTITY"
SAID = "The inputs of PUSH have changed since its plan was published: "


@pytest.mark.parametrize("change", [CHANGED, "DELETE FROM ATOMIC.DEMAND_FORECAST_VERSIONS"])
def test_a_plan_whose_inputs_have_changed_is_explained_by_its_own_and_that_is_said(
    planned: Path, sop: Sop, change: str
) -> None:
    before = json.loads(sop("explain", "PUSH", "--json").stdout)
    with duckdb.connect(str(planned / "warehouse.duckdb")) as connection:
        connection.execute(change)
    told = json.loads(sop("explain", "PUSH", "--json").stdout)
    assert told["sentences"] == before["sentences"]
    assert any(sentence["text"].startswith("Without it") for sentence in told["sentences"])
    assert before["notes"] == []
    assert [note for note in told["notes"] if note.startswith(f"{SAID}it is explained by its own")]


@pytest.mark.parametrize("quiet", [True, False])
def test_a_plan_whose_inputs_have_changed_and_are_not_kept_tells_its_own_figures(
    planned: Path, sop: Sop, *, quiet: bool
) -> None:
    with duckdb.connect(str(planned / "warehouse.duckdb")) as connection:
        connection.execute(CHANGED)
        connection.execute(f"DELETE FROM {PLAN_INPUT_HISTORY.qualified_name}")
    told = " ".join(sop("explain", "PUSH", *(["--quiet"] if quiet else [])).stdout.split())
    assert (f"{SAID}its own figures alone are told" in told) is not quiet
    assert "PUSH builds" in told
    assert "Without it" not in told
