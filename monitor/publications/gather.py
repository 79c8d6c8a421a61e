"""Every list that was ever met, with the evidence of when ICE put it out, in the order that evidence gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from db.database import Store
from db.queries.snapshots import StoredSnapshot
from monitor import policy
from monitor.publications.dating import date_list, eastern_day, name_date, posted_on

#: ICE posts both lists together; the pending list is judged after the participating one, so that a row that left it
#: because the agency signed is not taken for a withdrawal.
PENDING_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class Publication:
    """One distinct list as ICE put it out: a document under a name, and when."""

    sha256: str
    file: str
    linked_as: str
    url: str
    list_name: str | None  # from its header; None when it could not be read
    published_at: str
    published_on: str
    workbook_modified_at: str | None
    first_seen_at: str
    fetched_at: str | None  # when it was first fetched from ICE, None when only imported
    verified_at: str | None  # when ICE was last found to serve just this
    rows: int
    snapshot: StoredSnapshot
    status: str = "accepted"
    reasons: list[str] = field(default_factory=list)
    position: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one publication: document, name and the link's promise."""
        return (self.sha256, self.file, self.linked_as)

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """Where it stands among all publications."""
        return order_of(self.published_at, self.list_name, self.published_on, self.file, self.sha256)


def order_of(
    published_at: str, list_name: str | None, published_on: str, file: str, sha256: str
) -> tuple[str, str, str, str, str]:
    """Where a publication stands among all others; complete, so that no order of imports matters."""
    return (order_moment(published_at, list_name), published_on, _part_order(file), file, sha256)


def order_moment(published_at: str, list_name: str | None) -> str:
    """The instant by which a publication is ordered among those of both lists."""
    moment = datetime.fromisoformat(published_at.replace("Z", "+00:00"))
    return (moment + PENDING_AFTER if list_name == "pending" else moment).isoformat()


def gather(
    store: Store, snapshots: Mapping[str, StoredSnapshot], signed: Mapping[int, str | None], until: str | None = None
) -> list[Publication]:
    """Every publication in order, duplicates and stale ones named; what was known at `until` only, when it is given.

    `signed` gives the signing date of each listing.
    """
    seen: dict[str, str] = {}
    known: dict[str, str] = {}
    fetched: dict[tuple[str, str, str], str] = {}
    sightings: dict[tuple[str, str, str], str] = {}
    query = "select sha256, file, linked_as, url, seen_at, known_at, how from sightings order by id"
    for sha256, file, linked_as, url, seen_at, known_at, how in store.connection.execute(query):
        if until is not None and known_at > until:
            continue
        known[sha256] = min(known.get(sha256, known_at), known_at)
        if seen_at is not None:
            seen[sha256] = min(seen.get(sha256, seen_at), seen_at)
        key = (sha256, file, linked_as)
        if how == "fetch":
            fetched[key] = min(fetched.get(key, seen_at or known_at), seen_at or known_at)
        sightings[key] = sightings.get(key) or url
    verified = {
        str(row[0]): str(row[1])
        for row in store.connection.execute(
            "select sha256, max(requested_at) from fetches where sha256 is not null and role in ('list', 'page')"
            " and outcome in ('new', 'same', 'not_modified') and (? is null or requested_at <= ?) group by sha256",
            [until, until],
        )
    }
    found = []
    for key, url in sightings.items():
        snapshot = snapshots.get(key[0])
        if snapshot is None:
            continue  # fetched but not read yet: the next run reads it
        found.append(
            _publication(key, url, snapshot, signed, seen.get(key[0]), known[key[0]], fetched.get(key), verified)
        )
    found.sort(key=lambda p: p.order)
    _name_repeats(found)
    _keep_days_in_order(found)
    return found


