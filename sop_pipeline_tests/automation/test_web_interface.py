"""What the web interface refuses before Dagster sees it."""

from __future__ import annotations

import pytest

from sop_pipeline.automation.web_interface import (
    OwnPagesOnly,
    guarded_server,
    refused,
)
from sop_pipeline.settings import WebInterface

HOSTS = frozenset({"plans.example"})
HERE = "127.0.0.1:3000"


def asked(
    path: str = "/graphql", method: str = "POST", query: str = "", **headers: str
) -> dict[str, object]:
    """A request as a server hands it on; a header's `_` stands for its `-`."""
    headers.setdefault("host", HERE)
    named = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": named,
    }


@pytest.mark.parametrize(
    "host",
    [HERE, "localhost:3000", "LOCALHOST", "[::1]:3000", "10.1.2.3", "plans.example", "127.0.0.1"],
)
def test_a_request_by_an_address_or_a_name_of_ours_passes(host: str) -> None:
    assert refused(asked(host=host), HOSTS) == ""


@pytest.mark.parametrize(
    "host",
    ["evil.example", "plans.example.evil.example", "localhost.evil.example", "", "127.0.0.1.evil"],
)
def test_a_name_that_only_leads_here_is_refused(host: str) -> None:
    told = refused(asked(host=host), HOSTS)
    assert "SOP_WEB_HOSTS" in told


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:3001",
        "http://localhost:3000",
        f"http://{HERE}.evil.example",
        f"http://evil.example/{HERE}",
        "",
    ],
)
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert "may not use this server" in refused(asked(origin=origin), HOSTS)


def test_our_own_pages_pass() -> None:
    own = {"origin": f"http://{HERE}", "sec_fetch_site": "same-origin", "sec_fetch_mode": "cors"}
    assert refused(asked(**own), HOSTS) == ""
    behind_a_proxy = {"host": "plans.example", "origin": "https://plans.example"}
    assert refused(asked(**behind_a_proxy), HOSTS) == ""


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket"])
def test_a_picture_or_script_of_another_site_is_refused(site: str, mode: str) -> None:
    request = asked("/runs", "GET", sec_fetch_site=site, sec_fetch_mode=mode)
    assert "another site" in refused(request, HOSTS)


def test_a_link_of_another_site_shows_a_page_but_launches_nothing() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}
    assert refused(asked("/runs/1", "GET", **link), HOSTS) == ""
    assert refused(asked("/report_asset_materialization/a", "POST", **link), HOSTS)
    for path in ("/graphql", "/plans/graphql"):
        assert "POST" in refused(asked(path, "GET", "query=mutation", **link), HOSTS)


def test_a_query_in_the_address_is_refused_even_without_a_browser() -> None:
    assert "POST" in refused(asked("/graphql", "GET", "query=%7Bversion%7D"), HOSTS)
    assert "POST" in refused(asked("/graphql", "POST", "a=1&query=mutation"), HOSTS)
    assert refused(asked("/graphql", "GET"), HOSTS) == ""


def test_the_guard_stands_before_everything_of_dagster() -> None:
    server = guarded_server()
    first = server.build_middleware(object.__new__(server))[0]
    assert first.cls is OwnPagesOnly


def test_names_of_ours_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOP_WEB_HOSTS", " Plans.Example , ,b.example")
    assert WebInterface.from_environment().hosts == {"plans.example", "b.example"}
    monkeypatch.delenv("SOP_WEB_HOSTS")
    assert WebInterface.from_environment().hosts == frozenset()
