"""Plan what to ask the Internet Archive for: every distinct content of every address ICE ever used, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote, urlsplit

from db.archive_models import BackfillPlan, Capture
from db.database import Store
from db.queries import archive as stored
from db.queries import fetches
from db.queries.last_seen import record_seen
from scrapers.archive.client import ArchiveClient
from scrapers.crawl.sources import WORKBOOK_NAME, promised_list

#: Every address of ICE's page with the list, oldest first (docs/history.md).
PAGES = (
    "http://www.ice.gov/partners/287g/Section287_g.htm",
    "http://www.ice.gov/pi/news/factsheets/section287_g.htm",
    "http://www.ice.gov/pi/news/factsheets/section287g.htm",
    "http://www.ice.gov/news/library/factsheets/287g.htm",
    "http://www.ice.gov/factsheets/287g",
    "https://www.ice.gov/287g",
    "https://www.ice.gov/identify-and-arrest/287g",
)
#: Directories in which ICE put list files.
FOLDERS = ("https://www.ice.gov/doclib/about/offices/ero/287g/",)
#: A download's number leads to one file: the index is asked again what else it had there only after so many days.
KEPT_LINK_DAYS = 90.0


def make_plan(
    store: Store, client: ArchiveClient, *, since: str | None = None, until: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BackfillPlan:  # fmt: skip
    """Return one capture for each distinct content not asked for yet, oldest first.

    `since` and `until` are dates of capture (UTC), both inclusive. Answers of the index that are in the store are not
    asked for again. A list that is kept already and that the index shows to be older gets an earlier sighting.
    """
    captures = sorted(_search_all(store, client, progress), key=lambda c: (c.captured_at, c.original))
    with store.writing() as connection:
        record_seen(connection, ((c.digest, c.captured_at) for c in captures if c.digest != "-"))
    _date_earlier(store, client, captures)
    settled, digests = stored.load_settled(store.connection), stored.load_settled_digests(store.connection)
    known = set()
    chosen: dict[str, Capture] = {}
    for capture in sorted(captures, key=lambda c: c.is_revisit):  # a revisit only where nothing else has its content
        day = capture.captured_at[:10]
        if (since and day < since) or (until and day > until):
            continue
        if capture.digest in digests or (capture.original, capture.captured_at) in settled:
            known.add(capture.content)
        else:
            chosen.setdefault(capture.content, capture)
    return BackfillPlan(tuple(sorted(chosen.values(), key=lambda c: (c.captured_at, c.original))), len(known))


def names_list(original: str) -> bool:
    """Return whether an address is that of a workbook whose name promises one of ICE's lists."""
    name = file_name(original)
    return bool(WORKBOOK_NAME.search(name)) and promised_list(name) is not None


def file_name(original: str) -> str:
    """Return the last part of an address, as a person reads it."""
    return unquote(urlsplit(original).path.rstrip("/").rsplit("/", 1)[-1])


def _host(address: str) -> str:
    """Return the host by which the index knows an address; an odd record may name another."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _search_all(store: Store, client: ArchiveClient, progress: Callable[[int, int], None] | None) -> Iterator[Capture]:
    questions: list[tuple[str, bool, float | None]] = [(page, False, None) for page in PAGES]
    questions += [(folder, True, None) for folder in FOLDERS]
    for link, is_kept in stored.load_links(store.connection):
        if not (link.startswith(FOLDERS) and names_list(link)):
            questions.append((link, False, KEPT_LINK_DAYS if is_kept else None))
    for number, (address, is_folder, index_days) in enumerate(questions, 1):
        for capture in client.search(address, prefix=is_folder, index_days=index_days):
            if _host(capture.original) == _host(address) and (not is_folder or names_list(capture.original)):
                yield capture
        if progress is not None:
            progress(number, len(questions))


def _date_earlier(store: Store, client: ArchiveClient, captures: Iterable[Capture]) -> None:
    """Record for each list kept from the archive that an earlier capture has the same content, when one has."""
    first: dict[str, Capture] = {}
    for capture in captures:
        first.setdefault(capture.content, capture)
    for kept in stored.load_kept_sightings(store.connection):
        earlier = first.get(kept.digest)
        if earlier is not None and earlier.captured_at < kept.seen_at:
            fetches.record_sighting(
                store, kept.sha256, file=kept.file, url=client.address_of(earlier.original, earlier.captured_at),
                linked_as=kept.linked_as, seen_at=earlier.captured_at, known_at=store.now_text(), how="archive",
            )  # fmt: skip
