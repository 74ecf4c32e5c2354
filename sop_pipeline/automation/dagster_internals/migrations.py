"""The migrations of Dagster's storages, read once by a process.

An instance asks which migration of each of its three storages is the newest, and the file of a new
run is marked with it. Each time alembic would find, read and import a hundred files, which takes
longer than all else `sop init` does. They change with a release of Dagster alone.
"""

from functools import cache

from alembic.script import ScriptDirectory


def read_migrations_once() -> None:
    """Let alembic keep what it has read, by configuration; Dagster has one for each storage."""
    if not hasattr(ScriptDirectory.from_config, "cache_info"):
        ScriptDirectory.from_config = cache(ScriptDirectory.from_config)  # type: ignore[method-assign]
