"""`sop show`: the published plan, the part that is asked for, and plans of the past."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sop_pipeline.services.company import open_store
from sop_pipeline.services.company_plans import published
from sop_pipeline_tests.conftest import Sop


@pytest.fixture
def network(planned_twice: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, PUSH planned once pooled and then once more in full."""
    monkeypatch.setenv("SOP_POLICY", "standard")
    return planned_twice


def _shown(sop: Sop, *arguments: str) -> dict[str, Any]:
    result = sop("show", *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def _runs() -> list[str]:
    return list(open_store().store.publications("PUSH")["RUN_ID"])


def test_json_has_the_build_the_plan_has_and_nothing_else_on_standard_output(
    network: Path, sop: Sop
) -> None:
    del network
    shown = _shown(sop, "PUSH")
    plan = published(open_store(), ["PUSH"])["PUSH"]
    assert [row["recommended_quantity"] for row in shown["build"]] == list(
        plan.build["RECOMMENDED_QUANTITY"]
    )
    assert shown["summary"]["status"] == "optimal"
    assert shown["run_id"] is None


def test_a_part_is_shown_by_name(network: Path, sop: Sop) -> None:
    del network
    shown = sop("show", "PUSH", "--product", "lamp", "--quiet")
    assert shown.exit_code == 0
    assert "Lamp" in shown.stdout
    assert "Stool" not in shown.stdout
    part = _shown(sop, "PUSH", "--product", "lamp")
    assert {row["product_name"] for row in part["build"]} == {"Lamp"}
    assert {row["product_name"] for row in part["stock"]} == {"Lamp"}


def test_a_name_that_is_not_there_ends_with_2_and_what_was_probably_meant(
    network: Path, sop: Sop
) -> None:
    del network
    refused = sop("show", "PUSH", "--product", "Lamb")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "Did you mean Lamp?" in refused.stderr


def test_a_plan_of_the_past_is_shown_as_it_was_published(network: Path, sop: Sop) -> None:
    del network
    latest, first = _runs()
    before = _shown(sop, "PUSH", "--run", first[:8])
    assert before["run_id"] == first
    assert before["summary"]["grain"] == "aggregate"
    kept = open_store().store.read_publication("PUSH", first)
    assert [row["recommended_quantity"] for row in before["build"]] == list(
        kept["RECOMMENDED_QUANTITY"]
    )
    now = _shown(sop, "PUSH", "--run", latest)
    assert now["build"] == _shown(sop, "PUSH")["build"]
    text = sop("show", "PUSH", "--run", latest[:8]).stdout
    assert latest in text
    assert "Build by family" in text
    assert first in sop("show", "PUSH", "--run", first[:8]).stdout


def test_a_run_that_published_nothing_of_it_or_is_one_of_several_is_refused(
    network: Path, sop: Sop
) -> None:
    del network
    for asked, told in (("", "No run"), ("zz", "No run")):
        refused = sop("show", "PUSH", "--run", asked)
        assert refused.exit_code == 2
        assert told in refused.stderr
        assert "sop history PUSH" in refused.stderr
