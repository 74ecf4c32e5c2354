"""How to reach Snowflake: what the connector is given of the settings.

Belongs here: which setting becomes which argument, and what is missing.
Does not belong here: connecting (`snowflake_session`).
"""

from __future__ import annotations

from typing import Any

from pydantic import SecretBytes

from sop_pipeline.errors import UsageError
from sop_pipeline.schemas.plan_table import PLAN_SCHEMA
from sop_pipeline.settings import Snowflake

LOCK_TIMEOUT_SECONDS = 360
"""How long a publication waits for another's. A killed run's transaction is left detached, and
Snowflake ends it only when it has blocked another for five minutes."""


class SnowflakeSettings(Snowflake):
    """Where the warehouse is and who asks.

    Attributes:
        private_key: A key as the connector takes it, instead of a file; not a variable.
    """

    private_key: SecretBytes = SecretBytes(b"")

    def arguments(self) -> dict[str, Any]:
        """What the connector is given, in objects of its own: the connector changes them.

        Raises:
            UsageError: Something is missing, or two ways to sign in are given.
        """
        self._require_enough()
        named = {
            "account": self.account,
            "user": self.user,
            "password": self.password.get_secret_value(),
            "private_key": self.private_key.get_secret_value(),
            "private_key_file": self.private_key_path,
            "private_key_file_pwd": self.private_key_passphrase.get_secret_value(),
            "token": self.token.get_secret_value(),
            "authenticator": self.authenticator or ("oauth" if self.token else ""),
            "connection_name": self.connection_name,
            "role": self.role,
            "warehouse": self.warehouse,
            "database": self.database,
            "host": self.host,
            "port": self.port,
            "protocol": self.protocol,
        }
        return {
            **{name: value for name, value in named.items() if value},
            "application": "sop_pipeline",
            "schema": PLAN_SCHEMA,
            "paramstyle": "qmark",
            # Else each connection reports every package that the process has imported.
            "log_imported_packages_in_telemetry": False,
            "session_parameters": {"LOCK_TIMEOUT": LOCK_TIMEOUT_SECONDS, "TIMEZONE": "UTC"},
        }

    def _require_enough(self) -> None:
        if self.port and not self.port.isdecimal():
            msg = f"SNOWFLAKE_PORT={self.port!r}: expected a number."
            raise UsageError(msg)
        ways = {
            "SNOWFLAKE_PASSWORD": self.password,
            "SNOWFLAKE_PRIVATE_KEY_PATH": self.private_key_path or self.private_key,
            "SNOWFLAKE_TOKEN": self.token,
        }
        given = [name for name, value in ways.items() if value]
        if len(given) > 1:
            msg = f"Give one way to sign in to Snowflake, not {' and '.join(given)}."
            raise UsageError(msg)
        if self.connection_name:
            return
        needed = {"SNOWFLAKE_ACCOUNT": self.account, "SNOWFLAKE_DATABASE": self.database}
        if not self.token:
            needed["SNOWFLAKE_USER"] = self.user
        missing = [name for name, value in needed.items() if not value]
        if not given and not self.authenticator:
            missing.append(f"one of {', '.join(ways)} or SNOWFLAKE_AUTHENTICATOR")
        if missing:
            msg = (
                f"Snowflake cannot be reached without {', '.join(missing)}. Set them, or name a "
                "connection of connections.toml in SNOWFLAKE_CONNECTION_NAME."
            )
            raise UsageError(msg)
