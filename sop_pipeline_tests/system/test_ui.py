"""What a person sees and does in the UI, and what is refused to others, in one served UI."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sop_pipeline_tests.assets.test_graph import CHECKS, GRAPH
from sop_pipeline_tests.assets.test_scenario_runs import PICTURES
from sop_pipeline_tests.system.browser import TIMEOUT_MS, Browser
from sop_pipeline_tests.system.conftest import Worked
from sop_pipeline_tests.system.served import Served

pytestmark = pytest.mark.system
expect.set_options(timeout=TIMEOUT_MS)

_ASSETS = """
{ assetNodes {
    assetKey { path }
    assetPartitionStatuses { ... on DefaultPartitionStatuses { materializedPartitions } }
    assetChecksOrError { ... on AssetChecks { checks {
      name
      executionForLatestMaterialization {
        runId status evaluation { success severity partition }
      }
    } } }
} }
"""

# What the API says of all, their pages show: a few of them now, the others by the long tests.
_SHOWN = {"demand_forecasts", "solved_plan", "recommended_build_plan"}
ON_PAGES = [
    asset if asset in _SHOWN else pytest.param(asset, marks=pytest.mark.long) for asset in CHECKS
]

_BACKFILLS = "{ partitionBackfillsOrError { ... on PartitionBackfills { results { id status } } } }"
_RUNS_OF = """
query Runs($id: String!) {
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}]}) {
    ... on Runs { results { status tags { key value } } }
  }
}
"""


_LAUNCH = """
mutation { launchRun(executionParams: {
  selector: {repositoryLocationName: "sop_pipeline", repositoryName: "__repository__",
             pipelineName: "plan_scenario"}
  runConfigData: "{}"
  executionMetadata: {tags: [{key: "dagster/partition", value: "BASE"}]}
}) { __typename } }
"""
_RUNS = "{ runsOrError { ... on Runs { results { runId } } } }"


def test_nothing_fails_beside_the_ui(worked: Worked) -> None:
    assert worked.run_status == "SUCCESS"
    assert worked.planned.returncode == 0, worked.planned.stderr
    assert "BASE: published." in worked.planned.stdout
    assert worked.shown.returncode == 0, worked.shown.stderr
    assert "notebook" in worked.shown.stdout
    assert worked.failed_reads == []


def test_both_scenarios_are_materialised_and_every_check_is_green(
    ui: Served, worked: Worked
) -> None:
    assert worked.run_status == "SUCCESS"
    nodes = {"/".join(n["assetKey"]["path"]): n for n in ui.ask(_ASSETS)["assetNodes"]}
    assert set(nodes) == set(GRAPH)
    for asset, names in CHECKS.items():
        materialized = nodes[asset]["assetPartitionStatuses"]["materializedPartitions"]
        assert sorted(materialized) == ["BASE", "PUSH"]
        checks = nodes[asset]["assetChecksOrError"]["checks"]
        assert " ".join(sorted(check["name"] for check in checks)) == names
        for check in checks:
            execution = check["executionForLatestMaterialization"]
            evaluation = execution["evaluation"]
            assert evaluation["success"] or evaluation["severity"] == "WARN", (asset, check)
            assert evaluation["partition"] in ("BASE", "PUSH")


def test_the_policy_of_the_run_config_is_the_one_planned_with(ui: Served, worked: Worked) -> None:
    assert worked.run_status == "SUCCESS"
    query = """
    { assetNodeOrError(assetKey: {path: ["solved_plan"]}) { ... on AssetNode {
        assetMaterializations(partitions: ["PUSH"], limit: 1) {
          runId metadataEntries { label ... on JsonMetadataEntry { jsonString } }
        }
    } } }
    """
    [made] = ui.ask(query)["assetNodeOrError"]["assetMaterializations"]
    assert made["runId"] == worked.run_id
    [report] = [e["jsonString"] for e in made["metadataEntries"] if e["label"] == "report"]
    assert '"units_per_pallet": 12' in report


def test_the_graph_draws_every_group_and_only_known_assets_and_no_sign_up_dialog(
    browser: Browser,
) -> None:
    page = browser.open("/asset-groups", awaited="publication")
    for group in {group for group, _ in GRAPH.values()}:
        expect(page.locator(f"[data-tooltip={group}]").first).to_be_attached()
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Unfolded, the graph is larger than the window, and what is out of sight is not drawn.
    page.keyboard.press("Alt+e")
    drawn = page.locator("foreignObject [class*=assetName]")
    drawn.first.wait_for()
    for text in drawn.all_inner_texts():
        assert any(_is_name_of(text, asset) for asset in GRAPH), text


def _is_name_of(text: str, asset: str) -> bool:
    """Whether a label is an asset's name, the middle of a long one left out."""
    name = asset.rsplit("/", maxsplit=1)[-1]
    head, _, tail = text.strip().partition("…")
    return text.strip() == name or ("…" in text and name.startswith(head) and name.endswith(tail))


