"""The example of docs/airbyte.md against the simulator's API, well and ill; and two connectors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from ingest.loaders.airbyte import stage_due
from ingest.run import chosen, ingest_all, prepare
from patron.errors import PatronError
from patron.shop import Shop, find_project
from patron.warehouse import writing
from simulate.serve import CampaignServer
from tests.support.airbyte import install_airbyte

pytestmark = pytest.mark.slow

EXAMPLE = find_project() / "examples" / "airbyte_campaigns"
TOKEN = "a token that nobody may read"
HEADER = "campaign_id,campaign_name,channel,objective,starts_at,ends_at,budget_amount,updated_at"
ROWS = [
    f"K{n},Campaign {n},email,reactivation,2025-01-01 07:00:00,,100.5,2025-01-{n:02d} 10:00:00"
    for n in range(1, 8)
]
# What goes wrong from the second page on, and what the message says about it.
ILL = {
    "401": ("401", "check 'config' of the source"),
    "429": ("429", "nothing of it was loaded"),
    "500": ("500", "nothing of it was loaded"),
    "truncated": ("the answer is damaged", "nothing of it was loaded"),
    "html": ("bytes of text/html; charset=utf-8 that are not valid JSON", "load again later"),
    "wrong_shape": ("has no list 'data'", "nothing of it was loaded"),
}
PASSING = {"429_once": ("429", 1), "new_column": ("new_column", None)}


@pytest.fixture(scope="module", autouse=True)
def airbyte() -> None:
    install_airbyte()


@pytest.fixture
def campaign_files(shop: Shop) -> Path:
    """A shop folder with campaigns as the simulator delivers them, one of them twice."""
    folder = shop.data / "shop" / "campaigns"
    folder.mkdir(parents=True)
    (folder / "0001_a.csv").write_text("\n".join([HEADER, *ROWS, ROWS[0], ""]), encoding="utf-8")
    return folder


@pytest.fixture
def servers(shop: Shop, campaign_files: Path) -> Iterator[dict[str, CampaignServer]]:
    """One server for each way of being ill, and for those that pass."""
    found = {f"api_{name}": CampaignServer(shop.data / "shop", TOKEN) for name in (*ILL, *PASSING)}
    for server in found.values():
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield found
    for server in found.values():
        server.shutdown()
        server.server_close()


def declare(shop: Shop, servers: dict[str, CampaignServer]) -> None:
    """The example's source once for each server, with small pages and little patience."""
    manifest = (EXAMPLE / "campaigns.yaml").read_text(encoding="utf-8")
    manifest = manifest.replace("page_size: 50", "page_size: 3")
    manifest = manifest.replace("max_retries: 5", "max_retries: 1")
    (shop.root / "campaigns.yaml").write_text(manifest, encoding="utf-8")
    careless = yaml.safe_load(manifest)
    del careless["streams"][0]["retriever"]["requester"]["error_handler"]["response_filters"]
    (shop.root / "careless.yaml").write_text(yaml.safe_dump(careless), encoding="utf-8")
    declared = yaml.safe_load((EXAMPLE / "sources.yaml").read_text(encoding="utf-8"))
    (source,) = declared["sources"].values()
    sources = {
        name: {**source, "config": {**source["config"], "base_url": server.url}}
        for name, server in servers.items()
    }
    # Also where a manifest does not say what a whole answer is, one that is no JSON is none.
    sources["api_html"]["manifest"] = "careless.yaml"
    shop.sources_file.write_text(yaml.safe_dump({"sources": sources}), encoding="utf-8")


