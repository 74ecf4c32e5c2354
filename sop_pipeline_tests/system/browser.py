"""A real browser, without a window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from playwright.sync_api import Page, expect, sync_playwright

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Much work beside it on a small machine makes the UI slow, not wrong.
TIMEOUT_MS = 60_000


@dataclass
class Browser:
    """A page of a browser, and what it did that no page should."""

    page: Page
    url: str
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, path: str, *, awaited: str) -> Page:
        """Go to a page and wait until it shows a text."""
        self.page.goto(f"{self.url}{path}")
        self.page.get_by_text(awaited).first.wait_for(timeout=TIMEOUT_MS)
        return self.page

    def open_graph(self, selection: str, assets: int) -> Page:
        """Go to a part of the asset graph, all groups unfolded, and wait until all is drawn.

        Args:
            selection: The part, in Dagster's words; what is out of sight is never drawn.
            assets: How many assets it has.
        """
        page = self.open(f"/asset-groups~{quote(selection)}/", awaited="publication")
        page.locator("[data-tooltip=publication]").first.wait_for(timeout=TIMEOUT_MS)
        page.keyboard.press("Alt+e")
        drawn = page.locator("foreignObject [class*=assetName]")
        expect(drawn).to_have_count(assets, timeout=TIMEOUT_MS)
        return page

    def _note_outside(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(url)


def chromium() -> str | None:
    """Path of the browser; None where there is none."""
    return shutil.which("chromium")


@contextmanager
def open_browser(executable: str, url: str, *, width: int, height: int) -> Iterator[Browser]:
    """Start a browser for the pages under a URL."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))
        page = started.new_page(viewport={"width": width, "height": height})
        browser = Browser(page, url)
        page.on("request", lambda request: browser._note_outside(request.url))
        page.on("dialog", lambda dialog: (browser.dialogs.append(dialog.message), dialog.dismiss()))
        yield browser
        started.close()
