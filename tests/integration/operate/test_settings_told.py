"""The stock command, which reads no shop's `.env`, does not make a shop by other settings."""

from __future__ import annotations

import pytest

from tests.support.stock import Stock

NAME = "PATRON_MAX_REJECTED_SHARE"
RUN = ("run", "prod")


@pytest.fixture
def told(planned: Stock, monkeypatch: pytest.MonkeyPatch) -> Stock:
    """A shop with a setting, in an environment without."""
    monkeypatch.delenv(NAME, raising=False)
    (planned.shop / ".env").write_text(f"{NAME}=0.2\nSECRET=1\nPATRON_UNSAID\n", encoding="utf-8")
    return planned


def test_without_the_settings_nothing_is_run(told: Stock) -> None:
    before = told.tables()
    ended = told.sqlmesh("2025-01-12T02:00", *RUN)
    assert ended.code == 1
    said = ended.out + ended.err
    assert NAME in said
    assert "Traceback" not in said
    assert "SECRET" not in said
    assert "PATRON_UNSAID" not in said, "it has no value, so it sets nothing"
    assert "--dotenv" in said
    assert told.tables() == before


def test_with_the_settings_it_runs(told: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = "SELECT COUNT(*) FROM quality.model_runs"
    before = told.rows(batches)
    ended = told.sqlmesh("2025-01-12T02:00", "--dotenv", str(told.shop / ".env"), *RUN)
    assert ended.code == 0, ended.out + ended.err
    after = told.rows(batches)
    assert after > before
    # What the environment says counts more, so it is told, too.
    monkeypatch.setenv(NAME, "0.3")
    assert told.sqlmesh("2025-01-13T02:00", *RUN).code == 0
    assert told.rows(batches) > after
