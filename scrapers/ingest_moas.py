"""Agreement documents into the store: kept first, then read in a child process."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from db.database import Store
from db.moa_models import MoaReading, MoaSighting, PdfText
from db.queries import moas
from db.settings import Settings
from scrapers.crawl.blocked import wall_in
from scrapers.ingest import ImportRefusedError, manifest_rows, refuse_outside
from scrapers.readers.link_targets import unwrap_link
from scrapers.readers.moa_document import READER, read_document
from scrapers.readers.moa_text import PdfReader, refuse_start

_START_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class SavedMoa:
    """A saved document and the address it came from, "" when nobody says."""

    path: Path
    url: str = ""


def find_saved(paths: Iterable[Path], manifest: Path | None) -> list[SavedMoa]:
    """Return every saved document that the paths and the manifest name, each once.

    Folders give their `.pdf` files. The manifest has the columns `file` (beside it) and `url`; the paths may name its
    files again or more of them. Raises `ImportRefusedError` for what is not there, and for a file of a manifest or a
    folder that lies outside its directory, itself or through a link.
    """
    found: dict[tuple[Path, str], SavedMoa] = {}
    for saved in _read_manifest(manifest, list(paths)) if manifest else ():
        found[saved.path.resolve(), saved.url] = saved
    named = {path for path, _ in found}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() == ".pdf")
            if not inside:
                raise ImportRefusedError("the folder holds no PDF", file=str(path))
            for file in inside:
                refuse_outside(path, file)
        elif path.is_file():
            inside = [path]
        else:
            raise ImportRefusedError("there is no such file or folder", file=str(path))
        for file in inside:
            if file.resolve() not in named:
                found.setdefault((file.resolve(), ""), SavedMoa(file))
    return list(found.values())


def _read_manifest(manifest: Path, paths: list[Path]) -> Iterator[SavedMoa]:
    folders = [manifest.parent, *(path for path in paths if path.is_dir())]
    for number, row in manifest_rows(manifest):
        there = [(folder, path) for folder in folders if (path := folder / row["file"]).is_file()]
        if not there:
            raise ImportRefusedError(
                "the manifest names a file that is not there", file=str(manifest), row=number, value=row["file"]
            )
        folder, path = there[0]
        refuse_outside(folder, path, row=number)
        url = (row.get("url") or "").strip()
        yield SavedMoa(path, (unwrap_link(url) or url) if url else "")


def take_in(store: Store, saved: SavedMoa, max_bytes: int, at: str) -> bool:
    """Keep the saved document and record where it was met; return whether that is news. Nothing is read yet."""
    try:
        size = saved.path.stat().st_size
        too_large = size > max_bytes
        data = b"" if too_large else saved.path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(f"cannot be read: {error.strerror}", file=str(saved.path)) from error
    name = os.fsencode(saved.path.name).decode("utf-8", "replace")  # a name may hold bytes that are no text
    sighting = MoaSighting(saved.url, name, at, "import", "kept", size_bytes=size)
    if too_large:
        sighting = replace(sighting, outcome="too_large", detail=f"{size:,} bytes; the limit is {max_bytes:,}")
    elif not data:
        sighting = replace(sighting, outcome="empty", detail="the file has no bytes")
    else:
        sighting = replace(sighting, sha256=store.archive.put(data))
    return moas.record_sighting(store, sighting)


def import_saved(store: Store, settings: Settings, paths: list[Path], manifest: Path | None) -> tuple[int, int]:
    """Keep the documents that the paths and the manifest name; return how many there are and how many are new."""
    saved = find_saved(paths, manifest)
    return len(saved), sum(take_in(store, one, settings.moa_max_bytes, store.now_text()) for one in saved)


def read_new(store: Store, settings: Settings) -> Iterator[tuple[MoaReading, int]]:
    """Read every kept document that this reader version has not read; yield each reading and how many are to read."""
    waiting = [sha256 for sha256 in moas.find_unread(store.connection, READER) if store.archive.has(sha256)]
    with PdfReader(max_bytes=settings.moa_max_bytes) as reader:
        for sha256 in waiting:
            path = store.archive.path(sha256)
            reading = read_document(sha256, _tell_wall(reader.read(path), path))
            moas.save_reading(store, reading)
            yield reading, len(waiting)


def _tell_wall(text: PdfText, path: Path) -> PdfText:
    """Return the outcome `block_page` for a page that says only what a wall says."""
    if text.outcome != "not_a_pdf":
        return text
    with path.open("rb") as file:
        verdict = judge_body(file.read(_START_BYTES))
    return PdfText("block_page", detail=verdict[1]) if verdict and verdict[0] == "block_page" else text


def judge_body(body: bytes) -> tuple[str, str] | None:
    """Return the outcome and the reason why these bytes are no document, or None when they may be one."""
    if not body:
        return "empty", "the answer has no body"
    refused = refuse_start(body[:_START_BYTES])
    if refused is None:
        return None
    wall = wall_in(body)
    return ("block_page", wall) if wall else (refused.outcome, refused.detail)
