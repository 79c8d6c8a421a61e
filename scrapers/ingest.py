"""Store documents and then read them. A document that cannot be read stays stored, with the reason."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from db.database import Store
from db.errors import ArchiveError, NotFoundError
from db.models import Snapshot
from db.queries import fetches, sightings, snapshots
from db.queries.sightings import SightedDocument
from scrapers.document_errors import DocumentError, NotAWorkbookError, ScraperError, TooLargeError
from scrapers.readers.document import READER_VERSION, looks_like_list
from scrapers.readers.limited import read_document_limited

#: The largest list of 2025 has 0.2 MB, the largest page 0.4 MB; a larger file is not even read.
LARGEST_BYTES = 50_000_000
SUFFIXES = (".xlsx", ".html", ".htm", ".xls", ".xlsm", ".mhtml", ".mht")


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
    """Return every saved list that the paths and the manifest name, each once.

    `capture_time` reads the time of capture from a stamp or a file name. Raises `ImportRefusedError` for what is not
    there, and for a file of a manifest or a folder that lies outside its directory, itself or through a link.
    """
    found: dict[Path, SavedList] = {}
    if manifest is not None:
        for saved in _read_manifest(manifest, capture_time):
            found[saved.path.resolve()] = saved
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
            if not inside:
                documents = any(p.suffix.lower() == ".pdf" for p in path.rglob("*"))
                raise ImportRefusedError(
                    "the folder holds no list", file=str(path),
                    do=f"take its agreement documents in with: moas {path} --import" if documents else "",
                )  # fmt: skip
            for file in inside:
                refuse_outside(path, file)
        elif path.is_file():
            inside = [path]
        else:
            raise ImportRefusedError("there is no such file or folder", file=str(path))
        for file in inside:
            found.setdefault(file.resolve(), SavedList(file, "", capture_time(file.name)))
    return list(found.values())


def refuse_outside(folder: Path, file: Path, *, row: int | None = None) -> None:
    """Raise `ImportRefusedError` if the file lies outside the folder once all links are followed."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise ImportRefusedError(
            "a file outside the folder is named", file=str(file), row=row, value=file.resolve(),
            do="copy the list into the folder, or name it on the command line",
        )  # fmt: skip


def import_list(store: Store, saved: SavedList, known_at: str) -> ImportedList:
    """Store one saved list, as `import_lists` does."""
    return next(import_lists(store, [saved], known_at))


def import_lists(store: Store, saved: Iterable[SavedList], known_at: str) -> Iterator[ImportedList]:
    """Store saved lists in order: archive the bytes, read them, record the name they were met under; yield each result.

    A file that is neither a workbook nor a page is refused and not stored. Documents are read in a child process and
    outside the transaction that stores the result; while one is stored, the next is already being read.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as ahead:
        waiting: _Begun | None = None
        for one in saved:
            begun = _begin(store, one, ahead)
            if waiting is not None:
                yield _finish(store, waiting, known_at)
            waiting = begun
        if waiting is not None:
            yield _finish(store, waiting, known_at)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A saved list whose bytes are in the archive; `reading` is None if they were read before."""

    saved: SavedList
    name: str
    sha256: str
    reading: Future[Snapshot | DocumentError] | None
    refusal: str = ""


def _begin(store: Store, saved: SavedList, ahead: ThreadPoolExecutor) -> _Begun:
    name = os.fsencode(saved.path.name).decode("utf-8", "replace")  # a name may hold bytes that are no text
    try:
        if (size := saved.path.stat().st_size) > LARGEST_BYTES:
            too_large = TooLargeError(f"larger than {LARGEST_BYTES:,} bytes; not stored", file=name, value=f"{size:,}")
            return _Begun(saved, name, "", None, str(too_large))
        data = saved.path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(f"cannot be read: {error.strerror}", file=str(saved.path)) from error
    if not looks_like_list(data):
        advice = "if it names lists, import it with --manifest" if name.casefold().endswith(".csv") else ""
        refusal = NotAWorkbookError("neither a workbook nor a page; not stored", file=name, value=data[:40], do=advice)
        return _Begun(saved, name, "", None, str(refusal))
    sha256 = store.archive.put(data)
    return _Begun(saved, name, sha256, None if _is_read(store, sha256) else ahead.submit(read_bytes, data, name))


