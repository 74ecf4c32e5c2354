"""The page in a real browser: wide and narrow, light and dark, by keyboard, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

import sop_pipeline as library
from sop_pipeline_tests.cli.test_hostile_texts import hostile_company
from sop_pipeline_tests.small_company import write_company

pytestmark = pytest.mark.system

_STYLE = Path(library.__file__).parent / "report/templates/page.css"
_MOST_BYTES = 1_500_000
_LOOKS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@dataclass
class Opened:
    """A page in a browser, and what it did that no page should."""

    page: Page
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The page of one plan, and that of two, of a company whose names act as code."""
    folder = tmp_path_factory.mktemp("page")
    company = library.read_folder(write_company(folder / "input", hostile_company()))
    plans = [library.plan(company, code, policy="standard") for code in ("BASE", "PUSH")]
    plans[0].to_html(folder / "one.html")
    library.write_page(plans, folder / "two.html", company)
    return [folder / "one.html", folder / "two.html"]


@pytest.fixture(scope="module")
def started(executable: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=_LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def opened(started: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    width, scheme = request.param
    page = started.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    one = Opened(page)
    page.on("console", lambda message: one.told.append(message.text))
    page.on("pageerror", lambda error: one.told.append(str(error)))
    page.on("dialog", lambda dialog: (one.told.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: one.asked.append(request.url))
    page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    yield one
    page.close()


def test_a_page_opens_without_a_word_asks_for_nothing_and_breaks_no_rule_of_access(
    opened: Opened, files: list[Path]
) -> None:
    for file in files:
        assert file.stat().st_size < _MOST_BYTES
        opened.asked.clear()
        opened.page.goto(file.as_uri())
        for folded in opened.page.locator("details").all():
            folded.evaluate("one => one.open = true")
        found = Axe().run(opened.page)
        assert found.response["violations"] == []
        width, room = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width <= room, "the page scrolls sideways"
        assert opened.asked == [file.as_uri()]
    assert opened.told == []


def test_a_code_at_the_head_of_a_row_is_not_broken(opened: Opened) -> None:
    opened.page.set_content(
        f"<style>{_STYLE.read_text('utf-8')}</style><div class=scrolled><table><tbody>"
        "<tr><th scope=row>CONSERVATIVE</th>" + "<td class=figure>44,991,027.72</td>" * 6
    )
    lines = opened.page.locator("th").evaluate(
        "one => { const text = document.createRange(); text.selectNodeContents(one);"
        " return text.getClientRects().length }"
    )
    assert lines == 1


def test_the_first_tab_stop_leads_to_the_plan(opened: Opened, files: list[Path]) -> None:
    opened.page.goto(files[0].as_uri())
    opened.page.keyboard.press("Tab")
    skip = opened.page.locator(":focus")
    assert skip.inner_text() == "Skip to the plan"
    assert skip.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"


def test_what_is_folded_on_the_screen_is_spread_out_on_light_paper(
    opened: Opened, files: list[Path]
) -> None:
    opened.page.goto(files[0].as_uri())
    opened.page.emulate_media(media="print")
    height = opened.page.locator("details table").first.evaluate(
        "one => one.checkVisibility({contentVisibilityAuto: true}) && one.offsetHeight"
    )
    assert height > 0
    breaks = opened.page.locator(".chart details table").evaluate_all(
        "all => all.map(one => getComputedStyle(one).breakInside)"
    )
    assert set(breaks) == {"avoid"}, "the heading of a chart's figures is left on another page"
    paper = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert opened.page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
    opened.page.emulate_media(media="screen")
