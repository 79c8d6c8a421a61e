"""Disks that are full, read-only or gone: a clear line, nothing lost, and recovery by itself."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.errors import ArchiveError, DatabaseError, StoreError
from tests.scheduler.desk import Desk
from tests.scheduler.replay import NAMES, content, days, still_site, work
from tests.standin import StandIn
from tests.standin.lists import participating


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where the user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only a user who may mount can make a small disk; the injected errors below are always tested")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_disk_that_fills_up_loses_nothing_and_the_next_pass_catches_up(small_disk: Path, tmp_path: Path) -> None:
    """Filled again before each day to a little more room than before, until the day's work fits; then compared."""
    with still_site() as site:
        refused: list[str] = []
        for day, happen in enumerate(days(site)[:6]):
            happen()
            work(tmp_path / "undisturbed", site.url, day, tmp_path / "backups")
            for room in (0, 4, 16, 48, 120, 250):
                fill(small_disk, room * 1024)
                try:
                    work(small_disk / "home", site.url, day, tmp_path / "others")
                except StoreError as error:
                    refused.append(str(error))
                finally:
                    (small_disk / "filler").unlink(missing_ok=True)
            work(small_disk / "home", site.url, day, tmp_path / "others")
            assert content(small_disk / "home") == content(tmp_path / "undisturbed"), f"day {day}"
        assert len(refused) >= 6, "the disk was full, day after day"
        assert [line for line in refused if "\n" in line or "space" not in line] == []


def fill(disk: Path, room: int) -> None:
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - room
    with (disk / "filler").open("wb") as filler:
        filler.write(bytes(max(0, size)))


def test_a_disk_that_becomes_read_only_is_named_and_writable_again_is_used(small_disk: Path) -> None:
    with StandIn() as site:
        desk = Desk(site, small_disk / "home")
        site.post("participating", participating(*NAMES[:5], modified=desk.stamp()))
        assert desk.poll().startswith("good: ")
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        try:
            with pytest.raises(StoreError, match=r"read-?only|Read-only|permissions"):
                desk.poll()
        finally:
            subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        desk.later(days=1)
        assert desk.poll().startswith("good: ")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_an_archive_that_refuses_is_a_clear_line_and_the_list_is_had_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    desk.site.post("participating", participating(*NAMES[:5], modified=desk.stamp()))

    def refuse(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        with pytest.raises(ArchiveError, match=os.strerror(number)):
            desk.poll()
    assert desk.rows("select count(*) from documents") == [(0,)]
    assert desk.poll().startswith("good: ")
    assert desk.rows("select count(*) from publications where status = 'accepted'") == [(1,)]


def test_a_database_that_is_full_is_a_clear_line_and_the_list_is_had_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses further pages from some moment of the pass on, as it does on a full disk."""
    from db.database import Store

    desk.site.post("participating", participating(*NAMES, modified=desk.stamp()))
    rooms: list[int] = []
    opened = Store.open_file.__func__  # type: ignore[attr-defined]

    def limited(cls: type[Store], /, *args: object, **options: object) -> Store:
        store: Store = opened(cls, *args, **options)
        pages = store.connection.execute("pragma page_count").fetchone()[0]
        store.connection.execute(f"pragma max_page_count = {pages + rooms[-1]}")
        return store

    lines: list[str] = []
    for number in range(5):
        rooms.append(number)
        with monkeypatch.context() as small:
            small.setattr(Store, "open_file", classmethod(limited))
            try:
                desk.poll()
            except DatabaseError as error:
                lines.append(str(error))
    assert lines
    assert all("database or disk is full; free some space" in line for line in lines)
    assert desk.poll().startswith("good: ")
    assert desk.rows("select count(*) from publications where status = 'accepted'") == [(1,)]


@pytest.mark.parametrize("fault", ["truncated", "truncated_chunked", "corrupt", "empty", "html_instead"])
def test_a_network_gone_in_the_middle_of_a_body_is_a_failed_poll_and_then_a_good_one(desk: Desk, fault: str) -> None:
    desk.changes["max_tries"] = 1
    desk.site.post("participating", participating(*NAMES[:5], modified=desk.stamp()))
    desk.site.fail("participating", fault)
    assert desk.poll().startswith("failed: ")
    assert desk.rows("select count(*) from publications") == [(0,)]
    assert desk.poll().startswith("good: ")


def test_a_name_without_an_address_is_a_failed_poll_that_names_it(desk: Desk) -> None:
    desk.changes.update(source_url="http://no-such-host.invalid/287g", max_tries=1)
    assert desk.poll().startswith("failed: dns_failed: http://no-such-host.invalid/287g: ")


def test_a_clock_set_back_by_a_year_spoils_nothing(desk: Desk) -> None:
    desk.site.post("participating", participating(*NAMES[:5], modified=desk.stamp()))
    desk.poll()
    desk.later(days=-365)
    assert desk.poll().startswith("good: ")
    assert desk.notices() == ["clock_back"]
    desk.later(days=366)
    desk.site.clock = desk.time
    desk.site.post("participating", participating(*NAMES[:6], modified=desk.stamp()))
    assert desk.poll().startswith("good: ")
    assert desk.notices() == []
    assert desk.rows("select kind, status from changes") == [("signing", "confirmed")]
