"""Alerts, delivered to real servers: what they say, and what happens where none listens."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRun

from sop_pipeline.automation import alerts
from sop_pipeline.automation.alert_sensors import check_alert, failure_alert
from sop_pipeline.automation.alerts import Alert, Email, Security, Webhook, deliver
from sop_pipeline.definitions import build_definitions
from sop_pipeline_tests.assets.home import Home, open_home
from sop_pipeline_tests.automation.mailbox import Certificate, HttpInbox, MailInbox, served
from sop_pipeline_tests.small_company import altered

USER, PASSWORD = "sop", "open sesame"
ALERT = Alert(
    title="PUSH: run failed at demand_forecasts (exit status 3)",
    text="- DEMAND_FORECAST_VERSIONS: expected at least 0; got -1 für Würfel\n.hidden\n..",
    scenario="PUSH",
    step="demand_forecasts",
    exit_status=3,
    run_id="1234",
    url="http://ui.example.com/runs/1234",
)


@pytest.fixture
def http() -> Iterator[HttpInbox]:
    with served(HttpInbox()) as inbox:
        yield inbox


@pytest.fixture
def mail() -> Iterator[MailInbox]:
    with served(MailInbox()) as inbox:
        yield inbox


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "FIRST_WAIT_SECONDS", 0.01)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """A mail server's certificate, which this machine trusts."""
    made = Certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    return made


