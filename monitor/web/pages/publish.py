"""The pages as static files: only those whose mark moved are made anew, only those whose bytes differ are written."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from db.database import Store
from monitor.i18n.language import LANGUAGES, LOCALES, Language, language
from monitor.web.pages import render_page
from monitor.web.pages.addresses import make_site
from monitor.web.pages.publish_targets import LEDGER, Ledger, Sink
from monitor.web.pages.site import Site

HERE = Path(__file__).parent
#: From how many pages on other processes are worth their start.
MANY = 2000
_site: Site | None = None  # a worker's own


@dataclass(slots=True)
class Published:
    """What publishing did: files there are, made anew, written, and taken away."""

    files: int = 0
    made: int = 0
    written: int = 0
    gone: int = 0


def publish(site: Site, sink: Sink, *, pdf: bool = False, extra: Iterable[tuple[str, bytes, str]] = ()) -> Published:
    """Every page, file and download is in the sink. `extra` (path, body, media) are files of others, such as feeds.

    With `pdf`, the one-pagers as PDF too; without, they are neither made nor linked, and those there stay.
    """
    known, done, ledger = sink.read_ledger(), Published(), Ledger()
    moved: list[tuple[str, str, str, str]] = []
    for path, mark, spoken, address in list_files(site, pdf):
        done.files += 1
        if path in known and known[path][0] == mark:
            ledger[path] = known[path]
        else:
            moved.append((path, mark, spoken.code, address))
    for (path, mark, _, _), (body, media) in zip(moved, make_pages(site, [m[2:] for m in moved], pdf), strict=True):
        _write(sink, done, known, ledger, path, mark, body, media)
    for path, body, media in (*_assets(), *_missing_pages(), *extra):
        done.files += 1
        mark = hashlib.blake2b(body, digest_size=12).hexdigest()
        if path in known and known[path][0] == mark:
            ledger[path] = known[path]
        else:
            _write(sink, done, known, ledger, path, mark, body, media)
    gone = sorted(path for path in known.keys() - ledger.keys() if pdf or not path.endswith(".pdf"))
    ledger |= {path: mark for path, mark in known.items() if path not in ledger and path not in gone}
    done.gone = len(gone)
    if ledger != known:
        sink.finish(gone, ledger)
    return done


def make_pages(site: Site, wanted: Sequence[tuple[str, str]], pdf: bool) -> Iterator[tuple[bytes, str]]:
    """(body, media) of each (language, address), in order; many are made by one process a processor."""
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(wanted) < MANY or workers < 2:
        site.pdf_published = pdf
        yield from (_make(site, *one) for one in wanted)
        return
    parts = [wanted[start : start + 200] for start in range(0, len(wanted), 200)]
    home = (site.store.home, site.book().version, pdf)
    # a fresh process each: SQLite's connections must not be carried over a fork
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start, initargs=home) as pool:
        for made in pool.map(_make_part, parts):
            yield from made


def _start(home: Path, version: str, pdf: bool) -> None:
    global _site
    _site = make_site(Store.open(home, read_only=True))
    _site.pdf_published = pdf
    if _site.book().version != version:
        raise RuntimeError("the data changed while pages were being published; publish again")


def _make_part(part: Sequence[tuple[str, str]]) -> list[tuple[bytes, str]]:
    assert _site is not None
    return [_make(_site, *one) for one in part]


def _make(site: Site, code: str, address: str) -> tuple[bytes, str]:
    spoken = language(code)
    page = site.page(address, spoken, {}, static=True)
    if page is None:
        raise LookupError(f"{address} is listed to be published, and there is no such page")
    return render_page.render(page, address, spoken, static=True), page.media


def list_files(site: Site, pdf: bool) -> Iterator[tuple[str, str, Language, str]]:
    """(file, mark, language, address) of every page there is; the mark moves when the page might."""
    book = site.book()
    for route in site.routes:
        if route.addresses is None:
            continue
        found = list(route.addresses(book))
        for code in LANGUAGES if route.spoken else ("en",):
            spoken = language(code)
            for address, mark in found:
                if address.endswith(".pdf") and not pdf:
                    continue
                linked = "pdf" if pdf and address.startswith("sheets/") else ""
                whole = hashlib.blake2b(f"{look()} {mark} {linked}".encode(), digest_size=12).hexdigest()
                yield file_of(spoken, address), whole, spoken, address


def file_of(spoken: Language, address: str) -> str:
    """The file of an address: a directory's is its index."""
    return spoken.prefix + (address if address and not address.endswith("/") else f"{address}index.html")


@cache
def look() -> str:
    """A text that differs when anything does that makes pages from data: templates, code, words, shapes."""
    mark = hashlib.blake2b(digest_size=12)
    files = [
        p
        for p in HERE.rglob("*")
        if p.is_file() and p.suffix in (".py", ".html", ".typ", ".json", ".css", ".js", ".svg")
    ]
    for path in sorted([*files, *LOCALES.parent.rglob("*.p[oy]")]):
        mark.update(path.name.encode() + b"\0" + path.read_bytes())
    return mark.hexdigest()


def _write(
    sink: Sink, done: Published, known: Ledger, ledger: Ledger, path: str, mark: str, body: bytes, media: str
) -> None:  # fmt: skip
    assert path != LEDGER
    done.made += 1
    checksum = hashlib.blake2b(body, digest_size=12).hexdigest()
    if path not in known or known[path][1] != checksum:
        sink.write(path, body, media)
        done.written += 1
    ledger[path] = [mark, checksum]


def _assets() -> Iterator[tuple[str, bytes, str]]:
    for path in sorted(render_page.STATIC.iterdir()):
        media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        yield f"static/{path.name}", path.read_bytes(), media


def _missing_pages() -> Iterator[tuple[str, bytes, str]]:
    """The page a file server shows where there is none; its links count from the root."""
    for code in LANGUAGES:
        spoken = language(code)
        page = render_page.Page("missing.html", {})
        yield f"{spoken.prefix}404.html", render_page.render(page, "", spoken, static=True), page.media
