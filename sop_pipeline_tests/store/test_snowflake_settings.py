"""Every way to sign in reaches the connector, on a fresh copy of the settings, and stays secret."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sop_pipeline.errors import StoreUnavailable, UsageError
from sop_pipeline.store import SnowflakeSettings, SnowflakeStore
from sop_pipeline.store.snowflake_reader import forget_reader
from sop_pipeline_tests.emulator import Emulator
from sop_pipeline_tests.secrets import PASSPHRASE, PASSWORD, TOKEN, Key
from sop_pipeline_tests.store.conftest import NamedConnection
from sop_pipeline_tests.store.proxy import SIGN_IN, Proxy, Trouble, proxy_to

ACCOUNT = {
    "SNOWFLAKE_ACCOUNT": "myorg-myaccount",
    "SNOWFLAKE_USER": "planner",
    "SNOWFLAKE_DATABASE": "SOP",
}
EVERY_SECRET = ("PASSWORD", "PRIVATE_KEY_PASSPHRASE", "TOKEN")


@pytest.fixture(scope="module")
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    with proxy_to(emulator.port) as running:
        yield running


@pytest.fixture
def settings(emulator: Emulator, created: str, proxy: Proxy) -> Iterator[SnowflakeSettings]:
    """Where the emulator is, behind the proxy, without a way to sign in."""
    forget_reader()
    proxy.make(Trouble("nothing", "answer"))
    proxy.signed_in.clear()
    there = SnowflakeSettings.from_environment(emulator.environment(created))
    yield replace(there, port=str(proxy.port), password="")
    forget_reader()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return Key(tmp_path_factory.mktemp("key"))


def replace(settings: SnowflakeSettings, **changes: Any) -> SnowflakeSettings:
    return SnowflakeSettings.model_validate({**settings.model_dump(), **changes})


def read(settings: SnowflakeSettings) -> None:
    SnowflakeStore(settings).read("scenarios")


def test_a_password_signs_in_with_role_warehouse_and_database(
    settings: SnowflakeSettings, proxy: Proxy, created: str
) -> None:
    read(replace(settings, password=PASSWORD, role="SOP_PLANNER", warehouse="SOP_PLANNING"))
    address, said = proxy.signed_in[-1]
    assert (said["LOGIN_NAME"], said["PASSWORD"]) == ("planner", PASSWORD)
    assert f"databaseName={created}" in address
    assert "roleName=SOP_PLANNER" in address
    assert "warehouse=SOP_PLANNING" in address


def test_a_key_file_with_a_passphrase_signs_a_token(
    settings: SnowflakeSettings, proxy: Proxy, key: Key
) -> None:
    read(replace(settings, private_key_path=str(key.path), private_key_passphrase=PASSPHRASE))
    _, said = proxy.signed_in[-1]
    assert said["AUTHENTICATOR"] == "SNOWFLAKE_JWT"
    assert said["TOKEN"].count(".") == 2
    assert key.told_in(str(said).encode()) == []


def test_a_token_signs_in_by_oauth(settings: SnowflakeSettings, proxy: Proxy) -> None:
    read(replace(settings, token=TOKEN))
    _, said = proxy.signed_in[-1]
    assert (said["AUTHENTICATOR"], said["TOKEN"]) == ("OAUTH", TOKEN)


def test_a_named_connection_gives_what_is_not_set(
    settings: SnowflakeSettings, proxy: Proxy, named_connection: NamedConnection, created: str
) -> None:
    name = named_connection(
        account="emulator",
        user="someone",
        password=PASSWORD,
        host=settings.host,
        port=proxy.port,
        protocol="http",
        database=created,
        role="THEIRS",
    )
    read(SnowflakeSettings(connection_name=name, role="OURS"))
    address, said = proxy.signed_in[-1]
    assert (said["LOGIN_NAME"], said["PASSWORD"]) == ("someone", PASSWORD)
    assert f"databaseName={created}" in address
    assert "roleName=OURS" in address


def test_a_connection_without_that_name_is_told(named_connection: NamedConnection) -> None:
    named_connection(account="emulator")
    with pytest.raises(StoreUnavailable, match="'nobody'"):
        read(SnowflakeSettings(connection_name="nobody"))


def test_signing_in_through_the_browser_is_left_to_the_connector() -> None:
    browser = {**ACCOUNT, "SNOWFLAKE_AUTHENTICATOR": "externalbrowser"}
    arguments = SnowflakeSettings.from_environment(browser).arguments()
    assert arguments["authenticator"] == "externalbrowser"
    assert not {"password", "token", "private_key", "private_key_file"} & set(arguments)


def test_two_ways_to_sign_in_are_refused_by_name() -> None:
    both = {**ACCOUNT, "SNOWFLAKE_PASSWORD": PASSWORD, "SNOWFLAKE_TOKEN": TOKEN}
    with pytest.raises(UsageError, match="SNOWFLAKE_PASSWORD and SNOWFLAKE_TOKEN") as refused:
        SnowflakeSettings.from_environment(both).arguments()
    assert PASSWORD not in str(refused.value)


def test_each_connection_gets_arguments_of_its_own(
    settings: SnowflakeSettings, proxy: Proxy
) -> None:
    given = replace(settings, password=PASSWORD)
    before = given.arguments()
    for _ in range(2):
        forget_reader()
        read(given)
    assert given.arguments() == before
    assert before["session_parameters"] is not given.arguments()["session_parameters"]
    first, second = (said["SESSION_PARAMETERS"] for _, said in proxy.signed_in)
    assert first == second


def test_connecting_again_adds_no_further_log_handler(settings: SnowflakeSettings) -> None:
    handlers = logging.getLogger("snowflake.connector").handlers
    read(replace(settings, password=PASSWORD))
    before = len(handlers)
    forget_reader()
    read(replace(settings, password=PASSWORD))
    assert len(handlers) == before


def test_settings_show_no_secret() -> None:
    secrets = {f"SNOWFLAKE_{name}": PASSWORD for name in EVERY_SECRET}
    settings = replace(SnowflakeSettings.from_environment(secrets), private_key=PASSWORD.encode())
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in repr(SnowflakeStore(settings))


@pytest.mark.parametrize("secret", ["password", "token"])
def test_a_refused_sign_in_tells_no_secret(
    settings: SnowflakeSettings,
    proxy: Proxy,
    secret: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = "Incorrect username or password was specified."
    proxy.make(Trouble(SIGN_IN, "refuse", number="390100", state="08001", message=refusal))
    with pytest.raises(StoreUnavailable, match=re.escape(refusal)) as refused:
        read(replace(settings, **{secret: PASSWORD}))
    assert PASSWORD not in str(refused.value)
    assert PASSWORD not in caplog.text


def test_a_wrong_passphrase_is_told_without_it(settings: SnowflakeSettings, key: Key) -> None:
    wrong = f"{PASSPHRASE}-not"
    with pytest.raises(StoreUnavailable) as refused:
        read(replace(settings, private_key_path=str(key.path), private_key_passphrase=wrong))
    assert key.told_in(str(refused.value).encode()) == []
