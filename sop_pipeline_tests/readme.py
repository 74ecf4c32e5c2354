"""What the README and two pages of docs show, compared with what their commands print.

`python -m sop_pipeline_tests.readme` runs the commands whose output they show, in an empty folder
for each page, and says where they differ. `[...]` on a page stands for any lines.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from click.testing import CliRunner

from sop_pipeline.cli import main as sop

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
TUTORIAL = (ROOT / "docs/tutorial.md").read_text("utf-8")
DECISIONS = (ROOT / "docs/decisions.md").read_text("utf-8")
LEFT_OUT = "[...]"
YEAR = "2026"
"""Year of the demo company whose figures the README shows; they are the same in any year."""

_AS_PROGRAMS = {
    "make plan": (("sop", "init"), ("sop", "plan", "--all")),
    "sop plan Q4_PUSH --policy decisions": (
        ("sop", "init", "--demo", "decisions"),
        ("sop", "plan", "Q4_PUSH", "--policy", "decisions"),
    ),
    "python -m sop_pipeline.demo": (("python", "-m", "sop_pipeline.demo"),),
}
"""What stands behind a command of the README, where it is not the command itself."""

_NOT_RUN = {"make test"}
"""Commands whose output is this test run's own."""


def shown(page: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of which a page shows output, and the lines it shows."""
    for block in re.findall(r"^```console\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE):
        command, *lines = block.splitlines()
        name = command.removeprefix("$ ")
        if any(not line.startswith("$") for line in lines) and name not in _NOT_RUN:
            yield name, lines
    facts = re.search(
        r"`(python -m sop_pipeline.demo)`\):\n\n```\n(.*?)^```", page, re.DOTALL | re.MULTILINE
    )
    if facts:
        yield facts[1], facts[2].splitlines()


def printed(command: str, folder: Path) -> list[str]:
    """What a command prints on both of its streams, one after the other, but for empty lines."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("SOP_", "DAGSTER_"))},
        "COLUMNS": "100",
        "SOP_DEMO_YEAR": YEAR,
    }
    programs = _AS_PROGRAMS.get(command, (tuple(command.split()),))
    with mock.patch.dict(os.environ, environment, clear=True), contextlib.chdir(folder):
        output = "".join(_output(*program) for program in programs)
    return [line.rstrip() for line in output.splitlines() if line.strip()]


def _output(program: str, *arguments: str) -> str:
    """Both streams of a program; `sop` runs in this process, which has imported it all."""
    if program == "sop":
        result = CliRunner().invoke(sop, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stderr + result.stdout
    path = str(Path(sys.executable).with_name(program))
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=True)
    return done.stderr + done.stdout


def differences(expected: list[str], actual: list[str]) -> list[str]:
    """Where lines that are shown are not printed in that order; empty where all are."""
    found: list[str] = []
    rest = actual
    for part in _parts(expected):
        start = next((i for i, line in enumerate(rest) if line == part[0]), None)
        if start is None:
            found.append(f"not printed: {part[0]}")
            continue
        lines = rest[start : start + len(part)]
        found += [
            line
            for line in difflib.unified_diff(part, lines, "README", "printed", n=0, lineterm="")
            if not line.startswith("@@")
        ]
        rest = rest[start + len(part) :]
    return found


def _parts(lines: list[str]) -> Iterator[list[str]]:
    """The runs of lines between what is left out."""
    part: list[str] = []
    for line in [*lines, LEFT_OUT]:
        if line != LEFT_OUT and line.strip():
            part.append(line.rstrip())
        elif line == LEFT_OUT and part:
            yield part
            part = []


def main() -> int:
    """Compare every command; the exit status."""
    status = 0
    for page in (README, TUTORIAL, DECISIONS):
        with tempfile.TemporaryDirectory() as folder:
            for command, lines in shown(page):
                differing = differences(lines, printed(command, Path(folder)))
                sys.stdout.write(f"$ {command}: {'differs' if differing else 'as shown'}\n")
                sys.stdout.writelines(f"  {line}\n" for line in differing)
                status |= bool(differing)
    return status


if __name__ == "__main__":
    sys.exit(main())
