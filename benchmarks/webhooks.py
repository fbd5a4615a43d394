"""How many webhook events the receiver takes, and that none is lost or loaded twice.

    python benchmarks/webhooks.py --rate 500 --seconds 60 --kills 1

Starts `patron ingest serve` on a fresh shop in a temporary folder and sends signed orders to it on
loopback, at a fixed rate and as a real sender does: what was not acknowledged is sent again. The
receiver is killed with -9 and started again on the way, and 'patron ingest' runs while it receives.
Latency counts from the moment an event was due, waiting for a killed receiver included. In the end
every acknowledged event has to be in `raw.orders`, once, and no line may have been read twice.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

PATRON = (sys.executable, "-c", "from patron.cli import main; main()")
SOURCES = """
sources:
  bench:
    loader: webhooks
    secret: ${WEBHOOK_SECRET}
    rate_limit: 100000
    streams:
      orders: |
        SELECT body ->> 'number' AS order_id, body ->> 'customer' AS customer_id,
               body ->> 'at' AS ordered_at, body ->> 'status' AS order_status,
               body ->> 'total' AS order_amount, body ->> 'at' AS updated_at
        FROM events WHERE event_type = 'order'
"""
ANSWER_SECONDS = 5.0
GIVE_UP_SECONDS = 60.0


@dataclass
class Result:
    """What happened; `lost`, `twice` and `read_twice` have to be 0."""

    rate: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    acknowledged: int = 0
    sent_again: int = 0
    found: int = 0
    lost: int = 0
    twice: int = 0
    read_twice: int = 0
    kills: int = 0
    loads: int = 0


@dataclass
class Load:
    """The load generator: workers with a connection each take the next event when it is due."""

    port: int
    secret: str
    rate: float
    count: int
    latencies: list[float] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    sent_again: int = 0
    number: int = 0
    began: float = 0.0

    async def run(self, connections: int) -> float:
        """Send everything; gives the seconds it took."""
        self.began = time.monotonic()
        await asyncio.gather(*(self._work() for _ in range(connections)))
        return time.monotonic() - self.began

    async def _work(self) -> None:
        streams = None
        while self.number < self.count:
            number, self.number = self.number, self.number + 1
            due = self.began + number / self.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            request = self._request(number)
            while True:
                try:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        streams = streams or await asyncio.open_connection("127.0.0.1", self.port)
                        if await _accepted(*streams, request):
                            break
                except (OSError, EOFError, TimeoutError):
                    streams = _closed(streams)
                if time.monotonic() - due > GIVE_UP_SECONDS:
                    raise TimeoutError("the receiver does not answer any more")
                self.sent_again += 1
                await asyncio.sleep(0.05)
            self.latencies.append(time.monotonic() - due)
            self.acknowledged.append(number)
        _closed(streams)

    def _request(self, number: int) -> bytes:
        event = {
            "type": "order",
            "number": f"O{number:08d}",
            "customer": f"C{number % 1000}",
            "at": "2026-01-01T10:00:00Z",
            "status": "paid",
            "total": "19.90",
            "note": "x" * 120,
        }
        body = json.dumps(event).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return (
            b"POST /events/bench HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"X-Signature-256: sha256=%b\r\nContent-Length: %d\r\n\r\n%b"
            % (signature.encode(), len(body), body)
        )


async def _accepted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bool:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")


def _closed(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None) -> None:
    if streams:
        streams[1].close()


@dataclass
class Bench:
    """A shop, its receiver, and what is done to them meanwhile."""

    shop: Path
    port: int
    receiver: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the receiver; it is there when it has printed where."""
        command = [*PATRON, "--shop", str(self.shop), "ingest", "serve", "--port", str(self.port)]
        self.receiver = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.receiver.stdout is not None
        if not self.receiver.stdout.readline():
            sys.exit("the receiver does not start")

    async def kill(self) -> None:
        """Kill -9, and start again."""
        assert self.receiver is not None
        self.receiver.kill()
        self.receiver.communicate()
        await asyncio.to_thread(self.start)

    def stop(self) -> None:
        """SIGTERM has to end it well."""
        assert self.receiver is not None
        self.receiver.terminate()
        self.receiver.communicate()
        if self.receiver.returncode:
            sys.exit(f"the receiver ended with {self.receiver.returncode}")

    def load(self) -> None:
        """One `patron ingest`."""
        command = [*PATRON, "--shop", str(self.shop), "ingest", "--json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    async def meanwhile(self, seconds: float, kills: int, result: Result) -> None:
        """Kill at even distances; load after each kill and once in the last quarter."""
        began = time.monotonic()
        for number in range(1, kills + 1):
            await asyncio.sleep(began + seconds * number / (kills + 1) - time.monotonic())
            await self.kill()
            result.kills += 1
        await asyncio.sleep(max(0.0, began + seconds * 0.75 - time.monotonic()))
        await asyncio.to_thread(self.load)
        result.loads += 1


async def measure(bench: Bench, load: Load, connections: int, kills: int) -> Result:
    """Run the load and everything beside it."""
    result = Result()
    seconds = load.count / load.rate
    beside = asyncio.create_task(bench.meanwhile(seconds, kills, result))
    result.rate = round(load.count / await load.run(connections), 1)
    await beside
    ordered = sorted(load.latencies)
    result.p50_ms, result.p99_ms, result.max_ms = (
        round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
        for share in (0.5, 0.99, 1.0)
    )
    result.acknowledged, result.sent_again = len(load.acknowledged), load.sent_again
    return result


def compare(shop: Path, acknowledged: list[int], result: Result) -> None:
    """Count what is there against what was acknowledged."""
    with duckdb.connect(str(shop / "data" / "warehouse.duckdb"), read_only=True) as connection:
        there = [row[0] for row in connection.execute("SELECT order_id FROM raw.orders").fetchall()]
        (read,) = connection.execute("SELECT sum(rows_read) FROM raw.load_log").fetchone() or (0,)
    segments = (shop / "data" / "webhooks" / "bench").glob("*.ndjson")
    written = sum(path.read_bytes().count(b"\n") for path in segments)
    expected = {f"O{number:08d}" for number in acknowledged}
    result.found = len(expected & set(there))
    result.lost = len(expected) - result.found
    result.twice = len(there) - len(set(there))
    result.read_twice = int(read) - written


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ["WEBHOOK_SECRET"] = secret = secrets.token_hex(32)
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        shop.mkdir()
        (shop / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        bench = Bench(shop, free_port())
        bench.start()
        load = Load(bench.port, secret, options.rate, int(options.rate * options.seconds))
        try:
            result = asyncio.run(measure(bench, load, options.connections, options.kills))
            bench.stop()
        finally:
            with suppress(ProcessLookupError):
                bench.receiver.kill() if bench.receiver else None
        bench.load()
        result.loads += 1
        compare(shop, load.acknowledged, result)
    if options.json:
        print(json.dumps(asdict(result)))
    else:
        print("| " + " | ".join(asdict(result)) + " |\n|" + "---|" * len(asdict(result)))
        print("| " + " | ".join(f"{value:,}" for value in asdict(result).values()) + " |")
    if result.lost or result.twice or result.read_twice:
        sys.exit("events were lost or came twice")


if __name__ == "__main__":
    main()
