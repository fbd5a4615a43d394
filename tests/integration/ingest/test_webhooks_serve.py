"""`patron ingest serve` as a process, with the simulated shop and the load generator as senders."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.configs import CONFIGS
from ingest.run import ingest_all
from ingest.webhooks.rewrite import rewrite_segments
from ingest.webhooks.segments import list_segments
from ingest.webhooks.senders import SENDERS
from patron.cli import patron as command_line
from patron.errors import PatronError
from patron.shop import find_project
from simulate.webhooks import Poster
from tests.support.command import PATRON, patron, patron_or_fail

PROJECT = find_project()
EXAMPLE = (PROJECT / "examples" / "webhooks" / "sources.yaml").read_text(encoding="utf-8")
DOCS = (PROJECT / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET = "0123456789abcdef"
FILES = "sources: {a: {loader: files, path: x, streams: {}}}"


@pytest.fixture(autouse=True)
def environment(monkeypatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)


class Served:
    """A receiver that runs."""

    def __init__(self, shop: Path, port: int = 0) -> None:
        command = [*PATRON, "--shop", str(shop), "ingest", "serve", "--port", str(port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        name, _, self.url = self.process.stdout.readline().strip().partition(": ")
        assert name == "shop_events"
        self.health = self.process.stdout.readline().strip().removeprefix("health: ")

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """End it; gives the exit code and what it complained about."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@pytest.fixture
def serve(shop, declare) -> Iterator[Callable[[], Served]]:
    declare(EXAMPLE)
    running: list[Served] = []

    def start() -> Served:
        running.append(Served(shop.root))
        return running[-1]

    yield start
    for served in running:
        served.process.kill()
        served.process.communicate()


def test_a_simulated_shop_arrives_as_events_as_it_does_as_files(
    shop, serve, declare, query, tmp_path
) -> None:
    folder = shop.root
    patron_or_fail(
        folder, "simulate", "--customers", "40", "--orders", "300", "--days", "90",
        "--end", "2026-01-01",
    )  # fmt: skip
    events = tmp_path / "events.ndjson"
    streams = ("--stream", "customers", "--stream", "orders")
    patron_or_fail(folder, "simulate", "events", "--file", str(events), *streams)
    served = serve()
    sent = patron_or_fail(folder, "simulate", "events", "--url", served.url, "--json", *streams)
    written = events.read_text(encoding="utf-8").splitlines()
    assert json.loads(sent) == {"events": len(written)}
    with urllib.request.urlopen(served.health) as answer:
        assert json.load(answer) == {"status": "ok"}

    loads = ingest_all(shop)
    assert sum(load.rows_read for load in loads) == len(written)
    columns = "order_id, customer_id, ordered_at, order_status, order_amount, updated_at"
    by_events = query(f"SELECT {columns} FROM raw.orders ORDER BY order_id")
    rejected = query("SELECT reason, count(*) FROM raw.rejected_rows GROUP BY ALL ORDER BY ALL")

    # The receiver closes its segment when erasure asks for it, and goes on.
    segments = shop.data / "webhooks" / "shop_events"
    assert rewrite_segments(segments, lambda line: line.replace("C00000001", "nobody")) > 0
    patron_or_fail(folder, "simulate", "events", "--url", served.url, "--stream", "orders")
    assert len(list_segments(segments)) == 2
    (_, again) = ingest_all(shop)
    assert again.rows_read == again.rows_unchanged > 300
    assert served.stop() == (0, "")

    for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
        (shop.data / name).unlink(missing_ok=True)
    declare(
        "sources: {files: {loader: files, path: data/shop, files: {"
        "orders: {path: 'orders/*'}, customers: {path: 'customers/*'}}, "
        "streams: {orders: , customers: }}}"
    )
    ingest_all(shop)
    assert query(f"SELECT {columns} FROM raw.orders ORDER BY order_id") == by_events
    assert (
        query("SELECT reason, count(*) FROM raw.rejected_rows GROUP BY ALL ORDER BY ALL")
        == rejected
    )
    assert len(by_events) > 250


