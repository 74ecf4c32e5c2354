"""Make the pictures of the README and the tutorial anew, from the real UI and the real page.

Run it with `make images`; it takes about three minutes. It writes into docs/images.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from sop_pipeline_tests import readme
from sop_pipeline_tests.assets.test_graph import GRAPH
from sop_pipeline_tests.system.browser import Browser, chromium, open_browser
from sop_pipeline_tests.system.served import REPOSITORY, Served, served_ui

_IMAGES = REPOSITORY / "docs/images"
_TUTORIAL = (
    "sop template mine",
    "sop init --from mine",
    "sop plan --all",
    "sop report Q4_PUSH plan.html",
)
# The plan of the last scenario is the one the metadata page shows.
_SCENARIOS = ("BASELINE", "CONSERVATIVE", "SUPPLY_SHOCK", "Q4_PUSH")
# The drawing has an empty border; this much of it is cut off.
_BORDER = 36
_HIDE_ZOOM_BUTTONS = """button => {
  while (!button.querySelector("[aria-label=download_for_offline]")) button = button.parentElement
  button.style.visibility = "hidden"
}"""


def make_images(served: Served, executable: str, folder: Path) -> None:
    """Take the pictures of a served demo company, all scenarios planned."""
    with open_browser(executable, served.url, width=1500, height=2300) as browser:
        _asset_graph(browser, folder / "asset_graph.png")
    with open_browser(executable, served.url, width=1500, height=1120) as browser:
        _solved_plan(browser, folder / "solved_plan.png")


def _asset_graph(browser: Browser, path: Path) -> None:
    made = [group for group, _ in GRAPH.values() if group != "sources"]
    page = browser.open_graph('not group:"sources"', len(made))
    _settle(page)
    page.get_by_label("zoom_in").first.evaluate(_HIDE_ZOOM_BUTTONS)
    drawn = page.locator("svg[class*=svgContainer]").bounding_box()
    assert drawn is not None
    page.screenshot(
        path=path,
        clip={
            "x": drawn["x"] + _BORDER,
            "y": drawn["y"] + _BORDER,
            "width": drawn["width"] - 2 * _BORDER,
            "height": drawn["height"] - 2 * _BORDER,
        },
    )


def _solved_plan(browser: Browser, path: Path) -> None:
    page = browser.open("/assets/solved_plan?view=events", awaited="picture")
    row = page.get_by_role("row").filter(has=page.get_by_text("picture", exact=True))
    row.get_by_text("[Show Markdown]").click()
    page.get_by_role("dialog").locator("img").wait_for()
    _settle(page)
    page.screenshot(path=path)


def _report(executable: str, path: Path) -> None:
    """The page of the tutorial's plan, as it opens."""
    with tempfile.TemporaryDirectory() as folder:
        for command in _TUTORIAL:
            readme.printed(command, Path(folder))
        page = (Path(folder) / "plan.html").as_uri()
        with open_browser(executable, page, width=1280, height=1250) as browser:
            browser.page.goto(page)
            _settle(browser.page)
            browser.page.screenshot(path=path)
    _with_few_colours(path)


def _with_few_colours(path: Path) -> None:
    """A drawing needs no more than a palette, and a third of the bytes."""
    with Image.open(path) as drawn:
        drawn.convert("RGB").quantize(128).save(path, optimize=True)


def _settle(page: Page) -> None:
    """Let the UI's own animations end."""
    page.wait_for_timeout(3000)


def main() -> None:
    """Serve the demo company, plan it, take the pictures."""
    executable = chromium()
    if executable is None:
        sys.exit("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder, served_ui(Path(folder)) as served:
        planned = served.sop("plan", *_SCENARIOS)
        if planned.returncode:
            sys.exit(planned.stderr)
        make_images(served, executable, _IMAGES)
    _report(executable, _IMAGES / "page.png")


if __name__ == "__main__":
    main()
