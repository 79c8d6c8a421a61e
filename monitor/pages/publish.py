"""The pages as static files: only those whose mark moved are made anew, only those whose bytes differ are written."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitor.pages import render
from monitor.pages.language import LANGUAGES, LOCALES, Language, language
from monitor.pages.sinks import LEDGER, Ledger, Sink
from monitor.pages.site import Site

HERE = Path(__file__).parent


@dataclass(slots=True)
class Published:
    """What publishing did: files there are, made anew, written, and taken away."""

    files: int = 0
    made: int = 0
    written: int = 0
    gone: int = 0


def publish(
    site: Site, sink: Sink, *, pdf: bool = False, extra: Iterable[tuple[str, bytes, str]] = ()
) -> Published:
    """Every page, file and download is in the sink. `extra` (path, body, media) are files of others, such as feeds.

    With `pdf`, the one-pagers as PDF too; without, they are neither made nor linked, and those there stay.
    """
    site.pdf_published = pdf
    known, done, ledger = sink.read_ledger(), Published(), Ledger()
    for path, mark, spoken, address in list_files(site, pdf):
        done.files += 1
        if path in known and known[path][0] == mark:
            ledger[path] = known[path]
            continue
        page = site.page(address, spoken, {}, static=True)
        if page is None:
            raise LookupError(f"{address} is listed to be published, and there is no such page")
        _write(sink, done, known, ledger, path, mark, render.render(page, address, spoken, static=True), page.media)
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
    files = [p for p in HERE.rglob("*") if p.is_file() and p.suffix in (".py", ".html", ".typ", ".json", ".css", ".js", ".svg")]
    for path in sorted([*files, *LOCALES.rglob("pages.po")]):
        mark.update(str(path.relative_to(HERE.parent)).encode() + b"\0" + path.read_bytes())
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
    for path in sorted(render.STATIC.iterdir()):
        media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        yield f"static/{path.name}", path.read_bytes(), media


def _missing_pages() -> Iterator[tuple[str, bytes, str]]:
    """The page a file server shows where there is none; its links count from the root."""
    for code in LANGUAGES:
        spoken = language(code)
        page = render.Page("missing.html", {})
        yield f"{spoken.prefix}404.html", render.render(page, "", spoken, static=True), page.media
