"""Alerts reach real receivers once: an HTTP server, mail servers with and without TLS, a file."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from operate.monitor.alerts import CLEARED, ESCALATED, RAISED, Event
from operate.monitor.receivers import send
from operate.monitor.settings import SmtpReceiver, read_settings
from operate.monitor.watch import Report, watch
from patron.cli import patron
from patron.errors import PatronError
from patron.lock import writer_lock
from patron.shop import Shop
from tests.support.receivers import (
    PASSWORD,
    USER,
    Mailbox,
    Webhook,
    mailbox,
    make_certificate,
    webhook,
)

MORNING = datetime.fromisoformat("2030-03-01T06:00")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as found:
        monkeypatch.setenv("ALERTS_WEBHOOK", found.url)
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def watched(shop: Shop, hook: Webhook, box: Mailbox) -> Shop:
    """A shop whose alerts go everywhere."""
    (shop.root / "alerts.yaml").write_text(
        f"""
        receivers:
          log: {{type: file}}
          team: {{type: webhook, url: "${{ALERTS_WEBHOOK}}"}}
          mail:
            type: smtp
            host: 127.0.0.1
            port: {box.port}
            security: none
            sender: patron@shop.example
            recipients: [ops@shop.example, data@shop.example]
          urgent: {{type: file, path: data/urgent.jsonl, min_severity: critical}}
        """,
        encoding="utf-8",
    )
    return shop


def look(shop: Shop, minutes: float) -> Report:
    """The monitor, that many minutes after somebody took the lock."""
    with writer_lock(shop, "a load that hangs"):
        from patron.lock import holding

        held = holding(shop)
        assert held is not None
        assert held.since is not None
        return watch(shop, held.since + timedelta(minutes=minutes))


def lines(path: Path) -> list[str]:
    documents = [json.loads(line) for line in path.read_text().splitlines()]
    return [f"{one['event']} {one['severity']} {one['alert_key']}" for one in documents]


def test_a_lock_held_for_long_is_told_once_everywhere_grows_worse_and_clears(
    watched: Shop, hook: Webhook, box: Mailbox
) -> None:
    look(watched, 121)
    (document,) = hook.taken
    for words in ("Warning: One process has been writing for long", "a load that hangs", "since 20",
                  "measured 121, limit 120", "owner: data_team", "do: see whether"):  # fmt: skip
        assert words in document["text"]
    (mail,) = box.mails
    assert mail["To"] == "ops@shop.example, data@shop.example"
    assert mail["Subject"].startswith("[Patron shop] Warning: One process has been writing")
    assert "owner: data_team" in mail.get_content()
    hook.taken.clear()
    box.mails.clear()

    look(watched, 122)
    assert hook.taken == box.mails == []
    look(watched, 361)
    assert "Worse (critical)" in hook.take()
    assert "Worse (critical)" in box.take()
    watch(watched, MORNING)
    assert "Cleared: Writers" not in hook.take()
    assert "Cleared: One process has been writing for long" in box.take()
    log = watched.data / "alerts.jsonl"
    assert [line.split()[0] for line in lines(log)] == [RAISED, ESCALATED, CLEARED]
    assert log.stat().st_mode & 0o777 == 0o600
    assert lines(watched.data / "urgent.jsonl") == [
        "escalated critical lock:writer lock",
        "cleared critical lock:writer lock",
    ]


# A shop on a disk of 64 MB, in a namespace of its own: it fills, and is emptied again.
SMALL_DISK = """
import shutil, sys
from operate.monitor.watch import watch
from patron.shop import find_shop
shop = find_shop(sys.argv[1])
watch(shop)
filling = shop.data / "a-forgotten-export.csv"
for share in (0.93, 0.98):
    disk = shutil.disk_usage(shop.data)
    with filling.open("ab") as file:
        file.write(bytes(int(share * disk.total - disk.used)))
    watch(shop)
    watch(shop)
