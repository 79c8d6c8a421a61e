"""What the service manager hears, and what memory goes back."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from monitor.matching.ids import document_key
from monitor.places import gazetteer
from monitor.service.memory_release import give_back_memory
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
