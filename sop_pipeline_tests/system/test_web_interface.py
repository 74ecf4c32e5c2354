"""The interface as it is served, asked by what is no page of its own."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sop_pipeline_tests.system.served import Served

pytestmark = pytest.mark.system

_LAUNCH = """
mutation { launchRun(executionParams: {
  selector: {repositoryLocationName: "sop_pipeline", repositoryName: "__repository__",
             pipelineName: "plan_scenario"}
  runConfigData: "{}"
  executionMetadata: {tags: [{key: "dagster/partition", value: "BASE"}]}
}) { __typename } }
"""
_RUNS = "{ runsOrError { ... on Runs { results { runId } } } }"


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
