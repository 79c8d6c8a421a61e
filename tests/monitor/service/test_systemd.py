"""What the service manager hears, and what memory goes back."""

from __future__ import annotations

import gc
import socket
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.matching.ids import document_key
from monitor.places import gazetteer
from monitor.service.memory_release import CalmCollector, give_back_memory
from monitor.service.systemd import tell_systemd


def test_the_socket_that_is_named_hears_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        assert tell_systemd("READY=1")
        assert manager.recv(100) == b"READY=1"


def test_nobody_is_told_where_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not tell_systemd("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not tell_systemd("READY=1")


def test_what_lists_gone_by_left_in_caches_is_forgotten_and_tables_are_kept() -> None:
    document_key("https://www.ice.gov/doclib/287gMOA/x.pdf")
    assert gazetteer.find_county("FL", "Baker County") is not None
    tables = [
        thing for thing in vars(gazetteer).values()
        if hasattr(thing, "cache_info") and not thing.cache_parameters()["maxsize"] and thing.cache_info().currsize
    ]  # fmt: skip
    assert document_key.cache_info().currsize > 0
    assert tables
    assert give_back_memory() == sys.platform.startswith("linux")
    assert document_key.cache_info().currsize == 0
    assert all(table.cache_info().currsize for table in tables)


@pytest.fixture
def collector() -> Iterator[CalmCollector]:
    before = gc.get_threshold()
    yield CalmCollector(every=10, whole_every=3600, many=1_000_000_000)
    gc.set_threshold(*before)
    gc.unfreeze()


def test_garbage_is_collected_now_and_then_and_what_stays_is_left_alone(collector: CalmCollector) -> None:
    class Thing:
        itself: object

    def drop() -> weakref.ref[Thing]:
        thing = Thing()
        thing.itself = thing
        return weakref.ref(thing)

    collector.look(0)
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[2] > 1_000_000, "Python makes no full collection of its own accord"
    dropped = drop()
    collector.look(9)
    assert dropped() is not None
    collector.look(10)
    assert dropped() is None


def test_what_became_garbage_late_goes_within_the_hour(collector: CalmCollector) -> None:
    class Thing:
        itself: object

    thing = Thing()
    thing.itself = thing
    late = weakref.ref(thing)
    collector.look(0)
    del thing
    collector.look(10)
    assert late() is not None
    collector.look(3610)
    assert late() is None
