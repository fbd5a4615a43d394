"""Where an extraction begins, and when what an earlier one read may still be used."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest

from ingest.airbyte.connectors import command
from ingest.airbyte.environment import connector
from ingest.airbyte.extraction import Request
from ingest.airbyte.install import wanted
from ingest.airbyte.staged import Stage, StagedStream
from ingest.airbyte.states import States
from ingest.configs import AirbyteSource
from ingest.raw import ensure_tables
from ingest.sources import Source
from patron.errors import PatronError
from patron.shop import Shop


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        ensure_tables(opened)
        yield opened


def load(connection: duckdb.DuckDBPyConnection, stream: str, number: int) -> None:
    """What the core does when a stream is loaded."""
    connection.execute("DELETE FROM raw.cursors WHERE stream = ?", [stream])
    connection.execute(
        "INSERT INTO raw.cursors (source, stream, cursor_value, batch_id) "
        "VALUES ('ads', ?, ?, 'b')",
        [stream, str(number)],
    )


def moved(name: str, state: object) -> StagedStream:
    return StagedStream(name, is_incremental=True, state_before=None, state_after=state)


def test_an_extraction_begins_where_the_slowest_reader_is(connection) -> None:
    states = States(connection, "ads")
    reads = {"campaigns": {"ads"}, "marketing_spend": {"ads", "costs"}}
    assert states.start(reads) == {}
    first = states.announce([moved("Ads", "a1"), moved("Costs", "c1")])
    load(connection, "campaigns", first)
    load(connection, "marketing_spend", first)
    assert states.start(reads) == {"ads": "a1", "costs": "c1"}
    second = states.announce([moved("Ads", "a2"), moved("Costs", "c2")])
    load(connection, "campaigns", second)
    states.forget_unused(second)
    assert states.start(reads) == {"ads": "a1", "costs": "c1"}
    assert states.start({"campaigns": {"ads"}}) == {"ads": "a2"}
    load(connection, "marketing_spend", second)
    states.forget_unused(second)
    assert states.start(reads) == {"ads": "a2", "costs": "c2"}
    assert connection.execute("SELECT count(*) FROM raw.airbyte_states").fetchone() == (2,)


def test_a_new_reader_begins_at_the_beginning(connection) -> None:
    states = States(connection, "ads")
    load(connection, "campaigns", states.announce([moved("ads", "a1")]))
    assert states.start({"campaigns": {"ads"}, "marketing_spend": {"ads"}}) == {}
    assert states.reached("campaigns", ["ads", "costs"]) == {"ads": "a1", "costs": None}


def test_an_extraction_that_was_never_loaded_moves_nothing(connection) -> None:
    states = States(connection, "ads")
    load(connection, "campaigns", states.announce([moved("ads", "a1")]))
    lost = states.announce([moved("ads", "a2")])
    assert states.start({"campaigns": {"ads"}}) == {"ads": "a1"}
    assert states.announce([moved("ads", "a2")]) == lost + 1


def request(tmp_path: Path, **config: str) -> Request:
    declared = AirbyteSource(executable="x", streams={}, config=config)
    source = Source("ads", declared, tmp_path, "here")
    return Request(source, ("x",), ("ads",), tmp_path / "ads.duckdb")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A staged file that moves stream ads from state a1 to a2, for two raw streams."""
    found = Stage(tmp_path / "ads.duckdb")
    found.describe(request(tmp_path), ["campaigns", "marketing_spend"])
    with duckdb.connect(str(found.path)) as connection:
        connection.execute(
            "CREATE SCHEMA _patron; CREATE TABLE _patron.streams AS SELECT 'Ads' AS name, "
            "TRUE AS is_incremental, 1 AS records, $1 AS state_before, $2 AS state_after",
            [json.dumps("a1"), json.dumps("a2")],
        )
    return found


def test_a_staged_file_serves_until_its_streams_are_loaded(stage: Stage, tmp_path: Path) -> None:
    both = {"campaigns": {"ads": "a1"}, "marketing_spend": {"ads": "a2"}}
    assert stage.serves(request(tmp_path), both)
    stage.loaded("campaigns")
    assert stage.serves(request(tmp_path), both), "the interrupted load does not go on"
    assert not stage.serves(request(tmp_path), {"campaigns": {"ads": "a2"}}), "it is loaded"
    assert stage.serves(request(tmp_path), {"marketing_spend": {"ads": "a1"}})
    stage.loaded("marketing_spend")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("state", ["a0", "a3", None])
def test_a_staged_file_does_not_serve_another_place(stage, tmp_path: Path, state) -> None:
    assert not stage.serves(request(tmp_path), {"campaigns": {"ads": state}})


def test_a_staged_file_does_not_serve_other_settings_or_later_days(stage, tmp_path: Path) -> None:
    reached = {"campaigns": {"ads": "a1"}}
    assert not stage.serves(request(tmp_path, account="other"), reached)
    assert not stage.serves(request(tmp_path), {"orders": {"ads": "a1"}})
    os.utime(stage.path, (0, 0))
    assert not stage.serves(request(tmp_path), reached)


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("faker", "7.2.1", "not the name of a connector"),
        ("source-x; rm -rf", "1.0", "not the name of a connector"),
        ("source-faker", "latest", "not the exact version"),
        ("source-faker", ">=7", "not the exact version"),
        ("source-faker", "", "not the exact version"),
    ],
)
def test_names_and_versions_are_exact(tmp_path: Path, name, version, message) -> None:
    with pytest.raises(PatronError, match=message):
        connector(tmp_path, name, version, "here")


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"connector": "source-faker"},
        {"manifest": "m.yaml", "version": "1.0"},
        {"manifest": "m.yaml", "executable": "x"},
    ],
)
def test_a_source_names_one_connector(tmp_path: Path, keys) -> None:
    declared = AirbyteSource(streams={}, **keys)
    with pytest.raises(PatronError, match="must name one connector"):
        command(tmp_path, Source("ads", declared, tmp_path, "here"))


def test_what_is_installed_is_what_sources_name(shop: Shop) -> None:
    assert [found.label for found in wanted(shop)] == ["Airbyte's environment"]
    shop.sources_file.write_text(
        "sources:\n"
        "  demo: {loader: airbyte, connector: source-faker, version: 7.2.1, streams: {}}\n"
        "  same: {loader: airbyte, connector: source-faker, version: 7.2.1, streams: {}}\n"
        "  api: {loader: airbyte, manifest: m.yaml, config: {token: '${NOT_SET}'}, streams: {}}\n"
        "  files: {loader: files, path: x, streams: {}}\n",
        encoding="utf-8",
    )
    assert [found.purpose.split("==")[0] for found in wanted(shop)][1:] == ["airbyte-source-faker"]


def test_an_environment_counts_when_it_is_complete_and_current(shop: Shop, monkeypatch) -> None:
    monkeypatch.setenv("PATRON_AIRBYTE_HOME", str(shop.data / "home"))
    (found,) = wanted(shop)
    assert not found.is_installed
    found.folder.mkdir(parents=True)
    assert not found.is_installed, "an interrupted installation counts"
    (found.folder / "patron-installed").write_text("airbyte.lock 0000", encoding="utf-8")
    with pytest.raises(PatronError, match="patron ingest install-airbyte"):
        found.require("here")
    (found.folder / "patron-installed").write_text(found.purpose, encoding="utf-8")
    found.require("here")
