"""What a load leaves beside the inputs, schema ATOMIC: its notes, and the identifiers of codes."""

from __future__ import annotations

from sop_pipeline.schemas.atomic import ATOMIC_SCHEMA
from sop_pipeline.schemas.table import Table, optional, required

INPUT_NOTE = Table(
    name="INPUT_NOTE",
    description="What was said of the files when the inputs were loaded; a run tells it again.",
    members=required("NOTE_NUMBER", "NOTE"),
    key=("NOTE_NUMBER",),
    database_schema=ATOMIC_SCHEMA,
)
CODE_IDENTIFIER = Table(
    name="CODE_IDENTIFIER",
    description="The identifier of each code that was ever loaded, and the highest ever used, so "
    "that a code keeps its identifier and no other code gets it; as LOAD, the number of the load.",
    members=(*required("IDENTIFIER_COLUMN"), *optional("CODE"), *required("IDENTIFIER")),
    key=("IDENTIFIER_COLUMN", "CODE"),
    database_schema=ATOMIC_SCHEMA,
)

BOOKKEEPING_TABLES: tuple[Table, ...] = (INPUT_NOTE, CODE_IDENTIFIER)
