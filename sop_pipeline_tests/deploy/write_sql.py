"""Writes the files of `deploy/snowflake` that follow from the schemas.

`python -m sop_pipeline_tests.deploy.write_sql` after a column has changed; a test holds the files
to what this writes.
"""

from __future__ import annotations

from pathlib import Path

from sop_pipeline.schemas.atomic import ATOMIC_SCHEMA
from sop_pipeline.schemas.plan import (
    PLAN_INPUT_HISTORY,
    PLAN_TABLES,
    RECOMMENDED_BUILD_PLAN_HISTORY,
    RESULT_TABLES,
)
from sop_pipeline.schemas.plan_table import PLAN_SCHEMA
from sop_pipeline.store.ddl import (
    PUBLICATION_TURN,
    SNOWFLAKE,
    addition_statements,
    create_table,
    turn_statements,
    view_statements,
)
from sop_pipeline.store.identity import CODED_TABLES, naming_statement
from sop_pipeline_tests.deploy.semantic_view import NAME, semantic_view

FOLDER = Path(__file__).parents[2] / "deploy/snowflake"
DATABASE = "SOP"

_HEADER = f"""\
USE ROLE SYSADMIN;
USE DATABASE {DATABASE};
"""


def generated_files() -> dict[str, str]:
    """Each generated file's text, by name."""
    return {
        "02_schemas_and_plan_tables.sql": _tables(),
        "03_views.sql": _views(),
        "04_grants.sql": _grants(),
        "06_semantic_view.sql": _semantic_view(),
    }


def _tables() -> str:
    statements = [
        f"CREATE SCHEMA IF NOT EXISTS {PLAN_SCHEMA}",
        *(create_table(table, SNOWFLAKE) for table in PLAN_TABLES),
        *addition_statements(SNOWFLAKE),
        *(naming_statement(table) for table in CODED_TABLES),
        *turn_statements(),
    ]
    return (
        "-- The plan tables, in the database that holds the schema "
        f"{ATOMIC_SCHEMA}: write its name for {DATABASE}\n"
        "-- wherever these files have it. Tables that are there already stay; those made by an\n"
        "-- earlier release get the columns they lack, and their plans the code of their scenario."
        "\n\n"
        "USE ROLE SYSADMIN;\n"
        f"CREATE DATABASE IF NOT EXISTS {DATABASE};\n"
        f"USE DATABASE {DATABASE};\n\n" + _joined(statements)
    )


def _views() -> str:
    statements = [
        statement.replace("CREATE OR REPLACE VIEW", "CREATE VIEW IF NOT EXISTS")
        for statement in view_statements()
    ]
    return (
        f"-- The two views the pipeline reads, over the tables of {ATOMIC_SCHEMA}. A view of the "
        "same name stays as\n-- it is: the checks tell when it counts demand twice.\n\n"
        f"{_HEADER}\n" + _joined(statements)
    )


def _semantic_view() -> str:
    return (
        "-- The plan tables as a semantic view, for Cortex Analyst and SELECT ... FROM\n"
        f"-- SEMANTIC_VIEW({NAME} ...). Optional. Written from Snowflake's documentation of\n"
        "-- CREATE SEMANTIC VIEW; the emulator of the tests knows none, so it has not been run.\n"
        "-- One that is there stays: to renew it after an upgrade, drop it first.\n\n"
        f"{_HEADER}\n"
        + _joined([semantic_view(), f"GRANT SELECT ON SEMANTIC VIEW {NAME} TO ROLE SOP_READER"])
    )


def _grants() -> str:
    planner = [
        f"GRANT USAGE ON DATABASE {DATABASE} TO ROLE SOP_PLANNER",
        f"GRANT USAGE ON SCHEMA {ATOMIC_SCHEMA} TO ROLE SOP_PLANNER",
        f"GRANT USAGE ON SCHEMA {PLAN_SCHEMA} TO ROLE SOP_PLANNER",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {ATOMIC_SCHEMA} TO ROLE SOP_PLANNER",
        f"GRANT SELECT ON FUTURE TABLES IN SCHEMA {ATOMIC_SCHEMA} TO ROLE SOP_PLANNER",
        f"GRANT SELECT ON ALL VIEWS IN SCHEMA {ATOMIC_SCHEMA} TO ROLE SOP_PLANNER",
        f"GRANT SELECT ON ALL VIEWS IN SCHEMA {PLAN_SCHEMA} TO ROLE SOP_PLANNER",
        f"GRANT CREATE STAGE ON SCHEMA {PLAN_SCHEMA} TO ROLE SOP_PLANNER",
        *(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {table.qualified_name} "
            "TO ROLE SOP_PLANNER"
            for table in RESULT_TABLES
        ),
        *(
            f"GRANT SELECT, INSERT ON TABLE {table.qualified_name} TO ROLE SOP_PLANNER"
            for table in (RECOMMENDED_BUILD_PLAN_HISTORY, PLAN_INPUT_HISTORY)
        ),
        f"GRANT SELECT, UPDATE ON TABLE {PUBLICATION_TURN} TO ROLE SOP_PLANNER",
    ]
    reader = [
        f"GRANT USAGE ON DATABASE {DATABASE} TO ROLE SOP_READER",
        f"GRANT USAGE ON SCHEMA {PLAN_SCHEMA} TO ROLE SOP_READER",
        *(
            f"GRANT SELECT ON TABLE {table.qualified_name} TO ROLE SOP_READER"
            for table in PLAN_TABLES
            if table != PLAN_INPUT_HISTORY
        ),
    ]
    return (
        "-- The planner reads the inputs and writes the plan tables, nothing else; its stages are\n"
        "-- temporary and hold one publication. It updates a plan's rows where its scenario has\n"
        "-- another SCENARIO_ID by now. Histories are only ever appended to. Who reads plans need\n"
        "-- not read inputs: those that plans were made of are the planner's alone.\n\n"
        f"{_HEADER}\n" + _joined(planner) + "\n" + _joined(reader)
    )


def _joined(statements: list[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)


if __name__ == "__main__":
    for name, text in generated_files().items():
        (FOLDER / name).write_text(text, "utf-8")
