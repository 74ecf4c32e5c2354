"""Making the partitions of scenarios known to the orchestrator."""

from __future__ import annotations


def register_partitions(codes: list[str]) -> None:
    """Register the partitions of scenarios; those that are known stay.

    Args:
        codes: The scenarios' codes.
    """
    # Dagster takes more than a second to import, so only where it is used.
    from sop_pipeline.automation.instance import (  # noqa: PLC0415
        open_instance,
        register_scenarios,
        reporting_instance,
    )

    with reporting_instance(), open_instance() as instance:
        register_scenarios(instance, codes)
