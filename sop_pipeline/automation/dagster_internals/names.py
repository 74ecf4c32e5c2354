"""Every private name of Dagster's that this package leans on, and what it leans on it for.

Nothing is imported here, so that the list can be read, and each name looked at, after an upgrade
that has taken one away.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PrivateName:
    """A part of Dagster that a release may take away or change without a word.

    Attributes:
        module: Where it is imported from.
        name: The name in that module; an attribute of a class with a dot.
        leans: What would break, as a sentence.
        accepts: What it must take by name; of an enumeration its members, of a table its columns.
    """

    module: str
    name: str
    leans: str
    accepts: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The name in full."""
        return f"{self.module}.{self.name}"


_ORIGIN = "Runs of `sop plan` would be missing from the UI's timeline and not be executed again: "
_LOG = "The event log on SQLite would open an engine for each event, a fifth of `sop plan`: "
_SIZE = "The event log on SQLite would store pictures and checks more than once: "
_MIGRATIONS = "Each instance and run would read a hundred migrations anew, a third of `sop init`: "
_DEATH = "The daemon would not notice that a run's process has died: "
_GUARD = "Any web page could command the web interface: "
_EVENTS = "dagster._core.events"
_SQLITE = "dagster._core.storage.event_log"
_STORAGE = "SqliteEventLogStorage"


def _origins() -> tuple[PrivateName, ...]:
    module = "dagster._core.remote_origin"
    says = _ORIGIN + "it says which code location a run belongs to."
    return (
        PrivateName(module, "RegisteredCodeLocationOrigin", says, ("location_name",)),
        PrivateName(
            module, "RemoteRepositoryOrigin", says, ("code_location_origin", "repository_name")
        ),
        PrivateName(module, "RemoteJobOrigin", says, ("repository_origin", "job_name")),
        PrivateName(
            "dagster",
            "DagsterInstance.create_run_for_job",
            _ORIGIN + "it is given the origin in place of `execute_in_process`, which has none.",
            ("self", "job_def", "remote_job_origin"),
        ),
    )


def _connections() -> tuple[PrivateName, ...]:
    def of_storage(name: str, leans: str, *accepts: str) -> PrivateName:
        return PrivateName(_SQLITE, f"{_STORAGE}.{name}", _LOG + leans, accepts)

    return (
        PrivateName(
            _SQLITE, _STORAGE, _LOG + "it is what ours extends.", ("base_dir", "inst_data")
        ),
        of_storage("_connect", "ours replaces it by kept connections.", "self", "shard"),
        of_storage("_db_lock", "a kept connection is used by one thread at a time."),
        of_storage("_initialized_dbs", "it tells which files have their tables."),
        of_storage("_initdb", "it makes a file's tables.", "self", "engine"),
        of_storage("conn_string_for_shard", "it names a file.", "self", "shard_name"),
        of_storage("path_for_shard", "it says where a file lies.", "self", "run_id"),
        of_storage("has_table", "ours asks only once.", "self", "table_name"),
        of_storage("delete_events", "ours removes the file too.", "self", "run_id"),
    )


def _sizes() -> tuple[PrivateName, ...]:
    def of_storage(name: str, leans: str, *accepts: str) -> PrivateName:
        return PrivateName(_SQLITE, f"{_STORAGE}.{name}", _SIZE + leans, ("self", *accepts))

    at_assets = ("conn", "event", "event_id")
    columns = ("run_id", "event", "dagster_event_type")
    return (
        of_storage("store_event", "ours replaces it.", "event"),
        of_storage("_event_to_row", "it makes the row of an event.", "event"),
        of_storage("_store_asset_event", "it keeps the latest of an asset.", *at_assets),
        of_storage("_store_asset_event_tags", "it keeps tags.", "conn", "events", "event_ids"),
        of_storage("store_asset_check_event", "it fills the table of checks.", "event", "event_id"),
        of_storage("run_connection", "it leads to a run's file.", "run_id"),
        of_storage("index_connection", "it leads to the index of all runs."),
        PrivateName(
            f"{_SQLITE}.schema",
            "SqlEventLogStorageTable",
            _SIZE + "rows are inserted and deleted there.",
            columns,
        ),
        PrivateName(_EVENTS, "ASSET_EVENTS", _SIZE + "these are told in the index."),
        PrivateName(_EVENTS, "ASSET_CHECK_EVENTS", _SIZE + "the index forgets these."),
        PrivateName(
            _EVENTS,
            "EVENT_TYPE_TO_PIPELINE_RUN_STATUS",
            _SIZE + "sensors of run status read these in the index.",
        ),
        PrivateName(
            "dagster",
            "DagsterEvent._fields",
            _SIZE + "what says again where an event happened is left out.",
            ("logging_tags", "step_handle"),
        ),
        PrivateName("dagster", "EventLogEntry._fields", _SIZE + "the same.", ("dagster_event",)),
    )


def _migrations() -> tuple[PrivateName, ...]:
    return (
        PrivateName(
            "alembic.script",
            "ScriptDirectory.from_config",
            _MIGRATIONS + "it reads them, and ours keeps what it has read.",
            ("config",),
        ),
        PrivateName(
            "dagster._core.storage.sql",
            "get_alembic_config.cache_info",
            _MIGRATIONS + "they are kept by the configuration, of which there is one a storage.",
        ),
    )


def _launchers() -> tuple[PrivateName, ...]:
    module = "dagster._core.launcher"
    return (
        PrivateName(
            module,
            "CheckRunHealthResult",
            _DEATH + "it is what a launcher answers.",
            ("status", "msg"),
        ),
        PrivateName(module, "WorkerStatus", _DEATH + "the same.", ("RUNNING", "FAILED")),
        PrivateName(
            "dagster",
            "DefaultRunLauncher._get_grpc_client_for_termination",
            _DEATH + "it leads to the code server that a dead run is started again by.",
            ("self", "run_id"),
        ),
        PrivateName(
            "dagster._core.errors",
            "DagsterUserCodeUnreachableError",
            _DEATH + "it tells that this code server is not back yet.",
        ),
    )


def _web_server() -> tuple[PrivateName, ...]:
    return (
        PrivateName(
            "dagster_webserver.app",
            "DagsterWebserver",
            _GUARD + "the command serves the class of this name, which ours takes the place of.",
        ),
        PrivateName(
            "dagster_webserver.webserver",
            "DagsterWebserver.build_middleware",
            _GUARD + "the guard stands before Dagster's own.",
            ("self",),
        ),
        PrivateName("dagster_webserver.cli", "main", _GUARD + "it is the command that serves."),
    )


PRIVATE_NAMES: tuple[PrivateName, ...] = (
    *_origins(),
    *_connections(),
    *_sizes(),
    *_migrations(),
    *_launchers(),
    *_web_server(),
)
"""All of them; a test looks at each."""
