"""Small real servers that receive alerts: one speaks HTTP, one SMTP."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


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

    def __init__(
        self,
        encryption: ssl.SSLContext | None = None,
        *,
        from_the_start: bool = False,
        account: tuple[str, str] | None = None,
    ) -> None:
        """Listen on a free port.

        Args:
            encryption: What it encrypts with; None: it cannot.
            from_the_start: Whether it does so before anyone asks.
            account: Who may send, by name and password; None: anyone.
        """
        super().__init__(("127.0.0.1", 0), _Mail)
        self.encryption = encryption
        self.from_the_start = from_the_start
        self.account = account
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Mail(socketserver.StreamRequestHandler):
    server: MailInbox

    def handle(self) -> None:
        self.signed_in = self.server.account is None
        if self.server.from_the_start:
            self._encrypt()
        self._answer("220 inbox")
        while line := self.rfile.readline().decode().strip():
            verb, _, rest = line.partition(" ")
            if verb == "QUIT":
                self._answer("221 bye")
                return
            answer = getattr(self, f"_{verb.lower()}", self._other)
            answer(rest)

    def finish(self) -> None:
        """Close what encrypts, too; the plain socket beneath is the server's."""
        super().finish()
        self.connection.close()

    def _ehlo(self, rest: str) -> None:
        del rest
        encrypted = isinstance(self.connection, ssl.SSLSocket)
        offers = ["STARTTLS"] if self.server.encryption and not encrypted else ["AUTH PLAIN"]
        self._answer("\r\n".join(("250-inbox", *(f"250 {offer}" for offer in offers))))

    def _starttls(self, rest: str) -> None:
        del rest
        self._answer("220 go on")
        self._encrypt()

    def _auth(self, rest: str) -> None:
        given = tuple(base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")[1:])
        self.signed_in = given == self.server.account
        self._answer("235 in" if self.signed_in else "535 no")

    def _rcpt(self, rest: str) -> None:
        self.server.recipients.append(rest.partition("<")[2].partition(">")[0])
        self._other(rest)

    def _data(self, rest: str) -> None:
        del rest
        if not self.signed_in:
            self._answer("530 sign in first")
            return
        self._answer("354 go on")
        self._take()
        self._answer("250 well")

    def _other(self, rest: str) -> None:
        del rest
        self._answer("250 well")

    def _encrypt(self) -> None:
        assert self.server.encryption is not None
        self.connection = self.server.encryption.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.server.received.append(message)

    def _answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Certificate:
    """A certificate of 127.0.0.1 that signs itself."""

    def __init__(self, folder: Path) -> None:
        """Write it and its key to a folder."""
        self.path, self._key = folder / "certificate.pem", folder / "key.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "inbox")])
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        today = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.path.write_bytes(certificate.public_bytes(Encoding.PEM))
        self._key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def served(self) -> ssl.SSLContext:
        """What a server that has it encrypts with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self._key)
        return context


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
