"""Every column of every table, described once: type, unit, meaning, bounds.

Belongs here: what a column means wherever it appears. The UI's column schema, the data
dictionary, the DDL and the checks are all derived from these descriptions.
Does not belong here: which columns a table has (`atomic`, `inputs`, `plan`).
"""

from __future__ import annotations

from dataclasses import replace

from sop_pipeline.planning.families import COSTS
from sop_pipeline.schemas.column import Column
from sop_pipeline.schemas.input_columns import INPUT_COLUMNS
from sop_pipeline.schemas.plan_columns import PLAN_COLUMNS

COLUMNS: dict[str, Column] = {**INPUT_COLUMNS, **PLAN_COLUMNS}

# The linear programme's cost terms, in the order of the objective; the whole-unit plan's stand
# beside them under the same name with PUBLISHED_ in front.
COST_COLUMNS: tuple[str, ...] = tuple(cost.column for cost in COSTS)
OPTIONAL_COST_COLUMNS: tuple[str, ...] = tuple(cost.column for cost in COSTS if cost.used)
PUBLISHED_COST_COLUMNS: tuple[str, ...] = tuple(f"PUBLISHED_{name}" for name in COST_COLUMNS)
COLUMNS.update(
    {
        f"PUBLISHED_{name}": replace(
            COLUMNS[name], description=f"{COLUMNS[name].description[:-1]}, of the whole-unit plan."
        )
        for name in COST_COLUMNS
    }
)
