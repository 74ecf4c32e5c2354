"""`python -m sop_pipeline.cli` is `sop`."""

from __future__ import annotations

import atexit
import os
import sys

from sop_pipeline.cli import main


def run() -> None:
    """Run the command line as a process of its own, and end it at once.

    Taking apart all that is loaded, object by object, takes a second of each command; the operating
    system takes it back as a whole.
    """
    try:
        main()
    except SystemExit as end:
        if end.code is not None and not isinstance(end.code, int):
            raise
        atexit._run_exitfuncs()  # noqa: SLF001  what the interpreter does first as it ends
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise end from None
        os._exit(end.code or 0)


if __name__ == "__main__":
    run()
