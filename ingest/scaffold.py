"""What `patron init` writes: sources.yaml, alerts.yaml and the folders of a shop."""

from __future__ import annotations

from pathlib import Path

from ingest.sources import load_mapping
from patron.errors import PatronError, UsageError
from patron.shop import Shop

TEMPLATE = """\
# What this shop loads. 'patron ingest' reads this file; docs/sources.md explains every key.
sources:
  shop_files:                       # a name of your choice
    loader: files                   # a folder, a .zip or one file; CSV, Parquet or JSON
    path: exports                   # relative to this file's folder

    # Every file in the folder can be queried by its name without suffix (orders.csv as orders).
    # Name files yourself to read several as one, or to set options:
    # files:
    #   order_lines: {path: "lines/*.csv", delimiter: ";", incremental: true}

    # A stream is a SELECT that returns columns of one raw table, under the names that
    # 'patron ingest contract' lists. Values may stay text: the contract converts them.
    streams:
      customers:
        select: |
          SELECT id AS customer_id, email, country, created_at, updated_at
          FROM customers
      orders:
        select: |
          SELECT id AS order_id, COALESCE(user_id, 'guest') AS customer_id,
                 placed_at AS ordered_at, status AS order_status,
                 goods_total AS order_amount, discount AS discount_amount,
                 'EUR' AS currency, updated_at
          FROM orders
      order_items:
        select: |
          SELECT order_id, line AS line_number, sku AS product_id, qty AS quantity,
                 price AS unit_price, updated_at
          FROM order_items
"""
MAPPED = """\
# What this shop loads: {description}.
# 'patron ingest' reads this file; docs/sources.md explains every key.
sources:
  {name}:
    mapping: {mapping}
    {place}
"""
# Where a mapping finds its data when that is not a path: the DSN stands in the environment.
DATABASE = "dsn: ${SHOP_DSN}"
ENVIRONMENT = """\
# Settings and secrets of this shop. Copy to .env, fill in and 'chmod 600 .env': patron reads it.
# sources.yaml refers to secrets as ${NAME}; nothing else may hold them.
# PATRON_TIMEZONE=Europe/Berlin
# PATRON_CURRENCY=EUR
# SHOP_DSN=postgresql://reader:password@localhost/shop
# ALERTS_WEBHOOK=https://hooks.slack.com/services/...
# ALERTS_MAIL_PASSWORD=
"""
ALERTS_FILE = "alerts.yaml"
ALERTS = """\
# Whom 'patron monitor' tells of alerts; docs/monitoring.md explains every key. Without receivers
# they go to standard error. Secrets are ${NAME}, and stand in .env or the environment alone.
# receivers:
#   console: {type: console}
#   log: {type: file, path: data/alerts.jsonl}
#   team: {type: webhook, url: "${ALERTS_WEBHOOK}"}
#   on_call:
#     type: smtp
#     min_severity: critical
#     host: smtp.example.com
#     port: 587
#     security: starttls              # or tls, or none
#     username: patron
#     password: ${ALERTS_MAIL_PASSWORD}
#     sender: patron@example.com
#     recipients: [ops@example.com]
"""


def scaffold(shop: Shop, *, mapping: str | None, path: str | None, overwrite: bool) -> list[Path]:
    """Write sources.yaml and make the folders of a shop.

    Args:
        shop: The shop.
        mapping: One of Patron's mappings; without it an annotated template is written.
        path: What the mapping reads.
        overwrite: Whether an existing sources.yaml is replaced.

    Returns:
        The files written.
    """
    if shop.sources_file.exists() and not overwrite:
        raise PatronError(
            "the shop has a sources.yaml already",
            where=str(shop.sources_file),
            remedy="edit it, or call again with --force to replace it",
        )
    text = _mapped(shop, mapping, path) if mapping else TEMPLATE
    exports = () if mapping else (shop.root / "exports",)
    for folder in (shop.root, shop.data, shop.artifacts, shop.site, *exports):
        folder.mkdir(parents=True, exist_ok=True)
    shop.sources_file.write_text(text, encoding="utf-8")
    written = [shop.sources_file]
    alerts = shop.root / ALERTS_FILE
    if not alerts.exists():
        alerts.write_text(ALERTS, encoding="utf-8")
        written.append(alerts)
    environment = shop.root / ".env.example"
    if not mapping and not environment.exists():
        environment.write_text(ENVIRONMENT, encoding="utf-8")
        written.append(environment)
    if mapping:
        written += _write_settings(shop, load_mapping(mapping, "--mapping").settings)
    return written


def _write_settings(shop: Shop, settings: dict[str, str]) -> list[Path]:
    """The settings that shops of this form need, unless the shop has settings already."""
    if not settings or shop.settings_file.exists():
        return []
    lines = [f"{name}={value}" for name, value in settings.items()]
    shop.settings_file.touch(mode=0o600)
    shop.settings_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [shop.settings_file]


def _mapped(shop: Shop, mapping: str, path: str | None) -> str:
    found = load_mapping(mapping, "--mapping")
    if found.loader == "postgres" and path:
        raise UsageError(
            f"the mapping '{mapping}' reads a database, not a path",
            remedy=f"patron init --mapping {mapping}, with its DSN in the environment",
        )
    if found.loader == "postgres":
        place = DATABASE
    elif path:
        place = f"path: {_declared(shop, path)}"
    else:
        raise UsageError(
            f"the mapping '{mapping}' needs to know what to read",
            remedy=f"patron init --mapping {mapping} --path FOLDER_OR_FILE",
        )
    return MAPPED.format(description=found.description, name=mapping, mapping=mapping, place=place)


def _declared(shop: Shop, path: str) -> str:
    """The path as sources.yaml shall hold it: relative to the shop where it is inside.

    What the shop has under that path goes before what the working directory has.
    """
    given = Path(path).expanduser()
    if given.is_absolute() or (shop.root / given).exists() or not given.exists():
        return str(given)
    absolute = given.resolve()
    if absolute.is_relative_to(shop.root):
        return str(absolute.relative_to(shop.root))
    return str(absolute)
