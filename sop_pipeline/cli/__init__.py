"""The command line `sop`: thin commands over the layers below.

Belongs here: arguments, progress, what is printed, exit statuses.
Does not belong here: planning, checking, reading or publishing.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import Any

import click

from sop_pipeline.errors import SopError
from sop_pipeline.version import __version__

_OWNER_ONLY = 0o077

# Each command and what its help begins with, so that listing them imports none.
_COMMANDS = {
    "template": "Write an example company, ready to edit: CSV files and a README, or one workbook.",
    "init": "Create the warehouse, or replace its inputs; plans and their history stay.",
    "check": "Check the inputs of the given scenarios, or of all.",
    "plan": "Plan scenarios through the orchestrator, publish, and print the plans.",
    "show": "Print the published plan of SCENARIO, its policy and grain.",
    "compare": "Lay published plans side by side: money, service, and what leads from one to the "
    "next.",
    "explain": "Tell in words why the published plan of SCENARIO is so.",
    "whatif": "Plan SCENARIO with changes and show what differs; publish nothing.",
    "diff": "Print what changed since the plan before: inputs, builds and costs.",
    "history": "List the publications of SCENARIO: when, by which run, from what.",
    "export": "Write the published plans of the scenarios to FILE.xlsx, or as CSV and Parquet into "
    "DIR.",
    "report": "Write the page of the published plans of the scenarios to FILE.html.",
    "solve": "Plan the scenarios of DIRECTORY; write Parquet, CSV and summary.json.",
    "scenario": "See the scenarios, and retire those that are gone.",
    "prune": "Delete old runs with their events and pictures; published plans and history stay.",
    "assistant": "Let an assistant read the published plans (MCP over stdio).",
    "ui": "Serve the web interface, with schedules, sensors and backfills, until interrupted.",
}


@contextmanager
def _uncollected() -> Generator[None]:
    """Import without looking for garbage, of which there is none: a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _commanded(ctx: click.Context) -> str:
    """Name of the command that is asked for."""
    return next(iter([*ctx._protected_args, *ctx.args]), "")  # noqa: SLF001


class _Group(click.Group):
    """Commands, each imported when it is used, that end with the exit status of their error."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order a newcomer needs them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module, which has the command under its own name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        with _uncollected():
            return getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; where the output's disk is full, say so in one line."""
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            click.echo(f"The output could not be written: {error.strerror}.", err=True)
            # What is still to be flushed would fail once more, at the end of the process.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell an error of this package without a traceback."""
        from sop_pipeline.cli.interruption import interruptible  # noqa: PLC0415

        try:
            # The web interface ends by itself when it is interrupted.
            with nullcontext() if _commanded(ctx) == "ui" else interruptible():
                return super().invoke(ctx)
        except SopError as error:
            from sop_pipeline.report.wording import printable  # noqa: PLC0415

            click.echo(printable(str(error)), err=True)
            sys.exit(error.exit_status)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, 1 a fault of the program, 2 bad usage or policy, 3 the input is "
    "refused, 4 no plan satisfies the hard constraints, 5 the warehouse could not be reached, "
    "locked or written, 6 the solver stopped early or its plan is not certified. On 3 to 6 the "
    "last published plan is untouched.",
)
@click.version_option(__version__, prog_name="sop")
def main() -> None:
    """Plan what to build, where and when, scenario by scenario."""
    # Plans, inputs and the orchestrator's records are their owner's business alone.
    os.umask(_OWNER_ONLY)