def test_every_asset_is_in_the_catalog(browser: Browser) -> None:
    page = browser.open("/assets", awaited="ATOMIC / CAPACITY_CALENDAR")
    for asset in GRAPH:
        expect(page.locator(f"a[href='/assets/{asset}']").first).to_be_visible()


@pytest.mark.parametrize("asset", ON_PAGES)
def test_every_check_is_on_its_asset_page(browser: Browser, worked: Worked, asset: str) -> None:
    assert worked.run_status == "SUCCESS"
    names = CHECKS[asset].split()
    page = browser.open(f"/assets/{asset}?view=checks", awaited=names[0])
    expect(page.get_by_text(f"Checks ({len(names)})")).to_be_visible()
    for name in names:
        expect(page.get_by_text(name, exact=True).first).to_be_visible()


def test_the_scenarios_are_the_partitions(browser: Browser, worked: Worked) -> None:
    assert worked.run_status == "SUCCESS"
    page = browser.open("/assets/recommended_build_plan?view=partitions", awaited="PUSH")
    expect(page.get_by_text("BASE", exact=True).first).to_be_visible()
    expect(page.get_by_text("Materialized (2)")).to_be_visible()


@pytest.mark.parametrize("asset", PICTURES)
def test_the_picture_of_a_materialisation_is_drawn(
    browser: Browser, worked: Worked, asset: str
) -> None:
    assert worked.run_status == "SUCCESS"
    page = browser.open(f"/assets/{asset}?view=events", awaited="picture")
    row = page.get_by_role("row").filter(has=page.get_by_text("picture", exact=True))
    row.get_by_text("[Show Markdown]").click()
    picture = page.get_by_role("dialog").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0


def test_names_from_the_data_do_nothing_in_the_browser(browser: Browser, worked: Worked) -> None:
    assert worked.run_status == "SUCCESS"
    page = browser.open("/assets/product_master?view=events", awaited="first_rows")
    shown = page.get_by_text("onerror")
    if not shown.count():
        page.get_by_text("[Show Markdown]").first.click()
    expect(shown.first).to_be_visible()
    assert page.locator("img[src='x'], a[href^='javascript']").count() == 0
    assert browser.dialogs == []


def test_the_launchpad_offers_the_policy(browser: Browser) -> None:
    page = browser.open("/locations/sop_pipeline/jobs/plan_scenario/playground", awaited="policy:")
    text = page.locator(".CodeMirror").first.inner_text()
    assert "name: notebook" in text
    expect(page.get_by_text("No errors")).to_be_visible()
    for field, told in (("capital_rate_per_year", "No errors"), ("capital_rate", "unexpected")):
        overrides = f"{{name: notebook, overrides: {{{field}: 0.3}}}}"
        config = f"resources: {{policy: {{config: {overrides}}}}}"
        page.evaluate(
            "text => document.querySelector('.CodeMirror').CodeMirror.setValue(text)", config
        )
        expect(page.get_by_text(told).first).to_be_visible(timeout=TIMEOUT_MS)


def test_a_run_of_the_command_line_is_listed_under_its_job(
    ui: Served, browser: Browser, worked: Worked
) -> None:
    assert worked.planned.returncode == 0
    query = """
    { runsOrError(filter: {tags: [{key: "dagster/partition", value: "BASE"}]}) {
        ... on Runs { results { runId status hasReExecutePermission } } } }
    """
    [run] = ui.ask(query)["runsOrError"]["results"]
    assert run["hasReExecutePermission"]
    page = browser.open("/locations/sop_pipeline/jobs/plan_scenario/runs", awaited=run["runId"][:8])
    expect(page.get_by_text("BASE").first).to_be_visible()
    page = browser.open(f"/runs/{run['runId']}", awaited="Re-execute all")
    expect(page.get_by_text("plan_scenario").first).to_be_visible()
    expect(page.get_by_text("partition: BASE").first).to_be_visible()
    page = browser.open("/overview/activity/timeline", awaited="plan_scenario")
    expect(page.get_by_role("link", name="plan_scenario").first).to_be_visible()


