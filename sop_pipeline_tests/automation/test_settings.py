"""The settings of the automation, and what is said of those that make no sense."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg
import pytest

from sop_pipeline.automation.alerts import Email, Webhook, channels_from_environment
from sop_pipeline.automation.settings import AutomationSettings
from sop_pipeline.definitions import build_definitions, defs
from sop_pipeline.errors import UsageError


def test_what_the_environment_sets_is_what_the_definitions_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOP_AUTOMATION", "on")
    monkeypatch.setenv("SOP_CYCLE_CRON", "30 4 2 * *")
    monkeypatch.setenv("SOP_REFRESH_CRON", "0 3 * * 1-5")
    monkeypatch.setenv("SOP_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("SOP_SENSOR_SECONDS", "300")
    monkeypatch.setenv("SOP_FRESH_DAYS", "10")
    loaded = defs()
    cycle = loaded.resolve_schedule_def("monthly_cycle")
    refresh = loaded.resolve_schedule_def("daily_refresh")
    assert (cycle.cron_schedule, refresh.cron_schedule) == ("30 4 2 * *", "0 3 * * 1-5")
    for schedule in (cycle, refresh):
        assert schedule.execution_timezone == "Europe/Berlin"
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    for sensor in loaded.get_repository_def().sensor_defs:
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert loaded.resolve_sensor_def("follow_scenarios").minimum_interval_seconds == 300
    plan = loaded.resolve_asset_graph().get(dg.AssetKey("recommended_build_plan"))
    assert plan.freshness_policy == dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=10), warn_window=timedelta(days=7)
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SOP_AUTOMATION", "yes", "expected on or off"),
        ("SOP_CYCLE_CRON", "at six", "five cron fields"),
        ("SOP_REFRESH_CRON", "0 25 * * *", "five cron fields"),
        ("SOP_TIMEZONE", "Mars/Olympus", "an IANA time zone"),
        ("SOP_SENSOR_SECONDS", "0", "a whole number of at least 1"),
        ("SOP_FRESH_DAYS", "soon", "a whole number of at least 1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as refused:
        AutomationSettings.from_environment()
    assert name in str(refused.value)
    assert repr(value) in str(refused.value)
    assert told in str(refused.value)


def test_channels_are_what_the_environment_names_and_print_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert channels_from_environment() == []
    monkeypatch.setenv("SOP_ALERT_WEBHOOK_URL", "https://example.com/secret-path")
    monkeypatch.setenv("SOP_ALERT_EMAIL_TO", "planner@example.com, night@example.com")
    monkeypatch.setenv("SOP_SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("SOP_SMTP_USER", "sop")
    monkeypatch.setenv("SOP_SMTP_PASSWORD", "open sesame")
    webhook, email = channels_from_environment()
    assert webhook == Webhook("https://example.com/secret-path")
    assert isinstance(email, Email)
    assert email.recipients == ("planner@example.com", "night@example.com")
    assert (email.sender, email.port, email.security) == ("planner@example.com", 587, "starttls")
    assert "secret" not in f"{webhook!r} {webhook}"
    assert "sesame" not in f"{email!r} {email}"
    secrets = ("secret-path", "open sesame")
    for sensor in (
        build_definitions("duckdb:nowhere.duckdb", "notebook", channels=[webhook, email])
        .get_repository_def()
        .sensor_defs
    ):
        assert not any(secret in f"{sensor.metadata} {sensor.tags}" for secret in secrets)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"SOP_ALERT_WEBHOOK_URL": "file:///secret"}, "SOP_ALERT_WEBHOOK_URL"),
        ({"SOP_ALERT_WEBHOOK_URL": "https:///secret"}, "SOP_ALERT_WEBHOOK_URL"),
        ({"SOP_ALERT_EMAIL_TO": "a@example.com"}, "SOP_SMTP_HOST"),
        (
            {"SOP_ALERT_EMAIL_TO": "a@b.c", "SOP_SMTP_HOST": "b.c", "SOP_SMTP_PORT": "secret"},
            "SOP_SMTP_PORT",
        ),
        (
            {"SOP_ALERT_EMAIL_TO": "a@b.c", "SOP_SMTP_HOST": "b.c", "SOP_SMTP_SECURITY": "ssl"},
            "expected starttls, tls or none",
        ),
    ],
)
def test_a_channel_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], told: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=told) as refused:
        channels_from_environment()
    assert "file:" not in str(refused.value)
