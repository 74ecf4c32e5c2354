"""Every environment variable of the package: what it means, its default, whether it is a secret.

Variables stand in groups, and a group is read when it is needed: what only alerts need stops no
plan. A variable that is set to nothing counts as not set.
Belongs here: names, types, defaults, and refusing what makes no sense by itself.
Does not belong here: what a setting brings about, or whether what it names is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic.fields import FieldInfo

from sop_pipeline.errors import UsageError


def _digits(given: object) -> object:
    """A whole number is written in digits alone: no sign, no point, no blank."""
    if isinstance(given, str) and not (given.isascii() and given.isdigit()):
        msg = "no digits"
        raise ValueError(msg)
    return given


def _parts(given: object) -> object:
    """What stands between commas."""
    if not isinstance(given, str):
        return given
    return tuple(part.strip() for part in given.split(",") if part.strip())


def _lower(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _web_address(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
        msg = "no address"
        raise ValueError(msg)
    return secret


_WholeNumber = Annotated[int, BeforeValidator(_digits)]
_Count = Annotated[_WholeNumber, Field(ge=1)]
_Names = Annotated[frozenset[str], BeforeValidator(_parts), AfterValidator(_lower)]
_NO_SECRET = SecretStr("")


def _variable(name: str, default: object, meaning: str, *, expected: str = "") -> Any:
    """A field that a variable sets.

    Args:
        name: The variable.
        default: What holds where it is not set.
        meaning: What it means.
        expected: What is told where it makes no sense; needed where a type can be missed.
    """
    return Field(
        default,
        validation_alias=name,
        description=meaning,
        json_schema_extra={"expected": expected},
    )


class Settings(BaseModel):
    """A group of variables that are read together."""

    # Built where it is read: importing this module takes no time for groups nobody asks for.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The group as the variables set it.

        Raises:
            UsageError: Variables make no sense; each is told with what was given, but for a
                secret, and with what is expected.
        """
        given = {name: environment[name] for name in cls.variables() if environment.get(name)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            names = [str(one["loc"][0]) for one in error.errors()]
        raise UsageError("\n".join(cls._refusal(name, given[name]) for name in names))

    @classmethod
    def variables(cls) -> dict[str, FieldInfo]:
        """The fields that a variable sets, by its name."""
        fields = cls.model_fields.values()
        return {str(one.validation_alias): one for one in fields if one.validation_alias}

    @classmethod
    def _refusal(cls, name: str, given: str) -> str:
        field = cls.variables()[name]
        value = "" if is_secret(field) else f"={given!r}"
        extra = field.json_schema_extra
        expected = extra["expected"] if isinstance(extra, dict) else ""
        return f"{name}{value}: expected {expected}"


class StoreLocation(Settings):
    """Where inputs are read and plans published."""

    location: str = _variable(
        "SOP_WAREHOUSE",
        "duckdb:.sop/warehouse.duckdb",
        "Where inputs are read and plans published: `duckdb:PATH` or `snowflake`.",
    )


class Snowflake(Settings):
    """How to reach Snowflake; which of them suffice is judged when it is reached."""

    account: str = _variable("SNOWFLAKE_ACCOUNT", "", "Account identifier.")
    user: str = _variable("SNOWFLAKE_USER", "", "Login name.")
    password: SecretStr = _variable("SNOWFLAKE_PASSWORD", _NO_SECRET, "Password of the user.")
    private_key_path: str = _variable(
        "SNOWFLAKE_PRIVATE_KEY_PATH", "", "File of the user's private key, in PEM."
    )
    private_key_passphrase: SecretStr = _variable(
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
        _NO_SECRET,
        "Passphrase of that file, where it has one.",
    )
    token: SecretStr = _variable(
        "SNOWFLAKE_TOKEN", _NO_SECRET, "OAuth or programmatic access token."
    )
    authenticator: str = _variable(
        "SNOWFLAKE_AUTHENTICATOR",
        "",
        "How to sign in, such as `externalbrowser`; passed on as it is.",
    )
    connection_name: str = _variable(
        "SNOWFLAKE_CONNECTION_NAME",
        "",
        "A connection of `connections.toml`; what else is set replaces its values.",
    )
    role: str = _variable("SNOWFLAKE_ROLE", "", "Role to act as.")
    warehouse: str = _variable("SNOWFLAKE_WAREHOUSE", "", "Virtual warehouse that computes.")
    database: str = _variable(
        "SNOWFLAKE_DATABASE", "", "Database of the schemas ATOMIC and SOP_LOGISTICS."
    )
    host: str = _variable("SNOWFLAKE_HOST", "", "Host of an emulator or a private link.")
    port: str = _variable("SNOWFLAKE_PORT", "", "Its port.")
    protocol: str = _variable("SNOWFLAKE_PROTOCOL", "", "Its protocol, `http` or `https`.")


class Policies(Settings):
    """Which policy is planned with."""

    policy: str = _variable("SOP_POLICY", "standard", "Name or file of the default policy.")
    folder: str = _variable(
        "SOP_POLICIES",
        "",
        "Folder of policy files (`NAME.yaml`) that may be named like those shipped.",
    )


class Solvers(Settings):
    """What bounds the solvers."""

    time_limit_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = _variable(
        "SOP_SOLVER_TIME_LIMIT_SECONDS",
        None,
        "Seconds the solvers may take for one plan; without it as long as they need.",
        expected="a number of seconds above 0",
    )


class Orchestrator(Settings):
    """Where Dagster keeps what it knows."""

    home: Path = _variable(
        "DAGSTER_HOME",
        Path(".sop/dagster"),
        "Folder of runs, checks and assets, shared by command line and UI. Dagster reads it too.",
    )
    storage: str = _variable(
        "SOP_STORAGE",
        "",
        "Folder or object store for what runs hand on between their steps; without it the "
        "orchestrator's own storage.",
    )


class Workers(Settings):
    """How runs reach workers on other machines."""

    broker: SecretStr = _variable(
        "SOP_BROKER", _NO_SECRET, "Broker of the workers, such as `redis://HOST:6379/0`."
    )


class Database(Settings):
    """The orchestrator's database. Its `dagster.yaml` reads this; here it is kept from messages."""

    password: SecretStr = _variable("SOP_PG_PASSWORD", _NO_SECRET, "Password of the database.")


class Automation(Settings):
    """When scenarios are planned without being asked to."""

    state: Literal["on", "off"] = _variable(
        "SOP_AUTOMATION",
        "off",
        "Whether schedules and sensors run from the start; else each is turned on in the UI. A "
        "switch turned in the UI outlasts this.",
        expected="on or off",
    )
    cycle_cron: str = _variable("SOP_CYCLE_CRON", "0 6 1 * *", "When the monthly cycle plans.")
    refresh_cron: str = _variable("SOP_REFRESH_CRON", "0 5 * * *", "When the daily refresh plans.")
    timezone: str = _variable("SOP_TIMEZONE", "UTC", "IANA time zone of both.")
    sensor_seconds: _Count = _variable(
        "SOP_SENSOR_SECONDS",
        60,
        "Seconds between two looks for changed scenarios.",
        expected="a whole number of at least 1",
    )
    fresh_days: _Count = _variable(
        "SOP_FRESH_DAYS",
        35,
        "Days after which the newest published plan is too old.",
        expected="a whole number of at least 1",
    )
    keep_runs: _Count = _variable(
        "SOP_KEEP_RUNS",
        30,
        "Runs kept of each scenario, the latest first.",
        expected="a whole number of at least 1",
    )


class Alerts(Settings):
    """Who is told of failures and warnings."""

    webhook_url: Annotated[SecretStr, AfterValidator(_web_address)] = _variable(
        "SOP_ALERT_WEBHOOK_URL",
        _NO_SECRET,
        "Where alerts are posted as JSON.",
        expected="http:// or https:// and a host",
    )
    email_to: Annotated[tuple[str, ...], BeforeValidator(_parts)] = _variable(
        "SOP_ALERT_EMAIL_TO", (), "Addresses, separated by commas."
    )
    email_from: str = _variable(
        "SOP_ALERT_EMAIL_FROM", "", "Sender; without it the first address written to."
    )
    ui_url: str = _variable(
        "SOP_UI_URL", "", "Address of the UI for links in alerts; without it no links."
    )


class MailServer(Settings):
    """How mail is sent; read where there is somebody to write to."""

    host: str = _variable("SOP_SMTP_HOST", "", "The mail server.")
    port: _WholeNumber = _variable("SOP_SMTP_PORT", 587, "Its port.", expected="a number")
    security: Literal["starttls", "tls", "none"] = _variable(
        "SOP_SMTP_SECURITY",
        "starttls",
        "How the connection is encrypted.",
        expected="starttls, tls or none",
    )
    user: str = _variable("SOP_SMTP_USER", "", "Who signs in there; without it nobody.")
    password: SecretStr = _variable("SOP_SMTP_PASSWORD", _NO_SECRET, "The password.")


class WebInterface(Settings):
    """How the web interface may be reached."""

    hosts: _Names = _variable(
        "SOP_WEB_HOSTS",
        frozenset(),
        "Names it is reached by beside localhost and addresses, separated by commas.",
    )


class Demo(Settings):
    """What the demo company is like."""

    year: Annotated[_WholeNumber, Field(ge=1970, le=2200)] | None = _variable(
        "SOP_DEMO_YEAR",
        None,
        "Year it plans; without it the one whose January comes next, or is now.",
        expected="a year from 1970 to 2200",
    )


GROUPS: tuple[type[Settings], ...] = (
    StoreLocation,
    Snowflake,
    Policies,
    Solvers,
    Orchestrator,
    Workers,
    Database,
    Automation,
    Alerts,
    MailServer,
    WebInterface,
    Demo,
)


def every_variable() -> dict[str, FieldInfo]:
    """Every variable with its field."""
    return {name: field for group in GROUPS for name, field in group.variables().items()}


def is_secret(field: FieldInfo) -> bool:
    """Whether what a variable holds may never be told."""
    return field.annotation is SecretStr


def secrets(environment: Mapping[str, str] = os.environ) -> list[str]:
    """What the environment holds in variables that are secrets."""
    names = [name for name, field in every_variable().items() if is_secret(field)]
    return [environment[name] for name in names if environment.get(name)]
