"""Progress on the terminal: a live line where there is one, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from sop_pipeline.report.terminal import report_console

Tell = Callable[[str], None]


class Stages:
    """Long work in stages of one unit each."""

    def __init__(self, progress: Progress, total: int, *, lines: bool) -> None:
        """Begin with no stage done.

        Args:
            progress: What shows it.
            total: How many stages there are.
            lines: Whether each stage is told in a line of its own.
        """
        self._progress = progress
        self._task = progress.add_task("", total=total)
        self._lines = lines

    @contextmanager
    def stage(self, title: str) -> Iterator[Tell]:
        """Work on one stage; the yielded function tells what it is at."""
        if self._lines:
            self._progress.console.print(f"{title} ...", highlight=False)

        def tell(step: str) -> None:
            self._progress.update(self._task, description=f"{title}: {step}")

        tell("")
        yield tell
        self._progress.advance(self._task)


@contextmanager
def stages(total: int, *, quiet: bool = False) -> Iterator[Stages]:
    """Show progress over a number of stages on standard error, unless it is to be quiet."""
    console = report_console(stderr=True)
    live = console.is_terminal
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
    )
    hidden = quiet or not live
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        yield Stages(progress, total, lines=not quiet and not live)
