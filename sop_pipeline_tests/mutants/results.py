"""What mutmut found: which mutants there are, which survived, and what each changes."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOUND = Path("mutants")
PACKAGE = Path("sop_pipeline")
EXPLAINED = Path(__file__).with_name("equivalent.toml")
SURVIVED, KILLED, NO_TESTS = 0, (1, 3), (5, 33)
_HUNK = re.compile(r"^@@ -(\d+)", re.MULTILINE)

Change = tuple[str, str, str]
"""Module, line before and line after: what names a mutant while other lines move."""


@dataclass(frozen=True)
class Mutant:
    """A change mutmut can make.

    Attributes:
        name: mutmut's name.
        module: File without its ending, from the package on, such as planning/tables.
        exit_code: Of its tests; None where they were not run.
    """

    name: str
    module: str
    exit_code: int | None

    @property
    def survived(self) -> bool:
        """Whether its tests passed, or there are none."""
        return self.exit_code in (SURVIVED, *NO_TESTS)


@dataclass(frozen=True)
class Survivor:
    """A change no test noticed; `change` names it in the list of equivalent ones."""

    change: Change
    line: int

    def __str__(self) -> str:
        """`file:line` and the change."""
        module, before, after = self.change
        return f"{PACKAGE / module}.py:{self.line}\n  - {before}\n  + {after}"


def mutants() -> list[Mutant]:
    """Every mutant there is, with what came of it."""
    found = []
    for path in sorted((FOUND / PACKAGE).rglob("*.py.meta")):
        module = str(path.relative_to(FOUND / PACKAGE)).removesuffix(".py.meta")
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        found += [Mutant(name, module, code) for name, code in codes.items()]
    return found


def survivor(mutant: Mutant) -> Survivor:
    """What a surviving mutant changes, and where."""
    mutmut = Path(sys.executable).with_name("mutmut")
    shown = subprocess.run(
        [mutmut, "show", mutant.name], check=True, capture_output=True, text=True
    ).stdout
    return read_diff(shown, mutant, (PACKAGE / f"{mutant.module}.py").read_text("utf-8"))


def read_diff(shown: str, mutant: Mutant, source: str) -> Survivor:
    """Read the diff that `mutmut show` prints; its lines count from the start of the function."""
    lines = shown.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("@@"))
    body = lines[start + 1 :]
    first = next(i for i, line in enumerate(body) if line[:1] in "+-" and line)
    before = " ".join(line[1:].strip() for line in body if line.startswith("-"))
    after = " ".join(line[1:].strip() for line in body if line.startswith("+"))
    hunk = _HUNK.search(shown)
    offset = int(hunk[1]) - 1 if hunk else 0
    return Survivor(
        (mutant.module, before, after), _function_line(mutant.name, source) + offset + first
    )


def explained() -> dict[Change, str]:
    """The changes that make no difference, with the reason."""
    listed = tomllib.loads(EXPLAINED.read_text("utf-8")).get("equivalent", [])
    return {(e["module"], e["before"], e["after"]): e["reason"] for e in listed}


def table(
    tried: Sequence[Mutant], survivors: Sequence[Survivor], reasons: Mapping[Change, str]
) -> str:
    """Tried, killed, equivalent and survived mutants of each module."""
    heads = ("module", "tried", "killed", "timed out", "equivalent", "survived")
    counts: dict[str, Counter[str]] = {}
    for mutant in tried:
        count = counts.setdefault(mutant.module, Counter())
        count["tried"] += 1
        if not mutant.survived:
            count["killed" if mutant.exit_code in KILLED else "timed out"] += 1
    for found in survivors:
        counts[found.change[0]]["equivalent" if found.change in reasons else "survived"] += 1
    total = sum(counts.values(), Counter())
    rows = [*sorted(counts.items()), ("all", total)]
    written = [[name, *(str(count[head]) for head in heads[1:])] for name, count in rows]
    width = max(len(row[0]) for row in written)
    return "".join(
        f"{row[0]:<{width}}" + "".join(f"{cell:>12}" for cell in row[1:]) + "\n"
        for row in (list(heads), *written)
    )


def _function_line(name: str, source: str) -> int:
    """First line of the function a mutant changes, decorators included."""
    mangled = name.rpartition("__mutmut_")[0].rpartition(".")[2]
    path = mangled[len("xǁ") :].split("ǁ") if mangled.startswith("xǁ") else [mangled[len("x_") :]]
    body = ast.parse(source).body
    for part in path:
        node = next(n for n in body if getattr(n, "name", None) == part)
        body = getattr(node, "body", [])
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