def _publication(
    key: tuple[str, str, str], url: str, snapshot: StoredSnapshot, signed: Mapping[int, str | None],
    seen_at: str | None, known_at: str, fetched_at: str | None, verified: Mapping[str, str],
) -> Publication:  # fmt: skip
    sha256, file, linked_as = key
    newest = max((signed[i] or "" for i in set(snapshot.listing_ids)), default="") or None
    first = min(filter(None, (seen_at, known_at)))
    if newest is not None and newest > eastern_day(first):
        newest = None  # a date in the future of the bytes is a misprint, no evidence
    dated = date_list(
        file=file, workbook_modified_at=snapshot.workbook_modified_at, seen_at=seen_at, known_at=known_at,
        newest_signed_on=newest,
    )  # fmt: skip
    publication = Publication(
        sha256, file, linked_as, url, snapshot.list, dated.published_at, dated.published_on,
        snapshot.workbook_modified_at, first, fetched_at, verified.get(sha256), len(snapshot.listing_ids), snapshot,
    )  # fmt: skip
    if snapshot.error_code is not None:
        publication.status, publication.reasons = "rejected", [f"unreadable: {snapshot.error_code}: {snapshot.error}"]
    elif linked_as and linked_as != snapshot.list:
        publication.reasons.append(f"swapped: linked as {linked_as}, its header is {snapshot.list}'s")
    return publication


def _name_repeats(publications: Iterable[Publication]) -> None:
    """Documents met before under another name are duplicates; old lists put out again are stale."""
    by_document: dict[str, list[Publication]] = defaultdict(list)
    by_list: dict[str | None, list[Publication]] = defaultdict(list)
    for p in publications:
        if p.status == "accepted":
            by_document[p.sha256].append(p)
            by_list[p.list_name].append(p)
    for same in by_document.values():
        same.sort(key=lambda p: (bool(p.reasons), p.fetched_at is None, _named(p), p.file, p.linked_as))
        for p in same[1:]:
            p.status = "duplicate"
            p.reasons.append(f"duplicate: the bytes of {same[0].file}")
    for group in by_list.values():
        orders = [(p.published_at, p.sha256) for p in group if p.status == "accepted"]
        for p in group:
            posted = _late_posting(p.file, p.published_at, p.first_seen_at, p.fetched_at)
            if p.status == "accepted" and posted is not None:
                newer = [
                    at for at, sha in orders if p.published_at < at and eastern_day(at) < posted and sha != p.sha256
                ]
                if newer:
                    p.status = "stale"
                    p.reasons.append(f"stale: saved {p.published_at[:10]}, put out {posted}, after newer lists")


def _keep_days_in_order(publications: Iterable[Publication]) -> None:
    """No list is named for a day after the next list's: then its name is wrong, and the day it was saved serves."""
    following: dict[str | None, str] = {}
    for p in sorted(publications, key=lambda p: p.order, reverse=True):
        if p.status == "accepted":
            if p.published_on > following.get(p.list_name, p.published_on):
                p.published_on = eastern_day(p.published_at)
            following[p.list_name] = p.published_on


def comes_before_a_known_day(store: Store, added: Iterable[Publication]) -> bool:
    """Whether a list that is here is named for a later day than an added one, and so for a wrong day."""
    newest = dict(
        store.connection.execute(
            "select list, max(published_on) from publications where status not in ('duplicate', 'stale') group by list"
        ).fetchall()
    )
    return any(p.published_on < newest.get(p.list_name, p.published_on) for p in added)


def makes_stale(store: Store, added: Iterable[Publication]) -> bool:
    """Whether a list that is here was put out later than an added one was saved, and so turns out to be an old one."""
    rows = store.connection.execute(
        "select list, file, published_at, first_seen_at, fetched_at from publications"
        " where list is not null and status not in ('duplicate', 'stale')"
    ).fetchall()
    days = [(p.list_name, eastern_day(p.published_at)) for p in added]
    return any(
        name == row[0] and posted is not None and day < posted
        for row in rows
        for posted in [_late_posting(*row[1:])]
        for name, day in days
    )


def _late_posting(file: str, published_at: str, first_seen_at: str, fetched_at: str | None) -> str | None:
    """The day a list was put out, when that was long after it was saved; else None."""
    posted = posted_on(file, first_seen_at, fetched_at)
    late = posted is not None and posted > _plus(eastern_day(published_at), policy.STALE_DAYS)
    return posted if late else None


def _named(p: Publication) -> str:
    named = name_date(p.file)
    return named.isoformat() if named else ""


def _part_order(file: str) -> str:
    lowered = file.casefold()
    return next((str(n) for n, part in enumerate(("am", "mid", "pm"), 1) if part in lowered[-12:]), "0")


def _plus(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
