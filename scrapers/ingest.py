"""Documents into the store: kept first, then read. A document that cannot be read stays, with the reason."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from db.database import Store
from db.queries import fetches, snapshots
from scrapers.document_errors import ScraperError
from scrapers.readers.document import READER_VERSION, read_document

SUFFIXES = (".xlsx", ".html", ".htm", ".xls", ".xlsm")


class ImportRefusedError(ScraperError):
    """What was asked to be imported is not there, or the manifest is not one."""

    code = "import_refused"
    advice = "name files or folders that exist, or a manifest with the columns file and uploaded_as"


@dataclass(frozen=True, slots=True)
class SavedList:
    """A saved list and what is known of it besides its bytes."""

    path: Path
    linked_as: str = ""  # what the link it came from promised; "" when nobody says
    captured_at: str | None = None  # when an archive found ICE serving it


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one saved list: `news` is False when just this was known already."""

    saved: SavedList
    sha256: str
    news: bool
    error: str = ""


def find_saved(
    paths: Iterable[Path], manifest: Path | None, capture_time: Callable[[str], str | None]
) -> list[SavedList]:
    """Every saved list that the paths and the manifest name, each once; `capture_time` reads an archive's stamp."""
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


def take_in(store: Store, saved: SavedList, known_at: str) -> Taken:
    """The saved list is in the store: archived, read, and met under its name."""
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
    return Taken(saved, sha256, news, error_line)


def read_kept(store: Store, sha256: str, data: bytes, name: str, *, again: bool = False) -> str:
    """The kept document has its snapshot, or the reason it has none, which is returned ("" for none)."""
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
    """Every sighted document that was not read yet is read; returns a line for each that could not be."""
    rows = store.connection.execute(
        "select s.sha256, min(s.file) from sightings s left join snapshots p on p.sha256 = s.sha256"
        " where p.sha256 is null group by s.sha256 order by min(s.id)"
    ).fetchall()
    return [line for sha256, file in rows if (line := read_kept(store, sha256, store.archive.get(sha256), file))]


def read_again(store: Store) -> Iterator[tuple[int, int]]:
    """Every sighted document is read anew from the archive; yields how many of how many are done."""
    rows = store.connection.execute(
        "select sha256, min(file) from sightings group by sha256 order by min(id)"
    ).fetchall()
    for number, (sha256, file) in enumerate(rows, 1):
        read_kept(store, sha256, store.archive.get(sha256), file, again=True)
        yield number, len(rows)


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
