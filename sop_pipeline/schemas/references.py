"""Which identifier points to which table, and the code a file may give in its place.

Belongs here: the identifiers of the input tables and their codes.
Does not belong here: how codes become identifiers (`store/folder`), whether an identifier is
known (`validation/loading`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sop_pipeline.schemas import atomic
from sop_pipeline.schemas.table import Table

REFERENCES: Mapping[str, Table] = {
    "SCENARIO_ID": atomic.SCENARIO_DEFINITION,
    "PARENT_SCENARIO_ID": atomic.SCENARIO_DEFINITION,
    "MEMBER_SCENARIO_ID": atomic.SCENARIO_DEFINITION,
    "SITE_ID": atomic.SITE,
    "FROM_SITE_ID": atomic.SITE,
    "TO_SITE_ID": atomic.SITE,
    "PRODUCT_CATEGORY_ID": atomic.PRODUCT_CATEGORY,
    "PARENT_CATEGORY_ID": atomic.PRODUCT_CATEGORY,
    "PRODUCT_ID": atomic.PRODUCT,
    "WORK_CENTER_ID": atomic.WORK_CENTER,
    "WAREHOUSE_ZONE_ID": atomic.WAREHOUSE_ZONE,
}
"""The table each identifier points to, under that table's own key."""

MASTERS = tuple(table for name, table in REFERENCES.items() if table.key == (name,))
"""The tables that are pointed to. A zone's code is its site's own, so sites come before zones."""

_CODES = {"WAREHOUSE_ZONE_ID": "ZONE_CODE"}


def code_column(identifier: str) -> str:
    """The column that may stand in place of an identifier."""
    return _CODES.get(identifier, f"{identifier.removesuffix('_ID')}_CODE")


def code_columns(table: Table) -> dict[str, str]:
    """The code of each identifier of a table that points to a master, by identifier."""
    return {name: code_column(name) for name in table.columns if name in REFERENCES}


def is_scoped(master: Table) -> bool:
    """Whether a code is unique only within its site."""
    return master == atomic.WAREHOUSE_ZONE


def key_columns(table: Table) -> list[str]:
    """The columns a row is known by, and the codes that may stand in their place."""
    codes = code_columns(table)
    return [one for name in table.key for one in dict.fromkeys((name, codes.get(name, name)))]
