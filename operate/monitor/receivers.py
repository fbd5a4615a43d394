"""Who is told: the console, a file, a webhook as Slack has them, mail."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

from operate.monitor.alerts import CLEARED, ESCALATED, Event
from operate.monitor.settings import FileReceiver, Receiver, SmtpReceiver, WebhookReceiver
from patron import console
from patron.errors import PatronError
from patron.shop import Shop

TIMEOUT_SECONDS = 10
PER_MESSAGE = 20
_WORDS = {CLEARED: "Cleared", ESCALATED: "Worse"}


def send(shop: Shop, receiver: Receiver, events: Sequence[Event]) -> None:
    """Tell a receiver.

    Raises:
        PatronError: If it does not take it; it is told again at the next monitoring.
    """
    try:
        if isinstance(receiver, FileReceiver):
            _write(shop.root / receiver.path, shop, events)
        elif isinstance(receiver, WebhookReceiver):
            _post(receiver.address, shop, events)
        elif isinstance(receiver, SmtpReceiver):
            _mail(receiver, shop, events)
        else:
            for event in events:
                console.say(" | ".join(lines(event)))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise PatronError(_reason(error)) from error


def heading(event: Event) -> str:
    """An alert in one line."""
    alert = event.alert
    word = _WORDS.get(event.event) or alert["severity"].capitalize()
    word += f" ({alert['severity']})" if event.event == ESCALATED else ""
    return f"{word}: {alert['title']}"


def lines(event: Event) -> list[str]:
    """An alert for people: what, since when, how bad, who owns it, what to do."""
    alert = event.alert
    found = [heading(event)]
    found += [str(alert["detail"])] if alert["detail"] else []
    if alert["value"] is not None and alert["threshold"] is not None:
        found.append(f"measured {alert['value']:,.4g}, limit {alert['threshold']:,.4g}")
    found.append(f"since {alert['since']:%Y-%m-%d %H:%M} UTC")
    if event.event == CLEARED:
        return [*found, f"cleared {event.happened_at:%Y-%m-%d %H:%M} UTC"]
    found.append(f"owner: {alert['owner']}")
    return [*found, f"do: {alert['advice']}"] if alert["advice"] else found


def document(shop: Shop, event: Event) -> dict[str, Any]:
    """An alert for machines."""
    names = (
        "alert_key", "kind", "subject", "severity", "title", "detail", "value", "threshold",
        "owner", "advice", "since", "raised_at", "cleared_at",
    )  # fmt: skip
    told = {name: event.alert.get(name) for name in names}
    return {
        "shop": shop.root.name,
        "event": event.event,
        "happened_at": event.happened_at,
        **told,
    }


def _write(path: Path, shop: Shop, events: Sequence[Event]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(
        json.dumps(document(shop, event), default=str, ensure_ascii=False) + "\n"
        for event in events
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _post(address: str, shop: Shop, events: Sequence[Event]) -> None:
    for some in _parts(events):
        text = "\n\n".join(_slack("\n".join(lines(event))) for event in some)
        body = json.dumps({"text": f"*Patron, {_slack(shop.root.name)}*\n{text}"}).encode()
        request = urllib.request.Request(  # noqa: S310
            address, body, {"Content-Type": "application/json", "User-Agent": "patron"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            answer.read(1024)


def _slack(text: str) -> str:
    """Text in which nothing is taken for a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mail(receiver: SmtpReceiver, shop: Shop, events: Sequence[Event]) -> None:
    context = ssl.create_default_context(cafile=receiver.ca_file)
    place = (receiver.host, receiver.port)
    with (
        smtplib.SMTP_SSL(*place, timeout=TIMEOUT_SECONDS, context=context)
        if receiver.security == "tls"
        else smtplib.SMTP(*place, timeout=TIMEOUT_SECONDS)
    ) as server:
        if receiver.security == "starttls":
            server.starttls(context=context)
        if receiver.username:
            server.login(receiver.username_value, receiver.password_value)
        for some in _parts(events):
            server.send_message(_message(receiver, shop, some))


def _message(receiver: SmtpReceiver, shop: Shop, events: Sequence[Event]) -> EmailMessage:
    message = EmailMessage()
    more = f" and {len(events) - 1} more" if len(events) > 1 else ""
    message["Subject"] = _one_line(f"[Patron {shop.root.name}] {heading(events[0])}{more}")
    message["From"], message["To"] = receiver.sender, ", ".join(receiver.recipients)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="patron.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join("\n".join(lines(event)) for event in events) + "\n")
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _parts(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for begin in range(0, len(events), PER_MESSAGE):
        yield events[begin : begin + PER_MESSAGE]


def _reason(error: Exception) -> str:
    """Why a receiver did not take it, without the address, which may be a secret."""
    if isinstance(error, urllib.error.HTTPError):
        return f"it answers {error.code}"
    if isinstance(error, urllib.error.URLError):
        return f"it cannot be reached: {error.reason}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answers {error.smtp_code}"
    if isinstance(error, smtplib.SMTPException):
        return f"it refuses: {type(error).__name__}"
    if isinstance(error, OSError):
        return f"it cannot be reached: {error.strerror or type(error).__name__}"
    return type(error).__name__