def _finish(store: Store, begun: _Begun, known_at: str) -> ImportedList:
    saved, sha256 = begun.saved, begun.sha256
    if begun.refusal:
        return ImportedList(saved, "", False, begun.refusal)
    reading = begun.reading.result() if begun.reading is not None else None
    with store.writing():
        fetches.record_document(store, sha256, known_at)
        error_line = save_reading(store, sha256, reading) if reading is not None else ""
        news = fetches.record_sighting(
            store, sha256, file=begun.name, url="", linked_as=saved.linked_as, seen_at=saved.captured_at,
            known_at=known_at, how="import",
        )  # fmt: skip
    return ImportedList(saved, sha256, news, error_line)


def _is_read(store: Store, sha256: str) -> bool:
    """Return whether this version of the readers has read the document, or found it unreadable."""
    return any(snapshots.has_snapshot(store, sha256, version) for version in READER_VERSION.values())


def read_bytes(data: bytes, name: str) -> Snapshot | DocumentError:
    """Return the list these bytes hold, or the error that says why there is none."""
    try:
        return read_document_limited(data, name=name)
    except DocumentError as error:
        return error


def save_reading(store: Store, sha256: str, reading: Snapshot | DocumentError) -> str:
    """Store what reading a document gave; return why it could not be read, "" if it could."""
    if isinstance(reading, DocumentError):
        versions = "/".join(sorted(READER_VERSION.values()))
        snapshots.save_unreadable(store, sha256, versions, reading.code, str(reading))
        return str(reading)
    snapshots.save_snapshot(store, sha256, reading)
    return ""


def _read_stored(store: Store, document: SightedDocument) -> str:
    """Read a stored document again and store what that gives; return why it cannot be read, "" if it can."""
    return save_reading(store, document.sha256, read_bytes(store.archive.get(document.sha256), document.file))


def read_new(store: Store) -> list[str]:
    """Read every sighted document that was not read yet; return one line for each that could not be read.

    One whose bytes are gone stays unread, and keeps nothing else from being read.
    """
    lines = []
    for document in sightings.list_unread_documents(store.connection):
        try:
            lines.append(_read_stored(store, document))
        except (ArchiveError, NotFoundError) as error:
            lines.append(f"{document.file}: {error}")
    return [line for line in lines if line]


def read_again(store: Store) -> Iterator[tuple[int, int]]:
    """Read every sighted document again from the archive; yield (documents done, documents in all)."""
    sighted = sightings.list_sighted_documents(store.connection)
    for number, document in enumerate(sighted, 1):
        _read_stored(store, document)
        yield number, len(sighted)


def _read_manifest(manifest: Path, capture_time: Callable[[str], str | None]) -> Iterator[SavedList]:
    for number, row in manifest_rows(manifest):
        path = manifest.parent / row["file"]
        refuse_outside(manifest.parent, path, row=number)
        if not path.is_file():
            raise ImportRefusedError("the manifest names a file that is not there", file=str(path), row=number)
        linked = (row.get("uploaded_as") or "").strip()
        if linked not in ("", "participating", "pending"):
            raise ImportRefusedError("uploaded_as is no list", file=str(manifest), row=number, value=linked)
        stamp = (row.get("archive_capture_utc") or "").strip()
        yield SavedList(path, linked, capture_time(stamp or path.name))


def manifest_rows(manifest: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (number of the line, cells by column) of a CSV manifest; each names a file in its column `file`."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines, dialect="excel")
            if not rows.fieldnames or "file" not in rows.fieldnames:
                raise ImportRefusedError("the manifest has no column `file`", file=str(manifest), value=rows.fieldnames)
            for number, row in enumerate(rows, 2):
                if not row["file"]:
                    raise ImportRefusedError("the manifest names no file", file=str(manifest), row=number)
                yield number, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ImportRefusedError(f"the manifest cannot be read: {error}", file=str(manifest)) from error
