"""Saved lists come in: each once, kept before it is read, and refused with a line when it cannot be what was meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from monitor.publications.dating import capture_time
from scrapers import ingest
from scrapers.ingest import ImportRefusedError, SavedList, find_saved, import_list
from tests.histories import NOW, Posting, agencies, open_store

LIST = Posting(agencies("Baker County Sheriff's Office"), "2025-06-02T14:00:00Z", "participating-20250603120000.xlsx")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data") as store:
        yield store


def test_folders_are_searched_to_the_bottom_and_each_file_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    place = LIST.write(tmp_path / "a" / "b")
    (tmp_path / "a" / "page.HTML").write_text("<html></html>")
    (tmp_path / "a" / "notes.txt").write_text("no list")
    found = find_saved([tmp_path / "a", place, tmp_path], None, capture_time)
    assert [saved.path.name for saved in found] == ["participating-20250603120000.xlsx", "page.HTML"]
    assert [saved.captured_at for saved in found] == ["2025-06-03T12:00:00Z", None]


def test_what_the_manifest_says_of_a_file_counts_more_than_its_name(tmp_path: Path) -> None:
    place = LIST.write(tmp_path)
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(f"file,uploaded_as,archive_capture_utc\n{place.name},pending,20250605120000\n")
    assert find_saved([place], manifest, capture_time) == [SavedList(place, "pending", "2025-06-05T12:00:00Z")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "has no column `file`"),
        (b"file,uploaded_as\n", ""),
        (b"file,uploaded_as\n,participating\n", "names no file"),
        (b"file,uploaded_as\nlist.xlsx,both\n", "uploaded_as is no list"),
        (b"file,uploaded_as\nother.xlsx,\n", "names a file that is not there"),
        (b"\xff\xfef\x00i\x00", "cannot be read"),
    ],
)
def test_a_manifest_is_read_strictly(tmp_path: Path, text: bytes, says: str) -> None:
    LIST.write(tmp_path).rename(tmp_path / "list.xlsx")
    (tmp_path / "manifest.csv").write_bytes(text)
    if not says:
        assert find_saved([], tmp_path / "manifest.csv", capture_time) == []
        return
    with pytest.raises(ImportRefusedError, match=says):
        find_saved([], tmp_path / "manifest.csv", capture_time)


def test_a_list_is_news_once(store: Store, tmp_path: Path) -> None:
    saved = SavedList(LIST.write(tmp_path))
    assert (import_list(store, saved, NOW).news, import_list(store, saved, NOW).news) == (True, False)
    assert import_list(store, SavedList(saved.path, "participating"), NOW).news  # the link's promise is news


def test_an_unreadable_document_is_kept_and_says_why_each_time(store: Store, tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"<html>Access Denied</html>")
    first, second = (import_list(store, SavedList(tmp_path / "list.xlsx"), NOW) for _ in range(2))
    assert first.error == second.error
    assert first.error.startswith("no table") or "list.xlsx" in first.error
    assert store.archive.get(first.sha256) == b"<html>Access Denied</html>"


def test_a_name_that_is_no_text_is_no_obstacle(store: Store, tmp_path: Path) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/list\xff.xlsx"))
    try:
        place.write_bytes(LIST.data)
    except OSError:
        pytest.skip("this file system takes no such names")
    import_list(store, SavedList(place), NOW)
    assert store.connection.execute("select file from sightings").fetchall() == [("list\ufffd.xlsx",)]


def test_a_list_is_archived_before_it_is_read(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes, *, name: str) -> None:
        raise MemoryError

    monkeypatch.setattr(ingest, "read_document", fail)
    with pytest.raises(MemoryError):
        import_list(store, SavedList(LIST.write(tmp_path)), NOW)
    assert [store.archive.get(sha256) for sha256 in store.archive] == [LIST.data]
    assert store.connection.execute("select count(*) from sightings").fetchone() == (0,)  # it is not taken for seen
