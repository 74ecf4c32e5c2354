"""Making the partitions of scenarios known to the orchestrator."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sop_pipeline.schemas.atomic import ATOMIC_TABLES

if TYPE_CHECKING:
    from sop_pipeline.store.folder import LoadedFolder


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


def register_loaded(codes: list[str], loaded: LoadedFolder, origin: str) -> None:
    """Register the partitions of scenarios, and show on the source tables' pages what was loaded.

    Args:
        codes: The scenarios' codes.
        loaded: What was loaded.
        origin: Where it came from.
    """
    from sop_pipeline.automation.instance import (  # noqa: PLC0415
        open_instance,
        register_scenarios,
        reporting_instance,
    )
    from sop_pipeline.automation.loadings import tell_loaded  # noqa: PLC0415

    names = {table.name: table.qualified_name for table in ATOMIC_TABLES}
    rows = {names[name]: table.num_rows for name, table in loaded.tables.items()}
    # Opening it takes a good part of a second: once for both.
    with reporting_instance(), open_instance() as instance:
        register_scenarios(instance, codes)
        tell_loaded(instance, rows, origin, dt.datetime.now(dt.UTC))
