"""What a connector may do wrong: nothing of it is loaded, its place stays, the next completes."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingest.loaders.airbyte import stage_due
from ingest.run import chosen, ingest_all, prepare
from ingest.sources import load_sources
from patron.errors import PatronError
from patron.shop import Shop
from tests.support.airbyte import campaign, campaigns, fake, install_airbyte, source

pytestmark = pytest.mark.slow

RECORDS = [campaign(1), campaign(2), campaign(3)]
WRONG = {
    "exit 0": "ended before it had read everything",
    "exit 1": "ended with code 1",
    "term": "ended by signal 15",
    "kill": "ended by signal 9",
    "error": "the upstream broke",
    "incomplete": "says that the stream is incomplete",
    "half a message": "wrote a damaged message",
    "wrong state": "one state for all streams",
}


@pytest.fixture(autouse=True)
def airbyte() -> None:
    install_airbyte()


@pytest.fixture
def declare_sources(shop: Shop):
    """Writes sources.yaml, with the replaying connector beside it."""
    shop.root.mkdir(exist_ok=True)
    executable = fake(shop.root)

    def write(options: dict[str, Any] | None = None, **configs: dict[str, Any]) -> None:
        sources = {
            name: source(executable, config, **(options or {}).get(name, {}))
            for name, config in configs.items()
        }
        text = yaml.safe_dump({"sources": sources}, sort_keys=False)
        shop.sources_file.write_text(text, encoding="utf-8")

    return write


def failures(shop: Shop) -> dict[str, PatronError]:
    """Why sources of a shop cannot be extracted, from one extraction of them all."""
    with duckdb.connect() as connection:
        prepare(connection)
        staged = stage_due(connection, shop, chosen(shop, None, None))  # type: ignore[arg-type]
    return {name: found for name, found in staged.items() if isinstance(found, PatronError)}


def test_a_connector_that_is_not_wholly_well_is_not_loaded(shop, declare_sources) -> None:
    secret = {"password": "correct horse battery"}
    configs = {how.replace(" ", "_"): campaigns(RECORDS, then=how, **secret) for how in WRONG}
    twins = campaigns([{"id": 1, "ID": 2}], cursor=None)
    mislabelled = campaigns([campaign(1)])
    mislabelled["streams"] = {"adverts": mislabelled["streams"]["campaigns"]}
    declare_sources(**configs, twins=twins, mislabelled=mislabelled)
    found = failures(shop)
    for how, cause in WRONG.items():
        message = str(found[how.replace(" ", "_")])
        assert cause in message, how
        assert f"source '{how.replace(' ', '_')}'" in message
        assert "nothing of it was loaded" in message
        assert "correct horse" not in message
    assert "connector's stream campaigns" in str(found["exit_0"].where)
    assert "connector's stream campaigns" in str(found["error"].where)
    assert "out of cheese" in str(found["exit_1"]), "the connector's own words are missing"
    assert "with password ****" in str(found["error"])
    assert "load again later" in str(found["error"].remedy)
    assert "differ in case only" in str(found["twins"])
    assert "no stream 'campaigns'; there are: adverts" in str(found["mislabelled"])
    assert sorted(shop.data.rglob("*.duckdb")) == []
    assert list(shop.data.glob(".ingest-*")) == [], "the private folder is left"
    for path in shop.data.rglob("*"):
        if path.is_file():
            assert b"correct horse" not in path.read_bytes(), path


ODD = [
    campaign(11, budget=0.1, name="Größe 'XL' \"neu\"\n\u2028", extra="new field"),
    campaign(12, budget=12345678901234.56),
    campaign(13, budget="not-a-number"),
    campaign(14, day=1, budget=1),
    campaign(14, day=3, budget=3),
    campaign(14, day=2, budget=2),
    campaign(15, name=None),
    campaign(16, name={"de": "Sommer"}, group=[1, 2]),
]
WHOLE = [campaign(21), campaign(22), campaign(23)]


def test_loads_over_time(shop, declare_sources, query) -> None:
    """Values as written; places that move only with the rows; deletions of what is read whole."""
    well = [campaign(1), campaign(2)]
    whole = {"full_refresh": ["campaigns"], "deletes": "full_compare"}
    first = {"good": campaigns(well), "bad": campaigns(well), "odd": campaigns(ODD, then="noise")}
    declare_sources(**first, whole=campaigns(WHOLE), options={"whole": whole})
    loads = {load.source: load for load in ingest_all(shop)}
    odd = loads["odd"]
    counts = (odd.rows_read, odd.rows_inserted, odd.rows_unchanged, odd.rows_rejected)
    assert counts == (8, 4, 2, 2)
    assert query(
        "SELECT campaign_id, campaign_name, budget_amount FROM raw.campaigns "
        "WHERE _source = 'odd' ORDER BY campaign_id"
    ) == [
        ("K11", "Größe 'XL' \"neu\"\n\u2028", Decimal("0.10")),
        ("K12", "Campaign 12", Decimal("12345678901234.56")),
        ("K14", "Campaign 14", Decimal("3.00")),
        ("K16", '{"de":"Sommer"}', Decimal("100.50")),
    ]
    assert query("SELECT reason FROM raw.rejected_rows ORDER BY reason") == [
        ("budget_amount is not a number",),
        ("missing campaign_name",),
    ]

    place = "SELECT source, cursor_value FROM raw.cursors ORDER BY source"
    before = dict(query(place))
    assert set(before) == {"good", "bad", "odd"}, "what is read whole has no place"
    later = [*well, campaign(3, day=2), campaign(4, day=3)]
    fewer = campaigns(WHOLE[:2])
    broken = campaigns(later, then="exit 0")
    declare_sources(good=campaigns(later), whole=fewer, bad=broken, options={"whole": whole})
    with pytest.raises(PatronError, match="'bad' was not read"):
        ingest_all(shop)
    after = dict(query(place))
    assert after["bad"] == before["bad"]
    assert after["good"] != before["good"]
    assert query(
        "SELECT rows_unchanged, rows_deleted FROM raw.load_log WHERE source = 'whole' "
        "ORDER BY batch_id DESC LIMIT 1"
    ) == [(2, 1)]

    again = campaigns(later)
    declare_sources(good=again, bad=again, whole=campaigns([]), options={"whole": whole})
    with pytest.raises(PatronError, match="is empty, last time it had 2"):
        ingest_all(shop)
    # Each was read from where it was: 'good' had come to the third, 'bad' only to the first.
    assert query("SELECT source, rows_read FROM raw.load_log ORDER BY batch_id DESC LIMIT 2") == [
        ("bad", 4),
        ("good", 1),
    ]
    assert query(
        "SELECT count(*), count(DISTINCT campaign_id) FROM raw.campaigns "
        "WHERE _source IN ('good', 'bad')"
    ) == [(4, 4)]


def test_what_was_read_is_kept_until_it_is_loaded(shop, declare_sources, query) -> None:
    declare_sources(ads=campaigns(RECORDS))
    sound = shop.sources_file.read_text(encoding="utf-8")
    declared = yaml.safe_load(sound)
    declared["sources"]["ads"]["streams"]["campaigns"]["select"] = "SELECT nonsense FROM campaigns"
    shop.sources_file.write_text(yaml.safe_dump(declared), encoding="utf-8")
    with pytest.raises(PatronError, match="nonsense"):
        ingest_all(shop)
    staged = shop.data / "staged"
    kept = staged / "ads.duckdb"
    assert stat.S_IMODE(staged.stat().st_mode) == 0o700
    first = kept.stat().st_ino

    shop.sources_file.write_text(sound, encoding="utf-8")
    (shop.root / "source-fake").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert kept.stat().st_ino == first
    (load,) = ingest_all(shop)
    assert load.rows_inserted == 3, "what had been read was not used"
    assert list(staged.iterdir()) == []


def test_a_cursor_of_ones_own_is_refused(shop, declare_sources) -> None:
    declare_sources(ads=campaigns(RECORDS))
    declared = yaml.safe_load(shop.sources_file.read_text(encoding="utf-8"))
    declared["sources"]["ads"]["streams"]["campaigns"]["cursor"] = "updated_at"
    shop.sources_file.write_text(yaml.safe_dump(declared), encoding="utf-8")
    assert load_sources(shop)
    with pytest.raises(PatronError, match="connectors keep their own place"):
        ingest_all(shop)


def test_checking_reads_and_keeps_nothing(shop, declare_sources) -> None:
    from ingest.loaders import open_source

    declare_sources(ads=campaigns(RECORDS))
    with duckdb.connect() as connection:
        prepare(connection)
        (ads,) = load_sources(shop)
        with open_source(connection, shop, ads) as opened:
            reading = opened.reading("campaigns")
            assert reading is not None
            assert len(connection.execute(reading.select).fetchall()) == 3
    assert [path for path in shop.data.rglob("*") if path.is_file()] == []


def test_nothing_is_installed_by_itself(shop, declare_sources, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATRON_AIRBYTE_HOME", str(tmp_path / "nowhere"))
    declare_sources(ads=campaigns(RECORDS))
    with pytest.raises(PatronError, match="not installed") as error:
        ingest_all(shop)
    assert "patron ingest install-airbyte" in str(error.value.remedy)
    assert not (tmp_path / "nowhere").exists()
