"""What docs/monitoring.md and the scaffolded alerts.yaml say is what the monitor does."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
import yaml

from ingest.scaffold import ALERTS, ALERTS_FILE
from operate.monitor import settings
from operate.monitor.limits import Limits, read_limits
from operate.monitor.watch import CHECKS
from patron.config import project_variables
from patron.errors import PatronError
from patron.shop import Shop, find_project

PAGE = (find_project() / "docs" / "monitoring.md").read_text("utf-8")


def test_every_check_has_its_line() -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Every alert")[2], re.MULTILINE))
    assert listed == {*CHECKS, "lock", "receivers"}


def test_every_threshold_is_named() -> None:
    named = {
        name
        for name in re.findall(r"`(\w+_\w+)`", PAGE)
        if name in project_variables(find_project())
    }
    assert {field.name for field in fields(Limits)} <= named


def test_every_key_of_a_receiver_is_explained() -> None:
    keys = {
        key
        for receiver in (settings.ConsoleReceiver, settings.FileReceiver,
                         settings.WebhookReceiver, settings.SmtpReceiver)
        for key in receiver.model_fields
    }  # fmt: skip
    explained = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \|", PAGE.partition("## Every alert")[0], re.MULTILINE
    )
    assert keys == {key for cell in explained for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("text", [ALERTS, PAGE.partition("```yaml\n")[2].partition("```")[0]])
def test_the_example_is_valid_once_it_is_used(shop: Shop, text: str) -> None:
    used = re.sub(r"^# ?(?=receivers:|  )", "", text, flags=re.MULTILINE)
    (shop.root / ALERTS_FILE).write_text(used, encoding="utf-8")
    found = settings.read_settings(shop)
    assert set(found.receivers) == {"console", "log", "team", "on_call"}
    assert found.receivers["on_call"].secrets == ["ALERTS_MAIL_PASSWORD"]


def test_as_it_is_scaffolded_alerts_go_to_the_console(shop: Shop) -> None:
    (shop.root / ALERTS_FILE).write_text(ALERTS, encoding="utf-8")
    assert yaml.safe_load(ALERTS) is None
    assert set(settings.read_settings(shop).receivers) == {"console"}
    assert settings.path_of(shop).name == ALERTS_FILE


def test_a_threshold_that_is_no_number_is_named(shop: Shop) -> None:
    text = (find_project() / "config.yaml").read_text("utf-8")
    (shop.root / "config.yaml").write_text(
        text.replace("max_lock_minutes: 120", "max_lock_minutes: long"), encoding="utf-8"
    )
    assert read_limits(Shop(shop.root, find_project())).max_lock_minutes == 120
    with pytest.raises(PatronError, match="max_lock_minutes"):
        read_limits(Shop(shop.root, shop.root))
