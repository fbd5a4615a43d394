"""What docs/sources.md and examples/ say works as they say."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal

from ingest.configs import CONFIGS, FileConfig, StreamConfig
from ingest.run import ingest_all
from ingest.scaffold import TEMPLATE
from ingest.sources import mapping_names
from patron.shop import find_project

EXAMPLE = find_project() / "examples" / "csv_files"
DOCS = find_project() / "docs" / "sources.md"


def test_the_example_loads(shop, query) -> None:
    shutil.copytree(EXAMPLE, shop.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("data"))
    loads = ingest_all(shop)
    assert [(load.stream, load.rows_inserted, load.rows_rejected) for load in loads] == [
        ("customers", 2, 0),
        ("orders", 3, 0),
        ("order_items", 4, 0),
    ]
    assert query(
        "SELECT order_id, customer_id, CAST(ordered_at AS VARCHAR), order_amount FROM raw.orders "
        "WHERE order_id > '1001' ORDER BY order_id"
    ) == [
        ("1002", "18", "2025-12-24 20:10:00", Decimal("12.50")),
        ("1003", "guest", "2025-12-27 11:00:00", Decimal("7.00")),
    ]
    assert sum(load.rows_inserted for load in ingest_all(shop)) == 0


def test_amounts_are_converted_as_the_docs_say(shop, query) -> None:
    section = DOCS.read_text(encoding="utf-8").partition("## Several currencies")[2]
    shown = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert shown is not None
    (shop.root / "sources.yaml").write_text(shown[1], encoding="utf-8")
    files = {
        "orders": "number,client,placed_at,state,goods,currency\n"
        "1,ann,2026-01-05 23:30:00,paid,10.00,EUR\n"
        "2,ann,2026-01-05 10:00:00,paid,30.00,USD\n"
        "3,bob,2026-01-06 10:00:00,paid,30.00,USD\n"
        "4,bob,2026-01-06 11:00:00,paid,5000.00,JPY\n",
        "lines": "number,line,sku,quantity,price\n2,1,tea,3,10.00\n3,1,tea,3,10.00\n",
        "rates": "day,currency,rate\n2026-01-05,EUR,1\n2026-01-05,USD,0.9\n2026-01-06,USD,0.8\n",
    }
    (shop.root / "exports").mkdir()
    for name, text in files.items():
        (shop.root / "exports" / f"{name}.csv").write_text(text, encoding="utf-8")
    ingest_all(shop)
    assert query("SELECT order_id, order_amount, currency FROM raw.orders ORDER BY order_id") == [
        ("1", Decimal("10.00"), "EUR"),
        ("2", Decimal("27.00"), "EUR"),
        ("3", Decimal("24.00"), "EUR"),
    ]
    prices = query("SELECT order_id, unit_price FROM raw.order_items ORDER BY order_id")
    assert prices == [("2", Decimal("9.00")), ("3", Decimal("8.00"))]
    # The order without a rate is not lost.
    ((reason, row),) = query("SELECT reason, row_json FROM raw.rejected_rows")
    assert "order_amount" in reason
    assert '"4"' in row


def test_the_docs_show_the_example() -> None:
    shown = re.search(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    example = (EXAMPLE / "sources.yaml").read_text(encoding="utf-8")
    assert example.partition("\n")[2] == shown[1]


def test_the_docs_name_every_key_and_mapping() -> None:
    text = DOCS.read_text(encoding="utf-8")
    pages = {model: DOCS.with_name(f"{name}.md") for name, model in CONFIGS.items()}
    for model in (*CONFIGS.values(), FileConfig, StreamConfig):
        page = pages.get(model, DOCS)
        own = page.read_text(encoding="utf-8") if page.exists() else ""
        for key in (field.alias or name for name, field in model.model_fields.items()):
            assert f"`{key}`" in text + own, f"{page.name} does not explain {key}"
    for mapping in mapping_names():
        assert f"| `{mapping}` |" in text


def test_the_template_reads_as_the_docs_say() -> None:
    assert "loader: files" in TEMPLATE
    assert "'guest'" in TEMPLATE


def test_every_setting_of_a_shop_is_told_with_its_default() -> None:
    config = (find_project() / "config.yaml").read_text(encoding="utf-8")
    read = dict(re.findall(r"env_var\('(PATRON_\w+)', '([^']*)'\)", config))
    del read["PATRON_SHOP"]
    section = DOCS.read_text(encoding="utf-8").partition("## Settings of a shop")[2]
    told = dict(re.findall(r"^\| `(PATRON_\w+)` \| (.*?) \|", section, re.MULTILINE))
    assert told == {name: default or "none" for name, default in read.items()}
