"""The dependency audit: what it asks, when it fails, and when it says that it could not ask."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AUDIT = ROOT / ".ci/audit.py"


@dataclass
class Database:
    """A database of advisories on this machine, and what it was asked."""

    address: str
    vulnerable: dict[str, list[str]] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, question: bytes) -> bytes:
        if self.body is not None:
            return self.body
        self.asked = json.loads(question)["queries"]
        results = [
            {"vulns": [{"id": i} for i in ids]}
            if (ids := self.vulnerable.get(query["package"]["name"]))
            else {}
            for query in self.asked
        ]
        return json.dumps({"results": results}).encode()


@pytest.fixture
def database() -> Iterator[Database]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = made.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Database(f"http://127.0.0.1:{server.server_port}/v1/querybatch")
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield made
        server.shutdown()
        serving.join()


def audit(address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", AUDIT],
        env={"SOP_ADVISORIES": address},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_locked_version_is_asked_about(database: Database) -> None:
    done = audit(database.address)
    assert done.returncode == 0, done.stderr
    locked = [
        line.split(" ")[0].rstrip(";")
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    ]
    asked = [f"{one['package']['name']}=={one['version']}" for one in database.asked]
    assert sorted(asked) == sorted(locked)
    assert {one["package"]["ecosystem"] for one in database.asked} == {"PyPI"}
    assert f"{len(locked)} locked versions, 0 with advisories." in done.stdout


def test_a_vulnerable_version_fails_and_is_named_with_its_advisories(database: Database) -> None:
    database.vulnerable = {"jinja2": ["PYSEC-1", "GHSA-2"]}
    done = audit(database.address)
    assert done.returncode == 1
    assert "GHSA-2, PYSEC-1" in done.stdout
    assert "jinja2 " in done.stdout


@pytest.mark.parametrize(
    ("status", "body"),
    [(503, b""), (403, b"proxy"), (200, b"<html>sign in</html>"), (200, b'{"results": []}')],
)
def test_a_database_that_does_not_answer_is_noticed_and_no_fault(
    database: Database, status: int, body: bytes
) -> None:
    database.status, database.body = status, body
    done = audit(database.address)
    assert done.returncode == 0, done.stderr
    assert "Dependency audit SKIPPED" in done.stdout


def test_a_database_out_of_reach_is_noticed_and_no_fault() -> None:
    done = audit("http://127.0.0.1:9/")
    assert done.returncode == 0, done.stderr
    assert "Dependency audit SKIPPED" in done.stdout


def test_a_question_the_database_refuses_is_a_fault(database: Database) -> None:
    database.status, database.body = 400, b"{}"
    assert audit(database.address).returncode == 1


def test_the_continuous_check_audits() -> None:
    assert re.search(r"^make .*\baudit\b", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert "\t$(BIN)/python .ci/audit.py" in (ROOT / "Makefile").read_text("utf-8")
