"""What the plan tables have in common: their schema, and the cost terms.

Belongs here: how a plan table is stated. The tables themselves: `plan`, `plan_summary`.
"""

from __future__ import annotations

from functools import partial

from sop_pipeline.schemas.columns import COST_COLUMNS, OPTIONAL_COST_COLUMNS
from sop_pipeline.schemas.table import Table, TableColumn, optional, required

PLAN_SCHEMA = "SOP_LOGISTICS"

plan_table = partial(Table, database_schema=PLAN_SCHEMA)
"""A table of the plan."""


def cost_terms(prefix: str) -> tuple[TableColumn, ...]:
    """Cost terms of the summary; one that only some plans have is empty in the others."""
    always = [name for name in COST_COLUMNS if name not in OPTIONAL_COST_COLUMNS]
    return (
        *required(*(f"{prefix}{name}" for name in always)),
        *optional(*(f"{prefix}{name}" for name in OPTIONAL_COST_COLUMNS), release=6),
    )
