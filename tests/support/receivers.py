"""Real receivers of alerts: an HTTP server that takes webhooks, and a mail server."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "patron", "swordfish"


@dataclass
class Webhook:
    """What a webhook was sent.

    Attributes:
        url: Its address, with a secret in it as Slack's have.
        status: What it answers.
        taken: The documents that it took.
    """

    url: str = ""
    status: int = 200
    taken: list[dict[str, Any]] = field(default_factory=list)

    def take(self) -> str:
        """All that it was told, and nothing afterwards."""
        told = "\n".join(document["text"] for document in self.taken)
        self.taken.clear()
        return told


@contextmanager
def webhook() -> Iterator[Webhook]:
    """An HTTP server on this machine."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            if hook.status == 200:
                hook.taken.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.url = f"http://127.0.0.1:{server.server_port}/services/T0/B0/secret"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield hook
        server.shutdown()
        thread.join()


@dataclass
class Mailbox:
    """What a mail server took.

    Attributes:
        port: Where it listens.
        mails: What it took.
        logins: Who logged in.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def take(self) -> str:
        """All that it was told, and nothing afterwards.

        No property: the server looks at all attributes at each connection.
        """
        told = "\n".join(f"{mail['Subject']}\n{mail.get_content()}" for mail in self.mails)
        self.mails.clear()
        return told

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail."""
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, login: Any
    ) -> AuthResult:
        """Let the one user in."""
        assert isinstance(login, LoginPassword)
        self.logins.append(login.login.decode())
        return AuthResult(
            success=(login.login, login.password) == (USER.encode(), PASSWORD.encode())
        )


@dataclass
class Team:
    """People who are told by webhook and by mail.

    Attributes:
        hook: What the webhook was sent.
        box: What the mail server took.
    """

    hook: Webhook
    box: Mailbox

    def join(self, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be those who are told of a shop's alerts, of nothing before."""
        self.hook.taken.clear()
        self.box.mails.clear()
        monkeypatch.setenv("ALERTS_WEBHOOK", self.hook.url)
        (shop / "alerts.yaml").write_text(
            f"""
            receivers:
              team: {{type: webhook, url: "${{ALERTS_WEBHOOK}}"}}
              mail: {{type: smtp, host: 127.0.0.1, port: {self.box.port}, security: none,
                      sender: patron@shop.example, recipients: [ops@shop.example]}}
            """,
            encoding="utf-8",
        )

    def told(self) -> list[str]:
        """The headings of what both were told since they were asked last: the same."""
        posted, mailed = self.hook.take(), self.box.take()
        headings = [line for line in posted.splitlines() if line.startswith(HEADINGS)]
        assert [line for line in headings if mailed.count(line) < 1] == []
        return headings


HEADINGS = ("Warning: ", "Critical: ", "Worse (", "Cleared: ")


@contextmanager
def team() -> Iterator[Team]:
    """A webhook and a mail server on this machine."""
    with webhook() as hook, mailbox() as box:
        yield Team(hook, box)


@contextmanager
def mailbox(*, certificate: Path | None = None) -> Iterator[Mailbox]:
    """A mail server on this machine; with a certificate it wants STARTTLS and a login."""
    box = Mailbox()
    options: dict[str, Any] = {}
    if certificate:
        options = {
            "tls_context": _context(certificate),
            "require_starttls": True,
            "auth_required": True,
            "authenticator": box.authenticate,
        }
    box.port = _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def make_certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that it signed itself, with its key in the same file."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _context(certificate: Path) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context
