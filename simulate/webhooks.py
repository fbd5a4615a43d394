"""The shop's deliveries as webhook events: one JSON object per row, signed, sent until accepted."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from patron.errors import PatronError, UsageError
from patron.sql import identifier, literal
from simulate.files import open_engine
from simulate.streams import STREAMS

SIGNATURE_HEADER = "X-Signature-256"
RETRY = (408, 429, 503)
RETRY_SECONDS = 1.0
TIMEOUT_SECONDS = 30.0
READERS = {".parquet": "read_parquet({})", ".csv": "read_csv({}, all_varchar = true)"}
ROWS_AT_ONCE = 10_000


def events(folder: Path, batch: int | None, streams: tuple[str, ...]) -> Iterator[str]:
    """The rows of one delivery as `{"type": <stream>, "data": {...}}`, stream by stream.

    Args:
        folder: The shop's files.
        batch: The number of the delivery; None for the last one.
        streams: Only these; all when empty.
    """
    known = [stream.name for stream in STREAMS]
    for name in streams:
        if name not in known:
            raise UsageError(f"unknown stream '{name}'", remedy=f"known: {', '.join(known)}")
    files = [path for name in known for path in sorted((folder / name).glob("[0-9]*.*"))]
    if not files:
        raise PatronError(
            "there is no simulated shop", where=str(folder), remedy="run 'patron simulate' first"
        )
    wanted = max(int(path.name[:4]) for path in files) if batch is None else batch
    with open_engine() as engine:
        for path in files:
            stream = path.parent.name
            if int(path.name[:4]) != wanted or (streams and stream not in streams):
                continue
            rows = READERS[path.suffix].format(literal(str(path)))
            found = engine.execute(
                f"SELECT to_json({{'type': {literal(stream)}, 'data': {identifier('row')}}}) "
                f"FROM {rows} AS {identifier('row')}"
            )
            while chunk := found.fetchmany(ROWS_AT_ONCE):
                yield from (row[0] for row in chunk)


@dataclass
class Poster:
    """Posts events as a real sender does: what is not accepted for now is sent again.

    Attributes:
        url: Where to.
        secret: What to sign with.
        patience_seconds: How long one delivery is tried.
    """

    url: str
    secret: str
    patience_seconds: float = 60.0
    _connection: http.client.HTTPConnection | None = None

    def post(self, lines: Iterable[str], size: int) -> Iterator[int]:
        """Send all events, some per request; gives how many after each request."""
        source = iter(lines)
        while part := list(islice(source, size)):
            self._deliver("\n".join(part).encode())
            yield len(part)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _deliver(self, body: bytes) -> None:
        deadline = time.monotonic() + self.patience_seconds
        while True:
            status, wait, said = self._attempt(body)
            if status is not None and status < 300:
                return
            if status not in (None, *RETRY) or time.monotonic() + wait > deadline:
                raise PatronError(
                    f"the events were not accepted: {said}",
                    where=self.url,
                    remedy="check the URL and the secret, and whether the receiver runs; "
                    "what was accepted may be sent again, it is loaded once",
                )
            time.sleep(wait)

    def _attempt(self, body: bytes) -> tuple[int | None, float, str]:
        """One request; gives the status, when to try again, and what was said."""
        parts = urlsplit(self.url)
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/x-ndjson", SIGNATURE_HEADER: f"sha256={digest}"}
        try:
            if self._connection is None:
                kind = (
                    http.client.HTTPSConnection
                    if parts.scheme == "https"
                    else (http.client.HTTPConnection)
                )
                self._connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
            self._connection.request("POST", parts.path or "/", body, headers)
            answer = self._connection.getresponse()
            said = f"{answer.status} {answer.read().decode(errors='replace')[:200]}"
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return None, RETRY_SECONDS, str(error) or type(error).__name__
        wait = answer.headers.get("Retry-After", "")
        return answer.status, float(wait) if wait.isdigit() else RETRY_SECONDS, said