filling.unlink()
watch(shop)
"""
MOUNT = 'mount -t tmpfs -o size=64m none "$1/data" && exec "$2" -c "$3" "$1"'
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def may_mount() -> bool:
    """Whether this machine lets us have a disk of our own."""
    tried = (*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt")
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(tried, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not may_mount(), reason="no disk of one's own on this machine")
def test_a_disk_that_fills_is_told_grows_worse_and_clears(
    watched: Shop, hook: Webhook, box: Mailbox
) -> None:
    arguments = (str(watched.root), sys.executable, SMALL_DISK)
    subprocess.run([*NAMESPACE, "sh", "-c", MOUNT, "sh", *arguments], check=True)
    told = [line for line in hook.take().splitlines() if "The disk is nearly full" in line]
    assert told == [
        "Warning: The disk is nearly full",
        "Worse (critical): The disk is nearly full",
        "Cleared: The disk is nearly full",
    ]
    mailed = box.take()
    assert [mailed.count(line) > 0 for line in told] == [True, True, True]


def test_a_receiver_that_fails_is_told_next_time_and_blocks_nobody(
    watched: Shop, hook: Webhook, box: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    hook.status = 503
    report = look(watched, 121)
    assert report.undelivered == {"team": "it answers 503"}
    assert "One process" in box.take()
    assert "secret" not in capsys.readouterr().err
    hook.status = 200
    assert look(watched, 122).undelivered == {}
    assert hook.take().count("One process") == 1
    assert look(watched, 123).undelivered == {}
    assert hook.take() == box.take() == ""


def test_nobody_listening_is_a_failure_without_the_address(
    watched: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_WEBHOOK", "http://127.0.0.1:9/secret")
    reason = look(watched, 121).undelivered["team"]
    assert reason.startswith("it cannot be reached")
    assert "secret" not in reason


def event() -> Event:
    alert = {
        "title": "A <b>title</b>\nSubject: not this one",
        "severity": "warning",
        "detail": "x & y",
        "value": None,
        "threshold": None,
        "since": MORNING,
        "owner": "data_team",
        "advice": "",
    }
    return Event(RAISED, alert, MORNING)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate")
def test_mail_goes_through_starttls_and_login(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with mailbox(certificate=certificate) as box:
        receiver = SmtpReceiver(
            type="smtp",
            host="127.0.0.1",
            port=box.port,
            username=USER,
            password="${MAIL_PASSWORD}",
            sender="patron@shop.example",
            recipients=("ops@shop.example",),
            ca_file=str(certificate),
        )
        send(shop, receiver, [event()])
        assert box.logins == [USER]
        (mail,) = box.mails
        assert mail["Subject"] == "[Patron shop] Warning: A <b>title</b> Subject: not this one"
        monkeypatch.setenv("MAIL_PASSWORD", "wrong")
        with pytest.raises(PatronError, match=r"it answers 535|it refuses"):
            send(shop, receiver, [event()])
        with pytest.raises(PatronError, match="cannot be reached"):
            send(shop, receiver.model_copy(update={"ca_file": None}), [event()])


def test_slack_is_given_no_markup_of_its_own(watched: Shop, hook: Webhook) -> None:
    send(watched, read_settings(watched).receivers["team"], [event()])
    assert "A &lt;b&gt;title&lt;/b&gt;" in hook.take()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("receivers: {team: {type: webhook, url: 'https://hooks.example/x'}}", r"write \$\{NAME\}"),
        ("receivers: {team: {type: pager}}", "pager"),
        ("receivers: {team: {type: file, paht: x}}", "paht"),
        ("recievers: {}", "recievers"),
    ],
)
def test_settings_that_are_wrong_are_told_with_their_place(
    shop: Shop, text: str, said: str
) -> None:
    (shop.root / "alerts.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PatronError, match=said) as caught:
        read_settings(shop)
    assert "alerts.yaml" in str(caught.value.where)


def test_a_secret_that_is_not_there_is_named_and_others_are_told(
    watched: Shop, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALERTS_WEBHOOK")
    report = look(watched, 121)
    assert "ALERTS_WEBHOOK is not set" in report.undelivered["team"]
    assert "One process" in box.take()


def test_settings_that_cannot_be_read_are_an_alert_themselves(
    watched: Shop, box: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = watched.root / "alerts.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("receivers", "recievers"), encoding="utf-8")
    watch(watched, MORNING)
    assert "Critical: alerts.yaml cannot be read" in capsys.readouterr().err
    assert box.mails == []
    settings.write_text(text, encoding="utf-8")
    watch(watched, MORNING + timedelta(hours=1))
    assert "Cleared: alerts.yaml cannot be read" in box.take()


def test_a_shop_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for command in ("monitor", "doctor"):
        ended = CliRunner().invoke(patron, ["--shop", str(tmp_path / "typo"), command])
        assert isinstance(ended.exception, PatronError)
    assert not (tmp_path / "typo").exists()


def test_exit_codes_and_json(shop: Shop) -> None:
    def call(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(patron, ["--shop", str(shop.root), "monitor", *arguments])
        return ended.exit_code, ended.stdout

    code, shown = call("--json")
    document = json.loads(shown)
    assert code == 0
    assert document["open_alerts"] == []
    states = {one["kind"]: one["state"] for one in document["checks"]}
    assert states["disk"] == states["lock"] == "healthy"
    assert states["freshness"] == states["kpi"] == states["audit"] == "not measured"
    with writer_lock(shop, "a load that hangs"):
        later = (datetime.now() + timedelta(days=1)).isoformat(timespec="minutes")  # noqa: DTZ005
        soon = (datetime.now() + timedelta(hours=4)).isoformat(timespec="minutes")  # noqa: DTZ005
        assert call("--execution-time", soon)[0] == 0
        assert call("--execution-time", soon, "--strict")[0] == 1
        assert call("--execution-time", later)[0] == 2
