"""Dagster's web interface, which obeys its own pages only.

A browser sends requests for any page it shows. Without a look at where they come from, a page from
anywhere could launch runs here: by a link (Dagster's GraphQL also answers GET), by a socket, or by
a name of its own that leads to this machine.
Belongs here: refusing such requests, and serving Dagster's interface behind that.
Does not belong here: who may use it; that is a reverse proxy's business.

`python -m sop_pipeline.automation.web_interface` takes the options of `dagster-webserver`.
"""

import ipaddress
from urllib.parse import urlsplit

from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sop_pipeline.automation.dagster_internals.web_server import guarded_by, serve
from sop_pipeline.settings import WebInterface

_FROM_HERE = ("same-origin", "none")
_POLICY_VIOLATION = 1008


class OwnPagesOnly:
    """Passes on what comes from the interface's own pages, or from no page at all."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        """Guard an application.

        Args:
            app: What is guarded.
            hosts: Names it may be reached by, beside localhost and addresses.
        """
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before the application sees it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = refused(scope, self._hosts)
        if not refusal:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refusal})
        else:
            await PlainTextResponse(f"{refusal}\n", status_code=403)(scope, receive, send)


def refused(scope: Scope, hosts: frozenset[str]) -> str:
    """Why a request is refused; empty where it is not.

    A program such as curl names neither origin nor fetch site; what a browser sends for a page has
    at least one of them, but for a link, which may only show a page.
    """
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not _may_be_called(host, hosts):
        return (
            f"The name {host!r} is not one of this server's. Behind a proxy, name it in "
            "SOP_WEB_HOSTS."
        )
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return f"A page of {origin} may not use this server."
    if _asks_graphql_by_link(scope):
        return "GraphQL is asked by POST here."
    site = headers.get("sec-fetch-site", "none")
    shows_a_page = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
    if site not in _FROM_HERE and not shows_a_page:
        return "A page of another site may not use this server."
    return ""


def _asks_graphql_by_link(scope: Scope) -> bool:
    """Whether a query stands in the address, where any link or picture can put it."""
    return scope["path"].endswith("/graphql") and b"query=" in scope.get("query_string", b"")


def _may_be_called(host: str, hosts: frozenset[str]) -> bool:
    """Whether a Host header names this server: nobody else can let an address lead here."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name in hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def guarded_server() -> type[DagsterWebserver]:
    """Dagster's web server behind the guard, which the environment tells its names."""
    return guarded_by([Middleware(OwnPagesOnly, hosts=WebInterface.from_environment().hosts)])


if __name__ == "__main__":
    serve(guarded_server())
