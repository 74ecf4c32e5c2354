"""A browser, and the UI over the small company with both its scenarios planned.

The names in the data try to act as HTML and Markdown. BASE is planned by the command line while
the API runs PUSH, a browser shows the graph and the API is polled: as on a busy day. They end
with their module: Playwright's event loop would be in the way of a run in the same process.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from sop_pipeline_tests.assets.test_scenario_runs import hostile_company
from sop_pipeline_tests.system.browser import Browser, chromium, open_browser
from sop_pipeline_tests.system.served import Served, polled, served_ui

POLICY = {"name": "notebook", "overrides": {"units_per_pallet": 12}}


@dataclass(frozen=True)
class Worked:
    """What became of the work done beside the UI."""

    run_id: str
    run_status: str
    planned: subprocess.CompletedProcess[str]
    shown: subprocess.CompletedProcess[str]
    failed_reads: list[str]


@pytest.fixture(scope="module")
def executable() -> str:
    found = chromium()
    if found is None:
        pytest.skip("chromium is not installed; `make test-system` installs it where it may")
    return found


@pytest.fixture(scope="module")
def ui(executable: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    del executable  # no need to serve what nobody can look at
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOP_POLICY", "notebook")
        with served_ui(tmp_path_factory.mktemp("ui"), hostile_company()) as served:
            yield served


@pytest.fixture(scope="module")
def browser(executable: str, ui: Served) -> Iterator[Browser]:
    # Tall, because the UI draws only the rows of a table that are in sight.
    with open_browser(executable, ui.url, width=1600, height=2600) as opened:
        yield opened


@pytest.fixture(scope="module")
def worked(ui: Served, browser: Browser) -> Worked:
    browser.open("/asset-groups", awaited="publication")
    with polled(ui) as failed_reads, ThreadPoolExecutor(1) as beside:
        planning = beside.submit(ui.sop, "plan", "BASE")
        run_id = ui.launch("plan_scenario", "PUSH", {"resources": {"policy": {"config": POLICY}}})
        status = ui.wait_for_run(run_id)
        planned = planning.result()
        shown = ui.sop("show", "BASE")
    return Worked(run_id, status, planned, shown, failed_reads)
