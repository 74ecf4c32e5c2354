"""A proxy before the emulator that cuts connections and answers in the service's place.

Belongs here: what can go wrong on the way, statement by statement.
Does not belong here: what the warehouse must make of it.
"""

from __future__ import annotations

import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIGN_IN = "sign in"
"""What a request that opens a session is called."""


@dataclass(frozen=True)
class Trouble:
    """What happens to a statement.

    Attributes:
        statement: How it begins.
        does: `cut before` or `cut after` it is run, `answer` with an HTTP status, or `refuse` it
            with an error of the service.
        times: How often; for ever by default.
        status: HTTP status of an answer.
        number: Error number of a refusal.
        state: Its SQL state.
        message: Its message.
    """

    statement: str
    does: str
    times: int = 1_000_000
    status: int = 500
    number: str = ""
    state: str = ""
    message: str = ""


@dataclass
class Proxy:
    """A running proxy.

    Attributes:
        port: Where it listens.
        trouble: What goes wrong, if anything.
        seen: Every statement in order, and each sign-in.
        signed_in: What each sign-in said: its address, with database and role, and its data.
    """

    port: int
    trouble: Trouble | None = None
    seen: list[str] = field(default_factory=list)
    signed_in: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, trouble: Trouble) -> None:
        """From now on, this happens."""
        self.trouble, self._left = trouble, trouble.times
        self.seen.clear()

    def count(self, beginning: str) -> int:
        """How often such a statement has been seen."""
        return sum(one.startswith(beginning) for one in self.seen)

    def happens(self, statement: str) -> Trouble | None:
        """What happens to a statement; it is noted."""
        with self._lock:
            self.seen.append(statement)
            trouble = self.trouble
            if trouble is None or not statement.startswith(trouble.statement) or not self._left:
                return None
            self._left -= 1
            return trouble


@contextmanager
def proxy_to(target: int) -> Iterator[Proxy]:
    """Listen before a port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    proxy = Proxy(server.server_address[1])
    server.RequestHandlerClass = _handler(proxy, target)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(proxy: Proxy, target: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer in one piece: in two, the second waits for the first to be acknowledged.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            text = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            statement = _statement(self.path, text)
            if statement == SIGN_IN:
                proxy.signed_in.append((self.path, json.loads(text)["data"]))
            trouble = proxy.happens(statement) if statement else None
            if trouble is None:
                self._answer(*self._forward(body))
            elif trouble.does == "answer":
                self._answer(trouble.status, b"{}")
            elif trouble.does == "refuse":
                self._answer(200, _refusal(trouble))
            else:
                if trouble.does == "cut after":
                    self._forward(body)
                self.close_connection = True

        do_GET = do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _forward(self, body: bytes) -> tuple[int, bytes]:
            onward = http.client.HTTPConnection("127.0.0.1", target, timeout=60)
            headers = {k: v for k, v in self.headers.items() if k.lower() != "accept-encoding"}
            onward.request(self.command, self.path, body, headers)
            answer = onward.getresponse()
            content = answer.read()
            onward.close()
            return answer.status, content

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _statement(path: str, body: bytes) -> str:
    if "login-request" in path:
        return SIGN_IN
    return json.loads(body)["sqlText"] if "query-request" in path else ""


def _refusal(trouble: Trouble) -> bytes:
    answer = {
        "data": {"errorCode": trouble.number, "sqlState": trouble.state},
        "code": trouble.number,
        "message": trouble.message,
        "success": False,
    }
    return json.dumps(answer).encode()
