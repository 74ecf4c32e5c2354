"""`sop report` as a planner uses it, and the same from Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import escape

import sop_pipeline as library
from sop_pipeline.errors import UsageError
from sop_pipeline_tests.conftest import Sop
from sop_pipeline_tests.published_plans import publish
from sop_pipeline_tests.small_company import small_company, write_company


@pytest.fixture
def planned(sop: Sop, workdir: Path) -> Sop:
    """Both scenarios of the small company, planned over products and warehouses."""
    write_company(workdir / "input", small_company())
    assert sop("init", "--from", "input").exit_code == 0
    publish("BASE", "PUSH", policy="standard")
    return sop


def test_the_page_shows_the_plans_and_who_published_them(planned: Sop, workdir: Path) -> None:
    every = planned("report", "--quiet", "pages/all.html")
    assert every.exit_code == 0, every.output
    assert every.stdout == "pages/all.html shows 2 plans: BASE, PUSH.\n"
    assert every.stderr == ""
    assert "From BASE to PUSH (USD)" in (workdir / "pages/all.html").read_text("utf-8")
    one = planned("report", "PUSH", "push.html")
    assert one.stdout == "push.html shows 1 plan: PUSH.\n"
    company = library.open_store()
    [plan] = library.published(company, ["PUSH"]).values()
    told = library.explain(company, plan).first_sentences
    assert told
    assert all(str(escape(text)) in (workdir / "push.html").read_text("utf-8") for text in told)
    plan.to_html("again.html")
    shown = (workdir / "again.html").read_text("utf-8")
    assert "Why it is so" not in shown, "what is solved for is told where the company is given"
    assert plan.run_id in shown
    assert plan.summary["input_hash"] in shown
    assert f"{plan.published_at:%Y-%m-%d %H:%M} UTC" in shown
    with pytest.raises(UsageError, match=r"nowhere/x\.html could not be written"):
        library.write_page([plan], "nowhere/x.html")


def test_a_plan_just_solved_has_a_page_that_says_it_is_not_published(
    sop: Sop, workdir: Path
) -> None:
    del sop
    company = library.read_folder(write_company(workdir / "input", small_company()))
    plan = library.plan(company, "BASE", policy="standard")
    plan.to_html("solved.html")
    shown = (workdir / "solved.html").read_text("utf-8")
    assert "not published" in shown
    assert all(str(warning).split()[0] in shown for warning in plan.warnings)


def test_what_cannot_be_shown_is_refused(sop: Sop, workdir: Path) -> None:
    write_company(workdir / "input", small_company())
    assert sop("init", "--from", "input").exit_code == 0
    for arguments, told in (
        (("report", "x.html"), "No scenario has a published plan yet"),
        (("report", "BASE", "x.html"), "BASE has no published plan yet"),
        (("report", "BAES", "x.html"), "BASE"),
        (("report", "BASE"), "BASE is not an .html file"),
        (("report", "BASE", "x.pdf"), "x.pdf is not an .html file"),
    ):
        refused = sop(*arguments)
        assert refused.exit_code == 2, arguments
        assert told in refused.stderr
        assert list(workdir.glob("*.html")) == []
