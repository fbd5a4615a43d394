"""Connection strings are taken apart as PostgreSQL does it, and the extension has to fit DuckDB."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patron.errors import PatronError
from patron.postgres import DEFAULTS, Dsn, extension_file, load_extension, parse_dsn


def parts(text: str) -> tuple[dict[str, str], str | None]:
    found = parse_dsn(text, "here")
    return {name: v for name, v in found.settings.items() if name not in DEFAULTS}, found.password


@pytest.mark.parametrize(
    ("text", "settings", "password"),
    [
        ("postgresql://", {}, None),
        ("postgres://localhost", {"host": "localhost"}, None),
        (
            "postgresql://ann:s%40f%2Fe@db.example:5433/shop?sslmode=require",
            {
                "user": "ann",
                "host": "db.example",
                "port": "5433",
                "dbname": "shop",
                "sslmode": "require",
            },
            "s@f/e",
        ),
        (
            "postgresql://u@[::1]:1/x",
            {"user": "u", "host": "::1", "port": "1", "dbname": "x"},
            None,
        ),
        ("postgresql://a,b:2", {"host": "a,b", "port": ",2"}, None),
        (
            "postgresql://a:1,b:2/x?target_session_attrs=any",
            {"host": "a,b", "port": "1,2", "dbname": "x", "target_session_attrs": "any"},
            None,
        ),
        (
            "postgresql:///x?host=/var/run&user=u&password=p+q",
            {"dbname": "x", "host": "/var/run", "user": "u"},
            "p+q",
        ),
        (
            r"host=localhost dbname = 'my shop' user=o\'hara password='it\'s \\ fine'",
            {"host": "localhost", "dbname": "my shop", "user": "o'hara"},
            r"it's \ fine",
        ),
    ],
)
def test_both_forms(text: str, settings: dict[str, str], password: str | None) -> None:
    assert parts(text) == (settings, password)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "postgresql://u:secret@x@host/db",
        "postgresql://u:sec/ret@host/db",
        "postgresql://u:secret@host:port/db",
        "mysql://u:secret@host/db",
        "host=a password='secret",
        "host=a password=my secret",
    ],
)
def test_neither_form_is_repeated(text: str) -> None:
    with pytest.raises(PatronError) as caught:
        parse_dsn(text, "sources.yaml")
    assert "sec" not in str(caught.value)
    assert caught.value.where == "sources.yaml"


@given(st.dictionaries(st.sampled_from(["host", "user", "dbname"]), st.text(min_size=1)))
def test_settings_survive_being_written(settings: dict[str, str]) -> None:
    written = Dsn({**DEFAULTS, **settings}, None).connection_string
    assert parts(written) == (settings, None)


def test_the_place_names_no_person_and_no_password() -> None:
    assert parse_dsn("postgresql://u:secret@h:1/x", "").place == "h:1/x"


def test_a_longer_wait_can_be_asked_for() -> None:
    found = parse_dsn("host=h connect_timeout=30", "")
    assert found.settings["connect_timeout"] == "30"
    assert parse_dsn("host=h", "").settings["connect_timeout"] == "10"


def test_the_extension_of_another_version_is_refused() -> None:
    with pytest.raises(PatronError) as caught:
        extension_file("1.4.3")
    assert f"is for v{duckdb.__version__}, DuckDB is v1.4.3" in caught.value.what
    assert "make install" in str(caught.value.remedy)


def test_it_is_loaded_from_the_package_without_network() -> None:
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        load_extension(connection)
        loaded = connection.execute(
            "SELECT installed FROM duckdb_extensions() "
            "WHERE extension_name = 'postgres_scanner' AND loaded"
        ).fetchall()
    assert loaded == [(False,)]
