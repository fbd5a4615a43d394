from __future__ import annotations

import os
from pathlib import Path

import pytest

from patron.cli import main
from patron.errors import BusyError, PatronError, UsageError
from patron.shop import Shop, find_project, find_shop


def test_an_error_says_what_where_and_remedy() -> None:
    error = PatronError("no such file", where="a.csv", remedy="check the path")
    assert str(error) == "no such file\n  where:  a.csv\n  remedy: check the path"
    assert error.exit_code == 1


def test_every_line_of_an_error_stands_under_the_first_of_its_kind() -> None:
    error = PatronError("two loads failed", where="orders: no file\nreturns: no file")
    assert str(error).splitlines() == [
        "two loads failed",
        "  where:  orders: no file",
        "          returns: no file",
    ]


def test_busy_is_one_line_and_its_own_exit_code() -> None:
    error = BusyError("in use", where="x.duckdb", remedy="wait")
    assert str(error) == "in use | x.duckdb | wait"
    assert (error.exit_code, UsageError("no").exit_code) == (75, 2)


def test_the_shop_is_the_option_then_the_variable_then_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PATRON_SHOP", raising=False)
    assert find_shop().root == find_project()
    monkeypatch.setenv("PATRON_SHOP", str(tmp_path / "variable"))
    assert find_shop().root == tmp_path / "variable"
    shop = find_shop(tmp_path / "option")
    assert shop.root == tmp_path / "option"
    assert shop.warehouse == tmp_path / "option" / "data" / "warehouse.duckdb"


def test_a_file_is_no_shop(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.touch()
    with pytest.raises(PatronError, match="the shop is a file, not a folder"):
        find_shop(path)


def test_the_settings_of_a_shop_count_where_the_environment_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PATRON_TIMEZONE=Europe/London\nPATRON_CURRENCY=GBP\n")
    monkeypatch.setenv("PATRON_TIMEZONE", "")
    monkeypatch.delenv("PATRON_TIMEZONE")
    monkeypatch.setenv("PATRON_CURRENCY", "EUR")
    monkeypatch.setenv("PATRON_SHOP", "")
    find_shop(tmp_path).activate()
    assert (os.environ["PATRON_TIMEZONE"], os.environ["PATRON_CURRENCY"]) == (
        "Europe/London",
        "EUR",
    )


def test_settings_of_the_project_would_count_for_every_shop(tmp_path: Path) -> None:
    project, shop = tmp_path / "project", tmp_path / "shop"
    project.mkdir()
    (project / ".env").write_text("PATRON_CURRENCY=GBP\n")
    with pytest.raises(PatronError, match="would count for every shop"):
        Shop(root=shop, project=project).activate()


def test_a_time_zone_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "")
    monkeypatch.setenv("PATRON_TIMEZONE", "Europe/Berln")
    with pytest.raises(PatronError, match="there is no time zone 'Europe/Berln'"):
        find_shop(tmp_path).activate()


def test_looking_at_a_shop_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_SHOP", "")
    find_shop(tmp_path / "none").activate()
    assert not (tmp_path / "none").exists()


def test_a_refusal_of_the_system_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("in the way")
    monkeypatch.setattr("sys.argv", ["patron", "--shop", str(tmp_path), "simulate"])
    monkeypatch.setenv("PATRON_SHOP", "")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert str(tmp_path / "data") in said
