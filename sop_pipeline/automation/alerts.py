"""Alerts: what is told, and the channels it is told through.

Belongs here: composing and delivering, with the standard library. A further channel is one more
class with a `name` and a `send`. Does not belong here: when to alert (`alert_sensors`).

Dagster's own `make_email_on_run_failure_sensor` mails failed runs alone, not checks that newly
warn; it signs in always, so a mail server of the house that asks nobody refuses it; it tries once,
without a time limit, and lays the failure's text unescaped and unblotted into HTML.

A channel that is down is tried a bounded number of times, in seconds, and never stops the others;
one that answers by drips is given up after as long as all tries may take. What could not be
delivered stands in the log, whole.
"""

import json
import logging
import smtplib
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from http.client import HTTPException
from typing import Literal, Protocol

from sop_pipeline.errors import UsageError
from sop_pipeline.settings import Alerts, MailServer, secrets

ATTEMPTS = 3
FIRST_WAIT_SECONDS = 0.5
TIMEOUT_SECONDS = 3.0
"""With these a tick that tells five runs to dead channels ends within Dagster's minute."""
DELIVERY_SECONDS = 11.0
"""All tries of one alert together; a channel that is still busy then is waited for no longer."""

_LEAST_SECRET = 4

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Alert:
    """One thing a person should know.

    Attributes:
        title: One line; a mail's subject refuses more.
        text: The first lines of what happened.
        scenario: Scenario code; empty where it is not about one.
        step: First step that failed; empty where none did.
        exit_status: What the command line would have ended with; None where nothing failed.
        run_id: The run.
        url: Where the run is shown; empty without SOP_UI_URL.
    """

    title: str
    text: str
    scenario: str
    step: str
    exit_status: int | None
    run_id: str
    url: str

    def __str__(self) -> str:
        """The alert as plain text."""
        return "\n".join(part for part in (self.title, self.text, self.url) if part)


class Channel(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str:
        """Name for messages; tells no secret."""
        ...

    def send(self, alert: Alert) -> None:
        """Deliver the alert, or raise OSError or HTTPException."""
        ...


@dataclass(frozen=True)
class Webhook:
    """Posts the alert as JSON; its `text` is what Slack, Teams and Mattermost show.

    Attributes:
        url: Where to; often a secret, so it is never printed.
    """

    url: str = field(repr=False)
    name: str = "webhook"

    def send(self, alert: Alert) -> None:
        """Post it; any status but 2xx is a failure."""
        body = json.dumps({**asdict(alert), "text": str(alert)}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            pass


@dataclass(frozen=True)
class Email:
    """Sends the alert by e-mail.

    Attributes:
        host: The mail server.
        port: Its port.
        sender: Address it comes from.
        recipients: Addresses it goes to.
        security: How the connection is encrypted.
        user: Who signs in; empty for a server that asks nobody.
        password: The password.
    """

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    name: str = "e-mail"

    def send(self, alert: Alert) -> None:
        """Send it; smtplib's errors are OSErrors."""
        message = EmailMessage()
        message["Subject"] = alert.title
        message["From"] = self.sender
        message["To"] = ", ".join(self.recipients)
        message.set_content(str(alert))
        with self._connected() as server:
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        encryption = ssl.create_default_context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=encryption
            )
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.security == "starttls":
            server.starttls(context=encryption)
        return server


def deliver(alert: Alert, channels: Sequence[Channel], log: logging.Logger) -> None:
    """Log the alert, and send it through every channel at once.

    Args:
        alert: The alert.
        channels: Where it goes, beside the log.
        log: Where it is told, and what could not be delivered.
    """
    log.warning("%s", alert)
    tries = [_Try(channel, alert) for channel in channels]
    deadline = time.monotonic() + DELIVERY_SECONDS
    for one in tries:
        one.join(max(0.0, deadline - time.monotonic()))
        if one.reason:
            log.error(
                "Not delivered by %s after %d attempts (%s): %s",
                *(one.channel.name, ATTEMPTS, one.reason, alert),
            )


class _Try(threading.Thread):
    """Sends one alert through one channel; who waits may leave, and so may the process.

    A time-out of the standard library is that of one read: a server that sends a byte a second
    never runs into it.

    Attributes:
        channel: The channel.
        reason: Why the alert is not delivered; empty where it is.
    """

    def __init__(self, channel: Channel, alert: Alert) -> None:
        super().__init__(daemon=True)
        self.channel, self.reason = channel, f"no answer in {DELIVERY_SECONDS:g} s"
        self._alert = alert
        self.start()

    def run(self) -> None:
        """Try until it is delivered, or often enough."""
        self.reason = _failure(self.channel, self._alert)


def _failure(channel: Channel, alert: Alert) -> str:
    """Why the alert could not be delivered; empty where it was."""
    reason = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
        try:
            channel.send(alert)
        except (OSError, HTTPException) as error:
            reason = _reason(error)
        else:
            return ""
    return reason


def _reason(error: Exception) -> str:
    """What went wrong, without what was sent or where to: either may hold a secret."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, OSError):
        return type(error.reason).__name__
    if isinstance(error, smtplib.SMTPResponseException):
        return f"SMTP {error.smtp_code}"
    return type(error).__name__


def without_secrets(text: str) -> str:
    """The text with every secret of the environment blotted out."""
    for secret in secrets():
        if len(secret) >= _LEAST_SECRET:
            text = text.replace(secret, "***")
    return text


def channels_from_environment() -> list[Channel]:
    """The channels the environment names; none where it names none.

    Raises:
        UsageError: A setting is missing or makes no sense.
    """
    settings = Alerts.from_environment()
    url = settings.webhook_url.get_secret_value()
    return [*([Webhook(url)] if url else []), *([_email(settings)] if settings.email_to else [])]


def _email(settings: Alerts) -> Email:
    server = MailServer.from_environment()
    if not server.host:
        msg = "SOP_ALERT_EMAIL_TO is set: expected the mail server in SOP_SMTP_HOST"
        raise UsageError(msg)
    return Email(
        host=server.host,
        port=server.port,
        sender=settings.email_from or settings.email_to[0],
        recipients=settings.email_to,
        security=server.security,
        user=server.user,
        password=server.password.get_secret_value(),
    )
