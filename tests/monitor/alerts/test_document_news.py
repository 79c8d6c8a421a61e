"""What ICE did with documents is told once, only to those who asked for it by its kind, and like any other change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.alerts.arrange import group_changes
from monitor.alerts.describe_change import ChangeText, describe_change
from monitor.alerts.filters import DEFAULT_KINDS
from monitor.alerts.message_preview import preview_message, read_waiting
from monitor.alerts.outbox import queue_documents
from monitor.alerts.subject import make_subject
from monitor.alerts.told_changes import read_told_changes
from monitor.documents.event_changes import read_document_changes
from monitor.documents.events import KINDS
from monitor.i18n.language import language
from tests.monitor.alerts.camden import CAMDEN, CAMDEN_ID, URL, link_document, see
from tests.monitor.alerts.world import World, make_world
from tests.monitor.documents.shelf import run


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Camden's row of June 4 links a document, kept since June 10; it is July now."""
    link_document(monkeypatch)
    world = make_world(tmp_path)
    world.publish("2025-06-03")
    world.publish("2025-06-04", CAMDEN)
    see(world, "2025-06-10T12:00:00Z", "kept", b"one")
    world.now = "2025-07-10T12:00:00Z"
    return world


def told(world: World) -> list[tuple[str, str, str]]:
    queue_documents(world.store, world.now)
    waiting = [line for line in read_waiting(world.store) if line["what"] == "news"]
    return sorted((line["address"], line["kind"] or "", line["agency"] or "") for line in waiting)


def test_only_those_who_name_the_kind_are_told(world: World) -> None:
    world.subscribe("everything@example.org")
    world.subscribe("replaced@example.org", kinds=["moa_replaced"])
    world.subscribe("removed@example.org", kinds=["moa_removed"])
    world.subscribe("florida@example.org", kinds=["moa_replaced"], state="FL")
    world.subscribe("agency@example.org", kinds=["signing", "moa_replaced"], agency=CAMDEN_ID)
    see(world, "2025-07-10T12:00:00Z", "replaced", b"two")
    assert [(kind, agency) for _, kind, agency in told(world)] == [
        ("moa_replaced", "Camden County Sheriff's Office")
    ] * 2
    assert not set(KINDS) & set(DEFAULT_KINDS)


def test_an_event_is_told_once(world: World) -> None:
    world.subscribe("a@example.org", kinds=["moa_replaced"])
    see(world, "2025-07-10T12:00:00Z", "replaced", b"two")
    assert len(told(world)) == len(told(world)) == 1
    world.subscribe("later@example.org", kinds=["moa_replaced"])  # who comes later is not told of it
    assert len(told(world)) == 1
    world.derive(from_scratch=True)
    see(world, "2025-07-11T12:00:00Z", "same", b"two")
    assert len(told(world)) == 1


def test_a_removal_is_told_when_a_second_answer_says_so(world: World) -> None:
    world.subscribe("a@example.org", kinds=sorted(KINDS))
    see(world, "2025-07-10T12:00:00Z", "not_there")
    assert told(world) == []
    see(world, "2025-07-17T12:00:00Z", "not_there")
    world.now = "2025-07-17T12:00:00Z"
    assert [kind for _, kind, _ in told(world)] == ["moa_removed"]


def test_what_is_long_past_is_not_told(world: World) -> None:
    world.subscribe("a@example.org", kinds=sorted(KINDS))
    see(world, "2025-07-10T12:00:00Z", "replaced", b"two")
    world.now = "2025-09-10T12:00:00Z"
    assert told(world) == []


def text_of(world: World, code: str) -> ChangeText:
    (change,) = read_document_changes(world.store)
    return describe_change(change, "news", language(code), "https://agreements.example.org")


def test_the_message_says_what_happened(world: World) -> None:
    see(world, "2025-07-10T12:00:00Z", "replaced", b"two")
    text = text_of(world, "en")
    assert make_subject([text], language("en")) == (
        "Camden County Sheriff's Office (GA): ICE replaced the Task Force document"
    )
    assert make_subject([text, text], language("en")) == "2 documents replaced in Camden County, Georgia"
    assert text.facts == ("camden.pdf", "Seen on July 10, 2025")
    assert text.certainty.startswith("The file at its address is another one than before")
    assert text.document == URL
    assert text.page == f"https://agreements.example.org/documents/{world.store.archive.put(b'two')}/"
    assert [group.name for group in group_changes([text], language("en"))] == ["Agreement documents"]
    mail = preview_message(world.store, world.settings, [text.change_id], "news", "es")
    assert "ICE reemplazó el documento" in mail.subject
    assert text.page in mail.text
    assert text.page in mail.html


def test_changes_of_both_sorts_are_found_by_their_ids(world: World) -> None:
    see(world, "2025-07-10T12:00:00Z", "replaced", b"two")
    (change,) = read_document_changes(world.store)
    ids = [change["id"], *world.stated[:1], "0" * 12]
    assert {found["id"] for found in read_told_changes(world.store, ids)} == set(ids[:2])


def test_the_command_lists_them_by_kind(world: World) -> None:
    see(world, "2025-07-10T12:00:00Z", "replaced", b"two")
    listed = run("changes", "--kind", "moa_replaced", "--format", "json", home=world.home)
    (change,) = json.loads(listed.stdout)
    assert (change["kind"], change["agency_id"], change["listed_on"]) == ("moa_replaced", CAMDEN_ID, "2025-07-10")
    asked = ("changes", "--kind", "moa_replaced", "--format", "json")
    assert json.loads(run(*asked, "--state", "FL", home=world.home).stdout) == []
    assert json.loads(run(*asked, "--known-at", "2025-07-01", home=world.home).stdout) == []
    assert "moa_replaced" not in run("changes", "--format", "json", home=world.home).stdout
