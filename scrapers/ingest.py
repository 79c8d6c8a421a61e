"""Store documents and then read them. A document that cannot be read stays stored, with the reason."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from db.database import Store
from db.queries import fetches, sightings, snapshots
from scrapers.document_errors import ScraperError
from scrapers.readers.document import READER_VERSION, read_document

SUFFIXES = (".xlsx", ".html", ".htm", ".xls", ".xlsm")


class ImportRefusedError(ScraperError):
    """A file or folder to import is not there, or the manifest is not valid."""

    code = "import_refused"
    advice = "name files or folders that exist, or a manifest with the columns file and uploaded_as"


@dataclass(frozen=True, slots=True)
class SavedList:
    """A saved list and what is known about it besides its bytes."""

    path: Path
    linked_as: str = ""  # what the link it came from promised; "" when nobody says
    captured_at: str | None = None  # when an archive found ICE serving it


@dataclass(frozen=True, slots=True)
class ImportedList:
    """The result for one saved list: `news` is False if just this was known already."""

    saved: SavedList
    sha256: str
    news: bool
    error: str = ""


def find_saved(
    paths: Iterable[Path], manifest: Path | None, capture_time: Callable[[str], str | None]
) -> list[SavedList]:
    """Return every saved list that the paths and the manifest name, each once."""
    found: dict[Path, SavedList] = {}
    if manifest is not None:
        for saved in _read_manifest(manifest, capture_time):
            found[saved.path.resolve()] = saved
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
            if not inside:
                raise ImportRefusedError("the folder holds no list", file=str(path))
        elif path.is_file():
            inside = [path]
        else:
            raise ImportRefusedError("there is no such file or folder", file=str(path))
        for file in inside:
            found.setdefault(file.resolve(), SavedList(file, "", capture_time(file.name)))
    return list(found.values())


def import_list(store: Store, saved: SavedList, known_at: str) -> ImportedList:
    """Store the saved list: archive its bytes, read them, and record the name it was met under."""
    try:
        data = saved.path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(f"cannot be read: {error.strerror}", file=str(saved.path)) from error
    sha256 = store.archive.put(data)
    name = os.fsencode(saved.path.name).decode("utf-8", "replace")  # a name may hold bytes that are no text
    with store.writing():
        fetches.record_document(store, sha256, known_at)
        error_line = read_kept(store, sha256, data, name)
        news = fetches.record_sighting(
            store, sha256, file=name, url="", linked_as=saved.linked_as, seen_at=saved.captured_at,
            known_at=known_at, how="import",
        )  # fmt: skip
    return ImportedList(saved, sha256, news, error_line)


def read_kept(store: Store, sha256: str, data: bytes, name: str, *, again: bool = False) -> str:
    """Read a stored document and store its snapshot, or the reason it has none, which is returned ("": it has one)."""
    if not again and any(snapshots.has_snapshot(store, sha256, version) for version in READER_VERSION.values()):
        return ""
    try:
        snapshot = read_document(data, name=name)
    except ScraperError as error:
        snapshots.save_unreadable(store, sha256, "/".join(sorted(READER_VERSION.values())), error.code, str(error))
        return str(error)
    snapshots.save_snapshot(store, sha256, snapshot)
    return ""


def read_new(store: Store) -> list[str]:
    """Read every sighted document that was not read yet; return one line for each that could not be read."""
    unread = sightings.list_unread_documents(store.connection)
    return [line for sha256, file in unread if (line := read_kept(store, sha256, store.archive.get(sha256), file))]


def read_again(store: Store) -> Iterator[tuple[int, int]]:
    """Read every sighted document again from the archive; yield (documents done, documents in all)."""
    sighted = sightings.list_sighted_documents(store.connection)
    for number, (sha256, file) in enumerate(sighted, 1):
        read_kept(store, sha256, store.archive.get(sha256), file, again=True)
        yield number, len(sighted)


def _read_manifest(manifest: Path, capture_time: Callable[[str], str | None]) -> Iterator[SavedList]:
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, dialect="excel")
            if not rows.fieldnames or "file" not in rows.fieldnames:
                raise ImportRefusedError("the manifest has no column `file`", file=str(manifest), value=rows.fieldnames)
            for number, row in enumerate(rows, 2):
                if not row["file"]:
                    raise ImportRefusedError("the manifest names no file", file=str(manifest), row=number)
                path = manifest.parent / row["file"]
                if not path.is_file():
                    raise ImportRefusedError("the manifest names a file that is not there", file=str(path), row=number)
                linked = (row.get("uploaded_as") or "").strip()
                if linked not in ("", "participating", "pending"):
                    raise ImportRefusedError("uploaded_as is no list", file=str(manifest), row=number, value=linked)
                stamp = (row.get("archive_capture_utc") or "").strip()
                yield SavedList(path, linked, capture_time(stamp or path.name))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ImportRefusedError(f"the manifest cannot be read: {error}", file=str(manifest)) from error
