"""The parts of the receiver: signatures, event lines, rate limit, segments."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.webhooks.events import Named, lines_of
from ingest.webhooks.limits import MAX_CLIENTS, RateLimit
from ingest.webhooks.rewrite import rewrite_segments
from ingest.webhooks.segments import lines_in, list_segments
from ingest.webhooks.senders import SENDERS, Sender
from ingest.webhooks.signatures import is_signed
from ingest.webhooks.writer import SegmentWriter
from patron.errors import BusyError

SECRET, BODY, NOW = "a secret of some length", b'{"id": 1}', 1_700_000_000
# The example of RFC 4231 (test case 2), so that we do not only agree with ourselves.
RFC_DIGEST = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
RFC = b"what do ya want for nothing?", "Jefe"
AT = datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)
NOBODY = Named(None, None)


def digest(signed: bytes) -> bytes:
    return hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()


@pytest.mark.parametrize(
    ("scheme", "signature"),
    [
        ("hex", RFC_DIGEST.hex()),
        ("hex", "sha256=" + RFC_DIGEST.hex().upper()),
        ("base64", base64.b64encode(RFC_DIGEST).decode()),
    ],
)
def test_the_signature_of_the_standard_is_accepted_in_both_forms(scheme, signature) -> None:
    body, secret = RFC
    assert is_signed(scheme, signature, body, secret, NOW, 300)
    assert not is_signed(scheme, signature, body + b" ", secret, NOW, 300)
    assert not is_signed(scheme, signature, body, secret + "x", NOW, 300)
    assert not is_signed(scheme, signature[:-2], body, secret, NOW, 300)


@pytest.mark.parametrize("scheme", ["hex", "base64", "timestamped"])
@pytest.mark.parametrize("signature", ["", "sha256=", "é", "t=,v1=", "t=x,v1=00", "v1=00", "\x00"])
def test_nonsense_is_not_a_signature(scheme, signature) -> None:
    assert not is_signed(scheme, signature, BODY, SECRET, NOW, 300)


@pytest.mark.parametrize(("age", "accepted"), [(0, True), (300, True), (301, False), (-301, False)])
def test_a_timestamped_signature_holds_for_some_minutes(age, accepted) -> None:
    signed = digest(f"{NOW - age}.".encode() + BODY).hex()
    old_key = "0" * 64
    header = f"t={NOW - age},v0=abc,v1={old_key}, v1={signed}"
    assert is_signed("timestamped", header, BODY, SECRET, NOW, 300) is accepted
    moved = header.replace(f"t={NOW - age}", f"t={NOW}")
    assert is_signed("timestamped", moved, BODY, SECRET, NOW, 300) is (age == 0)


def parsed(body: bytes, sender: Sender = SENDERS["generic"], named: Named = NOBODY) -> list[dict]:
    lines = lines_of(body, sender, named, AT)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    return [json.loads(line) for line in lines]


def test_one_event_many_events_and_lines_of_events() -> None:
    one, two = {"type": "order", "n": 1}, {"type": "order", "n": [{"a": ["]", ","]}]}
    for body in (
        json.dumps([one, two]).encode(),
        json.dumps([one, two], indent=2).replace("\n", "\r\n").encode(),
        f"{json.dumps(one)}\n{json.dumps(two)}\n".encode(),
        b"\xef\xbb\xbf" + f" {json.dumps(one, indent=1)}\n\n{json.dumps(two)}".encode(),
    ):
        events = parsed(body)
        assert [event["body"] for event in events] == [one, two]
        assert {event["event_type"] for event in events} == {"order"}
        assert {event["received_at"] for event in events} == {"2026-01-02T03:04:05.006000Z"}
        assert len({event["event_id"] for event in events}) == 2
    assert parsed(b" [ ] ") == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"  ", b"{", b"[{}", b"[{},]", b"[{} {}]", b"[{}] x", b"{} x", b"1", b"[1]", b'"a"',
        b"null", b'{"a": NaN}', b'{"a": Infinity}', b"\xff{}", b'{"a": "\n"}', b"[" * 100_000,
        b"{'a': 1}", b"a=1",
    ],
)  # fmt: skip
def test_what_is_no_json_of_events_is_refused(body) -> None:
    with pytest.raises(ValueError, match=r"."):
        lines_of(body, SENDERS["generic"], NOBODY, AT)


def test_numbers_are_kept_as_they_were_written() -> None:
    body = b'{"total": 10.10, "id": 12345678901234567890123, "big": 1e999}'
    (line,) = lines_of(body, SENDERS["generic"], NOBODY, AT)
    assert body in line


def test_type_and_id_come_from_headers_then_fields_then_the_content() -> None:
    named = Named("orders/paid", "77")
    (event,) = parsed(BODY, SENDERS["shopify"], named)
    assert (event["event_type"], event["event_id"]) == ("orders/paid", "77")
    several = parsed(b"[{}, {}]", SENDERS["shopify"], named)
    assert [event["event_id"] for event in several] == ["77:1", "77:2"]
    body = b'{"id": 12, "type": "charge", "data": {"object": {"id": "ch_1"}}}'
    (event,) = parsed(body, SENDERS["stripe"])
    assert (event["event_type"], event["event_id"]) == ("charge", "12")
    nested = Sender("hex", "x", id_field="data.object.id", type_field="data.missing.id")
    (event,) = parsed(body, nested)
    assert (event["event_type"], event["event_id"]) == (None, "ch_1")
    (first,), (again,), (other,) = parsed(BODY), parsed(BODY), parsed(b'{"id": 2}')
    assert first["event_id"] == again["event_id"] != other["event_id"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    events=st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=4), min_size=1, max_size=4),
    indent=st.sampled_from([None, 0, 3]),
    ascii_only=st.booleans(),
)
def test_any_json_arrives_as_it_was_sent(events, indent, ascii_only) -> None:
    body = json.dumps(events, indent=indent, ensure_ascii=ascii_only).encode()
    assert [event["body"] for event in parsed(body)] == events


def test_a_client_gets_what_it_may_have_and_no_more() -> None:
    limit = RateLimit(10)
    assert [limit.wait("a", 0.0) for _ in range(10)] == [0] * 10
    assert limit.wait("a", 0.0) == pytest.approx(0.1)
    assert limit.wait("b", 0.0) == 0
    assert limit.wait("a", 0.05) == pytest.approx(0.05)
    assert limit.wait("a", 0.1) == 0
    accepted = sum(limit.wait("c", number / 100) == 0 for number in range(1000))
    assert accepted == pytest.approx(10 + 10 * 10, abs=1)
    for number in range(MAX_CLIENTS + 1):
        limit.wait(str(number), 1.0)
    assert len(limit._buckets) == MAX_CLIENTS


def test_a_writer_always_begins_a_segment_and_is_alone(tmp_path) -> None:
    folder = tmp_path / "webhooks" / "shop"
    writer = SegmentWriter(folder)
    writer.append(b"1\n2\n")
    with pytest.raises(BusyError, match="another receiver"):
        SegmentWriter(folder)
    writer.close()
    (first,) = list_segments(folder)
    assert first.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    with first.open("ab") as file:
        file.write(b"torn")
    writer = SegmentWriter(folder, segment_bytes=4)
    for number in range(3):
        writer.append(b"%d\n%d\n" % (number, number))
    writer.close()
    names = [path.name[:8] for path in list_segments(folder)]
    assert names == ["00000001", "00000002", "00000003", "00000004"]
    assert lines_in(first, is_closed=True) == ["1", "2"]


def test_an_old_segment_is_closed(tmp_path) -> None:
    writer = SegmentWriter(tmp_path, segment_seconds=0.0)
    writer.append(b"1\n")
    writer.append(b"2\n")
    writer.close()
    assert len(list_segments(tmp_path)) == 2


def test_a_tail_counts_when_it_is_whole_and_nobody_goes_on_writing_it(tmp_path) -> None:
    path = tmp_path / "00000001-00000000.ndjson"
    path.write_bytes(b'{"a": 1}\n{"a": 2}')
    assert len(lines_in(path, is_closed=False)) == 1
    assert len(lines_in(path, is_closed=True)) == 2
    path.write_bytes(b'{"a": 1}\n{"a": "\xc3')
    assert len(lines_in(path, is_closed=True)) == 1
    path.write_bytes(b'{"a": "\xc3"}\n')
    assert lines_in(path, is_closed=True) == ['{"a": "\\xc3"}']


def test_rewriting_keeps_the_number_of_lines_and_the_age(tmp_path) -> None:
    writer = SegmentWriter(tmp_path)
    writer.append(b'{"name": "Ada"}\n{"name": "Bob"}\n')
    writer.close()
    (path,) = list_segments(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"name": "Ad')
    before = path.stat()
    assert rewrite_segments(tmp_path, lambda line: "" if "Ada" in line else line) == 1
    assert path.read_bytes() == b'\n{"name": "Bob"}\n'
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_mode & 0o777 == 0o600
    assert rewrite_segments(tmp_path, lambda line: line) == 0


def test_a_receiver_that_does_not_answer_keeps_its_segment(tmp_path) -> None:
    writer = SegmentWriter(tmp_path)
    writer.append(b"Ada\n")
    with pytest.raises(BusyError, match="does not close the segment"):
        rewrite_segments(tmp_path, str.lower, wait_seconds=0.2)
    writer.tick()
    writer.append(b"Bob\n")
    first, second = list_segments(tmp_path)
    assert first.read_bytes() == b"Ada\n"
    assert second.read_bytes() == b"Bob\n"
    writer.close()
