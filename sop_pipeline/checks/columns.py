"""The UI's column schema of a table, made from its column descriptions."""

import dagster as dg

from sop_pipeline.schemas.columns import Column
from sop_pipeline.schemas.table import Table


def column_schema(table: Table) -> dg.TableSchema:
    """Names, types, units, descriptions and bounds of a table's columns."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                type=column.type,
                description=f"{column.description} [{column.unit}]",
                tags={"unit": _tag(column.unit)},
                constraints=dg.TableColumnConstraints(
                    nullable=name in table.may_be_empty,
                    unique=table.key == (name,),
                    other=_bounds(column),
                ),
            )
            for name, column in table.columns.items()
        ],
        constraints=dg.TableConstraints(
            other=[f"one row per {', '.join(table.key)}"] if table.key else []
        ),
    )


def _bounds(column: Column) -> list[str]:
    words = [
        f"at least {column.minimum:g}" if column.minimum is not None else "",
        f"above {column.above:g}" if column.above is not None else "",
        f"at most {column.maximum:g}" if column.maximum is not None else "",
        f"below {column.below:g}" if column.below is not None else "",
        f"one of {', '.join(column.choices)}" if column.choices else "",
        f"matches {column.pattern}" if column.pattern else "",
    ]
    return [word for word in words if word]


def _tag(unit: str) -> str:
    """A unit as a tag value: Dagster allows letters, digits, `_`, `-` and `.`."""
    return unit.replace("%", "percent").replace("/", "_per_").replace(" ", "_")
