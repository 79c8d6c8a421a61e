"""Bring past lists from the Internet Archive: fetch what is planned, judge it, keep it, read it.

Each capture is settled in one transaction: its fetch row, document, sighting and reading. A run that is cut off loses
at most the answer it was waiting for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from db.archive_models import BackfillPlan, BackfillResult, Capture, SettledCapture
from db.database import Store, to_text
from db.models import Fetch, Snapshot
from db.queries import archive as stored
from db.queries import fetches
from db.settings import Settings
from scrapers import ingest
from scrapers.archive.adapter import ArchiveUnavailableError, BudgetSpentError
from scrapers.archive.client import ArchiveClient, CapturedBody
from scrapers.archive.packing import is_packed
from scrapers.archive.plan import file_name, make_plan
from scrapers.crawl.blocked import judge_page, judge_workbook, wall_in
from scrapers.crawl.landing_page import parse_page
from scrapers.crawl.links import find_list_links
from scrapers.crawl.sources import WORKBOOK_NAME, Source, promised_list
from scrapers.crawl.validators import name_in_disposition
from scrapers.document_errors import DocumentError, NotAListError
from scrapers.readers.document import looks_like_html

#: ICE's site as captured pages link into it.
ICE = Source("https://www.ice.gov/identify-and-arrest/287g")
#: A body whose digest is not the index's is asked for so often; after that it is taken for what the archive has.
CUT_TRIES = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a body turned out to be: its outcome, and the list in it, if it is one."""

    outcome: str
    detail: str = ""
    name: str = ""
    linked_as: str = ""
    reading: Snapshot | DocumentError | None = None
    links: tuple[str, ...] = ()


def run_backfill(
    store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
    *, since: str | None = None, until: str | None = None, limit: int | None = None, tries: int | None = None,
    progress: Progress | None = None, planning: Progress | None = None, say: Callable[[str], None] = lambda line: None,
) -> BackfillResult:  # fmt: skip
    """Fetch every planned capture, or `limit` of them; say a line for each. Ends early when the archive refuses.

    `planning` is told how many of the questions to the index are answered, `progress` how many captures are settled.
    """
    done = BackfillResult()
    asked: set[tuple[str, str]] = set()
    with open_client(store, settings, now, sleep, tries=tries) as client:
        try:
            while todo := _next_captures(store, client, since, until, limit, asked, planning):
                for number, capture in enumerate(todo, 1):
                    if not stored.is_had(store.connection, capture):
                        asked.add((capture.original, capture.captured_at))
                        fetch_capture(store, settings, client, capture, now, done, say)
                    if progress is not None:
                        progress(number, len(todo))
        except ArchiveUnavailableError as error:
            done.stopped = str(error)
    return done


def open_client(
    store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
    *, tries: int | None = None,
) -> ArchiveClient:  # fmt: skip
    """Return the client, under the name that ICE's server is told, too."""
    from scrapers.crawl.scrapy_settings import user_agent  # takes Scrapy along, half a second

    return ArchiveClient(store, settings, now, sleep, user_agent=user_agent(settings), tries=tries)


def plan_backfill(
    store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object],
    *, since: str | None = None, until: str | None = None, tries: int | None = None, progress: Progress | None = None,
) -> BackfillPlan:  # fmt: skip
    """Return what a backfill would ask for, as far as the index and the pages fetched so far tell."""
    with open_client(store, settings, now, sleep, tries=tries) as client:
        return make_plan(store, client, since=since, until=until, progress=progress)


def _next_captures(
    store: Store, client: ArchiveClient, since: str | None, until: str | None, limit: int | None,
    asked: set[tuple[str, str]], planning: Progress | None,
) -> list[Capture]:  # fmt: skip
    """Return what is to be asked for now: pages fetched in an earlier round may link lists that no index named."""
    left = None if limit is None else limit - len(asked)
    if left is not None and left <= 0:
        return []
    captures = make_plan(store, client, since=since, until=until, progress=planning).captures
    return [c for c in captures if (c.original, c.captured_at) not in asked][:left]


