"""`python -m sop_pipeline_tests.chaos`: kill `sop plan` at many moments, break services, and judge.

Prints a line per kill and a table at the end; exit status 1 where anything was violated.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from sop_pipeline_tests.chaos.campaign import campaign, new_folder, say, table_of


def main() -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m sop_pipeline_tests.chaos")
    parser.add_argument("--random", type=int, default=20, help="kills at random moments")
    parser.add_argument("--failpoints", type=int, default=30, help="kills in the publication")
    parser.add_argument("--every", action="store_true", help="kill at every failpoint there is")
    parser.add_argument("--homes", type=int, default=2, help="homes worked on at once")
    parser.add_argument("--snowflake", type=int, default=20, help="kills against the emulator")
    parser.add_argument("--warehouse", choices=("duckdb", "snowflake", "both"), default="both")
    parser.add_argument("--faults", type=int, default=30, help="faults of the deployed services")
    parser.add_argument("--kinds", nargs="*", default=[], help="kinds of faults; all if none")
    parser.add_argument("--part", choices=("kills", "faults", "all"), default="all")
    parser.add_argument("--seed", type=int, default=20250701)
    chosen = parser.parse_args()
    status = 0
    if chosen.part != "faults" and chosen.store != "snowflake":
        status = _kill_plans(chosen)
    if chosen.part != "faults" and chosen.store != "duckdb":
        status = max(status, _kill_publications(chosen))
    if chosen.part != "kills" and chosen.faults:
        status = max(status, _break_services(chosen))
    return status


def _kill_plans(chosen: argparse.Namespace) -> int:
    folder = new_folder()
    results = campaign(
        folder,
        random.Random(chosen.seed),  # noqa: S311
        at_random=chosen.random,
        at_failpoints=None if chosen.every else chosen.failpoints,
        homes=chosen.homes,
    )
    violations = [result for result in results if result.violation]
    say(table_of(results))
    for result in violations:
        say(f"VIOLATED {result.moment.label}: {result.violation}")
    if violations:
        say(f"The homes and their logs are kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    say(f"{len(results)} kills: the old plan or the new one every time, whole.")
    return 0


def _kill_publications(chosen: argparse.Namespace) -> int:
    # The connector takes seconds to import, so only where it is used.
    from sop_pipeline_tests.chaos.snowflake import snowflake_campaign  # noqa: PLC0415

    results = snowflake_campaign(random.Random(chosen.seed), chosen.snowflake)  # noqa: S311
    if any(result.violation for result in results):
        return 1
    left = [result.left for result in results]
    say(
        f"{len(left)} publications to Snowflake killed: {left.count('old')} left the old plan, "
        f"{left.count('new')} the new one, whole every time."
    )
    return 0


def _break_services(chosen: argparse.Namespace) -> int:
    from sop_pipeline_tests.chaos.fault_campaign import (  # noqa: PLC0415
        fault_campaign,
        summary_of,
    )

    folder = Path(tempfile.mkdtemp(prefix="sop-faults-"))
    started = time.monotonic()
    struck = fault_campaign(folder, random.Random(chosen.seed), chosen.faults, chosen.kinds)  # noqa: S311
    say(summary_of(struck))
    violations = [one for one in struck if one.violation]
    if violations or len(struck) < chosen.faults:
        say(f"The sites and their logs are kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    minutes = (time.monotonic() - started) / 60
    say(
        f"{len(struck)} faults in {minutes:.0f} minutes: the plan whole, the instance healthy and "
        "the next run green every time."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
