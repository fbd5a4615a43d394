"""What may stand in `sources.yaml` and in a mapping, as pydantic models, one per loader."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)
from pydantic_core import PydanticCustomError

DEFAULT_MAX_DROP = 0.5
MIN_SECRET = 16
FULL_COMPARE = "full_compare"


class Strict(BaseModel):
    """A model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _duration(value: object) -> object:
    text = str(value).strip().lower()
    if not re.fullmatch(r"\d+( (second|minute|hour|day)s?)?", text):
        raise ValueError("write it as '10 minutes', '2 hours', '1 day', or a plain number of ids")
    return text


class StreamConfig(Strict):
    """One stream: a SELECT that returns columns of its raw table.

    Attributes:
        select: The query; without it the table or file of the stream's name.
        cursor: The column by which a read continues where the last one ended.
        overlap: How far before that it begins, for rows committed late with an older cursor.
        deletes: `full_compare` removes rows that the source no longer has.
        max_drop: The share of rows that may be missing before a read is refused.
    """

    select: str | None = None
    cursor: str | None = None
    overlap: Annotated[str, BeforeValidator(_duration)] | None = None
    deletes: Literal["never", "full_compare"] = "never"
    max_drop: Annotated[float, Field(ge=0, le=1)] | None = None


class FileConfig(Strict):
    """One view over files of a source.

    Attributes:
        optional: Whether it may be missing; a stream that reads it is then absent.
        columns: Columns that the view has in any case, empty where the files lack them. With them
            an optional file that is missing is a view without rows, so its readers are not absent.
    """

    path: str
    format: Literal["csv", "parquet", "json"] | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=4)
    quote: str = Field(default='"', max_length=1)
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    null_text: str | None = None
    incremental: bool = False
    optional: bool = False
    columns: tuple[str, ...] = ()


def _short_file(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


def _short_stream(value: object) -> object:
    return {} if value is None else {"select": value} if isinstance(value, str) else value


Files = dict[str, Annotated[FileConfig, BeforeValidator(_short_file)]]
Streams = dict[str, Annotated[StreamConfig, BeforeValidator(_short_stream)]]


class SourceConfig(Strict):
    """What every source has, whatever its loader."""

    loader: str
    streams: Streams
    max_drop: float = Field(default=DEFAULT_MAX_DROP, ge=0, le=1)


class FilesSource(SourceConfig):
    """A folder, a zip archive or one file; CSV, Parquet or JSON."""

    loader: Literal["files"] = "files"
    path: str
    files: Files = Field(default_factory=dict)
    tables: dict[str, str] = Field(default_factory=dict)


class PostgresSource(SourceConfig):
    """A PostgreSQL database, attached read-only under the source's name.

    Attributes:
        dsn: How to connect, as a URI or as PostgreSQL's keywords and values.
        schema_name: Where the tables are of streams without a `select`.
    """

    loader: Literal["postgres"] = "postgres"
    dsn: SecretStr
    schema_name: str = Field(default="public", alias="schema")


class AirbyteSource(SourceConfig):
    """Any Airbyte connector, run in its own environment; its streams are queried by name.

    Attributes:
        connector: Its name, for instance `source-faker`.
        version: Its exact version in the package registry.
        manifest: Instead of a connector, a file that declares one.
        executable: Instead of a connector, a program of the shop's own that speaks the protocol.
        config: The connector's own settings.
        full_refresh: Its streams that are to be read whole, though they could be incrementally.
    """

    loader: Literal["airbyte"] = "airbyte"
    connector: str | None = None
    version: str | None = None
    manifest: str | None = None
    executable: str | None = None
    config: dict[str, Any] = Field(default_factory=dict)
    full_refresh: tuple[str, ...] = ()


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MIN_SECRET:
        raise PydanticCustomError(
            "short",
            "it has less than {least} characters; make one with 'openssl rand -hex 32'",
            {"least": MIN_SECRET},
        )
    return secret


class WebhooksSource(SourceConfig):
    """Events that `patron ingest serve` has received, queried as the table `events`.

    Attributes:
        path: The folder of the events of all such sources.
        secret: What sender and receiver know, to sign with.
        sender: Whose headers and scheme are used; `ingest.webhooks.senders` has them.
        scheme: How deliveries are signed, and so on: where the sender differs.
        tolerance_seconds: How old a timestamped signature may be.
        max_body_bytes: The largest delivery.
        rate_limit: Deliveries per second from one client.
        keep_days: How long events are kept that every stream has read.
    """

    loader: Literal["webhooks"] = "webhooks"
    path: str = "data/webhooks"
    secret: Annotated[SecretStr, AfterValidator(_long_enough)]
    sender: Literal["generic", "shopify", "woocommerce", "stripe"] = "generic"
    scheme: Literal["hex", "base64", "timestamped"] | None = None
    signature_header: str | None = None
    type_header: str | None = None
    id_header: str | None = None
    type_field: str | None = None
    id_field: str | None = None
    tolerance_seconds: int = Field(default=300, ge=1)
    max_body_bytes: int = Field(default=1_000_000, ge=1)
    rate_limit: int = Field(default=1000, ge=1)
    keep_days: int = Field(default=30, ge=0)


CONFIGS: dict[str, type[SourceConfig]] = {
    "files": FilesSource,
    "postgres": PostgresSource,
    "airbyte": AirbyteSource,
    "webhooks": WebhooksSource,
}
LOADERS = tuple(CONFIGS)


class Mapping(Strict):
    """A file under `ingest/mappings/`: files, shared tables and streams of a known layout.

    `settings` are the environment variables such a shop needs, written to its `.env`.
    """

    description: str
    loader: Literal["files", "postgres", "airbyte", "webhooks"] = "files"
    settings: dict[str, str] = Field(default_factory=dict)
    files: Files = Field(default_factory=dict)
    tables: dict[str, str] = Field(default_factory=dict)
    streams: Streams

    def defines(self) -> dict[str, Any]:
        """What it says about a source, by key of the source's configuration."""
        keys = ("files", "tables", "streams") if self.loader == "files" else ("streams",)
        return {key: getattr(self, key) for key in keys}