def fetch_capture(
    store: Store, settings: Settings, client: ArchiveClient, capture: Capture, now: Callable[[], datetime],
    done: BackfillResult, say: Callable[[str], None],
) -> None:  # fmt: skip
    """Ask for one capture and settle it; raise `ArchiveUnavailableError` when the archive does not answer."""
    try:
        body = client.get(capture)
    except BudgetSpentError:
        raise
    except ArchiveUnavailableError as error:  # of one capture, or of the archive? The next one shows it
        done.unsettled += 1
        if done.stopped:
            raise
        done.stopped = str(error)
        return
    done.stopped = ""
    is_whole = capture.digest in body.digests
    judged = _judge(body, settings, is_whole)
    at = to_text(now())
    is_cut = not is_whole and _may_be_cut(body, judged.outcome)
    if is_cut and fetches.count_outcome(store.connection, body.url, "truncated") + 1 < CUT_TRIES:
        with store.writing():
            fetches.record_fetch(store, None, _fetch_row(body, "truncated", at, None, judged.detail))
            stored.drop_captured_answers(store)
        done.unsettled += 1
        return
    done.outcomes[judged.outcome] += 1
    sha256 = store.archive.put(body.data) if judged.outcome in ("new", "damaged") else None
    with store.writing():
        if sha256 is not None:
            fetches.record_document(store, sha256, at)
        fetches.record_fetch(store, None, _fetch_row(body, judged.outcome, at, sha256, judged.detail))
        if sha256 is not None and judged.reading is not None:
            was_known = fetches.is_sighted(store.connection, sha256)
            is_new = fetches.record_sighting(
                store, sha256, file=judged.name, url=body.final_url, linked_as=judged.linked_as,
                seen_at=body.captured_at, known_at=at, how="archive",
            )  # fmt: skip
            done.lists += is_new and not was_known
            ingest.save_reading(store, sha256, judged.reading)
        stored.record_links(store, list(judged.links), body.captured_at)
        _settle(store, capture, body, judged, at, sha256)
        stored.drop_captured_answers(store)
    say(f"{body.captured_at[:10]} {judged.name or file_name(capture.original)}: {judged.outcome}")


def _may_be_cut(body: CapturedBody, outcome: str) -> bool:
    """Return whether a body that is not the index's may be less than the capture, or a word of the archive's own."""
    return outcome in ("damaged", "truncated", "empty") or (outcome != "new" and not body.is_evident)


def _settle(store: Store, capture: Capture, body: CapturedBody, judged: _Judged, at: str, sha256: str | None) -> None:
    """Record the capture, and the nearest one when that answered in its place: neither is asked for again."""
    digest = capture.digest
    if body.final_url != body.url:
        digest = body.digests[0] if body.digests else digest
        stored.settle_capture(store, SettledCapture(
            body.url, capture.original, capture.captured_at, capture.digest, at, "redirected",
            detail=f"{body.final_url} answered in its place",
        ))  # fmt: skip
    stored.settle_capture(store, SettledCapture(
        body.final_url, body.original, body.captured_at, digest, at, judged.outcome, sha256, judged.detail
    ))  # fmt: skip


def _fetch_row(body: CapturedBody, outcome: str, at: str, sha256: str | None, detail: str) -> Fetch:
    headers = {"memento-datetime": body.captured_at, "archive-original": body.original}
    final = body.final_url if body.final_url != body.url else None
    return Fetch(
        body.url, at, outcome, 200 if sha256 else None, sha256, final, "archive", headers=headers, detail=detail[:300]
    )  # fmt: skip


def _judge(body: CapturedBody, settings: Settings, is_whole: bool) -> _Judged:
    """Return what the body is. It is a list only if it reads as one, or claims to be one and cannot be read."""
    name = name_in_disposition(body.disposition) or file_name(body.original)
    if body.outcome:
        return _Judged(body.outcome, body.detail, name)
    if not body.data:
        return _Judged("empty", "the capture has no body", name)
    if is_packed(body.data):
        return _Judged("truncated", "the packed body ends before its end", name)
    if len(body.data) > settings.max_list_bytes:
        return _Judged("too_large", f"more than max_list_bytes ({settings.max_list_bytes:,})", name)
    if body.data.startswith(b"PK") or WORKBOOK_NAME.search(name) or not looks_like_html(body.data):
        wrong = judge_workbook(body.data)
        if wrong is not None:
            return _Judged(*wrong, name)
        return _Judged("new", "", name, promised_list(name) or "", ingest.read_bytes(body.data, name))
    return _judge_page(body, name, is_whole)


def _ends_early(data: bytes, is_whole: bool) -> bool:
    """Return whether a page was cut, on its way here or when it was captured: in the midst of a table or a list, then.

    Pages of 2007 may end without a word and be whole.
    """
    lowered = data.lower()
    if b"</html" in lowered[-2048:]:
        return False
    return not is_whole or any(
        len(re.findall(rb"<%b\b" % tag, lowered)) > lowered.count(b"</%b" % tag) for tag in (b"table", b"ul")
    )


def _judge_page(body: CapturedBody, name: str, is_whole: bool) -> _Judged:
    page = parse_page(body.data, body.original)
    if page is None:
        return _Judged("not_html", "nothing to parse", name)
    wrong = judge_page(page, body.data)
    if wrong is not None:
        return _Judged("blocked" if wall_in(body.data) else "not_list", wrong, name)
    links = tuple(link.url for link in find_list_links(page, ICE))
    reading = ingest.read_bytes(body.data, name)
    if _ends_early(body.data, is_whole):
        return _Judged("truncated", "the page ends before its end", name, "participating", reading, links)
    if type(reading) is NotAListError:  # a page that only links lists, or speaks of the program
        return _Judged("new", "the page holds no list", name, links=links)
    return _Judged("new", "", name, "participating", reading, links)
