"""The address of the event log in a dagster.yaml; it leans on Dagster's internals as a whole."""

from sop_pipeline.automation.dagster_internals.event_log import KeptConnectionsEventLog, is_damage

__all__ = ["KeptConnectionsEventLog", "is_damage"]
