"""Small real servers that receive alerts: one speaks HTTP, one SMTP."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HttpInbox(ThreadingHTTPServer):
    """Keeps what is posted to it; answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.received: list[dict[str, Any]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook/token-4711"


class _Post(BaseHTTPRequestHandler):
    server: HttpInbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing on the terminal."""


class MailInbox(socketserver.ThreadingTCPServer):
    """Takes mails by SMTP (RFC 5321) from whoever signs in as it expects, or from anyone."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Mail(socketserver.StreamRequestHandler):
    server: MailInbox

    def handle(self) -> None:
        self._answer("220 inbox")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                self._answer("354 go on")
                self._take()
            elif verb == "QUIT":
                self._answer("221 bye")
                return
            elif verb == "RCPT":
                self.server.recipients.append(line.partition("<")[2].partition(">")[0])
            self._answer("250 well")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.server.received.append(message)

    def _answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def served[Server: socketserver.TCPServer](server: Server) -> Iterator[Server]:
    """Run a server in a thread for the block."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
