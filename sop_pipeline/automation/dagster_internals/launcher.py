"""What a launcher answers the daemon by, and whether a run's code server is there.

A launcher that tells the run monitoring whether a run is alive answers with a result and a status
that Dagster exports nowhere, and only a private method of its default launcher leads to the code
server that started a run.
"""

from typing import Any, Self

from dagster import DefaultRunLauncher
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

__all__ = ["CheckRunHealthResult", "CodeServerLauncher", "WorkerStatus"]


class CodeServerLauncher(DefaultRunLauncher):
    """Dagster's default launcher, which can be asked for a run's code server; no configuration."""

    def code_server_answers(self, run_id: str) -> bool | None:
        """Whether the code server that started a run is there; None where none started it."""
        client = self._get_grpc_client_for_termination(run_id)
        if client is None:
            return None
        try:
            client.ping("there?")
        except DagsterUserCodeUnreachableError:
            return False
        return True

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Made by Dagster from dagster.yaml."""
        del config_value
        return cls(inst_data=inst_data)
