"""The simulated shop's campaigns as a REST API on loopback, which can misbehave as real ones do.

`GET /campaigns?page=1&per_page=50&updated_since=2025-01-01T00:00:00Z` with `Authorization: Bearer
TOKEN` answers `{"data": [...], "page": 1, "pages": 3}`, ordered by `updated_at`. The files of the
shop are read at every request, so that 'patron simulate advance' shows at once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb

LOOPBACK = "127.0.0.1"
LARGEST_PAGE = 500
MOMENT = "'%Y-%m-%dT%H:%M:%SZ'"
CAMPAIGNS = f"""
SELECT campaign_id AS id, campaign_name AS name, channel, objective,
       strftime(CAST(starts_at AS TIMESTAMP), {MOMENT}) AS starts_at,
       strftime(CAST(ends_at AS TIMESTAMP), {MOMENT}) AS ends_at,
       CAST(budget_amount AS DOUBLE) AS budget,
       strftime(CAST(updated_at AS TIMESTAMP), {MOMENT}) AS updated_at
FROM delivered
QUALIFY row_number() OVER (PARTITION BY campaign_id ORDER BY CAST(updated_at AS TIMESTAMP) DESC) = 1
ORDER BY updated_at, id
"""
Row = dict[str, Any]


@dataclass
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None


def _unauthorised(_: Answer) -> Answer:
    return _json(401, {"error": "the token has expired"})


def _too_many(_: Answer) -> Answer:
    answer = _json(429, {"error": "too many requests"})
    answer.headers = (("Retry-After", "1"),)
    return answer


def _broken(_: Answer) -> Answer:
    return _json(500, {"error": "internal error"})


def _truncated(good: Answer) -> Answer:
    return Answer(200, good.body[: len(good.body) // 2])


def _dropped(good: Answer) -> Answer:
    return Answer(200, good.body[: len(good.body) // 2], length=len(good.body))


def _html(_: Answer) -> Answer:
    page = b"<!doctype html><title>Maintenance</title><p>We are back soon."
    return Answer(200, page, "text/html; charset=utf-8")


def _wrong_shape(good: Answer) -> Answer:
    return _json(200, {"items": json.loads(good.body)["data"]})


def _new_column(good: Answer) -> Answer:
    page = json.loads(good.body)
    return _json(200, {**page, "data": [{**row, "owner": "Kim"} for row in page["data"]]})


FAULTS: dict[str, Callable[[Answer], Answer]] = {
    "401": _unauthorised,
    "429": _too_many,
    "500": _broken,
    "truncated": _truncated,
    "dropped": _dropped,
    "html": _html,
    "wrong_shape": _wrong_shape,
    "new_column": _new_column,
}


class CampaignServer(ThreadingHTTPServer):
    """The API of one shop folder.

    Attributes:
        fault: One of FAULTS, or None.
        times: How many answers still have the fault; None for all.
        after: How many answers are good before the first with the fault.
        requests: Path and query of what was asked for with the right token.
    """

    daemon_threads = True

    def __init__(self, folder: Path, token: str, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self._folder = folder
        self._token = token
        self._lock = Lock()
        self.requests: list[str] = []
        self.misbehave(None)

    def misbehave(self, fault: str | None, times: int | None = None, after: int = 0) -> None:
        """From now on answer with a fault, or as one should."""
        self.fault, self.times, self.after = fault, times, after

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def answer(self, path: str, authorization: str) -> Answer:
        """The answer to one request."""
        if not compare_digest(authorization.encode(), f"Bearer {self._token}".encode()):
            return _json(401, {"error": "the bearer token is missing or wrong"})
        parts = urlsplit(path)
        if parts.path != "/campaigns":
            return _json(404, {"error": f"there is no {parts.path}"})
        with self._lock:
            self.requests.append(path)
            try:
                good = self._page({name: v[-1] for name, v in parse_qs(parts.query).items()})
            except (ValueError, duckdb.ConversionException) as error:
                return _json(400, {"error": str(error)})
            return self._with_fault(good)

    def _page(self, asked: dict[str, str]) -> Answer:
        number, size = int(asked.get("page", 1)), int(asked.get("per_page", 50))
        if number < 1 or not 1 <= size <= LARGEST_PAGE:
            raise ValueError(f"page begins with 1, per_page is 1 to {LARGEST_PAGE}")
        rows = self._campaigns(asked.get("updated_since"))
        shown = rows[(number - 1) * size : number * size]
        return _json(
            200, {"data": shown, "page": number, "pages": math.ceil(len(rows) / size) or 1}
        )

    def _campaigns(self, since: str | None) -> list[Row]:
        files = [str(path) for path in sorted(self._folder.glob("campaigns/*.*"))]
        if not files:
            return []
        kind = "parquet" if files[0].endswith(".parquet") else "csv"
        with duckdb.connect() as connection:
            delivered = getattr(connection, f"read_{kind}")(files)
            connection.register("delivered", delivered)
            found = connection.execute(
                f"SELECT * FROM ({CAMPAIGNS}) WHERE $1 IS NULL "
                "OR CAST(updated_at AS TIMESTAMP) >= CAST($1 AS TIMESTAMP)",
                [since],
            )
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _with_fault(self, good: Answer) -> Answer:
        if self.fault is None or self.times == 0:
            return good
        if self.after:
            self.after -= 1
            return good
        if self.times is not None:
            self.times -= 1
        return FAULTS[self.fault](good)


class _Handler(BaseHTTPRequestHandler):
    server: CampaignServer
    server_version, sys_version = "shop", ""

    def do_GET(self) -> None:
        """Answer and, where less is sent than announced, hang up."""
        answer = self.server.answer(self.path, self.headers.get("Authorization", ""))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(answer.length or len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


def _json(status: int, value: Any) -> Answer:
    return Answer(status, json.dumps(value).encode())
