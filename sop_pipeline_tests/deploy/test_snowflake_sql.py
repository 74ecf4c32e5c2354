"""The set-up script for Snowflake: it parses, grants what it says, and takes nothing away."""

from __future__ import annotations

import re
from functools import cache

import pytest
import sqlglot
from sqlglot import exp

from sop_pipeline.schemas.atomic import ATOMIC_SCHEMA, SCENARIO_DEFINITION
from sop_pipeline.schemas.plan import PLAN_INPUT_HISTORY, PLAN_TABLES, RESULT_TABLES
from sop_pipeline.store.ddl import PUBLICATION_TURN, SNOWFLAKE, create_table, view_statements
from sop_pipeline.store.identity import CODED_TABLES
from sop_pipeline_tests.deploy import semantic_view
from sop_pipeline_tests.deploy.write_sql import FOLDER, generated_files
from sop_pipeline_tests.emulator import Emulator

SEMANTIC_VIEW = "06_semantic_view.sql"
"""What sqlglot has no grammar for: held by itself."""
FILES = sorted(path.name for path in FOLDER.glob("*.sql") if path.name != SEMANTIC_VIEW)
HISTORY = "SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN_HISTORY"
# What sqlglot has no grammar for: roles, users, warehouses, monitors, grants on all objects of a
# schema.
OPAQUE = (
    "CREATE ROLE",
    "CREATE USER",
    "CREATE WAREHOUSE",
    "CREATE RESOURCE MONITOR",
    "GRANT ROLE",
    "GRANT SELECT ON ALL",
    "GRANT SELECT ON FUTURE",
    "ALTER WAREHOUSE",
)
GRANT = re.compile(r"GRANT (?P<what>[\w, ]+?) ON (?P<on>[\w. ]+?) TO ROLE (?P<role>\w+)$")


@cache
def parsed(name: str) -> list[exp.Expression]:
    """The statements of a file."""
    text = (FOLDER / name).read_text("utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlglot.parser.logger.warning", lambda *_: None)
        return [one for one in sqlglot.parse(text, dialect="snowflake") if one is not None]


def statements() -> list[exp.Expression]:
    return [statement for name in FILES for statement in parsed(name)]


def sql(statement: exp.Expression) -> str:
    return " ".join(statement.sql(dialect="snowflake", comments=False).split())


def grants(role: str) -> set[tuple[str, str]]:
    """Privilege and object of each grant to a role."""
    found = (GRANT.match(sql(statement)) for statement in statements())
    return {
        (privilege.strip(), one["on"])
        for one in found
        if one and one["role"] == role
        for privilege in one["what"].split(",")
    }


def test_only_what_is_listed_is_opaque_to_the_parser() -> None:
    opaque = [sql(one) for one in statements() if isinstance(one, exp.Command)]
    assert [one for one in opaque if not one.startswith(OPAQUE)] == []


def test_nothing_is_dropped_replaced_or_emptied() -> None:
    destructive = (exp.Drop, exp.Delete, exp.TruncateTable, exp.Merge)
    for statement in statements():
        assert not isinstance(statement, destructive), sql(statement)
        assert not (isinstance(statement, exp.Create) and statement.args.get("replace"))
        assert not re.match(r"(DROP|TRUNCATE|DELETE|UNDROP|REVOKE)\b", sql(statement))
        assert "OR REPLACE" not in sql(statement)
    updated = [sql(one) for one in statements() if isinstance(one, exp.Update)]
    assert len(updated) == len(CODED_TABLES)
    for statement in updated:
        assert re.match(r"UPDATE \S+ SET SCENARIO_CODE = .*\bSCENARIO_CODE IS NULL$", statement)
    inserted = [one for one in statements() if isinstance(one, exp.Insert)]
    assert [one.find(exp.Table).sql() for one in inserted] == [PUBLICATION_TURN]


def test_every_creation_leaves_what_is_there() -> None:
    text = "\n".join((FOLDER / name).read_text("utf-8") for name in FILES)
    creations = re.findall(r"^CREATE .*", text, flags=re.MULTILINE)
    assert len(creations) > 10
    assert [one for one in creations if "IF NOT EXISTS" not in one] == []


def test_the_planner_writes_only_the_plan_tables() -> None:
    plan = {f"TABLE {table.qualified_name}" for table in RESULT_TABLES}
    writes = {one for one in grants("SOP_PLANNER") if one[0] not in ("SELECT", "USAGE")}
    assert writes == {
        *((privilege, table) for privilege in ("INSERT", "UPDATE", "DELETE") for table in plan),
        ("INSERT", f"TABLE {HISTORY}"),
        ("INSERT", f"TABLE {PLAN_INPUT_HISTORY.qualified_name}"),
        ("UPDATE", f"TABLE {PUBLICATION_TURN}"),
        ("CREATE STAGE", "SCHEMA SOP_LOGISTICS"),
    }


