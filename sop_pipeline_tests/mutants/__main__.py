"""Change the planner in small ways, one at a time, and see whether the tests notice.

mutmut makes the changes and runs, for each, the tests that call the changed function (its settings
are in pyproject.toml). This chooses the changes to try, and tells what came of them.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from sop_pipeline_tests.mutants.results import Mutant, explained, mutants, survivor, table

MUTMUT = Path(sys.executable).with_name("mutmut")
FIRST = "sop_pipeline.planning.policy_label.x__cut__mutmut_1"
"""Trying one, which one quick test guards, makes mutmut write them all and measure the tests."""


def main() -> None:
    """Choose, run, tell."""
    asked = _arguments()
    _mutmut(asked.processes, [FIRST])
    chosen = _chosen(mutants(), asked)
    _mutmut(asked.processes, [mutant.name for mutant in chosen])
    names = {mutant.name for mutant in chosen}
    tried = [mutant for mutant in mutants() if mutant.name in names]
    reasons = explained()
    survivors = [survivor(mutant) for mutant in tried if mutant.survived]
    unexplained = [found for found in survivors if found.change not in reasons]
    sys.stdout.write(table(tried, survivors, reasons))
    sys.stdout.writelines(f"\n{found}\n" for found in unexplained)
    sys.exit(1 if unexplained else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=["*"], help="such as planning/tables or validation/*"
    )
    parser.add_argument("--sample", type=int, default=8, help="mutants per module (default 8)")
    parser.add_argument("--all", action="store_true", help="all mutants: many hours")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    parser.add_argument("--processes", type=int, default=2, help="at a time (default 2)")
    return parser.parse_args()


def _chosen(known: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    by_module: dict[str, list[Mutant]] = {}
    for mutant in known:
        if any(fnmatch(mutant.module, pattern) for pattern in asked.modules):
            by_module.setdefault(mutant.module, []).append(mutant)
    if asked.all:
        return [mutant for found in by_module.values() for mutant in found]
    chance = random.Random(asked.seed)  # noqa: S311
    return [
        mutant
        for found in by_module.values()
        for mutant in chance.sample(found, min(asked.sample, len(found)))
    ]


def _mutmut(processes: int, names: list[str]) -> None:
    command = [MUTMUT, "run", "--max-children", str(processes), *names]
    status = subprocess.run(command, check=False).returncode
    if status:
        sys.exit(f"mutmut ended with {status}; what it printed tells why")


if __name__ == "__main__":
    main()
