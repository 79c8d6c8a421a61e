"""Reviewed facts over the API: those that stand, without names, as known at a time."""

from __future__ import annotations

from starlette.testclient import TestClient

FACT = {
    "id": 1, "stated_at": "2025-07-20T15:00:00Z", "subject": "fl-taylor-county-sheriffs-office", "fact": "one",
    "value": "fl-union-county-sheriffs-office", "detail": "", "source": "https://news.example.org/one",
    "note": "one office",
}  # fmt: skip


def test_facts_come_without_the_reviewers_name(api: TestClient) -> None:
    answer = api.get("/reviewed-facts")
    assert answer.json() == [FACT]
    assert "Ada" not in answer.text
    assert api.get("/reviewed-facts?subject=nobody").json() == []
    assert "one office" in api.get("/reviewed-facts.csv").text


def test_before_it_was_stated_it_was_not_known(api: TestClient) -> None:
    assert api.get("/reviewed-facts?known_at=2025-07-20T14:00:00Z").json() == []
    assert api.get("/reviewed-facts?known_at=2025-07-20T15:00:00Z").json() == [FACT]