def test_the_planner_reads_the_inputs_and_what_it_writes() -> None:
    reads = {on for what, on in grants("SOP_PLANNER") if what == "SELECT"}
    assert reads == {
        f"ALL TABLES IN SCHEMA {ATOMIC_SCHEMA}",
        f"FUTURE TABLES IN SCHEMA {ATOMIC_SCHEMA}",
        f"ALL VIEWS IN SCHEMA {ATOMIC_SCHEMA}",
        "ALL VIEWS IN SCHEMA SOP_LOGISTICS",
        *(f"TABLE {table.qualified_name}" for table in PLAN_TABLES),
        f"TABLE {PUBLICATION_TURN}",
    }
    usage = {on for what, on in grants("SOP_PLANNER") if what == "USAGE"}
    assert usage == {
        "DATABASE SOP",
        "SCHEMA ATOMIC",
        "SCHEMA SOP_LOGISTICS",
        "WAREHOUSE SOP_PLANNING",
    }


def test_readers_of_plans_read_only_plans() -> None:
    assert grants("SOP_READER") == {
        ("USAGE", "DATABASE SOP"),
        ("USAGE", "SCHEMA SOP_LOGISTICS"),
        *(("SELECT", f"TABLE {table.qualified_name}") for table in RESULT_TABLES),
        ("SELECT", f"TABLE {HISTORY}"),
    }


def test_the_semantic_view_tells_only_of_columns_there_are_and_of_each_once() -> None:
    text = (FOLDER / SEMANTIC_VIEW).read_text("utf-8")
    made = re.findall(r"^(?:CREATE|GRANT|DROP|ALTER|REVOKE) .*", text, flags=re.MULTILINE)
    assert made == [
        f"CREATE SEMANTIC VIEW IF NOT EXISTS {semantic_view.NAME}",
        f"GRANT SELECT ON SEMANTIC VIEW {semantic_view.NAME} TO ROLE SOP_READER;",
    ]
    named = re.findall(r"^    (\w+\.\w+) AS ", text, flags=re.MULTILINE)
    assert len(named) == len(set(named))
    columns = {
        f"{alias}.{name.lower()}"
        for alias, table in semantic_view.TABLES.items()
        for name in table.columns
    }
    assert set(named) == columns | set(semantic_view.METRICS)
    for expression, _ in semantic_view.METRICS.values():
        assert set(re.findall(r"\w+\.\w+", expression)) <= columns
    told = {name for table in semantic_view.TABLES.values() for name in table.columns}
    assert set(semantic_view.SYNONYMS) <= told


def test_the_warehouse_suspends_itself_and_its_credits_are_bound() -> None:
    text = (FOLDER / FILES[0]).read_text("utf-8")
    assert re.search(r"AUTO_SUSPEND = \d+", text)
    assert re.search(r"CREDIT_QUOTA = \d+", text)
    assert "ALTER WAREHOUSE SOP_PLANNING SET RESOURCE_MONITOR" in text


@pytest.mark.parametrize("name", generated_files())
def test_tables_views_and_grants_are_those_of_the_schemas(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == generated_files()[name]


def test_the_script_makes_the_tables_the_pipeline_makes() -> None:
    made = {sql(one) for one in statements() if isinstance(one, exp.Create)}
    for table in PLAN_TABLES:
        expected = sqlglot.parse_one(create_table(table, SNOWFLAKE), dialect="snowflake")
        assert sql(expected) in made
    assert sum("VIEW" in one for one in made) == len(view_statements())


def test_the_tables_of_the_script_take_a_publication(emulator: Emulator) -> None:
    from sop_pipeline.store import SnowflakeSettings, SnowflakeStore  # noqa: PLC0415
    from sop_pipeline_tests.contract.plans import invented_plan, publication  # noqa: PLC0415

    database = emulator.new_database()
    with emulator.connect(database) as connection:
        connection.cursor().execute(f"CREATE SCHEMA {ATOMIC_SCHEMA}")
        connection.cursor().execute(create_table(SCENARIO_DEFINITION, SNOWFLAKE))
        for statement in parsed("02_schemas_and_plan_tables.sql"):
            if not isinstance(statement, exp.Use) and "DATABASE" not in sql(statement):
                connection.cursor().execute(sql(statement))
    store = SnowflakeStore(SnowflakeSettings.from_environment(emulator.environment(database)))
    store.publish(publication(invented_plan(1)))
    assert len(store.read_plan("BASE")["RECOMMENDED_BUILD_PLAN"]) == 4
