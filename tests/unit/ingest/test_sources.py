"""What sources.yaml may say, and what is said about mistakes."""

from __future__ import annotations

import textwrap

import pytest

from ingest.sources import load_mapping, load_sources, mapping_names
from patron.errors import PatronError


def declare(shop, text: str):
    shop.sources_file.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_sources(shop)


def message(shop, text: str) -> str:
    with pytest.raises(PatronError) as caught:
        declare(shop, text)
    return str(caught.value)


def test_a_source_of_files(shop) -> None:
    (source,) = declare(
        shop,
        """
        sources:
          shop_files:
            loader: files
            path: exports
            max_drop: 0.2
            files:
              lines: {path: "lines/*.csv", delimiter: ";", incremental: true}
              people: people.parquet
            tables: {clean: SELECT * FROM lines}
            streams:
              customers: SELECT * FROM people
              orders:
                select: SELECT * FROM clean
                max_drop: 0.9
              returns:
        """,
    )
    assert source.name == "shop_files"
    assert source.folder == shop.root
    assert source.config.files["people"].path == "people.parquet"
    assert source.config.files["lines"].incremental
    assert source.config.streams["customers"].select == "SELECT * FROM people"
    assert source.config.streams["orders"].max_drop == 0.9
    assert source.config.streams["returns"].select is None
    assert source.config.max_drop == 0.2


@pytest.mark.parametrize("name", mapping_names())
def test_every_mapping_is_valid(name) -> None:
    mapping = load_mapping(name, "the test")
    assert mapping.description
    assert mapping.streams


def test_a_source_from_a_mapping(shop) -> None:
    (source,) = declare(shop, "sources: {demo: {mapping: shop_simulator, path: data/shop}}")
    assert source.config.path == "data/shop"
    assert source.config.files["orders"].incremental


def test_secrets_come_from_the_environment(shop, monkeypatch) -> None:
    monkeypatch.setenv("EXPORTS", "/somewhere")
    text = """
        sources:
          a:
            loader: files
            path: ${EXPORTS}/x
            streams:
              orders: SELECT '${A}'
        """
    (source,) = declare(shop, text)
    assert source.config.path == "/somewhere/x"
    assert source.config.streams["orders"].select == "SELECT '${A}'"
    monkeypatch.delenv("EXPORTS")
    said = message(shop, text)
    assert "the environment variable EXPORTS is not set" in said
    assert "sources.yaml: sources.a.path" in said


def test_no_file(shop) -> None:
    with pytest.raises(PatronError, match=r"has no sources[.]yaml") as caught:
        load_sources(shop)
    assert "patron init" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what", "where", "remedy"),
    [
        ("sources: [", "not valid YAML", "sources.yaml:1", "indentation"),
        ("", "declares no sources", "sources.yaml", "patron init"),
        ("sources: {}", "declares no sources", "sources.yaml", "patron init"),
        (
            "sources: {a: {}}\nsource: 1",
            "unknown key 'source'",
            "sources.yaml: source",
            "did you mean 'sources'?",
        ),
        (
            "sources: {a: {mapping: x, path: y}, a: {mapping: x, path: y}}",
            "the key 'a' is given twice",
            "sources.yaml:1",
            "indentation",
        ),
        ("sources: {my-shop: {}}", "'my-shop' cannot be", "sources.my-shop", "letters, digits"),
        ("sources: {a: files}", "must be a set of keys", "sources.a", "loader"),
        ("sources: {a: {path: x}}", "neither a loader nor", "sources.a", "loader: files"),
        (
            "sources: {a: {loader: file, path: x}}",
            "unknown loader 'file'",
            "sources.a.loader",
            "did you mean 'files'?",
        ),
        (
            "sources: {a: {mapping: simulator, path: x}}",
            "unknown mapping 'simulator'",
            "sources.a.mapping",
            "did you mean 'shop_simulator'?",
        ),
        (
            "sources: {a: {mapping: shop_simulator}}",
            "the key 'path' is missing",
            "sources.a.path",
            "path:",
        ),
        (
            "sources: {a: {loader: files, path: x, streams: {order: }}}",
            "unknown stream 'order'",
            "sources.a.streams.order",
            "did you mean 'orders'?",
        ),
        (
            "sources: {a: {loader: files, path: x, streams: {orders: {selct: x}}}}",
            "unknown key 'selct'",
            "sources.a.streams.orders.selct",
            "did you mean 'select'?",
        ),
        (
            "sources: {a: {loader: files, path: x, files: {o: {path: x, delimter: x}}}}",
            "unknown key 'delimter'",
            "sources.a.files.o.delimter",
            "did you mean 'delimiter'?",
        ),
        (
            "sources: {a: {loader: files, path: x, streams: {orders: {cursor: updatd_at}}}}",
            "the cursor 'updatd_at' is not a column",
            "sources.a.streams.orders.cursor",
            "did you mean 'updated_at'?",
        ),
        (
            "sources: {a: {loader: files, path: x, max_drop: 2, streams: {}}}",
            "'max_drop' is not valid",
            "sources.a.max_drop",
            "",
        ),
    ],
)
def test_mistakes_are_named_with_file_key_and_remedy(shop, text, what, where, remedy) -> None:
    said = message(shop, text)
    assert what in said
    assert where in said
    assert remedy in said