def email(port: int) -> Email:
    return Email("127.0.0.1", port, "sop@example.com", ("a@example.com", "b@example.com"), "none")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_an_alert_reaches_the_webhook_the_mailbox_and_the_log(
    http: HttpInbox, mail: MailInbox, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(ALERT, [Webhook(http.url), email(mail.port)], logging.getLogger("tick"))
    (posted,) = http.received
    assert posted["text"] == str(ALERT)
    assert posted["scenario"] == "PUSH"
    assert posted["exit_status"] == 3
    assert posted["url"] == ALERT.url
    (sent,) = mail.received
    assert sent["Subject"] == ALERT.title
    assert sent["To"] == "a@example.com, b@example.com"
    assert mail.recipients == ["a@example.com", "b@example.com"]
    assert sent.get_content().splitlines() == str(ALERT).splitlines()
    assert [record.getMessage() for record in caplog.records] == [str(ALERT)]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_encrypted_and_signed_in_to_a_server_whose_certificate_is_trusted(
    security: Security, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = MailInbox(
        certificate.served(), from_the_start=security == "tls", account=(USER, PASSWORD)
    )
    with served(inbox):
        account = replace(email(inbox.port), security=security, user=USER, password=PASSWORD)
        deliver(ALERT, [account], logging.getLogger("tick"))
        assert [message["Subject"] for message in inbox.received] == [ALERT.title]
        wrong = replace(account, password="guessed")  # noqa: S106
        deliver(ALERT, [wrong], logging.getLogger("tick"))
        assert len(inbox.received) == 1
    assert "SMTP 535" in caplog.text
    assert "guessed" not in caplog.text


@pytest.mark.usefixtures("impatient")
def test_a_mail_server_of_an_unknown_certificate_gets_neither_password_nor_alert(
    certificate: Certificate, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with served(MailInbox(certificate.served(), account=(USER, PASSWORD))) as inbox:
        account = replace(email(inbox.port), security="starttls", user=USER, password=PASSWORD)
        deliver(ALERT, [account], logging.getLogger("tick"))
        assert inbox.received == []
    assert "SSLCertVerificationError" in caplog.text


def test_a_webhook_that_fails_is_tried_again(
    http: HttpInbox, caplog: pytest.LogCaptureFixture
) -> None:
    http.statuses = [500, 503]
    deliver(ALERT, [Webhook(http.url)], logging.getLogger("tick"))
    assert len(http.received) == 3
    assert "Not delivered" not in caplog.text


@pytest.mark.usefixtures("impatient")
def test_channels_that_are_down_stop_nothing_and_the_log_has_the_alert_and_no_secret(
    http: HttpInbox, mail: MailInbox, caplog: pytest.LogCaptureFixture
) -> None:
    http.statuses = [500] * 9
    nowhere = Webhook(f"http://127.0.0.1:{free_port()}/hook/token-4711")
    no_mail = replace(email(free_port()), user="sop", password="open sesame")  # noqa: S106
    deliver(
        ALERT,
        [Webhook(http.url), nowhere, no_mail, email(mail.port)],
        logging.getLogger("tick"),
    )
    assert len(http.received) == alerts.ATTEMPTS
    assert len(mail.received) == 1
    lost = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert [text.partition(":")[0] for text in lost] == [
        "Not delivered by webhook after 3 attempts (HTTP 500)",
        "Not delivered by webhook after 3 attempts (ConnectionRefusedError)",
        "Not delivered by e-mail after 3 attempts (ConnectionRefusedError)",
    ]
    assert all(str(ALERT) in text for text in lost)
    assert "token-4711" not in caplog.text
    assert "sesame" not in caplog.text


@contextmanager
def dripping() -> Iterator[int]:
    """The port of a server that answers a byte at a time, for ever."""
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        taken, _ = listener.accept()
        with taken, suppress(OSError):
            while not over.wait(0.1):
                taken.sendall(b"H")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=(listener,))
        server.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            server.join()


def test_a_channel_that_answers_by_drips_is_given_up_and_keeps_no_other_waiting(
    mail: MailInbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "DELIVERY_SECONDS", 1.0)
    with dripping() as port:
        slow = Webhook(f"http://127.0.0.1:{port}/hook")
        deliver(ALERT, [slow, email(mail.port)], logging.getLogger("tick"))
    assert len(mail.received) == 1
    assert "Not delivered by webhook" in caplog.text
    assert "no answer in 1 s" in caplog.text


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """PUSH has a negative forecast; BASE only warnings."""

    def corrupt(frame):
        frame.loc[frame["SCENARIO_ID"] == 2, "FORECAST_QUANTITY"] = -5
        return frame

    with open_home(
        tmp_path_factory.mktemp("alerts"), altered("demand_forecasts", corrupt)
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def failed(home: Home) -> DagsterRun:
    return _read(home, "PUSH")


@pytest.fixture(scope="module")
def warned(home: Home) -> DagsterRun:
    return _read(home, "BASE")


def _read(home: Home, code: str) -> DagsterRun:
    """A run that the UI began and that reads two inputs: that of the fault, that of a warning."""
    done = home.definitions.resolve_job_def("plan_scenario").execute_in_process(
        instance=home.instance,
        partition_key=code,
        asset_selection=[dg.AssetKey("demand_forecasts"), dg.AssetKey("opening_inventory")],
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    return _run(home, done.run_id)


def _run(home: Home, run_id: str) -> DagsterRun:
    run = home.instance.get_run_by_id(run_id)
    assert run is not None
    return run


def test_the_alert_of_a_failed_run_names_scenario_step_status_lines_and_link(
    home: Home, failed: DagsterRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOP_UI_URL", "http://ui.example.com/")
    alert = failure_alert(home.instance, failed)
    assert alert.title == "PUSH: run failed at demand_forecasts (exit status 3)"
    assert (alert.scenario, alert.step, alert.exit_status) == ("PUSH", "demand_forecasts", 3)
    assert "FORECAST_QUANTITY: expected at least 0" in alert.text
    assert len(alert.text.splitlines()) <= 11
    assert alert.url == f"http://ui.example.com/runs/{failed.run_id}"


def test_without_the_uis_address_there_is_no_link(home: Home, failed: DagsterRun) -> None:
    assert failure_alert(home.instance, failed).url == ""


def test_no_secret_of_the_environment_is_in_an_alert(
    home: Home, failed: DagsterRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "FORECAST_QUANTITY")
    alert = failure_alert(home.instance, failed)
    assert "FORECAST_QUANTITY" not in str(alert)
    assert "***: expected at least 0" in alert.text


def test_a_run_that_failed_outside_its_steps_has_an_alert(home: Home) -> None:
    run = home.instance.create_run_for_job(
        home.definitions.resolve_job_def("plan_scenario"),
        tags={"dagster/partition": "BASE\nBcc: all@example.com"},
        status=dg.DagsterRunStatus.STARTED,
    )
    event = home.instance.report_run_failed(run, "The process is gone.")
    alert = failure_alert(home.instance, run, event)
    assert alert.title == "BASE Bcc: all@example.com: run failed (exit status 1)"
    assert alert.text == "The process is gone."


def test_one_tick_sends_one_alert_per_failed_run(
    home: Home, failed: DagsterRun, http: HttpInbox
) -> None:
    sensor = _sensor(home, http, "alert_of_failed_runs")
    with dg.build_run_status_sensor_context(
        sensor.name, _ended(home, failed), home.instance, failed
    ) as context:
        sensor(context.for_run_failure())
    (posted,) = http.received
    assert posted["run_id"] == failed.run_id


def test_checks_that_warn_are_told_once_and_again_only_when_new(
    home: Home, warned: DagsterRun, http: HttpInbox
) -> None:
    alert = check_alert(home.instance, warned)
    assert alert is not None
    assert "opening_inventory/opening_stock_measured" in alert.title
    assert alert.exit_status is None
    sensor = _sensor(home, http, "alert_of_failed_checks")
    again = _read(home, "BASE")
    for run in (warned, again):
        with dg.build_run_status_sensor_context(
            sensor.name, _ended(home, run), home.instance, run
        ) as context:
            sensor(context)
    assert [posted["run_id"] for posted in http.received] == [warned.run_id]


@pytest.mark.parametrize("code", ["PUSH", "BASE"])
def test_a_run_of_the_command_line_raises_no_alert(home: Home, http: HttpInbox, code: str) -> None:
    run = _run(home, home.plan(code).run_id)
    name = "alert_of_failed_checks" if run.is_success else "alert_of_failed_runs"
    sensor = _sensor(home, http, name)
    with dg.build_run_status_sensor_context(
        sensor.name, _ended(home, run), home.instance, run
    ) as context:
        sensor(context if run.is_success else context.for_run_failure())
    assert http.received == []


def _sensor(home: Home, http: HttpInbox, name: str) -> dg.SensorDefinition:
    built = build_definitions(home.location, "notebook", channels=[Webhook(http.url)])
    return built.resolve_sensor_def(name)


def _ended(home: Home, run: DagsterRun) -> dg.DagsterEvent:
    events = [e.dagster_event for e in home.instance.all_logs(run.run_id) if e.dagster_event]
    return next(e for e in events if e.is_job_event and (e.is_job_failure or e.is_job_success))