def test_an_api_that_is_ill_and_recovers(
    shop, servers, campaign_files, query, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("PATRON_CAMPAIGNS_TOKEN", TOKEN)
    declare(shop, servers)
    for fault in ILL:
        servers[f"api_{fault}"].misbehave(fault, after=1)
    for name, (fault, times) in PASSING.items():
        servers[f"api_{name}"].misbehave(fault, times)

    with writing(shop) as connection:
        prepare(connection)
        staged = stage_due(connection, shop, chosen(shop, None, None))  # type: ignore[arg-type]
    failed = {name: found for name, found in staged.items() if isinstance(found, PatronError)}
    assert set(failed) == {f"api_{fault}" for fault in ILL}
    for fault, (cause, remedy) in ILL.items():
        error = failed[f"api_{fault}"]
        assert f"source 'api_{fault}' was not read" in error.what
        assert cause in error.what, fault
        assert "stream campaigns" in str(error.where), fault
        assert remedy in str(error.remedy), fault
        assert TOKEN not in str(error)
    assert "api_new_column: campaigns has fields that no schema declares: owner" in " ".join(
        capsys.readouterr().err.split()
    )
    assert query("SELECT count(*) FROM raw.campaigns") == [(0,)]
    assert query("SELECT count(*) FROM raw.cursors") == [(0,)]
    tries = {fault: len(servers[f"api_{fault}"].requests) for fault in ILL}
    assert (tries["401"], tries["429"], tries["500"]) == (2, 3, 3), "one retry of 429 and 500"
    for path in shop.data.rglob("*"):
        assert not (path.is_file() and TOKEN.encode() in path.read_bytes()), path

    for server in servers.values():
        server.misbehave(None)
    cured = ["api_401", "api_truncated", *(f"api_{name}" for name in PASSING)]
    loads = ingest_all(shop, sources=cured)
    assert {load.source: load.rows_read for load in loads} == dict.fromkeys(cured, 7)
    assert sum(load.rows_inserted for load in loads) == 7
    assert query("SELECT count(*), count(DISTINCT campaign_id) FROM raw.campaigns") == [(7, 7)]

    late = ROWS[3].replace("100.5", "200").replace("2025-01-04", "2025-01-08")
    new = "K8,Campaign 8,social,,2025-02-01 07:00:00,2025-03-01 00:00:00,9,2025-01-09 10:00:00"
    (campaign_files / "0002_b.csv").write_text("\n".join([HEADER, late, new, ""]), "utf-8")
    asked = servers["api_truncated"].requests
    asked.clear()
    (load,) = ingest_all(shop, sources=["api_truncated"])
    # Asked from ten minutes before the last change that was read; K7 comes again.
    assert "updated_since=2025-01-07T09%3A50%3A00Z" in asked[0]
    counts = (load.rows_read, load.rows_inserted, load.rows_updated, load.rows_unchanged)
    assert counts == (3, 1, 1, 1)


@pytest.fixture
def called(monkeypatch) -> Iterator[list[str]]:
    """What any program here asked for outside, through a proxy that gives nothing."""
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        do_CONNECT = do_GET = do_POST = refuse  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_address[1]}")
        yield asked
        proxy.shutdown()


def test_faker_and_file(shop: Shop, query, called) -> None:
    """Two connectors from the package registry; once installed, nobody outside is asked."""
    (shop.root / "lines.csv").write_text(
        "order,line,sku,pieces,price\nA1,1,P1,2,19.99\nA1,2,P2,1,0.10\n", encoding="utf-8"
    )
    users = """
        SELECT id AS customer_id, name AS first_name, email, created_at, updated_at FROM users
    """
    lines = """
        SELECT "order" AS order_id, line AS line_number, sku AS product_id, pieces AS quantity,
               price AS unit_price, '2025-01-01' AS updated_at
        FROM lines
    """
    sources = {
        "people": {
            "loader": "airbyte",
            "connector": "source-faker",
            "version": "7.2.1",
            "config": {"count": 50, "seed": 7, "parallelism": 1},
            "streams": {"customers": users},
        },
        "exports": {
            "loader": "airbyte",
            "connector": "source-file",
            "version": "0.5.39",
            "config": {
                "dataset_name": "lines",
                "format": "csv",
                "url": str(shop.root / "lines.csv"),
                "provider": {"storage": "local"},
            },
            "streams": {"order_items": lines},
        },
    }
    shop.sources_file.write_text(yaml.safe_dump({"sources": sources}), encoding="utf-8")
    loads = {load.source: load for load in ingest_all(shop)}
    assert (loads["people"].rows_read, loads["people"].rows_inserted) == (50, 50)
    assert query("SELECT count(DISTINCT email), count(created_at) FROM raw.customers") == [(50, 50)]
    assert query(
        "SELECT order_id, line_number, quantity, CAST(unit_price AS VARCHAR) "
        "FROM raw.order_items ORDER BY line_number"
    ) == [("A1", 1, 2, "19.99"), ("A1", 2, 1, "0.10")]
    assert called == []


def test_the_docs_show_the_example() -> None:
    docs = (find_project() / "docs" / "airbyte.md").read_text(encoding="utf-8")
    example = (EXAMPLE / "sources.yaml").read_text(encoding="utf-8")
    assert f"```yaml\n{example.partition(chr(10))[2]}```" in docs
