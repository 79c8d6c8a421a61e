"""Agreement documents that ICE no longer has: their addresses are asked of the Internet Archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from db.archive_models import Capture
from db.database import Store, parse_time, to_text
from db.moa_models import ListedMoa, MoaSighting
from db.queries import moas
from db.queries.archive import drop_captured_answers
from db.settings import Settings
from scrapers.archive.adapter import ArchiveUnavailableError
from scrapers.archive.backfill import open_client
from scrapers.archive.client import ArchiveClient
from scrapers.crawl.sources import Source
from scrapers.ingest_moas import judge_body

#: An address of which the archive had nothing is asked again after so many days: captures come late.
ASK_AGAIN_DAYS = 90.0
#: Asked for in one pass; at the archive's pace that takes a few minutes.
MOST_A_PASS = 10
#: The newest captures of an address that are tried; one can be of an error page.
MOST_CAPTURES = 3


def missing_addresses(
    listed: Sequence[ListedMoa], sightings: Sequence[MoaSighting], source: Source, now: datetime
) -> list[str]:
    """Return the linked addresses at which ICE has nothing and of which nothing is kept, today's list first.

    `sightings` are all of them, oldest first. Those that the archive was asked for lately are left out.
    """
    last: dict[str, MoaSighting] = {}
    asked_at: dict[str, str] = {}
    kept = {s.url for s in sightings if s.sha256}
    for sighting in sightings:
        if sighting.how == "fetch":
            last[sighting.url] = sighting
        elif sighting.how == "archive":
            asked_at[sighting.url] = sighting.seen_at
    current = _current(listed)
    not_before = to_text(now - timedelta(days=ASK_AGAIN_DAYS))
    wanted = [
        url for url in current
        if url in last and last[url].outcome == "not_there" and url not in kept and source.is_ours(url)
        and asked_at.get(url, "") < not_before
    ]  # fmt: skip
    return sorted(wanted, key=lambda url: (not current[url], url))


def _current(listed: Sequence[ListedMoa]) -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    for row in listed:
        if row.url:
            found[row.url] = found.get(row.url, False) or bool(row.is_listed and row.is_current)
    return found


def ask_archive(
    store: Store, settings: Settings, now: Callable[[], datetime], sleep: Callable[[float], object], most: int
) -> list[str]:
    """Ask the archive for `most` of the missing documents, politely as ever; return a line for each.

    Each answer is in the store before the next address is asked. A document is dated by its capture.
    """
    listed, sightings = moas.load_listed(store.connection), moas.load_sightings(store.connection)
    todo = missing_addresses(listed, sightings, Source(settings.source_url), now())[:most]
    lines: list[str] = []
    if not todo:
        return lines
    limited = settings.model_copy(update={"max_list_bytes": settings.moa_max_bytes})
    with open_client(store, limited, now, sleep) as client:
        for url in todo:
            try:
                sighting = _look_for(store, client, url, now)
            except ArchiveUnavailableError as error:
                lines.append(f"the Internet Archive was not asked on: {error}")
                break
            with store.writing():
                moas.record_sighting(store, sighting)
                drop_captured_answers(store)
            lines.append(f"{sighting.file}: {sighting.detail}")
    return lines


def _look_for(store: Store, client: ArchiveClient, url: str, now: Callable[[], datetime]) -> MoaSighting:
    """Return what the archive has of the address: the newest capture that is a whole document, which is kept."""
    file = unquote(PurePosixPath(urlsplit(url).path).name)[:200]
    captures = sorted(client.search(url), key=lambda capture: capture.captured_at, reverse=True)
    for capture in captures[:MOST_CAPTURES]:
        body = client.get(capture)
        if body.outcome or not _is_whole(capture, body.digests) or judge_body(body.data):
            continue
        day = parse_time(body.captured_at).date().isoformat()
        return MoaSighting(
            url, file, body.captured_at, "archive", "kept", store.archive.put(body.data), final_url=body.final_url,
            size_bytes=len(body.data), detail=f"kept, as the Internet Archive captured it on {day}",
        )  # fmt: skip
    return MoaSighting(url, file, to_text(now()), "archive", "not_there", detail="the Internet Archive has none")


def _is_whole(capture: Capture, digests: Sequence[str]) -> bool:
    """Whether the bytes are those the index knows; a later capture may stand for one without bytes of its own."""
    return capture.is_revisit or capture.digest in digests
