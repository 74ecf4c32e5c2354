"""Dagster's web server with more middleware, served by Dagster's own command.

The command builds the class of one name in one module, and has no setting for another.
"""

from collections.abc import Sequence

import dagster_webserver.app
from dagster_webserver.cli import main
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware


def guarded_by(guards: Sequence[Middleware]) -> type[DagsterWebserver]:
    """Dagster's web server behind guards.

    Args:
        guards: What every request passes before Dagster sees it, the first one first.
    """

    class Guarded(DagsterWebserver):
        def build_middleware(self) -> list[Middleware]:
            return [*guards, *super().build_middleware()]

    return Guarded


def serve(server: type[DagsterWebserver]) -> None:
    """Serve a web server with the command line of `dagster-webserver`."""
    dagster_webserver.app.DagsterWebserver = server  # type: ignore[misc]
    main()