def test_a_run_of_the_command_line_is_executed_again_from_the_page(
    ui: Served, browser: Browser, worked: Worked
) -> None:
    assert worked.planned.returncode == 0
    query = """
    { runsOrError(filter: {tags: [{key: "dagster/partition", value: "BASE"}]}) {
        ... on Runs { results { runId } } } }
    """
    [run] = ui.ask(query)["runsOrError"]["results"]
    page = browser.open(f"/runs/{run['runId']}", awaited="Re-execute all")
    page.get_by_role("button", name="Re-execute all").first.click()
    page.wait_for_url(lambda url: "/runs/" in url and run["runId"] not in url, timeout=TIMEOUT_MS)
    assert ui.wait_for_run(page.url.rsplit("/", 1)[1].split("?")[0]) == "SUCCESS"


def test_the_code_location_is_loaded(browser: Browser) -> None:
    page = browser.open("/deployment/locations", awaited="sop_pipeline")
    expect(page.get_by_text("Loaded", exact=True)).to_be_visible()


def test_no_page_asked_for_anything_from_outside(browser: Browser, worked: Worked) -> None:
    assert worked.run_status == "SUCCESS"
    assert browser.outside == []


def answered(ui: Served, method: str, path: str, body: str | None = None, **headers: str) -> int:
    """Status of a request sent as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", ui.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host="host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.putheader("Content-Length", str(len(body or "")))
        connection.endheaders((body or "").encode())
        return connection.getresponse().status
    finally:
        connection.close()


def test_nothing_foreign_launches_a_run(ui: Served) -> None:
    before = ui.ask(_RUNS)
    here, foreign = f"127.0.0.1:{ui.port}", "http://evil.example"
    launch = json.dumps({"query": _LAUNCH})
    by_link = f"/graphql?query={quote(_LAUNCH)}"
    json_type = {"Content_Type": "application/json"}
    assert answered(ui, "GET", by_link) == 403
    assert answered(ui, "GET", by_link, host="evil.example", origin=foreign) == 403
    assert answered(ui, "POST", by_link, host=here) == 403
    assert answered(ui, "POST", "/graphql", launch, origin=foreign, **json_type) == 403
    assert answered(ui, "POST", "/graphql", launch, host="evil.example", **json_type) == 403
    report = "/report_asset_materialization/solved_plan"
    assert answered(ui, "POST", report, sec_fetch_site="cross-site") == 403
    assert ui.ask(_RUNS) == before


def test_a_socket_of_a_foreign_page_is_refused_and_one_of_ours_is_not(ui: Served) -> None:
    address, protocol = f"ws://127.0.0.1:{ui.port}/graphql", ["graphql-ws"]
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin="http://evil.example", subprotocols=protocol)  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    own = f"http://127.0.0.1:{ui.port}"
    with connect(address, origin=own, subprotocols=protocol) as socket:  # type: ignore[arg-type]
        socket.send('{"type": "connection_init"}')
        assert json.loads(socket.recv())["type"] == "connection_ack"


@pytest.mark.long
def test_a_backfill_launched_by_hand_plans_each_scenario_in_a_run_of_its_own(
    ui: Served, worked: Worked, browser: Browser
) -> None:
    assert worked.run_status == "SUCCESS"
    page = browser.open("/locations/sop_pipeline/jobs/plan_scenario", awaited="Materialize all")
    page.get_by_role("button", name="Materialize all").click()
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("button", name="Launch backfill").click()
    backfill = _ended_backfill(ui)
    assert backfill["status"] == "COMPLETED_SUCCESS"
    runs = ui.ask(_RUNS_OF, id=backfill["id"])["runsOrError"]["results"]
    assert {run["status"] for run in runs} == {"SUCCESS"}
    tags = [{tag["key"]: tag["value"] for tag in run["tags"]} for run in runs]
    assert sorted(tag["dagster/partition"] for tag in tags) == ["BASE", "PUSH"]


def _ended_backfill(ui: Served, seconds: float = 300) -> dict[str, str]:
    """The only backfill, once it has ended."""
    deadline = time.monotonic() + seconds
    backfills: list[dict[str, str]] = []
    while time.monotonic() < deadline:
        backfills = ui.ask(_BACKFILLS)["partitionBackfillsOrError"]["results"]
        if backfills and backfills[0]["status"] not in ("REQUESTED", "CANCELING"):
            break
        time.sleep(1)
    (only,) = backfills
    return only
