"""Change the planner in small ways, one at a time, and see whether the tests notice.

mutmut makes the changes and runs, for each, the tests that call the changed function (its settings
are in pyproject.toml). This chooses the changes to try, and tells what came of them.

What came of each is kept in mutants/ as it comes, and is not tried again until its function
changes. So all of them, many hours' work, can be tried bit by bit: end it with Ctrl-C, and give the
same command again to go on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sop_pipeline_tests.mutants.choosing import chosen, to_try
from sop_pipeline_tests.mutants.results import Mutant, explained, mutants, survivor, table

MUTMUT = Path(sys.executable).with_name("mutmut")
FIRST = "sop_pipeline.planning.policy_label.x__cut__mutmut_1"
"""Trying one, which one quick test guards, makes mutmut write them all and measure the tests."""


def main() -> None:
    """Choose, run, tell."""
    asked = _arguments()
    if not asked.told:
        _mutmut(asked.processes, [FIRST])
        for names in to_try(_chosen(asked), again=asked.again):
            _mutmut(asked.processes, names)
    tried = [mutant for mutant in _chosen(asked) if mutant.exit_code is not None]
    reasons = explained()
    survivors = [survivor(mutant) for mutant in tried if mutant.survived]
    unexplained = [found for found in survivors if found.change not in reasons]
    sys.stdout.write(table(tried, survivors, reasons))
    sys.stdout.writelines(f"\n{found}\n" for found in unexplained)
    sys.exit(1 if unexplained else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "modules", nargs="*", default=["*"], help="such as planning/tables or validation/*"
    )
    parser.add_argument("--sample", type=int, default=8, help="mutants per module (default 8)")
    parser.add_argument("--all", action="store_true", help="all mutants: many hours")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    parser.add_argument("--again", action="store_true", help="try survivors again")
    parser.add_argument("--told", action="store_true", help="only tell what is known so far")
    parser.add_argument("--processes", type=int, default=2, help="at a time (default 2)")
    return parser.parse_args()


def _chosen(asked: argparse.Namespace) -> list[Mutant]:
    return chosen(mutants(), asked.modules, None if asked.all else asked.sample, asked.seed)


def _mutmut(processes: int, names: Sequence[str]) -> None:
    command = [MUTMUT, "run", "--max-children", str(processes), *names]
    status = subprocess.run(command, check=False).returncode
    if status:
        sys.exit(f"mutmut ended with {status}; what it printed tells why")


if __name__ == "__main__":
    main()
