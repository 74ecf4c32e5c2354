"""The UI's column schema of a table, made from its column descriptions."""

import dagster as dg

from sop_pipeline.schemas.table import Table


def column_schema(table: Table) -> dg.TableSchema:
    """Names, types, units, descriptions and bounds of a table's columns."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name,
                type=column.type,
                description=column.description,
                tags={"unit": _tag(column.unit)} if column.unit else {},
                constraints=dg.TableColumnConstraints(
                    nullable=name in table.may_be_empty,
                    unique=table.key == (name,),
                    other=column.bounds(),
                ),
            )
            for name, column in table.columns.items()
        ],
        constraints=dg.TableConstraints(
            other=[f"one row per {', '.join(table.key)}"] if table.key else []
        ),
    )


def _tag(unit: str) -> str:
    """A unit as a tag value: Dagster allows letters, digits, `_`, `-` and `.`."""
    return unit.replace("/", "_per_")
