"""Snowflake configured as a `dagster_snowflake` resource, for code locations that have one.

The shipped definitions read the SNOWFLAKE_ variables when a run connects, so no secret is ever
part of a Dagster configuration. Who keeps settings in a `SnowflakeResource` (fields from
`dagster.EnvVar`) passes this resource to `build_definitions` instead. Either way one door
connects: the resource's own `get_connection` leaves a connection open when its block fails, which
would hold a publication's lock, repeats requests without a bound, and knows no named connection.

Importing `dagster_snowflake` takes seconds; nothing imports this module by itself.
"""

import base64
from typing import Any

import dagster as dg
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from dagster_snowflake import SnowflakeResource

from sop_pipeline.errors import UsageError
from sop_pipeline.resources.store import StoreResource
from sop_pipeline.store import SNOWFLAKE, SnowflakeSettings, SnowflakeStore, Store

_MORE = {"token", "connection_name", "host", "port", "protocol"}


class SnowflakeStoreResource(StoreResource):
    """Opens the store that a `SnowflakeResource` describes."""

    location: str = SNOWFLAKE
    snowflake: dg.ResourceDependency[SnowflakeResource]

    @property
    def identity(self) -> str:
        """Which store it is, the same text from every process, without a secret."""
        return self.open().identity

    def open(self) -> Store:
        """The store; it connects when it is read or written, not before."""
        return SnowflakeStore(settings_of(self.snowflake))


def settings_of(resource: SnowflakeResource) -> SnowflakeSettings:
    """The settings a resource's fields give.

    Raises:
        UsageError: It passes an argument to the connector that this package does not.
    """
    more: dict[str, Any] = resource.additional_snowflake_connection_args or {}
    unknown = sorted(set(more) - _MORE)
    if unknown:
        msg = (
            f"additional_snowflake_connection_args: {', '.join(unknown)} cannot be passed on; "
            f"only {', '.join(sorted(_MORE))} can."
        )
        raise UsageError(msg)
    password = resource.private_key_password or ""
    named = {
        "account": resource.account,
        "user": resource.user,
        "password": resource.password,
        "private_key_path": resource.private_key_path,
        "authenticator": resource.authenticator,
        "role": resource.role,
        "warehouse": resource.warehouse,
        "database": resource.database,
        **({} if resource.private_key else {"private_key_passphrase": password}),
    }
    key = _key_bytes(resource.private_key, password) if resource.private_key else b""
    given = {name: str(value) for name, value in (named | more).items() if value}
    return SnowflakeSettings.model_validate({**given, "private_key": key})


def _key_bytes(text: str, password: str) -> bytes:
    """A private key in PEM, possibly once more in base64, as the connector takes it."""
    pem = text.encode() if text.lstrip().startswith("-----") else base64.b64decode(text)
    try:
        key = load_pem_private_key(pem, password.encode() or None)
    except (TypeError, ValueError) as error:
        msg = f"The private key of the Snowflake resource cannot be read: {error}"
        raise UsageError(msg) from None
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
