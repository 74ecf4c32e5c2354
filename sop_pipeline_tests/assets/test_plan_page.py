"""The page that a run leaves behind, beside the plan."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from sop_pipeline.resources.kept_files import kept_files
from sop_pipeline.services.company import open_store
from sop_pipeline.services.explaining import explain
from sop_pipeline.store import store_at
from sop_pipeline_tests.assets.home import Home, open_home

PAGE = "plan_report"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, base_planned: Path) -> Iterator[Home]:
    """BASE was planned by the command line."""
    with open_home(tmp_path_factory.mktemp("pages"), planned=base_planned) as opened:
        yield opened


@pytest.fixture(scope="module")
def launched(home: Home) -> dg.ExecuteInProcessResult:
    """PUSH, planned by its job."""
    done = home.launch("PUSH", {"name": "notebook"}, page=True)
    assert done.success
    return done


@pytest.mark.usefixtures("launched")
def test_the_page_tells_why_the_plan_is_so_in_the_sentences_of_the_explanation(
    home: Home,
) -> None:
    shown = html.unescape(Path(home.metadata(PAGE, "PUSH")["page"]).read_text("utf-8"))
    explained = explain(open_store(home.location), "PUSH")
    assert len(explained.first_sentences) > 1
    assert not explained.notes
    for sentence in explained.first_sentences:
        assert sentence in shown


def test_a_run_of_the_job_leaves_the_page_of_its_plan_until_its_plan_is_forgotten(
    home: Home, launched: dg.ExecuteInProcessResult
) -> None:
    told = home.metadata(PAGE, "PUSH")
    page = Path(told["page"])
    shown = page.read_text("utf-8")
    assert launched.run_id in shown
    assert told["published_by_run"] == launched.run_id
    assert told["bytes"] == page.stat().st_size
    assert page.stat().st_mode & 0o077 == 0, "plans are their owner's business alone"
    kept_files(home.instance).forget_plan(store_at(home.location).identity, "PUSH.plan.zip")
    assert list(page.parent.glob("PUSH.*")) == []


def test_who_waits_for_a_plan_does_not_wait_for_its_page(home: Home) -> None:
    assert PAGE not in home.materialized("BASE")
    assert "recommended_build_plan" in home.materialized("BASE")
