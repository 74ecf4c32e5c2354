"""How sure a plan is stands on its page, in its workbook and in words, with what that means."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sop_pipeline as library
from sop_pipeline_tests.small_company import small_company

MEANING = (
    "It is the share of demand errors after which 98 % can still be served with perfect knowledge "
    "after the commit period and all machines running, not the chance that the plan comes true."
)


@pytest.fixture(scope="module")
def plan() -> library.Plan:
    """The push of the small company, judged on ten draws."""
    company = library.Company(small_company())
    return library.plan(company, "PUSH", overrides={"confidence_draws": 10})


def test_the_page_has_a_tile_of_it_and_says_what_it_means(
    plan: library.Plan, tmp_path: Path
) -> None:
    plan.to_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Demand errors survived" in page
    assert "of 10 demand draws" in page
    assert MEANING in page


def test_the_workbook_has_a_row_of_it_and_of_its_interval(
    plan: library.Plan, tmp_path: Path
) -> None:
    plan.to_excel(tmp_path / "plan.xlsx")
    rows = pd.read_excel(tmp_path / "plan.xlsx", "Summary", index_col=0)["PUSH"]
    assert rows["Confidence (share)"] == plan.summary["model_confidence"]
    assert rows["Draws of demand it is measured on (draw)"] == 10
    low, high = (
        f"Confidence, {end} end of the 95 % interval (share)" for end in ("lower", "upper")
    )
    assert rows[low] <= rows["Confidence (share)"] <= rows[high]


def test_the_explanation_tells_it_right_after_the_headline(plan: library.Plan) -> None:
    headline, confidence, *_ = plan.explain().sentences
    assert headline.startswith("PUSH builds")
    assert confidence.startswith("Of 10 demand errors drawn")
    assert "not the chance that the plan comes true" in confidence


def test_without_draws_nothing_of_it_is_said(tmp_path: Path) -> None:
    plain = library.plan(library.Company(small_company()), "PUSH")
    plain.to_html(tmp_path / "page.html")
    assert "Demand errors survived" not in (tmp_path / "page.html").read_text("utf-8")
