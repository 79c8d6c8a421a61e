"""Publish the pages as static files: only pages whose mark moved are rendered, only files that differ are written."""

from __future__ import annotations

import gc
import hashlib
import mimetypes
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path

from db.database import Store
from monitor.i18n.language import LANGUAGES, LOCALES, Language, language
from monitor.web.pages import render_page
from monitor.web.pages.addresses import make_site
from monitor.web.pages.fingerprints import digest_of
from monitor.web.pages.publish_targets import LEDGER, Ledger, Sink
from monitor.web.pages.site import Site

HERE = Path(__file__).parent
#: From this many pages on, starting other processes is worth it.
MANY = 300
#: A page to render: file, mark, language, address; and rendered: file, mark, bytes, media type.
Moved = tuple[str, str, str, str]
Rendered = tuple[str, str, bytes, str]
_site: Site | None = None  # a worker's own
_kept: list[Store] = []


@dataclass(slots=True)
class Published:
    """What publishing did: how many files there are, were rendered, written and removed."""

    files: int = 0
    rendered: int = 0
    written: int = 0
    removed: int = 0


def publish(
    site: Site,
    sink: Sink,
    *,
    pdf: bool = False,
    documents: bool = False,
    extra: Iterable[tuple[str, bytes, str]] = (),
) -> Published:
    """Write every page, file and download to the sink. `extra` are files of others, such as feeds: (path, body, media).

    With `pdf`, the one-pagers are written as PDF too; without, they are neither made nor linked, and older ones stay.
    With `documents`, copies of the agreement documents are written too; the same holds for them.
    """
    site.documents_published, site.pdf_published = documents, pdf
    render_page.keep_compiled(site.store.home / "templates", code_mark())
    known, done, ledger = sink.read_ledger(), Published(), Ledger()
    moved: list[Moved] = []
    for path, mark, lang, address in list_files(site, pdf):
        done.files += 1
        if path in known and known[path][0] == mark:
            ledger[path] = known[path]
        else:
            moved.append((path, mark, lang.code, address))
    with render_pages(site, moved) as pages:
        for path, body, media in (*_assets(), *_missing_pages(), *extra):  # while other processes start
            done.files += 1
            mark = digest_of(body)
            if path in known and known[path][0] == mark:
                ledger[path] = known[path]
            else:
                _write(sink, done, known, ledger, path, mark, body, media)
        for path, mark, body, media in pages:
            _write(sink, done, known, ledger, path, mark, body, media)
    may_go = {True: documents, False: pdf}
    gone = sorted(
        path
        for path in known.keys() - ledger.keys()
        if not path.endswith(".pdf") or may_go[path.startswith("documents/")]
    )
    ledger |= {path: mark for path, mark in known.items() if path not in ledger and path not in gone}
    done.removed = len(gone)
    site.listed = None
    if ledger != known:
        sink.finish(gone, ledger)
    return done


@contextmanager
def render_pages(site: Site, moved: Sequence[Moved]) -> Iterator[Iterator[Rendered]]:
    """Yield each page rendered; many by one process for each processor, which begin at once."""
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(moved) < MANY or workers < 2:
        yield (_render(site, *one) for one in moved)
        return
    # a part has pages of every kind, so that all parts take as long; those of one address share what is computed
    pairs = [list(same) for _, same in groupby(moved, key=itemgetter(3))]
    number = max(workers * 32, len(moved) // 200)
    parts = [[one for pair in pairs[start::number] for one in pair] for start in range(number)]
    fork = _is_alone()
    flags = (site.pdf_published, site.documents_published)
    begun = (site if fork else None, site.store.home, site.book().version, site.public_url, flags)
    context = get_context("fork" if fork else "spawn")
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=begun) as pool:
        yield chain.from_iterable(pool.map(_render_part, filter(None, parts)))


def _is_alone() -> bool:
    """Whether this process has one thread, as the command has: then its copies need not read all again.

    A copy of a process with more has locks and pools of threads that are not there.
    """
    tasks = Path("/proc/self/task")
    return tasks.is_dir() and len(list(tasks.iterdir())) == 1


def _start(site: Site | None, home: Path, version: str, public_url: str, flags: tuple[bool, bool]) -> None:
    """Begin as a process that renders, with the site of the process it is a copy of or one of its own."""
    global _site
    store = Store.open(home, read_only=True)
    if site is None:
        site = make_site(store, public_url)
        site.pdf_published, site.documents_published = flags
        site.book()
    site.store, _kept[:] = store, [site.store]  # a connection must not be used, nor closed, on both sides of a fork
    if site.version() != version:
        raise RuntimeError("the data changed while pages were being published; publish again")
    gc.freeze()  # the book stays: what each page leaves behind is collected without a look at all of it
    _site = site


def _render_part(part: Sequence[Moved]) -> list[Rendered]:
    assert _site is not None
    return [_render(_site, *one) for one in part]


def _render(site: Site, path: str, mark: str, code: str, address: str) -> Rendered:
    lang = language(code)
    if site.listed is None and address.startswith("sitemap-"):  # all of them are made of the same list
        site.listed = list(site.list_pages())
    page = site.page(address, lang, {}, static=True)
    if page is None:
        raise LookupError(f"{address} is listed to be published, and there is no such page")
    return path, mark, render_page.render(page, address, lang, static=True, public_url=site.public_url), page.media


def list_files(site: Site, pdf: bool) -> Iterator[tuple[str, str, Language, str]]:
    """Yield (file, mark, language, address) of every page; the mark moves when the page might."""
    site.listed = None
    site.listed = list(site.list_pages())
    for route, address, mark in site.listed:
        if not pdf and route.pattern.pattern.endswith(r"sheet\.pdf"):
            continue
        is_document = address.startswith("documents/")  # its copies are left out by their own route
        linked = "pdf" if pdf and address.startswith("sheets/") else ""
        if is_document and site.documents_published:
            linked = "documents"
        told = f"{code_mark()} {mark} {linked} {site.public_url}"
        whole = digest_of(told.encode())
        for code in LANGUAGES if route.translated else ("en",):  # one after the other: they share what is computed
            yield file_of(language(code), address), whole, language(code), address


def file_of(lang: Language, address: str) -> str:
    """Return the file of an address: a directory's is its index."""
    return lang.prefix + (address if address and not address.endswith("/") else f"{address}index.html")


@cache
def code_mark() -> str:
    """Return a text that differs when anything that renders pages does: templates, code, words, shapes."""
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
    done.rendered += 1
    checksum = digest_of(body)
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
        lang = language(code)
        page = render_page.Page("missing.html", {})
        yield f"{lang.prefix}404.html", render_page.render(page, "", lang, static=True), page.media