def test_it_ends_well_and_says_what_is_in_the_way(shop, serve) -> None:
    served = serve()
    port = served.url.split(":")[2].partition("/")[0]
    taken = patron(shop.root, "ingest", "serve", "--port", port)
    assert taken.returncode == 1
    assert "the port is in use" in taken.stderr
    assert f"--port {int(port) + 1}" in taken.stderr
    second = patron(shop.root, "ingest", "serve", "--port", "0")
    assert second.returncode == 75
    assert "another receiver writes the events of this source" in second.stderr
    assert served.stop(signal.SIGINT) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sources", "value", "message"),
    [
        ((), EXAMPLE, "", "the environment variable WEBHOOK_SECRET is not set"),
        ((), EXAMPLE, "tooshort", "'secret' is not valid: it has less than 16 characters"),
        (("--source", "shop"), EXAMPLE, SECRET, "did you mean 'shop_events'"),
        ((), FILES, SECRET, "no source receives webhooks"),
    ],
)
def test_what_is_missing_is_said(
    shop, declare, monkeypatch, arguments, sources, value, message
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", value)
    if not value:
        monkeypatch.delenv("WEBHOOK_SECRET")
    declare(sources)
    called = ["--shop", str(shop.root), "ingest", "serve", "--port", "0", *arguments]
    with pytest.raises(PatronError) as caught:
        CliRunner().invoke(command_line, called, catch_exceptions=False)
    assert message in str(caught.value)
    assert not value or value not in str(caught.value)


def test_the_simulated_sender_sends_again_what_is_not_accepted_for_now(shop, declare):
    declare(EXAMPLE.replace("    streams:", "    rate_limit: 2\n    streams:"))
    served = Served(shop.root)
    try:
        sender = Poster(served.url, SECRET)
        events = [f'{{"type": "x", "n": {number}}}' for number in range(4)]
        assert list(sender.post(events, 1)) == [1, 1, 1, 1]
        (segment,) = list_segments(shop.data / "webhooks" / "shop_events")
        stored = [json.loads(line)["body"]["n"] for line in segment.read_text().splitlines()]
        assert stored == [0, 1, 2, 3]
        sender.close()
        stranger = Poster(served.url, "another secret")
        with closing(stranger), pytest.raises(PatronError, match="not accepted: 401"):
            list(stranger.post(events, 4))
    finally:
        served.stop()
    with pytest.raises(PatronError, match="refused"):
        list(Poster(served.url, SECRET, patience_seconds=0).post(events, 1))


def test_the_load_generator_finds_nothing_lost_or_twice() -> None:
    script = PROJECT / "benchmarks" / "webhooks.py"
    call = [sys.executable, str(script), "--rate", "200", "--seconds", "3", "--kills", "1"]
    done = subprocess.run(
        [*call, "--json"], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["acknowledged"], result["found"], result["kills"]) == (600, 600, 1)
    assert (result["lost"], result["twice"], result["read_twice"]) == (0, 0, 0)
    assert result["sent_again"] > 0, "the kill hit nobody"


def test_nobody_listens_beyond_this_machine_unless_told_to(serve) -> None:
    served = serve()
    port = int(served.url.split(":")[2].partition("/")[0])
    assert served.url.startswith("http://127.0.0.1:")
    with socket.socket() as probe:
        probe.settimeout(2)
        # Another loopback address: a wider bind would answer there.
        assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_the_docs_show_the_example_and_every_sender() -> None:
    assert EXAMPLE.partition("\n")[2] in DOCS
    for name, sender in SENDERS.items():
        assert f"`{name}`" in DOCS
        assert sender.signature_header in DOCS
    assert CONFIGS["webhooks"].model_fields["sender"].annotation.__args__ == tuple(SENDERS)
