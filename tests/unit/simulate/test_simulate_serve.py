"""The simulated shop's REST API: pages, changes, tokens, and how it misbehaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from simulate.serve import FAULTS, CampaignServer
from simulate.serve_cli import FAULTS as OFFERED

HEADER = "campaign_id,campaign_name,channel,objective,starts_at,ends_at,budget_amount,updated_at"
FIRST = [f"K{n},Name,email,,2025-01-01 00:00:00,,10.50,2025-01-0{n} 00:00:00" for n in (3, 1, 2)]
CHANGED = "K1,New name,email,,2025-01-01 00:00:00,,11,2025-01-09 00:00:00"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CampaignServer]:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    (folder / "0001.csv").write_text("\n".join([HEADER, *FIRST, ""]), encoding="utf-8")
    with CampaignServer(tmp_path, "secret") as found:
        threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
        yield found
        found.shutdown()


def get(server: CampaignServer, query: str = "", token: str = "secret") -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    with urlopen(Request(f"{server.url}/campaigns{query}", headers=headers)) as answer:
        return json.loads(answer.read())


def ids(page: Any) -> list[str]:
    return [row["id"] for row in page["data"]]


def test_pages_are_ordered_by_change(server: CampaignServer) -> None:
    page = get(server, "?page=1&per_page=2")
    assert (ids(page), page["pages"]) == (["K1", "K2"], 2)
    assert ids(get(server, "?page=2&per_page=2")) == ["K3"]
    assert ids(get(server, "?page=3&per_page=2")) == []
    assert page["data"][0] == {
        "id": "K1",
        "name": "Name",
        "channel": "email",
        "objective": None,
        "starts_at": "2025-01-01T00:00:00Z",
        "ends_at": None,
        "budget": 10.5,
        "updated_at": "2025-01-01T00:00:00Z",
    }


def test_changes_show_at_once_and_alone(server: CampaignServer, tmp_path: Path) -> None:
    assert ids(get(server, "?updated_since=2025-01-03T00:00:00Z")) == ["K3"]
    (tmp_path / "campaigns" / "0002.csv").write_text(f"{HEADER}\n{CHANGED}\n", encoding="utf-8")
    assert ids(get(server)) == ["K2", "K3", "K1"]
    (changed,) = get(server, "?updated_since=2025-01-04T00:00:00Z")["data"]
    assert (changed["name"], changed["budget"]) == ("New name", 11.0)


@pytest.mark.parametrize(
    ("query", "token", "code"),
    [
        ("", "wrong", 401),
        ("/1", "secret", 404),
        ("?page=0", "secret", 400),
        ("?per_page=x", "secret", 400),
        ("?updated_since=soon", "secret", 400),
    ],
)
def test_wrong_requests_are_refused(server: CampaignServer, query, token, code) -> None:
    with pytest.raises(HTTPError) as refused:
        get(server, query, token)
    assert refused.value.code == code
    refused.value.close()


@pytest.mark.parametrize("fault", ["401", "429", "500"])
def test_refusing_faults_pass_after_their_times(server: CampaignServer, fault: str) -> None:
    server.misbehave(fault, times=1, after=1)
    assert len(ids(get(server))) == 3
    with pytest.raises(HTTPError) as refused:
        get(server)
    assert refused.value.code == int(fault)
    assert (refused.value.headers["Retry-After"] == "1") == (fault == "429")
    refused.value.close()
    assert len(ids(get(server))) == 3


@pytest.mark.parametrize("fault", ["truncated", "dropped", "html"])
def test_damaging_faults_are_no_json(server: CampaignServer, fault: str) -> None:
    server.misbehave(fault)
    with pytest.raises((ValueError, HTTPException)):
        get(server)


def test_faults_of_shape(server: CampaignServer) -> None:
    server.misbehave("wrong_shape")
    assert "data" not in get(server)
    server.misbehave("new_column")
    assert get(server)["data"][0]["owner"] == "Kim"


def test_the_command_offers_every_fault() -> None:
    assert set(OFFERED) == set(FAULTS)
