"""Saved lists come in: each once, kept before it is read, and refused with a line when it cannot be what was meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.database import Store
from db.models import Fetch, Snapshot
from db.queries import fetches, sightings
from monitor.publications.dating import capture_time
from scrapers import ingest
from scrapers.ingest import ImportRefusedError, SavedList, find_saved, import_list
from scrapers.readers.document import read_document
from tests.histories import NOW, Posting, agencies, open_store
from tests.workbooks import PENDING, make_workbook

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

    monkeypatch.setattr(ingest, "read_document_limited", fail)
    with pytest.raises(MemoryError):
        import_list(store, SavedList(LIST.write(tmp_path)), NOW)
    assert [store.archive.get(sha256) for sha256 in store.archive] == [LIST.data]
    assert store.connection.execute("select count(*) from sightings").fetchone() == (0,)  # it is not taken for seen


# -- what an import refuses --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a list, beside a private page and a private text."""
    (tmp_path / "lists").mkdir()
    LIST.write(tmp_path / "lists").rename(tmp_path / "lists" / "list.xlsx")
    (tmp_path / "private.html").write_text("<html><body><table><tr><td>private</td></tr></table></body></html>")
    (tmp_path / "private.txt").write_text("private")
    return tmp_path / "lists"


@pytest.mark.parametrize(
    "named", ["../private.html", "../private.txt", "{absolute}", "sub/../../private.html", "/etc/passwd"]
)
def test_a_manifest_names_nothing_outside_its_folder(folder: Path, named: str) -> None:
    (folder / "sub").mkdir()
    named = named.format(absolute=folder.parent / "private.html")
    (folder / "manifest.csv").write_text(f"file\nlist.xlsx\n{named}\n")
    with pytest.raises(ImportRefusedError, match=r"outside the folder.*row 3"):
        find_saved([], folder / "manifest.csv", capture_time)


def test_a_manifest_may_name_its_own_files_in_any_way(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "manifest.csv").write_text(f"file\nsub/../list.xlsx\n{folder / 'list.xlsx'}\n")
    assert len(find_saved([], folder / "manifest.csv", capture_time)) == 1


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_that_leaves_the_folder_is_refused(folder: Path, kind: str) -> None:
    if kind == "file":
        (folder / "page.html").symlink_to(folder.parent / "private.html")
    else:
        (folder.parent / "others").mkdir()
        (folder.parent / "others" / "page.html").write_text("<html></html>")
        (folder / "others").symlink_to(folder.parent / "others")
        (folder / "manifest.csv").write_text("file\nothers/page.html\n")
    with pytest.raises(ImportRefusedError, match="outside the folder"):
        find_saved(
            [folder] if kind == "file" else [], folder / "manifest.csv" if kind == "folder" else None, capture_time
        )


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "again.xlsx").symlink_to(folder / "list.xlsx")
    assert len(find_saved([folder], None, capture_time)) == 1


@pytest.mark.parametrize(
    "data", [b"root:x:0:0:root:/root:/bin/sh\n", b"", b"%PDF-1.7\n", b"STATE,AGENCY\n", b"\0" * 99]
)
def test_what_is_neither_a_workbook_nor_a_page_is_not_stored(store: Store, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "list.xlsx").write_bytes(data)
    done = import_list(store, SavedList(tmp_path / "list.xlsx"), NOW)
    assert (done.news, done.sha256) == (False, "")
    assert "neither a workbook nor a page" in done.error
    assert list(store.archive) == []
    assert store.connection.execute("select count(*) from documents").fetchone() == (0,)


def test_a_file_without_end_is_not_read(store: Store, tmp_path: Path) -> None:
    with (tmp_path / "list.xlsx").open("wb") as file:
        file.truncate(1 << 40)  # it takes no room on the disk
    done = import_list(store, SavedList(tmp_path / "list.xlsx"), NOW)
    assert (done.news, done.sha256) == (False, "")
    assert "larger than" in done.error


def test_a_csv_is_refused_with_the_option_that_reads_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("file,uploaded_as\nlist.xlsx,participating\n")
    done = import_list(store, SavedList(tmp_path / "manifest.csv"), NOW)
    assert "--manifest" in done.error
    assert "fetch again" not in done.error


def test_an_imported_page_that_is_no_list_is_not_public(store: Store, folder: Path) -> None:
    """It is kept, so that better readers can read it; nobody else is shown it. A list is public."""
    listed = import_list(store, SavedList(folder / "list.xlsx"), NOW)
    private = import_list(store, SavedList(folder.parent / "private.html"), NOW)
    assert sightings.is_public_document(store.connection, listed.sha256)
    assert not sightings.is_public_document(store.connection, private.sha256)
    assert not sightings.is_public_document(store.connection, "0" * 64)
    assert [d.sha256 for d in sightings.list_public_documents(store.connection)] == [listed.sha256]


def test_what_ice_served_is_public_readable_or_not(store: Store) -> None:
    sha256 = store.archive.put(b"PK damaged")
    fetches.record_fetch(store, None, Fetch("https://www.ice.gov/x.xlsx", NOW, "new", 200, sha256))
    assert sightings.is_public_document(store.connection, sha256)


def test_reading_holds_no_lock(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a document is being read, somebody else can write: a sign-up waits for no file."""
    seen = []

    def read(data: bytes, *, name: str) -> Snapshot:
        with Store.open(store.home) as other, other.writing() as connection:
            connection.execute("insert into runs (started_at) values ('meanwhile')")
        seen.append(name)
        return read_document(data, name=name)

    monkeypatch.setattr(ingest, "read_document_limited", read)
    place = LIST.write(tmp_path)
    assert import_list(store, SavedList(place), NOW).error == ""
    assert list(ingest.read_again(store)) == [(1, 1)]
    assert seen == [place.name] * 2


def test_lists_come_back_in_the_order_in_which_they_were_given(store: Store, tmp_path: Path) -> None:
    saved = []
    for number, name in enumerate(("a", "b", "c", "d"), 1):
        data = make_workbook([PENDING], modified=f"2025-01-0{number}T00:00:00Z")
        (tmp_path / f"{name}.xlsx").write_bytes(b"nothing" if name == "c" else data)
        saved.append(SavedList(tmp_path / f"{name}.xlsx"))
    done = list(ingest.import_lists(store, saved, NOW))
    assert [one.saved for one in done] == saved
    assert [one.news for one in done] == [True, True, False, True]
